"""Every event passes here, inside its own transaction; and people mark what they have read."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from plugins.notifications import gathered, mailing, preferences
from plugins.notifications.messages import notes_of
from plugins.notifications.models import Notification
from sims import events
from sims.actor import Actor
from sims.clock import now
from sims.database import affected, db
from sims.jobs import enqueue


def deliver(event: events.Event) -> None:
    """Write a notification for everybody whom `event` concerns, once each, and never for who did it."""
    if isinstance(event, events.GatheringEnded):
        let_out(event.key)
    deliver_many([event])


def deliver_many(told: Sequence[events.Event]) -> None:
    """The same for many events of one transaction, in a few statements. Those of an act of many rows are only
    counted, until the act has ended."""
    notes = notes_of(told)
    if key := events.gathered():
        gathered.collect(key, notes)
        return
    names = {id(event): uuid.uuid4().hex for event in told}
    keep([Notification(**note.values(), dedupe=names[id(note.event)]) for note in notes])


def let_out(key: str) -> None:
    """People are told of what was done under this `key`, each once for each kind."""
    keep(gathered.ended(key))


def keep(rows: Sequence[Notification]) -> None:
    """Show these notifications to whoever wants to see them, and mail them to whoever wants that."""
    wanted = preferences.wishes((row.recipient_id, row.kind) for row in rows)
    at_once = False
    for row in rows:
        wish = wanted[row.recipient_id, row.kind]
        if wish.mail != "off":
            db.session.add(mailing.mail_of(row, wish))
            at_once = at_once or wish.mail == "at_once"
        if wish.in_app:
            db.session.add(row)
        elif row.id:
            db.session.delete(row)
    if at_once:
        enqueue(mailing.send_due, on="high")


def mark(actor: Actor, ids: Iterable[int], *, read: bool) -> int:
    """Mark some of the actor's own notifications read or unread; return how many changed."""
    return _set(actor, Notification.id.in_(list(ids)), read=read, moment=now())


def mark_all_read(actor: Actor) -> tuple[int, datetime]:
    """Mark all of the actor's notifications read; return how many, and the moment `undo` asks for."""
    moment = now()
    return _set(actor, sa.true(), read=True, moment=moment), moment


def undo(actor: Actor, moment: datetime) -> int:
    """Mark unread again what was marked read at exactly this moment."""
    return _set(actor, Notification.read_at == moment, read=False, moment=moment)


def _set(actor: Actor, condition: sa.ColumnElement[bool], *, read: bool, moment: datetime) -> int:
    return affected(
        sa.update(Notification)
        .where(
            Notification.recipient_id == actor.id,
            Notification.channel == "in_app",
            Notification.is_read != read,
            condition,
        )
        .values(is_read=read, read_at=moment if read else None)
        .execution_options(synchronize_session=False)
    )
