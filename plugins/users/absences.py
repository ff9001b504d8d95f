"""Supervisors who are away and who stands in for them: rules, reads, planning and ending (docs/decisions/0006)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import joinedload

from plugins.users import queries
from plugins.users.events import AbsenceEnded, AbsencePlanned
from plugins.users.models import Absence, User
from sims.actor import Actor
from sims.clock import today
from sims.contracts import Record, Rule
from sims.database import db, flush
from sims.errors import Denied, Problem
from sims.events import publish
from sims.permissions import allowed
from sims.records import clean
from sims.rules import enforce

SOURCE = "docs/decisions/0006-deputies.md"


# -- reads -------------------------------------------------------------------------------------------


def acts_for(actor: Actor) -> frozenset[int]:
    """The ids of those whose supervisor's part `actor` plays today: their own, and of everybody they stand in for.

    One small query a request; none for somebody who is no supervisor.
    """
    if actor.role != "supervisor":
        return frozenset({actor.id})
    day = today()
    known: dict[tuple[int, date], frozenset[int]] = g.setdefault("acts_for", {})
    if (actor.id, day) not in known:
        away = sa.select(Absence.person_id).where(Absence.deputy_id == actor.id, _on(day))
        known[actor.id, day] = frozenset({actor.id, *db.session.scalars(away)})
    return known[actor.id, day]


def deputies(ids: Iterable[int], day: date) -> Mapping[int, int]:
    """Who of these people is away on `day`, and who stands in for each; without deputies who have left."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    query = (
        sa.select(Absence.person_id, Absence.deputy_id)
        .join(User, User.id == Absence.deputy_id)
        .where(Absence.person_id.in_(wanted), _on(day), User.role == "supervisor", queries.MAY_ACT)
    )
    return {row.person_id: row.deputy_id for row in db.session.execute(query)}


def coming(person_id: int) -> list[Absence]:
    """The absences of this person that are not over, the next one first; names loaded."""
    query = sa.select(Absence).where(Absence.person_id == person_id, Absence.until >= today())
    named = joinedload(Absence.deputy).options(queries.NAMES)
    return list(db.session.scalars(query.options(named).order_by(Absence.since)))


def standing_in(person_id: int) -> list[Absence]:
    """The absences of others in which this person stands in, now or later; names loaded."""
    query = sa.select(Absence).where(Absence.deputy_id == person_id, Absence.until >= today())
    named = joinedload(Absence.absent).options(queries.NAMES)
    return list(db.session.scalars(query.options(named).order_by(Absence.since)))


def shown(person: User, actor: Actor) -> dict[str, Any]:
    """What a page about this person says of it: their absences, for whom they stand in, and who may plan."""
    if person.role != "supervisor" or not may_plan(actor, person):
        return {"absences": [], "stands_in": [], "may_plan": False}
    found = {"absences": coming(person.id), "stands_in": standing_in(person.id)}
    return {**found, "may_plan": True}


def may_plan(actor: Actor, person: User) -> bool:
    """Whether `actor` says when this person is away: they themselves, and the programme office."""
    own = actor.id == person.id or allowed(actor, "users.user.manage")
    return own and person.role == "supervisor" and allowed(actor, "users.absence.plan")


