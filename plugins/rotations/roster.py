"""The reads behind the calendar: which PGs have a row in it, and their rotations. Only what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, load_only

from plugins.rotations.models import Department, Hospital, Rotation
from plugins.rotations.queries import department
from plugins.rotations.records import ROTATION
from plugins.users.models import User
from plugins.users.queries import NAMES, called
from sims import access
from sims.actor import Actor
from sims.database import db
from sims.errors import Missing

PAGE = 50
"""PGs on one page."""
ORDER = (User.last_name, User.first_name, User.id)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the calendar is narrowed to; `after` and `before` name the PG the page begins behind or ends before."""

    pg_id: int | None = None
    department_id: int | None = None
    name: str = ""
    cancelled: bool = False
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Roster:
    """The PGs of one page, each with their rotations of the days asked for, oldest first."""

    rows: list[tuple[User, list[Rotation]]]
    more_before: bool
    more_after: bool

    @property
    def rotations(self) -> list[Rotation]:
        """All rotations of the page."""
        return [rotation for _, theirs in self.rows for rotation in theirs]


def roster(actor: Actor, asked: Asked, first: date, last: date) -> Roster:
    """A page of PGs with their rotations between two days: four queries at most, however many there are.

    Without a department, PGs without any rotation in these days have their (empty) row too.
    """
    people, more_before, more_after = _people(actor, asked, first, last)
    stays = _stays(actor, asked, first, last).where(
        Rotation.pg_id.in_([person.id for person in people])
    )
    by_pg: dict[int, list[Rotation]] = {person.id: [] for person in people}
    query = stays.order_by(Rotation.start_date, Rotation.id).options(
        load_only(Rotation.pg_id, Rotation.start_date, Rotation.end_date, Rotation.status),
        joinedload(Rotation.department).load_only(Department.name),
        joinedload(Rotation.hospital).load_only(Hospital.name),
        joinedload(Rotation.pg).options(NAMES),
    )
    for rotation in db.session.scalars(query):
        by_pg[rotation.pg_id].append(rotation)
    return Roster([(person, by_pg[person.id]) for person in people], more_before, more_after)


def find_pg(actor: Actor, person_id: int) -> User:
    """A PG whose calendar the actor may see. Raises `Missing`."""
    known = sa.or_(User.id.in_(_own(actor)), User.id.in_(_seen(actor)))
    query = sa.select(User).where(User.id == person_id, User.role == "pg", known).options(NAMES)
    person = db.session.scalar(query)
    if person is None:
        raise Missing(f"There is no PG number {person_id} that you may see.")
    return person


def find_department(department_id: int) -> Department:
    """A department with its hospital. Raises `Missing`."""
    found = department(department_id)
    if found is None:
        raise Missing(f"There is no department number {department_id}.")
    return found


def _people(
    actor: Actor, asked: Asked, first: date, last: date
) -> tuple[Sequence[User], bool, bool]:
    """The PGs of this page, whether any come before them, whether any come after."""
    there = _stays(actor, asked, first, last, Rotation.pg_id)
    query = sa.select(User).where(User.role == "pg").options(NAMES)
    if asked.pg_id is not None:
        query = query.where(User.id == asked.pg_id)
    elif asked.department_id is not None:
        query = query.where(User.id.in_(there))
    else:
        staying = sa.and_(User.id.in_(_own(actor)), ~User.is_archived)
        query = query.where(sa.or_(staying, User.id.in_(there)))
    if asked.name:
        query = query.where(User.id.in_(called(asked.name)))
    edge, backwards = asked.after, False
    if asked.before is not None:
        edge, backwards = asked.before, True
    if edge is not None:
        other = aliased(User)
        names = (other.last_name, other.first_name, other.id)
        bound = sa.select(*names).where(other.id == edge).scalar_subquery()
        pair = sa.tuple_(*ORDER)
        query = query.where(pair < bound if backwards else pair > bound)
    order: tuple[Any, ...] = tuple(key.desc() for key in ORDER) if backwards else ORDER
    people = db.session.scalars(query.order_by(*order).limit(PAGE + 1)).all()
    more, people = len(people) > PAGE, people[:PAGE]
    if backwards:
        return people[::-1], more, True
    return people, edge is not None, more


def _stays(actor: Actor, asked: Asked, first: date, last: date, *columns: Any) -> sa.Select[Any]:
    """The visible rotations that touch these days, narrowed as asked."""
    query = access.visible(ROTATION, actor, *columns).where(
        Rotation.start_date <= last, Rotation.end_date >= first
    )
    if asked.pg_id is not None:
        query = query.where(Rotation.pg_id == asked.pg_id)
    if asked.department_id is not None:
        query = query.where(Rotation.department_id == asked.department_id)
    if not asked.cancelled:
        query = query.where(Rotation.status != "cancelled")
    return query


def _own(actor: Actor) -> sa.Select[Any]:
    """The ids of the people whose own page the actor may see."""
    return access.visible(access.record_named("users.user"), actor, User.id)


def _seen(actor: Actor) -> sa.Select[Any]:
    """The ids of the PGs of whom the actor may see a rotation."""
    return access.visible(ROTATION, actor, Rotation.pg_id)
