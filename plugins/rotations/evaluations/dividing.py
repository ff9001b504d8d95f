"""The ways in which evaluations can be divided."""

import sqlalchemy as sa

from plugins.rotations.evaluations.models import KINDS, Evaluation
from plugins.rotations.evaluations.workflow import WORKFLOW
from plugins.rotations.models import Rotation
from plugins.rotations.queries import department_names
from plugins.users.dividing import by_person
from sims.contracts import Dimension, Filter


def in_department(department_id: int) -> sa.ColumnElement[bool]:
    """Evaluations of rotations in this department."""
    there = sa.select(Rotation.id).where(Rotation.department_id == department_id)
    return Evaluation.rotation_id.in_(there)


DIMENSIONS = (
    Dimension(name="type", label="Kind", key=lambda joined: Evaluation.type, order=tuple(KINDS)),
    Dimension(
        name="status",
        label="Status",
        key=lambda joined: Evaluation.status,
        order=tuple(status.name for status in WORKFLOW.statuses),
    ),
    Dimension(
        name="department",
        label="Department",
        filter="in_department",
        key=lambda joined: joined(Rotation, Evaluation.rotation_id).department_id,
        names=department_names,
    ),
    by_person(Evaluation.pg_id),
)
FILTERS = (Filter(name="in_department", label="Department", kind="id", where=in_department),)
