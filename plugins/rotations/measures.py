"""What analytics follow of rotations and their evaluations."""

from plugins.rotations.evaluations.records import EVALUATION
from plugins.rotations.records import ROTATION
from sims.contracts import Measure

MEASURES = (
    Measure(
        name="rotations.rotation.begun",
        label="Rotations begun",
        record=ROTATION,
        about="Rotations by their first day, cancelled ones included: divide by status to tell them apart.",
        by=("department", "discipline", "hospital", "status", "supervisor"),
        draws=("trend", "bars", "shares", "heat"),
        order=80,
    ),
    Measure(
        name="rotations.evaluation.written",
        label="Evaluations written",
        record=EVALUATION,
        about="Evaluations by the day they were written.",
        by=("type", "department", "status"),
        draws=("trend", "bars", "shares", "heat"),
        better="up",
        order=85,
    ),
)
