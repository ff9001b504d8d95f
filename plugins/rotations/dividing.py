"""The ways in which rotations can be divided, and what the same says as a filter of their list."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from plugins.rotations.models import STATUSES, Department, Discipline, Hospital, Rotation
from plugins.rotations.queries import department_names
from plugins.users.dividing import by_person, by_supervisor
from sims.contracts import Dimension, Filter
from sims.database import db, named


def _hospital_names(keys: Collection[int]) -> Mapping[int, str]:
    return {row.id: row.name for row in db.session.execute(sa.select(Hospital.id, Hospital.name))}


def _discipline_names(keys: Collection[int]) -> Mapping[int, str]:
    query = sa.select(Discipline.id, Discipline.name)
    return {row.id: row.name for row in db.session.execute(query)}


def in_discipline(discipline_id: int) -> sa.ColumnElement[bool]:
    """Rotations in departments of this discipline; 0: of none."""
    there = sa.select(Department.id).where(named(Department.discipline_id)(discipline_id))
    return Rotation.department_id.in_(there)


DIMENSIONS = (
    Dimension(name="status", label="Status", key=lambda joined: Rotation.status, order=STATUSES),
    Dimension(
        name="department",
        label="Department",
        filter="in_department",
        key=lambda joined: Rotation.department_id,
        names=department_names,
    ),
    Dimension(
        name="hospital",
        label="Hospital",
        key=lambda joined: Rotation.hospital_id,
        names=_hospital_names,
    ),
    Dimension(
        name="discipline",
        label="Discipline",
        key=lambda joined: sa.func.coalesce(
            joined(Department, Rotation.department_id).discipline_id, 0
        ),
        names=_discipline_names,
    ),
    by_supervisor(Rotation.supervisor_id),
    by_person(Rotation.pg_id),
)
FILTERS = (
    Filter(name="in_department", label="Department", kind="id", where=named(Rotation.department_id)),
    Filter(name="discipline", label="Discipline", kind="id", where=in_discipline),
    Filter(name="supervisor", label="Supervisor", kind="id", where=named(Rotation.supervisor_id)),
    Filter(name="started_from", label="Begun on or after", kind="from", column="start_date", hidden=True),
    Filter(name="started_to", label="Begun on or before", kind="to", column="start_date", hidden=True),
)  # fmt: skip
