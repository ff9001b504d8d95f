"""Invented hospitals with their departments, and eight rotations of every PG: some past, one now, others to come."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.rotations.models import Department, Discipline, Hospital, Rotation
from plugins.users.models import User
from sims.database import db
from sims.demo import Act, Scale, progress

HOSPITALS = (
    ("Hillside University Hospital", "HUH", "12 College Road"),
    ("Canal Road General Hospital", "CRG", "3 Canal Road"),
    ("Lakeview District Hospital", "LDH", "Lakeview, north gate"),
)
DEPARTMENTS = {
    "General Surgery": "Elective and emergency lists, two clinics a week, ward rounds with a consultant every day.",
    "Emergency": "Resuscitation, minor procedures, first decision on who needs theatre.",
    "Paediatric Surgery": "Hernia and appendix lists, neonatal emergencies with the consultant.",
    "Urology": "Cystoscopy lists, stones, retention and torsion on call.",
    "Vascular Surgery": "Access surgery, diabetic foot clinic, amputations.",
    "Internal Medicine": "Two wards, bedside procedures, evening admissions.",
    "Intensive Care": "Lines, airways, ventilation, family talks.",
}
CODES = ("GS", "EM", "PS", "URO", "VS", "IM", "ICU")
"""What the departments are, whatever hospital they are in: the codes of the disciplines, in the same order."""

HOME = {"General Surgery": "General Surgery", "Medicine": "Internal Medicine"}
ELSEWHERE = {
    "General Surgery": ("Emergency", "Paediatric Surgery", "Urology", "Vascular Surgery", "Intensive Care"),
    "Medicine": ("Emergency", "Intensive Care"),
}  # fmt: skip
WEEKS, HOME_WEEKS = (4, 8, 8, 12), (26, 32, 40)
"""Rotations last 4–12 weeks, the home unit 6–12 months (facts.md)."""
EACH = 8
"""Rotations of a PG: at least 120 weeks from at most two years ago, so that one always is today."""

FEEDBACK = (
    "Punctual, kind to patients, grew into leading the ward round.",
    "Good hands. Read more before elective lists.",
    "Reliable on call; notes were complete every morning.",
    "Met the objectives. Present one audit next time.",
)
REASONS = ("The unit closes for repairs.", "Examination leave.", "Too many PGs there at that time.")


def fill(scale: Scale) -> None:
    """Hospitals with their departments, and for each PG the rotations that follow one another."""
    when = scale.moment(scale.anchor - timedelta(days=2500), 9)
    office = db.session.scalar(sa.select(sa.func.min(User.id)).where(User.role == "admin"))
    stamp = {"created_at": when, "updated_at": when, "version": 1, "created_by_id": office}
    hospitals = [
        {"id": number, **stamp, "name": name, "code": code, "address": address, "phone": "", "email": f"{code.lower()}@example.com",
         "website": "", "is_active": True}
        for number, (name, code, address) in zip(scale.ids(Hospital, len(HOSPITALS)), HOSPITALS, strict=True)
    ]  # fmt: skip
    disciplines = [
        {"id": number, **stamp, "code": code, "name": name, "description": "", "is_active": True}
        for number, code, name in zip(
            scale.ids(Discipline, len(CODES)), CODES, DEPARTMENTS, strict=True
        )
    ]
    kinds = {row["name"]: row["id"] for row in disciplines}
    places = [(hospital["id"], name) for hospital in hospitals for name in DEPARTMENTS]
    departments = [
        {"id": number, **stamp, "hospital_id": hospital, "discipline_id": kinds[name], "name": name, "head_id": None, "contact": "",
         "objectives": DEPARTMENTS[name], "required_skills": "", "is_active": True}
        for number, (hospital, name) in zip(scale.ids(Department, len(places)), places, strict=True)
    ]  # fmt: skip
    scale.store(Hospital, [[(when, office, row)] for row in hospitals])
    scale.store(Discipline, [[(when, office, row)] for row in disciplines])
    scale.store(Department, [[(when, office, row)] for row in departments])
    supervisors = _supervisors()
    people = db.session.execute(
        sa.select(User.id, User.specialty, User.supervisor_id, User.created_at)
        .where(User.role == "pg")
        .order_by(User.id)
    ).all()
    lives = [
        life
        for pg in progress(people, "rotations", len(people))
        for life in _of(scale, pg, departments, supervisors.get(pg.specialty, []), office)
    ]
    scale.store(Rotation, lives)


def _supervisors() -> dict[str, list[int]]:
    """The ids of the supervisors of each specialty."""
    rows = db.session.execute(
        sa.select(User.specialty, User.id).where(User.role == "supervisor").order_by(User.id)
    )
    found: dict[str, list[int]] = {}
    for specialty, number in rows:
        found.setdefault(specialty, []).append(number)
    return found


def _of(
    scale: Scale,
    pg: Any,
    departments: list[dict[str, Any]],
    supervisors: list[int],
    office: int | None,
) -> Iterator[list[Act]]:
    """One PG's rotations: planned by the office, begun and ended when their dates came."""
    start = max(pg.created_at.date(), scale.anchor - timedelta(days=730 - scale.rng.randrange(60)))
    at_home = scale.rng.random() < 0.5
    for _ in range(EACH):
        weeks = scale.rng.choice(HOME_WEEKS if at_home else WEEKS)
        end = start + timedelta(weeks=weeks, days=-1)
        names = (HOME[pg.specialty],) if at_home else ELSEWHERE[pg.specialty]
        name = scale.rng.choice(names)
        department = scale.rng.choice([row for row in departments if row["name"] == name])
        elsewhere = not at_home and supervisors
        supervisor = scale.rng.choice(supervisors) if elsewhere else pg.supervisor_id
        yield _life(scale, pg, department, supervisor, start, end, office)
        start, at_home = end + timedelta(days=1), not at_home


