"""Notifications and preferences for tests."""

from datetime import date
from itertools import count
from typing import Any

import sqlalchemy as sa

from plugins.notifications.models import Notification, NotificationPreference, NotificationSetting
from plugins.users import absences
from sims.clock import now, today
from sims.database import db
from sims.mail import Mail

_numbers = count(1)


def make_mail(person: Any, **given: Any) -> Notification:
    """A mail about something, due now, alone unless it says `digest`."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "recipient_id": person.id,
        "kind": "review.returned",
        "verb": "returned",
        "title": f"Returned: entry {number}",
        "dedupe": f"event-{number}",
        "channel": "email",
        "scheduled_for": now(),
    }
    row = Notification(**defaults | given)
    db.session.add(row)
    db.session.flush()
    return row


def prefer(person: Any, kind: str, mail: str, *, in_app: bool = True) -> None:
    """What somebody chose for a kind."""
    row = NotificationPreference(person_id=person.id, kind=kind, email=mail, in_app=in_app)
    db.session.add(row)
    db.session.flush()


def set_times(person: Any, **given: Any) -> None:
    """When somebody wants mail."""
    db.session.add(NotificationSetting(person_id=person.id, **given))
    db.session.flush()


def send_away(person: Any, deputy: Any, until: date | None = None) -> None:
    """Somebody is away from today on, and `deputy` stands in."""
    days = {"since": today(), "until": until or today(), "note": "", "deputy_id": deputy.id}
    absences.plan(person, days, actor=person)


def of(person: Any, channel: str = "in_app") -> list[Notification]:
    """What somebody was told through one channel, oldest first."""
    query = sa.select(Notification).where(
        Notification.recipient_id == person.id, Notification.channel == channel
    )
    return list(db.session.scalars(query.order_by(Notification.id)))


def outbox() -> list[Mail]:
    """The mails that were written, oldest first."""
    return list(db.session.scalars(sa.select(Mail).order_by(Mail.id)))
