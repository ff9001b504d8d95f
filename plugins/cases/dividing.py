"""The ways in which clinical cases can be divided, and what the same says as a filter of their list."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from plugins.cases import queries
from plugins.cases.models import COMPLEXITIES, ClinicalCase
from plugins.rotations.models import Rotation
from plugins.rotations.queries import department_names
from plugins.users.dividing import by_person, by_supervisor
from sims.contracts import Dimension, Filter
from sims.database import named
from sims.review import STATUSES


def in_department(department_id: int) -> sa.ColumnElement[bool]:
    """Cases met in rotations of this department; 0: in no rotation."""
    if not department_id:
        return ClinicalCase.rotation_id.is_(None)
    there = sa.select(Rotation.id).where(Rotation.department_id == department_id)
    return ClinicalCase.rotation_id.in_(there)


def _category_names(keys: Collection[int]) -> Mapping[int, str]:
    return {category.id: category.name for category in queries.all_categories()}


DIMENSIONS = (
    Dimension(
        name="status",
        label="Status",
        key=lambda joined: ClinicalCase.status,
        order=tuple(status.name for status in STATUSES),
    ),
    Dimension(
        name="category",
        label="Category",
        filter="in_category",
        key=lambda joined: sa.func.coalesce(ClinicalCase.category_id, 0),
        names=_category_names,
    ),
    Dimension(
        name="complexity",
        label="Complexity",
        key=lambda joined: ClinicalCase.complexity,
        order=tuple(COMPLEXITIES),
    ),
    Dimension(
        name="department",
        label="Department",
        names=department_names,
        key=lambda joined: sa.func.coalesce(
            joined(Rotation, ClinicalCase.rotation_id).department_id, 0
        ),
    ),
    by_supervisor(ClinicalCase.supervisor_id),
    by_person(ClinicalCase.pg_id),
)
FILTERS = (
    Filter(name="in_category", label="Category", kind="id", where=named(ClinicalCase.category_id)),
    Filter(name="department", label="Department", kind="id", where=in_department),
    Filter(name="decided", label="Decided", kind="id", where=lambda yes: ClinicalCase.reviewed_at.is_not(None)),
    Filter(name="submitted", label="Submitted", kind="id", where=lambda yes: ClinicalCase.submitted_at.is_not(None)),
    Filter(name="written_from", label="Written on or after", kind="from", column="created_at", hidden=True),
    Filter(name="written_to", label="Written on or before", kind="to", column="created_at", hidden=True),
    Filter(name="reviewed_from", label="Reviewed on or after", kind="from", column="reviewed_at", hidden=True),
    Filter(name="reviewed_to", label="Reviewed on or before", kind="to", column="reviewed_at", hidden=True),
)  # fmt: skip
