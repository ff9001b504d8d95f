"""Every read of notifications: always those of one person, shown inside SIMS."""

from collections.abc import Sequence

import sqlalchemy as sa

from plugins.notifications.models import Notification
from sims.actor import Actor
from sims.database import db
from sims.errors import Missing

PAGE = 30
LATEST = 500
MOST = 100
"""The bell counts no further: it says "99+" from there on."""


def own(actor: Actor) -> sa.Select:
    """The actor's notifications inside SIMS, without those of an act that still goes on. There is no other way to
    read any."""
    return sa.select(Notification).where(
        Notification.recipient_id == actor.id,
        Notification.channel == "in_app",
        Notification.gathering.is_(None),
    )


def unread(actor: Actor) -> int:
    """How many the actor has not read, counted up to `MOST`; one query over its index."""
    query = own(actor).where(~Notification.is_read).with_only_columns(sa.literal(1)).limit(MOST)
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def page(
    actor: Actor,
    *,
    only_unread: bool,
    kind: str = "",
    who: int | None = None,
    before: int | None = None,
) -> tuple[Sequence[Notification], int | None]:
    """The newest notifications (before the one with the id `before`), and where the next page begins.

    `kind` and `who` (whose act it was) narrow them.
    """
    query = own(actor).order_by(Notification.id.desc()).limit(PAGE + 1)
    if only_unread:
        query = query.where(~Notification.is_read)
    if kind:
        query = query.where(Notification.kind == kind)
    if who:
        query = query.where(Notification.actor_id == who)
    if before:
        query = query.where(Notification.id < before)
    rows = db.session.scalars(query).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def narrowing(actor: Actor) -> tuple[set[str], set[int]]:
    """The kinds and the people of the actor's latest notifications: what a list can be narrowed to; one query."""
    latest = own(actor).with_only_columns(Notification.kind, Notification.actor_id)
    query = latest.order_by(Notification.id.desc()).limit(LATEST).subquery()
    found = db.session.execute(sa.select(query).distinct()).all()
    return {kind for kind, _ in found}, {who for _, who in found if who}


def find(actor: Actor, notification_id: int) -> Notification:
    """One of the actor's notifications. Raises `Missing` for anybody else's."""
    found = db.session.scalar(own(actor).where(Notification.id == notification_id))
    if found is None:
        raise Missing("There is no such notification of yours.")
    return found
