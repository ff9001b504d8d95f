"""Who is told of what: every event passes here, inside its own transaction.

Reviews are told whatever record they are of; everything else is told if some plugin declares a `Notice`.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from plugins.notifications import queries
from plugins.notifications.models import Notification
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Notice
from sims.database import affected, db
from sims.events import Event, Moved, RecordEvent
from sims.plugin import provided
from sims.review import Approved, Rejected, Reopened, Returned, Submitted

DECISIONS: dict[type[Moved], str] = {
    Approved: "approved",
    Returned: "returned",
    Rejected: "rejected",
    Reopened: "reopened",
}
LONGEST_TITLE = 300


@dataclass(frozen=True)
class Message:
    """What one event says to some people."""

    kind: str
    verb: str
    title: str
    recipients: tuple[int, ...]
    body: str = ""
    link: str = ""


def deliver(event: Event) -> None:
    """Write a notification for everybody whom `event` concerns, once each, and never for who did it."""
    told: set[int | None] = {event.actor_id, None}
    dedupe = uuid.uuid4().hex
    for message in (*of_review(event), *of_notices(event)):
        people = set(message.recipients) - told
        if not people:
            continue
        told |= people
        db.session.add_all(
            Notification(
                recipient_id=person,
                actor_id=event.actor_id,
                kind=message.kind,
                verb=message.verb,
                title=message.title[:LONGEST_TITLE],
                body=message.body,
                link=message.link,
                table=event.table if isinstance(event, RecordEvent) else "",
                row_id=event.row_id if isinstance(event, RecordEvent) else None,
                dedupe=dedupe,
            )
            for person in sorted(people - queries.declined(message.kind, people))
        )


def of_review(event: Event) -> Iterator[Message]:
    """What the review of any record says: to the reviewer that it waits, to its owner what was decided."""
    if isinstance(event, Submitted) and event.reviewer_id is not None:
        yield Message(
            "review.submitted",
            "submitted",
            f"Waits for your review: {event.title}",
            (event.reviewer_id,),
        )
    for kind, verb in DECISIONS.items():
        if isinstance(event, kind) and event.owner_id is not None:
            title = f"{verb.capitalize()}: {event.title}"
            yield Message(f"review.{verb}", verb, title, (event.owner_id,), event.feedback)


def of_notices(event: Event) -> Iterator[Message]:
    """What the plugins declared that this event says."""
    for notice in provided(Notice):
        if isinstance(event, notice.event):
            yield Message(
                notice.kind,
                notice.kind.rpartition(".")[2],
                notice.subject(event),
                tuple(notice.recipients(event)),
                notice.body(event),
                notice.link(event),
            )


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
