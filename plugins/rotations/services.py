"""Every write to rotations."""

from collections.abc import Mapping
from typing import Any

from plugins.rotations import queries
from plugins.rotations.models import Rotation
from plugins.rotations.records import DEPARTMENT, ROTATION
from sims import records
from sims.actor import Actor
from sims.errors import Invalid, Problem


def create_rotation(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[Rotation, tuple[Problem, ...]]:
    """A proposed rotation. The hospital, where `values` names none, is the department's.

    Raises `Denied`, `Invalid`.
    """
    return records.create(ROTATION, _placed(values), actor=actor)


def change_rotation(
    rotation: Rotation, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """Change a rotation. Raises `Denied`, `Conflict`, `Invalid`."""
    if "department_id" in values:
        values = _placed(values)
    return records.change(ROTATION, rotation, values, actor=actor, version=version)


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
