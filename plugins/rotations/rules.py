"""What a valid rotation, hospital, discipline and department is (domain.md, rotations)."""

import sqlalchemy as sa

from plugins.rotations import queries
from plugins.rotations.models import (
    NO_OVERLAP,
    TAKEN,
    Department,
    Discipline,
    Hospital,
    Rotation,
)
from plugins.users.models import Supervision, User
from sims.contracts import Rule
from sims.database import db
from sims.rules import text_needed

SOURCE = "domain.md, rotations"
DISCIPLINES = "the training office's departments.csv: departments are named by their codes"


def _has_role(person_id: int | None, role: str) -> bool:
    if person_id is None:
        return True
    return db.session.scalar(sa.select(User.role).where(User.id == person_id)) == role


def _in_order(rotation: Rotation) -> bool:
    if rotation.start_date is None or rotation.end_date is None:
        return True
    return rotation.end_date > rotation.start_date


def _in_its_hospital(rotation: Rotation) -> bool:
    query = sa.select(Department.hospital_id).where(Department.id == rotation.department_id)
    return db.session.scalar(query) == rotation.hospital_id


def _is_free(rotation: Rotation) -> bool:
    """No other rotation of the PG shares a day. Whoever is writing holds the PG's calendar from here on."""
    if rotation.status not in TAKEN or None in (rotation.start_date, rotation.end_date):
        return True
    state = sa.inspect(rotation)
    if not state.persistent or state.modified:
        queries.lock_calendar(rotation.pg_id)
    return queries.overlapping(rotation) is None


def _supervises(rotation: Rotation) -> bool:
    if rotation.supervisor_id is None:
        return True
    now = sa.select(User.id).where(
        User.id == rotation.pg_id, User.supervisor_id == rotation.supervisor_id
    )
    also = sa.select(Supervision.pg_id).where(
        Supervision.pg_id == rotation.pg_id,
        Supervision.supervisor_id == rotation.supervisor_id,
        Supervision.until.is_(None),
    )
    return db.session.scalar(now.union(also).limit(1)) is not None


def _code_is_free(row: Hospital | Discipline) -> bool:
    model = type(row)
    query = sa.select(model.id).where(
        sa.func.lower(model.code) == sa.func.lower(row.code or ""), model.id != (row.id or 0)
    )
    return db.session.scalar(query) is None


def _name_is_free(department: Department) -> bool:
    query = sa.select(Department.id).where(
        sa.func.lower(Department.name) == sa.func.lower(department.name or ""),
        Department.hospital_id == department.hospital_id,
        Department.id != (department.id or 0),
    )
    return db.session.scalar(query) is None


OVERLAP = Rule(
    code="rotations.rotation.overlap",
    message="The PG has another planned or ongoing rotation in these days. "
    "Change the dates, or cancel the other one.",
    fields=("start_date", "end_date"),
    holds=_is_free,
    source=f"{SOURCE}: two rotations of one pg (planned or ongoing) never overlap",
    constraint=NO_OVERLAP,
)

ROTATION_RULES = (
    Rule(
        code="rotations.rotation.pg",
        message="Choose a PG; only a PG is placed in a rotation.",
        fields=("pg_id",),
        holds=lambda row: row.pg_id is not None and _has_role(row.pg_id, "pg"),
        source=f"{SOURCE}: pg_id",
    ),
    Rule(
        code="rotations.rotation.supervisor",
        message="Choose somebody who is a supervisor.",
        fields=("supervisor_id",),
        holds=lambda row: _has_role(row.supervisor_id, "supervisor"),
        source=f"{SOURCE}: supervisor",
    ),
    Rule(
        code="rotations.rotation.supervisor_of_pg",
        message="This supervisor is not one of the PG's own. The rotation is saved; "
        "the supervisor now sees the PG's records of this rotation.",
        fields=("supervisor_id",),
        holds=_supervises,
        severity="warning",
        source=f"{SOURCE}: a supervisor outside the pg's supervision is allowed with a warning",
    ),
    Rule(
        code="rotations.rotation.hospital",
        message="The department belongs to another hospital. Choose one of this hospital's.",
        fields=("hospital_id", "department_id"),
        holds=_in_its_hospital,
        source=f"{SOURCE}: hospital (must be the department's)",
    ),
    Rule(
        code="rotations.rotation.dates",
        message="The end must come after the start.",
        fields=("end_date",),
        holds=_in_order,
        source=f"{SOURCE}: end_date after start",
    ),
    OVERLAP,
)

HOSPITAL_RULES = (
    text_needed(
        "rotations.hospital", "name", "Enter a name.", source=f"{SOURCE}: hospital name, code"
    ),
    text_needed(
        "rotations.hospital", "code", "Enter a short code.", source=f"{SOURCE}: hospital name, code"
    ),
    Rule(
        code="rotations.hospital.code_unique",
        message="Another hospital has this code.",
        fields=("code",),
        holds=_code_is_free,
        source=f"{SOURCE}: hospital code unique",
    ),
    Rule(
        code="rotations.hospital.website",
        message="Enter the whole address, beginning with https:// or http://.",
        fields=("website",),
        holds=lambda row: not row.website or row.website.startswith(("https://", "http://")),
        source="an address of another kind could run a script when it is followed",
    ),
)

DISCIPLINE_RULES = (
    text_needed("rotations.discipline", "name", "Enter a name.", source=DISCIPLINES),
    text_needed("rotations.discipline", "code", "Enter a short code.", source=DISCIPLINES),
    Rule(
        code="rotations.discipline.code_unique",
        message="Another discipline has this code.",
        fields=("code",),
        holds=_code_is_free,
        source=DISCIPLINES,
    ),
)

DEPARTMENT_RULES = (
    text_needed(
        "rotations.department", "name", "Enter a name.", source=f"{SOURCE}: department name"
    ),
    Rule(
        code="rotations.department.name_unique",
        message="This hospital already has a department of that name.",
        fields=("name",),
        holds=_name_is_free,
        source=f"{SOURCE}: department name unique in its hospital",
    ),
    Rule(
        code="rotations.department.head",
        message="Choose somebody who is a supervisor.",
        fields=("head_id",),
        holds=lambda row: _has_role(row.head_id, "supervisor"),
        source=f"{SOURCE}: department head",
    ),
)
