"""The notifications of the last two weeks, whatever plugin made the news; the older half is read."""

from datetime import timedelta
from typing import Any

from plugins.notifications.models import Notification
from plugins.notifications.services import LONGEST_TITLE, of_review
from sims.demo import Scale
from sims.events import Event, RecordEvent


def fill(scale: Scale) -> None:
    """One notification for everybody whom a piece of news concerns, as the event itself would have written it."""
    rows: list[dict[str, Any]] = []
    for when, event in sorted(scale.news, key=lambda pair: pair[0]):
        age = scale.present - when
        for message in of_review(event):
            for person in message.recipients:
                is_read = scale.rng.random() < (0.9 if age > timedelta(days=4) else 0.4)
                [number] = scale.ids(Notification, 1)
                rows.append(
                    {
                        "id": number, "recipient_id": person, "actor_id": event.actor_id, "kind": message.kind,
                        "verb": message.verb, "title": message.title[:LONGEST_TITLE], "body": message.body,
                        "link": message.link, **_subject(event), "dedupe": f"demo-{number}", "channel": "in_app",
                        "is_read": is_read, "read_at": when + age / 2 if is_read else None, "attempts": 0,
                        "created_at": when,
                    }
                )  # fmt: skip
    scale.insert(Notification, rows)


def _subject(event: Event) -> dict[str, Any]:
    """What row it is about."""
    if isinstance(event, RecordEvent):
        return {"table": event.table, "row_id": event.row_id}
    return {"table": "", "row_id": None}