def _on(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(Absence.until >= day, Absence.since <= day)


def _meets(absence: Absence, **whose: int | None) -> bool:
    """Whether another absence of (or for) these people has a day in common with this one."""
    query = sa.select(Absence.id).where(
        Absence.since <= absence.until,
        Absence.until >= absence.since,
        Absence.id != (absence.id or 0),
        *(getattr(Absence, name) == number for name, number in whose.items()),
    )
    return db.session.scalar(query.limit(1)) is not None


# -- rules -------------------------------------------------------------------------------------------


def _role(person_id: int | None) -> str:
    """The role of somebody whose account is open, else nothing."""
    person = db.session.get(User, person_id or 0)
    return person.role if person and person.may_act else ""


RULES = (
    Rule(code="users.absence.person", fields=("person_id",), source=SOURCE,
         message="Only a supervisor needs a deputy.",
         holds=lambda row: _role(row.person_id) == "supervisor"),
    Rule(code="users.absence.deputy", fields=("deputy_id",), source=SOURCE,
         message="Choose a supervisor whose account is open.",
         holds=lambda row: _role(row.deputy_id) == "supervisor"),
    Rule(code="users.absence.somebody_else", fields=("deputy_id",), source=SOURCE,
         message="Nobody stands in for themself. Choose somebody else.",
         holds=lambda row: row.deputy_id != row.person_id),
    Rule(code="users.absence.order", fields=("until",), source=SOURCE,
         message="The last day lies before the first. Enter the last day away.",
         holds=lambda row: row.until >= row.since),
    Rule(code="users.absence.not_over", fields=("until",), source=SOURCE,
         message="The last day has passed. Nobody can stand in for days that are over.",
         holds=lambda row: row.until >= today()),
    Rule(code="users.absence.overlap", fields=("since", "until"), source=SOURCE,
         message="There is an absence in these days already. End that one first, or choose other days.",
         holds=lambda row: not _meets(row, person_id=row.person_id)),
    Rule(code="users.absence.chain", fields=("deputy_id",), source=SOURCE,
         message="This deputy is away in these days too. Choose somebody who is there.",
         holds=lambda row: not _meets(row, person_id=row.deputy_id)),
    Rule(code="users.absence.stands_in", fields=("since",), source=SOURCE, severity="warning",
         message="In these days this supervisor stands in for somebody else, whom nobody answers for then. Tell the "
                 "programme office, so that they find another deputy.",
         holds=lambda row: not _meets(row, deputy_id=row.person_id)),
)  # fmt: skip

ABSENCE = Record(
    name="users.absence",
    model=Absence,
    label="absence",
    plural="absences",
    title=lambda row: f"{row.since} to {row.until}",
    endpoint="users.user",
    owner="person_id",
    rules=RULES,
)
"""What a valid absence is. It has no pages of its own, so no plugin provides it: it stands on its person's page."""


# -- writes ------------------------------------------------------------------------------------------


def plan(
    person: User, values: Mapping[str, Any], *, actor: Actor
) -> tuple[Absence, tuple[Problem, ...]]:
    """Write down when `person` is away and who stands in (`deputy_id`, `since`, `until`, `note`).

    The deputy is told. Raises `Denied`, `Invalid`.
    """
    require(actor, person)
    absence = Absence(
        person_id=person.id,
        **{name: clean(values.get(name)) for name in ("deputy_id", "since", "until")},
        note=clean(values.get("note") or ""),
    )
    # Two plans for the same people wait for one another, so that neither misses the other's days.
    both = sa.select(User.id).where(User.id.in_([person.id, absence.deputy_id or 0]))
    db.session.execute(both.order_by(User.id).with_for_update())
    with db.session.no_autoflush:
        warnings = enforce(ABSENCE, absence)
    db.session.add(absence)
    flush()
    g.pop("acts_for", None)
    publish(AbsencePlanned(**_told(absence, actor)))
    return absence, warnings


def end(person: User, absence_id: int, *, actor: Actor) -> None:
    """`person` is back: their absence ended yesterday, or never was. One that is over stays as it is.

    The deputy is told. Raises `Denied`.
    """
    require(actor, person)
    for absence in coming(person.id):
        if absence.id == absence_id:
            publish(AbsenceEnded(**_told(absence, actor)))
            if absence.since < today():
                absence.until = today() - timedelta(days=1)
            else:
                db.session.delete(absence)
    flush()
    g.pop("acts_for", None)


def require(actor: Actor, person: User) -> None:
    """Raise `Denied` unless `actor` says when this person is away."""
    if not may_plan(actor, person):
        raise Denied("Supervisors say when they are away themselves, or the programme office does.")


def _told(absence: Absence, actor: Actor) -> dict[str, Any]:
    return {
        "actor_id": actor.id,
        "person_id": absence.person_id,
        "deputy_id": absence.deputy_id,
        "since": absence.since,
        "until": absence.until,
    }
