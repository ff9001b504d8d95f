"""The records of rotations, hospitals, disciplines and departments, declared once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import joinedload

from plugins.rotations import dividing, queries
from plugins.rotations.events import RotationCancelled, RotationPlanned
from plugins.rotations.forms import DepartmentForm, DisciplineForm, HospitalForm, RotationForm
from plugins.rotations.models import Department, Discipline, Hospital, Rotation
from plugins.rotations.rules import (
    DEPARTMENT_RULES,
    DISCIPLINE_RULES,
    HOSPITAL_RULES,
    ROTATION_RULES,
)
from plugins.users.models import User
from plugins.users.queries import called, name_sql
from sims.actor import Actor
from sims.clock import now, today
from sims.contracts import Column, Dated, Filter, Record, Searched
from sims.web.templating import plain_date
from sims.workflow import Status, Transition, Workflow

PLAN = "rotations.rotation.plan"
IN_USE = Column(
    name="is_active", label="State", value=lambda row: "In use" if row.is_active else "Not in use"
)


def title(rotation: Rotation) -> str:
    """A rotation in words: where, from when to when."""
    dates = f"{plain_date(rotation.start_date)} – {plain_date(rotation.end_date)}"
    return f"{rotation.department.name}, {dates}"


def _planned(rotation: Rotation, actor: Actor, data: Mapping[str, Any]) -> None:
    rotation.approved_by_id, rotation.approved_at = actor.id, now()


def _unplanned(rotation: Rotation, actor: Actor) -> None:
    rotation.approved_by_id = rotation.approved_at = None


def _cancelled(rotation: Rotation, actor: Actor, data: Mapping[str, Any]) -> None:
    rotation.notes = f"{rotation.notes}\nCancelled: {data['feedback']}".strip()


def _has_begun(rotation: Rotation, actor: Actor) -> str | None:
    if rotation.start_date <= today():
        return None
    return f"It begins on {plain_date(rotation.start_date)}."


def _has_ended(rotation: Rotation, actor: Actor) -> str | None:
    if rotation.end_date <= today():
        return None
    return f"It ends on {plain_date(rotation.end_date)}."


def _as_text(choices: list[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(key), label) for key, label in choices]


WORKFLOW = Workflow(
    statuses=(
        Status(name="pending", label="Proposed", icon="circle-dashed", tone="neutral"),
        Status(name="planned", label="Planned", icon="calendar-check", tone="info"),
        Status(name="ongoing", label="Ongoing", icon="calendar-clock", tone="good"),
        Status(name="completed", label="Completed", icon="circle-check", tone="neutral"),
        Status(name="cancelled", label="Cancelled", icon="calendar-x", tone="warn"),
    ),
    transitions=(
        Transition(
            name="plan", label="Plan", done="planned", icon="calendar-check", style="primary",
            source=("pending",), target="planned", permission=PLAN, effect=_planned,
            event=RotationPlanned, bulk=True, undo=_unplanned,
        ),
        Transition(
            name="start", label="Start", done="started", icon="play",
            source=("planned",), target="ongoing", permission=PLAN, guard=_has_begun, bulk=True, by_clock=True,
        ),
        Transition(
            name="complete", label="Complete", done="completed", icon="circle-check",
            source=("ongoing",), target="completed", permission=PLAN, guard=_has_ended, bulk=True, by_clock=True,
        ),
        Transition(
            name="cancel", label="Cancel rotation", done="cancelled", icon="calendar-x",
            source=("pending", "planned"), target="cancelled", permission=PLAN, style="danger",
            requires={"feedback": "Write why, for the PG and the supervisor."},
            effect=_cancelled, event=RotationCancelled,
        ),
    ),
)  # fmt: skip

ROTATION = Record(
    name="rotations.rotation",
    model=Rotation,
    label="rotation",
    plural="rotations",
    icon="calendar-range",
    title=title,
    endpoint="rotations.rotation",
    owner="pg_id",
    also_seen_by=lambda person_id: (Rotation.supervisor_id == person_id,),
    columns=(
        Column(
            name="department",
            label="Department",
            value=lambda row: row.department.name,
            sql=lambda joined: joined(Department, Rotation.department_id).name,
        ),
        Column(name="status", label="Status", kind="status"),
        Column(name="start_date", label="First day", kind="date", sort="start_date"),
        Column(name="end_date", label="Last day", kind="date", sort="end_date"),
        Column(
            name="pg",
            label="PG",
            kind="person",
            value=lambda row: row.pg.name,
            sql=lambda joined: name_sql(joined(User, Rotation.pg_id)),
        ),
        Column(
            name="hospital",
            label="Hospital",
            value=lambda row: row.hospital.name,
            sql=lambda joined: joined(Hospital, Rotation.hospital_id).name,
        ),
        Column(
            name="supervisor",
            label="Supervisor",
            kind="person",
            value=lambda row: row.supervisor.name if row.supervisor else "",
            sql=lambda joined: name_sql(joined(User, Rotation.supervisor_id)),
        ),
    ),
    filters=(
        Filter(name="pg", label="PG", where=lambda text: Rotation.pg_id.in_(called(text))),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
        Filter(
            name="department",
            label="Department",
            kind="choice",
            column="department_id",
            choices=lambda actor: _as_text(queries.department_choices()),
        ),
        Filter(name="from", label="On or after", kind="from", column="end_date"),
        Filter(name="to", label="On or before", kind="to", column="start_date"),
        Filter(name="person", label="PG", kind="id", column="pg_id"),
        Filter(name="hospital", label="Hospital", kind="id", column="hospital_id"),
        *dividing.FILTERS,
    ),
    order="-start_date",
    dated=Dated(attribute="start_date", label="begun", start="started_from", end="started_to"),
    dimensions=dividing.DIMENSIONS,
    load=(
        joinedload(Rotation.department).load_only(Department.name),
        joinedload(Rotation.hospital).load_only(Hospital.name),
        joinedload(Rotation.pg).options(queries.NAMES),
        joinedload(Rotation.supervisor).options(queries.NAMES),
    ),
    workflow=WORKFLOW,
    rules=ROTATION_RULES,
    form=RotationForm,
    labels={
        "pg_id": "PG",
        "department_id": "Department",
        "hospital_id": "Hospital",
        "supervisor_id": "Supervisor",
        "approved_by_id": "Planned by",
        "approved_at": "Planned",
    },
    attachments=True,
    searched=Searched(
        title=("department", "hospital"),
        body=("objectives", "learning_outcomes"),
        through=("department_id", "hospital_id"),
    ),
    empty="The programme office enters them.",
)

HOSPITAL = Record(
    name="rotations.hospital",
    model=Hospital,
    label="hospital",
    plural="hospitals",
    icon="hospital",
    title=lambda hospital: hospital.name,
    endpoint="rotations.hospital",
    columns=(
        Column(name="name", label="Hospital", sort="name"),
        Column(name="code", label="Code", sort="code"),
        Column(name="phone", label="Phone"),
        Column(name="email", label="E-mail", shown=False),
        Column(name="website", label="Website", shown=False),
        Column(name="address", label="Address", shown=False),
        IN_USE,
    ),
    filters=(Filter(name="q", label="Name", column="name"),),
    order="name",
    searched=Searched(title=("name",), codes=("code",)),
    rules=HOSPITAL_RULES,
    form=HospitalForm,
    labels={"is_active": "In use"},
    empty="Add the hospitals where PGs rotate; departments come next.",
)

DISCIPLINE = Record(
    name="rotations.discipline",
    model=Discipline,
    label="discipline",
    plural="disciplines",
    icon="layers",
    title=lambda discipline: discipline.name,
    endpoint="rotations.discipline",
    columns=(
        Column(name="name", label="Discipline", sort="name"),
        Column(name="code", label="Code", sort="code"),
        Column(name="description", label="Description"),
        IN_USE,
    ),
    filters=(Filter(name="q", label="Name", column="name"),),
    order="name",
    searched=Searched(title=("name",), codes=("code",)),
    rules=DISCIPLINE_RULES,
    form=DisciplineForm,
    labels={"is_active": "In use"},
    empty="Add what the departments of several hospitals have in common, such as Internal Medicine.",
)

DEPARTMENT = Record(
    name="rotations.department",
    model=Department,
    label="department",
    plural="departments",
    icon="building-2",
    title=lambda department: department.name,
    endpoint="rotations.department",
    columns=(
        Column(name="name", label="Department", sort="name"),
        Column(
            name="hospital",
            label="Hospital",
            value=lambda row: row.hospital.name,
            sql=lambda joined: joined(Hospital, Department.hospital_id).name,
        ),
        Column(
            name="discipline",
            label="Discipline",
            value=lambda row: row.discipline.name if row.discipline else "",
            shown=False,
        ),
        Column(
            name="head",
            label="Head",
            kind="person",
            value=lambda row: row.head.name if row.head else "",
        ),
        Column(name="contact", label="Contact"),
        IN_USE,
    ),
    filters=(
        Filter(name="q", label="Name", column="name"),
        Filter(
            name="hospital",
            label="Hospital",
            kind="choice",
            column="hospital_id",
            choices=lambda actor: _as_text(queries.hospital_choices()),
        ),
        Filter(
            name="discipline",
            label="Discipline",
            kind="choice",
            column="discipline_id",
            choices=lambda actor: _as_text(queries.discipline_choices()),
        ),
    ),
    order="name",
    load=(
        joinedload(Department.hospital).load_only(Hospital.name),
        joinedload(Department.discipline).load_only(Discipline.name),
        joinedload(Department.head).options(queries.NAMES),
    ),
    searched=Searched(title=("name",), body=("hospital",), through=("hospital_id",)),
    rules=DEPARTMENT_RULES,
    form=DepartmentForm,
    labels={
        "is_active": "In use",
        "hospital_id": "Hospital",
        "discipline_id": "Discipline",
        "head_id": "Head",
    },
    empty="Add the departments of a hospital.",
)
