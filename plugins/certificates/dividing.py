"""The ways in which certificates can be divided, and what the same says as a filter of their list."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from plugins.certificates.models import CATEGORIES, Certificate, Type
from plugins.users.dividing import by_person, by_supervisor
from sims.contracts import Dimension, Filter
from sims.database import db, named


def _type_names(keys: Collection[int]) -> Mapping[int, str]:
    return {row.id: row.name for row in db.session.execute(sa.select(Type.id, Type.name))}


DIMENSIONS = (
    Dimension(
        name="status",
        label="Status",
        key=lambda joined: Certificate.status,
        order=("pending", "under_review", "approved", "rejected", "expired"),
    ),
    Dimension(
        name="type",
        label="Type",
        filter="of_type",
        key=lambda joined: Certificate.type_id,
        names=_type_names,
    ),
    Dimension(
        name="category",
        label="Category",
        key=lambda joined: joined(Type, Certificate.type_id).category,
        order=tuple(CATEGORIES),
    ),
    by_supervisor(Certificate.supervisor_id),
    by_person(Certificate.pg_id),
)
FILTERS = (
    Filter(name="of_type", label="Type", kind="id", where=named(Certificate.type_id)),
    Filter(name="counted", label="Approved", kind="id", where=lambda yes: Certificate.status == "approved"),
    Filter(name="decided", label="Decided", kind="id", where=lambda yes: Certificate.reviewed_at.is_not(None)),
    Filter(name="submitted", label="Submitted", kind="id", where=lambda yes: Certificate.submitted_at.is_not(None)),
    Filter(name="reviewed_from", label="Reviewed on or after", kind="from", column="reviewed_at", hidden=True),
    Filter(name="reviewed_to", label="Reviewed on or before", kind="to", column="reviewed_at", hidden=True),
)  # fmt: skip
