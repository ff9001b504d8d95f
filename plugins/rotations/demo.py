"""Invented hospitals with their departments, and the rotations of every PG: some past, one now, one to come."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from plugins.rotations.models import Department, Hospital, Rotation
from plugins.users.models import User
from sims.database import db
from sims.demo import Scale, moment, progress

HOSPITALS = (
    ("Hillside University Hospital", "HUH"),
    ("Canal Road General Hospital", "CRG"),
    ("Lakeview District Hospital", "LDH"),
)
DEPARTMENTS = (
    "General Surgery",
    "Emergency",
    "Paediatric Surgery",
    "Urology",
    "Vascular Surgery",
    "Internal Medicine",
    "Intensive Care",
)
WEEKS = (8, 12, 12, 16)
"""Lengths of rotations; 4–12 weeks are usual, the home unit takes longer (facts.md)."""


def fill(scale: Scale) -> None:
    """Hospitals and departments of this size, and four rotations a PG that follow one another."""
    when = moment(scale.anchor - timedelta(days=1200), 6)
    stamp = {"created_at": when, "updated_at": when, "version": 1, "created_by_id": None}
    hospitals = [
        {"id": number, "name": name, "code": code, "address": "", "phone": "", "email": "", "website": "", "is_active": True, **stamp}
        for number, (name, code) in zip(scale.ids(Hospital, len(HOSPITALS)), HOSPITALS, strict=True)
    ]  # fmt: skip
    scale.insert(Hospital, hospitals)
    scale.history(Hospital, hospitals, scale.transactions([(when, None)] * len(hospitals)))
    places = [(hospital["id"], name) for hospital in hospitals for name in DEPARTMENTS]
    departments = [
        {"id": number, "hospital_id": hospital, "name": name, "head_id": None, "contact": "",
         "objectives": "", "required_skills": "", "is_active": True, **stamp}
        for number, (hospital, name) in zip(scale.ids(Department, len(places)), places, strict=True)
    ]  # fmt: skip
    scale.insert(Department, departments)
    scale.history(Department, departments, scale.transactions([(when, None)] * len(departments)))
    people = db.session.execute(
        sa.select(User.id, User.supervisor_id).where(User.role == "pg").order_by(User.id)
    ).all()
    rows: list[dict[str, Any]] = []
    for pg in progress(people, "rotations", len(people)):
        rows += _of(scale, pg, departments)
    scale.insert(Rotation, rows)
    scale.history(Rotation, rows, scale.transactions([(row["created_at"], None) for row in rows]))


def _of(scale: Scale, pg: Any, departments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    start = scale.anchor - timedelta(days=scale.rng.randrange(230, 300))
    rows = []
    for place in range(5):
        weeks = scale.rng.choice(WEEKS)
        end = start + timedelta(weeks=weeks) - timedelta(days=1)
        department = scale.rng.choice(departments)
        if end < scale.anchor:
            status = "completed"
        elif start <= scale.anchor:
            status = "ongoing"
        else:
            status = "planned"
        when = moment(min(start - timedelta(days=30), scale.anchor), 7)
        [number] = scale.ids(Rotation, 1)
        rows.append(
            {
                "id": number, "created_at": when, "updated_at": when, "version": 1, "created_by_id": None,
                "pg_id": pg.id, "department_id": department["id"], "hospital_id": department["hospital_id"],
                "supervisor_id": pg.supervisor_id, "start_date": start, "end_date": end, "status": status,
                "objectives": "Take part in every list and on-call of the department.", "learning_outcomes": "",
                "requirements": "", "feedback": "", "notes": "", "approved_by_id": None, "approved_at": None,
            }
        )  # fmt: skip
        start = end + timedelta(days=1)
        if status == "planned" or place == 4:
            break
    return rows
