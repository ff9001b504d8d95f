"""Who sees what, and who answers for whom: the rule of domain.md, section users, in its one place.

An admin sees all; a supervisor sees their own, the records of the PGs they supervise now, those of
rotations they supervise, and whatever they once reviewed, and for as long as a supervisor is away their deputy sees
what they would; a PG sees only their own. Whoever wrote a row sees it, whoever it is about.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from plugins.users.absences import acts_for, deputies
from plugins.users.models import Supervision, User
from sims.actor import Actor
from sims.contracts import Access, Record
from sims.database import db


def supervised(actor: Actor) -> sa.CompoundSelect[Any]:
    """The ids of the PGs whom `actor`, or somebody they stand in for today, supervises now, as primary or
    co-supervisor."""
    ids = acts_for(actor)
    return (
        sa.select(User.id)
        .where(User.supervisor_id.in_(ids))
        .union(
            sa.select(Supervision.pg_id).where(
                Supervision.supervisor_id.in_(ids), Supervision.until.is_(None)
            )
        )
    )


def sees(record: Record, actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on `record`'s rows under which `actor` sees them."""
    if actor.role == "admin":
        return sa.true()
    shared = sa.or_(*_reasons(record, actor))
    if record.private:
        shared = sa.and_(shared, sa.not_(record.private(actor)))
    if record.author:
        shared = sa.or_(getattr(record.model, record.author) == actor.id, shared)
    return shared


def circle(actor: Actor) -> frozenset[int] | None:
    """The people one of whom is named by every row `actor` sees, as its owner, author, supervisor or reviewer; None
    where they see all. By it an index leaves out most of the others before `sees` decides."""
    if actor.role == "admin":
        return None
    if actor.role != "supervisor":
        return frozenset((actor.id,))
    return frozenset((actor.id, *acts_for(actor), *db.session.scalars(supervised(actor))))


def _reasons(record: Record, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """Why `actor`, no admin, may see a row that is not private: any of these is enough."""
    owner: sa.ColumnElement[Any] = getattr(record.model, record.owner or "id")
    reasons = [owner == actor.id]
    if actor.role == "supervisor":
        reasons.append(owner.in_(supervised(actor)))
        if record.also_seen_by:
            for person_id in sorted(acts_for(actor)):
                reasons += record.also_seen_by(person_id)
    return reasons


def answers_for(actor: Actor, pg_id: int) -> bool:
    """Whether `actor`, or somebody they stand in for today, supervises this PG now."""
    if actor.role != "supervisor":
        return False
    return bool(db.session.scalar(sa.select(sa.literal(pg_id).in_(supervised(actor)))))


def find(person_id: int) -> User | None:
    """The person with this id, or None where they may no longer act."""
    person = db.session.get(User, person_id)
    return person if person and person.may_act else None


def names(ids: Iterable[int]) -> Mapping[int, str]:
    """The names behind these ids, those of archived people included."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows: Iterable[Any] = db.session.execute(
        sa.select(User.id, User.first_name, User.last_name, User.username).where(
            User.id.in_(wanted)
        )
    )
    return {row.id: f"{row.first_name} {row.last_name}".strip() or row.username for row in rows}


ACCESS = Access(
    find=find,
    sees=sees,
    circle=circle,
    answers_for=answers_for,
    names=names,
    deputies=deputies,
    acts_for=acts_for,
)