def _life(
    scale: Scale,
    pg: Any,
    department: dict[str, Any],
    supervisor: int,
    start: date,
    end: date,
    office: int | None,
) -> list[Act]:
    """What happened to one rotation: planned before it began, perhaps cancelled, else moved on by the calendar."""
    [number] = scale.ids(Rotation, 1)
    lately = scale.present - timedelta(days=scale.rng.randrange(20, 60))
    planned = max(
        pg.created_at + timedelta(hours=1),
        min(scale.moment(start - timedelta(days=30), 11), lately),
    )
    row = {
        "id": number, "created_at": planned, "updated_at": planned, "version": 1, "created_by_id": office,
        "pg_id": pg.id, "department_id": department["id"], "hospital_id": department["hospital_id"],
        "supervisor_id": supervisor, "start_date": start, "end_date": end, "status": "planned",
        "objectives": "Take part in every list and on-call of the department.", "learning_outcomes": "",
        "requirements": "", "feedback": "", "notes": "", "approved_by_id": office, "approved_at": planned,
    }  # fmt: skip
    if start > scale.anchor and scale.rng.random() < 0.3:
        row |= {"status": "pending", "approved_by_id": None, "approved_at": None}
    life: list[Act] = [(planned, office, row)]
    if start > scale.anchor and scale.rng.random() < 0.1:
        when = planned + timedelta(days=scale.rng.randrange(1, 15))
        reason = f"Cancelled: {scale.rng.choice(REASONS)}"
        gone = {"status": "cancelled", "notes": reason, "version": 2, "updated_at": when}
        life.append((when, office, {**row, **gone}))
    if start <= scale.anchor:
        begun = max(scale.moment(start, 0), planned + timedelta(hours=1))
        life.append((begun, None, {**row, "status": "ongoing", "version": 2, "updated_at": begun}))
    if end < scale.anchor:
        ended = scale.moment(end + timedelta(days=1), 0)
        done = {"status": "completed", "version": 3, "updated_at": ended}
        done["feedback"] = scale.rng.choice(FEEDBACK) if scale.rng.random() < 0.7 else ""
        life.append((ended, None, {**row, **done}))
    return life
