"""What analytics follow of clinical cases."""

from plugins.cases.records import CASE
from sims.contracts import Measure
from sims.review_measures import review_measures

MEASURES = (
    Measure(
        name="cases.case.written",
        label="Cases written up",
        record=CASE,
        about="Clinical cases by the day they were written down, drafts included.",
        by=("category", "department", "complexity", "status", "supervisor", "person"),
        draws=("trend", "bars", "shares", "heat"),
        better="up",
        order=40,
    ),
    *review_measures(
        CASE, by=("supervisor", "department", "category", "person"), sent_back="returned", order=45
    ),
)
