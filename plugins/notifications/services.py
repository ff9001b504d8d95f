"""Every event passes here, inside its own transaction; and people mark what they have read."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

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
    rows = [note.values() | {"dedupe": names[id(note.event)]} for note in notes]
    wanted = preferences.wishes((row["recipient_id"], row["kind"]) for row in rows)
    wishes = [wanted[row["recipient_id"], row["kind"]] for row in rows]
    _insert([row for row, wish in zip(rows, wishes, strict=True) if wish.in_app])
    _mail(list(zip(rows, wishes, strict=True)))


def let_out(key: str) -> None:
    """People are told of what was done under this `key`, each once for each kind."""
    rows = gathered.ended(key)
    wanted = preferences.wishes((row.recipient_id, row.kind) for row in rows)
    wishes = [wanted[row.recipient_id, row.kind] for row in rows]
    copies = [{name: getattr(row, name) for name in mailing.COPIED} for row in rows]
    _mail(list(zip(copies, wishes, strict=True)))
    for row, wish in zip(rows, wishes, strict=True):
        if not wish.in_app:
            db.session.delete(row)


def _mail(pairs: Sequence[tuple[dict[str, Any], preferences.Wish]]) -> None:
    """The mails that say the same, to those who wish for one."""
    mails = [mailing.mail_of(row, wish) for row, wish in pairs if wish.mail != "off"]
    _insert(mails)
    if any(not row["digest"] for row in mails):
        enqueue(mailing.send_due, on="high")


def _insert(rows: Sequence[dict[str, Any]]) -> None:
    """New notifications in one statement, however many they are."""
    if rows:
        db.session.execute(sa.insert(Notification), rows)


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
            Notification.gathering.is_(None),
            Notification.is_read != read,
            condition,
        )
        .values(is_read=read, read_at=moment if read else None)
        .execution_options(synchronize_session=False)
    )
