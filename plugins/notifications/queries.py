"""Every read of notifications: always those of one person, shown inside SIMS."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from plugins.notifications.models import Notification, NotificationPreference
from sims.actor import Actor
from sims.database import db
from sims.errors import Missing

PAGE = 30
MOST = 100
"""The bell counts no further: it says "99+" from there on."""


def own(actor: Actor) -> sa.Select:
    """The actor's notifications inside SIMS. There is no other way to read any."""
    return sa.select(Notification).where(
        Notification.recipient_id == actor.id, Notification.channel == "in_app"
    )


def unread(actor: Actor) -> int:
    """How many the actor has not read, counted up to `MOST`; one query over its index."""
    query = own(actor).where(~Notification.is_read).with_only_columns(sa.literal(1)).limit(MOST)
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def page(
    actor: Actor, *, only_unread: bool, before: int | None = None
) -> tuple[Sequence[Notification], int | None]:
    """The newest notifications (before the one with the id `before`), and where the next page begins."""
    query = own(actor).order_by(Notification.id.desc()).limit(PAGE + 1)
    if only_unread:
        query = query.where(~Notification.is_read)
    if before:
        query = query.where(Notification.id < before)
    rows = db.session.scalars(query).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def find(actor: Actor, notification_id: int) -> Notification:
    """One of the actor's notifications. Raises `Missing` for anybody else's."""
    found = db.session.scalar(own(actor).where(Notification.id == notification_id))
    if found is None:
        raise Missing("There is no such notification of yours.")
    return found


def declined(kind: str, people: Collection[int]) -> set[int]:
    """Those of `people` who don't want to see this kind inside SIMS."""
    query = sa.select(NotificationPreference.person_id).where(
        NotificationPreference.person_id.in_(people),
        NotificationPreference.kind == kind,
        ~NotificationPreference.in_app,
    )
    return set(db.session.scalars(query))
