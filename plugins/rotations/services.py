"""Every write to rotations."""

from collections.abc import Mapping
from typing import Any

from plugins.rotations import queries
from plugins.rotations.models import Rotation
from plugins.rotations.records import DEPARTMENT, ROTATION
from plugins.rotations.rules import OVERLAP
from sims import records, workflow
from sims.actor import Actor
from sims.errors import Denied, Invalid, Problem
from sims.records import clean

OVER = ("completed", "cancelled")


def create_rotation(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[Rotation, tuple[Problem, ...]]:
    """A proposed rotation. The hospital, where `values` names none, is the department's.

    Raises `Denied`, `Invalid`.
    """
    return records.create(ROTATION, _placed(values), actor=actor)


def create_planned(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[Rotation, tuple[Problem, ...]]:
    """A rotation that is planned at once; where it can't be planned, it isn't made either.

    Raises `Denied`, `Invalid`.
    """
    days = (values["start_date"], values["end_date"])
    if not OVERLAP.holds(
        Rotation(pg_id=values["pg_id"], start_date=days[0], end_date=days[1], status="planned")
    ):
        raise Invalid([Problem(code=OVERLAP.code, message=OVERLAP.message, fields=OVERLAP.fields)])
    rotation, warnings = create_rotation(values, actor=actor)
    workflow.move(ROTATION, rotation, "plan", actor=actor)
    return rotation, warnings


def change_rotation(
    rotation: Rotation, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """Change a rotation. Raises `Denied`, `Conflict`, `Invalid`."""
    if "department_id" in values:
        values = _placed(values)
    return records.change(ROTATION, rotation, values, actor=actor, version=version)


def change_supervisor(
    rotation: Rotation, supervisor_id: int, *, reason: str = "", actor: Actor
) -> tuple[Problem, ...]:
    """Give a rotation another supervisor; a reason is added to its notes. Returns the warnings.

    Raises `Denied` (not theirs to do, or it is over: who supervised it stays), `Invalid`.
    """
    if rotation.status in OVER:
        label = ROTATION.flow.status(rotation.status).label.lower()
        raise Denied(f"It is {label}, so its supervisor stays.")
    values: dict[str, Any] = {"supervisor_id": supervisor_id}
    if reason := clean(reason):
        values["notes"] = f"{rotation.notes}\nAnother supervisor: {reason}".strip()
    return records.change(ROTATION, rotation, values, actor=actor)


def _placed(values: Mapping[str, Any]) -> dict[str, Any]:
    department = queries.department(values.get("department_id"))
    if department is None:
        problem = Problem(
            code=f"{DEPARTMENT.name}.missing",
            message="Choose a department from the list.",
            fields=("department_id",),
        )
        raise Invalid([problem])
    hospital = {"hospital_id": department.hospital_id}
    return {**hospital, **values, "department": department}
