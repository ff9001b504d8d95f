"""The notifications of the last two weeks, whatever plugin made the news; the older half is read.

The mails of the last days are there as sent ones. Those of the three people whose logins are printed still wait for
their digest, which the job writes as soon as it runs.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.notifications import kinds
from plugins.notifications.messages import LONGEST_TITLE, Message, of_review
from plugins.notifications.models import DIGEST_HOUR, Notification
from plugins.notifications.timing import next_digest
from plugins.users.models import User
from sims.database import db
from sims.demo import Scale
from sims.events import Event, RecordEvent

MAILED = timedelta(days=3)
"""Mails are kept this far back."""


def fill(scale: Scale) -> None:
    """One notification for everybody whom a piece of news concerns, as the event itself would have written it."""
    names = [username for username, _ in scale.logins.values()]
    shown = set(db.session.scalars(sa.select(User.id).where(User.username.in_(names))))
    rows: list[dict[str, Any]] = []
    for when, event in sorted(scale.news, key=lambda pair: pair[0]):
        age = scale.present - when
        for message in of_review(event):
            for person in message.recipients:
                is_read = scale.rng.random() < (0.9 if age > timedelta(days=4) else 0.4)
                row = _row(scale, when, event, message, person)
                read = {"is_read": is_read, "read_at": when + age / 2 if is_read else None}
                rows.append(row | read)
                if age < MAILED:
                    [number] = scale.ids(Notification, 1)
                    rows.append(row | {"id": number} | _mail(scale, when, message, person in shown))
    scale.insert(Notification, rows)


def _row(
    scale: Scale, when: datetime, event: Event, message: Message, person: int
) -> dict[str, Any]:
    """The columns of one notification, unread."""
    [number] = scale.ids(Notification, 1)
    about = event if isinstance(event, RecordEvent) else None
    return {
        "id": number, "recipient_id": person, "actor_id": event.actor_id, "kind": message.kind,
        "verb": message.verb, "title": message.title[:LONGEST_TITLE], "body": message.body, "link": message.link,
        "table": about.table if about else "", "row_id": about.row_id if about else None,
        "dedupe": f"demo-{number}", "channel": "in_app", "is_read": False, "read_at": None, "attempts": 0,
        "gathering": None, "count": 1, "digest": False, "scheduled_for": None, "sent_at": None,
        "created_at": when,
    }  # fmt: skip


def _mail(scale: Scale, when: datetime, message: Message, waits: bool) -> dict[str, Any]:
    """What is different in the mail about it."""
    digest = kinds.mode_of(message.kind) == "digest"
    due = next_digest(when, DIGEST_HOUR) if digest else when
    if digest and waits:
        due = scale.present
    sent = None if digest and waits else due
    return {
        "channel": "email", "digest": digest, "scheduled_for": due, "sent_at": sent, "attempts": 1 if sent else 0,
    }  # fmt: skip
