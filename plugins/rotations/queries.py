"""Every read of rotations that is more than their lists."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import contains_eager, joinedload

from plugins.rotations.models import TAKEN, Department, Discipline, Hospital, Rotation
from plugins.users.models import User
from plugins.users.queries import NAMES
from sims.actor import Actor
from sims.clock import today
from sims.database import db
from sims.web.templating import plain_date

FEW = 3
Coded = TypeVar("Coded", Hospital, Discipline)


def current(pg_id: int, day: date | None = None) -> Rotation | None:
    """The rotation that fills this PG's calendar on `day` (default: today), its place loaded; or None."""
    day = day or today()
    query = _placed().where(
        Rotation.pg_id == pg_id,
        Rotation.status.in_(TAKEN),
        Rotation.start_date <= day,
        Rotation.end_date >= day,
    )
    return db.session.scalar(query.order_by(Rotation.start_date).limit(1))


def coming(pg_id: int) -> Sequence[Rotation]:
    """The rotation of today and the next ones of this PG, in order; read once a request."""
    known: dict[int, Sequence[Rotation]] = g.setdefault("rotations_coming", {})
    if pg_id not in known:
        query = _placed().where(
            Rotation.pg_id == pg_id, Rotation.status.in_(TAKEN), Rotation.end_date >= today()
        )
        known[pg_id] = db.session.scalars(query.order_by(Rotation.start_date).limit(FEW)).all()
    return known[pg_id]


def places(actor: Actor) -> list[str]:
    """Where things happen, for pick lists: the actor's present department first, then all in use by name."""
    rows = db.session.execute(
        sa.select(Department.id, Department.name, Hospital.name.label("hospital"))
        .join(Hospital, Hospital.id == Department.hospital_id)
        .where(Department.is_active, Hospital.is_active)
        .order_by(Hospital.name, Department.name)
    ).all()
    here = current(actor.id)
    first = [row for row in rows if here and row.id == here.department_id]
    rest = [row for row in rows if row not in first]
    return [f"{row.name}, {row.hospital}" for row in (*first, *rest)]


def department_choices(kept: int | None = None) -> list[tuple[int, str]]:
    """The departments in use (and `kept`), hospital by hospital."""
    query = (
        sa.select(Department.id, Department.name, Hospital.name.label("hospital"))
        .join(Hospital, Hospital.id == Department.hospital_id)
        .where(sa.or_(sa.and_(Department.is_active, Hospital.is_active), Department.id == kept))
        .order_by(Hospital.name, Department.name)
    )
    return [(row.id, f"{row.hospital}: {row.name}") for row in db.session.execute(query)]


def department_names(ids: Iterable[int]) -> Mapping[int, str]:
    """The names of these departments with their hospitals, those out of use too."""
    query = (
        sa.select(Department.id, Department.name, Hospital.name.label("hospital"))
        .join(Hospital, Hospital.id == Department.hospital_id)
        .where(Department.id.in_(set(ids)))
    )
    return {row.id: f"{row.name}, {row.hospital}" for row in db.session.execute(query)}


def hospital_choices(kept: int | None = None) -> list[tuple[int, str]]:
    """The hospitals in use (and `kept`), by name."""
    query = (
        sa.select(Hospital.id, Hospital.name)
        .where(sa.or_(Hospital.is_active, Hospital.id == kept))
        .order_by(Hospital.name)
    )
    return [(row.id, row.name) for row in db.session.execute(query)]


def discipline_choices(kept: int | None = None) -> list[tuple[int, str]]:
    """The disciplines in use (and `kept`), by name."""
    query = (
        sa.select(Discipline.id, Discipline.name)
        .where(sa.or_(Discipline.is_active, Discipline.id == kept))
        .order_by(Discipline.name)
    )
    return [(row.id, row.name) for row in db.session.execute(query)]


def departments_in(discipline: Discipline) -> Sequence[Department]:
    """All departments of a discipline, their hospitals loaded, by hospital."""
    query = (
        sa.select(Department)
        .join(Department.hospital)
        .where(Department.discipline_id == discipline.id)
        .options(contains_eager(Department.hospital))
    )
    return db.session.scalars(query.order_by(Hospital.name, Department.name)).all()


def departments_of(hospital: Hospital) -> Sequence[Department]:
    """All departments of a hospital, by name."""
    query = sa.select(Department).where(Department.hospital_id == hospital.id)
    return db.session.scalars(query.order_by(Department.name)).all()


