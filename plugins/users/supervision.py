"""Who supervises whom: the primary supervisor, co-supervisors, and the history of both."""

from collections.abc import Callable
from typing import Any

from plugins.users import queries
from plugins.users.events import SupervisorChanged
from plugins.users.models import Supervision, User
from plugins.users.records import USER
from sims.actor import Actor
from sims.clock import today
from sims.database import db, flush
from sims.errors import Denied, Invalid, Problem
from sims.events import Changed, publish
from sims.permissions import allowed
from sims.records import about, clean
from sims.review import hand_over
from sims.rules import enforce


def assign(person: User, supervisor_id: int | None, *, reason: str = "", actor: Actor) -> bool:
    """Make somebody else the PG's primary supervisor; return whether that changed anything.

    Whoever subscribes to `SupervisorChanged` moves what waits. Raises `Denied`, `Invalid`.
    """
    _require(actor)
    if person.role != "pg":
        raise _refused(f"{person.name} is no PG, so nobody supervises them.")
    before = person.supervisor_id
    if supervisor_id == before:
        return False
    person.supervisor_id = supervisor_id
    with db.session.no_autoflush:
        try:
            enforce(USER, person)
        except Invalid:
            db.session.refresh(person)
            raise
    moved(person, before, reason=reason, actor=actor)
    publish(Changed(**about(USER, person, actor), fields=("supervisor_id",)))
    return True


def moved(person: User, before: int | None, *, reason: str, actor: Actor) -> None:
    """Write down that `person` has another primary supervisor than `before`, and tell."""
    for row in queries.current_supervision(person.id, kind="primary"):
        _end(row)
    begin(person, reason=reason)
    publish(
        SupervisorChanged(
            actor_id=actor.id,
            pg_id=person.id,
            old_id=before,
            new_id=person.supervisor_id,
            reason=clean(reason),
        )
    )


def first(person: User) -> None:
    """Open the row of the first supervisor of somebody who is new."""
    if person.supervisor_id is not None:
        _open(person, person.supervisor_id, "primary", "First supervisor")


def begin(person: User, *, reason: str) -> None:
    """Open the row of the supervisor `person` has now. A co-supervisor who becomes primary ends as co."""
    if person.supervisor_id is None:
        return
    for row in queries.current_supervision(person.id, kind="co"):
        if row.supervisor_id == person.supervisor_id:
            _end(row)
    flush()
    _open(person, person.supervisor_id, "primary", reason)


def end_all(person: User) -> None:
    """Close every row of somebody who is no PG any more."""
    for kind in ("primary", "co"):
        for row in queries.current_supervision(person.id, kind=kind):
            _end(row)
    flush()


def add_co(person: User, supervisor_id: int | None, *, reason: str = "", actor: Actor) -> None:
    """Give the PG a further supervisor, who sees and may decide what the primary one may. Raises `Denied`, `Invalid`."""
    _require(actor)
    supervisor = db.session.get(User, supervisor_id) if supervisor_id else None
    there = {row.supervisor_id for row in queries.current_supervision(person.id, kind="co")}
    if person.role != "pg":
        raise _refused(f"{person.name} is no PG, so nobody supervises them.")
    if supervisor is None or supervisor.role != "supervisor" or not supervisor.may_act:
        raise _refused("Choose a supervisor whose account is open.")
    if supervisor.id == person.supervisor_id:
        raise _refused(f"{supervisor.name} is the primary supervisor already.")
    if supervisor.id in there:
        raise _refused(f"{supervisor.name} is a co-supervisor already.")
    _open(person, supervisor.id, "co", reason)


def end_co(person: User, row_id: int, *, actor: Actor) -> None:
    """End a co-supervision today. One that is over, or not of this PG, is left as it is. Raises `Denied`."""
    _require(actor)
    for row in queries.current_supervision(person.id, kind="co"):
        if row.id == row_id:
            _end(row)
    flush()


def handing_over(model: type[Any], *statuses: str) -> Callable[[SupervisorChanged], None]:
    """The subscriber that a reviewed record (its `model`) needs: where a PG has another primary supervisor, their
    rows in these statuses that name the old one name the new one (domain.md, users)."""

    def hand(event: SupervisorChanged) -> None:
        if event.old_id is not None and event.new_id is not None:
            hand_over(
                model,
                owner_id=event.pg_id,
                old_id=event.old_id,
                new_id=event.new_id,
                statuses=statuses,
            )

    return hand


def _open(person: User, supervisor_id: int, kind: str, reason: str) -> None:
    db.session.add(
        Supervision(
            pg_id=person.id,
            supervisor_id=supervisor_id,
            kind=kind,
            since=today(),
            reason=clean(reason),
        )
    )
    flush()


def _end(row: Supervision) -> None:
    row.until = max(today(), row.since)


def _require(actor: Actor) -> None:
    if not allowed(actor, "users.user.assign"):
        raise Denied("Only the programme office assigns supervisors.")


def _refused(message: str) -> Invalid:
    problem = Problem(code="users.supervisor", message=message, fields=("supervisor_id",))
    return Invalid([problem])
