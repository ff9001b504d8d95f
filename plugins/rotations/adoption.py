"""Hospitals, departments and rotations of a Django SIMS."""

from collections.abc import Mapping
from typing import Any

from plugins.rotations.models import Department, Hospital, Rotation
from sims.adopting.old import Old, carry, stamps
from sims.contracts import Adopted

DUTIES = ("objectives", "learning_outcomes", "requirements", "feedback", "notes")


def hospital(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A hospital."""
    columns = ("name", "code", "address", "phone", "email", "website", "is_active")
    return dict(carry(row, *columns)) | stamps(row)


def department(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A department of a hospital."""
    columns = (
        "name",
        "hospital_id",
        "head_id",
        "contact",
        "objectives",
        "required_skills",
        "is_active",
    )
    return dict(carry(row, *columns)) | stamps(row)


def rotation(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A rotation; its hospital is the department's where none is said. Nobody is told that it began or ended."""
    department = old.all("rotations_department").get(row["department_id"])
    if department is None:
        raise ValueError(f"Its department {row['department_id']} is not there.")
    columns = (
        "pg_id",
        "department_id",
        "supervisor_id",
        "start_date",
        "end_date",
        "status",
        "approved_by_id",
        "approved_at",
    )
    over = row["status"] in ("ongoing", "completed", "cancelled")
    return {
        **dict(carry(row, *columns, *DUTIES)),
        "hospital_id": row.get("hospital_id") or department["hospital_id"],
        "start_told": row["start_date"] if over else None,
        "end_told": row["end_date"] if over else None,
        **stamps(row),
    }


ADOPTED = (
    Adopted(source="rotations_hospital", model=Hospital, values=hospital),
    Adopted(source="rotations_department", model=Department, values=department),
    Adopted(
        source="rotations_rotation",
        model=Rotation,
        values=rotation,
        history="rotations_historicalrotation",
    ),
)