def department(department_id: int | None) -> Department | None:
    """A department with its hospital, or None."""
    query = sa.select(Department).where(Department.id == department_id)
    return db.session.scalar(query.options(joinedload(Department.hospital)))


def by_code(model: type[Coded], codes: Iterable[str | None]) -> dict[str, Coded]:
    """The hospitals (or disciplines) with these codes, whatever case, by the code in small letters. One query."""
    wanted = {code.lower() for code in codes if code}
    if not wanted:
        return {}
    query = sa.select(model).where(sa.func.lower(model.code).in_(wanted))
    return {row.code.lower(): row for row in db.session.scalars(query)}


def departments_by_hospital(hospital_ids: Iterable[int]) -> dict[int, list[Department]]:
    """All departments of these hospitals, their disciplines loaded, by name. One query."""
    query = sa.select(Department).where(Department.hospital_id.in_(list(hospital_ids)))
    found: dict[int, list[Department]] = {}
    load = joinedload(Department.discipline).load_only(Discipline.code)
    for row in db.session.scalars(query.options(load).order_by(Department.name)):
        found.setdefault(row.hospital_id, []).append(row)
    return found


def rotation_choices(actor: Actor) -> list[tuple[int, str]]:
    """The actor's rotations, the newest first."""
    query = (
        sa.select(Rotation.id, Rotation.start_date, Rotation.end_date, Department.name)
        .join(Department, Department.id == Rotation.department_id)
        .where(Rotation.pg_id == actor.id, Rotation.status != "cancelled")
        .order_by(Rotation.start_date.desc())
    )
    return [
        (row.id, f"{row.name}, {plain_date(row.start_date)} – {plain_date(row.end_date)}")
        for row in db.session.execute(query)
    ]


def of_rotations_supervised(rotation_id: Any, person_id: int) -> sa.ColumnElement[bool]:
    """The condition "in a rotation this person supervises" on the column `rotation_id` (domain.md, who sees what)."""
    return rotation_id.in_(sa.select(Rotation.id).where(Rotation.supervisor_id == person_id))


def overlapping(rotation: Rotation) -> Rotation | None:
    """Another rotation in this PG's calendar that shares a day with this one, or None."""
    query = sa.select(Rotation).where(
        Rotation.pg_id == rotation.pg_id,
        Rotation.id != (rotation.id or 0),
        Rotation.status.in_(TAKEN),
        Rotation.start_date <= rotation.end_date,
        Rotation.end_date >= rotation.start_date,
    )
    return db.session.scalar(query.limit(1))


def lock_calendar(pg_id: int) -> None:
    """Until this transaction ends, nobody else plans this PG's rotations. (SQLite has one writer anyway.)"""
    person = sa.select(User.id).where(User.id == pg_id)
    db.session.execute(person.with_for_update(key_share=True))


def people(text: str, role: str, limit: int = 8) -> Sequence[User]:
    """The people of a role whose name or username has every word of `text`, by name."""
    whole = User.first_name + " " + User.last_name + " " + User.username
    words = [whole.icontains(word, autoescape=True) for word in text.split()]
    if not words:
        return []
    query = sa.select(User).where(User.role == role, User.is_active, ~User.is_archived, *words)
    return db.session.scalars(query.order_by(User.last_name, User.first_name).limit(limit)).all()


def person_named(text: str, role: str) -> int | None:
    """The id of the one person of a role called `text`: "Name (username)", a username, or a full name."""
    text = text.strip()
    username = text[:-1].rpartition("(")[2] if text.endswith(")") else text
    name = User.first_name + " " + User.last_name
    query = sa.select(User.id, User.username).where(
        User.role == role,
        sa.or_(
            sa.func.lower(User.username) == username.lower(),
            sa.and_(sa.func.lower(name) == text.lower(), ~User.is_archived),
        ),
    )
    rows: Sequence[Any] = db.session.execute(query.limit(3)).all()
    exact = [row for row in rows if row.username.lower() == username.lower()]
    found = exact or rows
    return found[0].id if len(found) == 1 else None


def person_label(person_id: int) -> str:
    """A person as `person_named` reads them back."""
    query = sa.select(User).where(User.id == person_id).options(NAMES)
    person = db.session.scalar(query)
    return f"{person.name} ({person.username})" if person else ""


def _placed() -> sa.Select:
    return sa.select(Rotation).options(
        joinedload(Rotation.department).load_only(Department.name),
        joinedload(Rotation.hospital).load_only(Hospital.name),
        joinedload(Rotation.supervisor).options(NAMES),
    )
