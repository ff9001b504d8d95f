"""The notifications of the last two weeks of reviews, whatever records there are; the older half is read."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from plugins.notifications.models import Notification
from sims.clock import now
from sims.contracts import Record
from sims.database import db
from sims.demo import Scale
from sims.plugin import provided

DAYS = 14
MOST = 20_000


def fill(scale: Scale) -> None:
    """One notification for each decision, as the review would have written it."""
    for record in provided(Record):
        if hasattr(record.model, "reviewed_at"):
            scale.insert(Notification, _of(scale, record))


def _of(scale: Scale, record: Record) -> list[dict[str, Any]]:
    model, since = record.model, now() - timedelta(days=DAYS)
    query = (
        sa.select(
            model.id, model.pg_id, model.supervisor_id, model.title, model.status, model.reviewed_at
        )
        .where(model.reviewed_at >= since, model.status.in_(("approved", "returned", "rejected")))
        .order_by(model.reviewed_at)
        .limit(MOST)
    )
    found = db.session.execute(query).all()
    return [
        {
            "id": number,
            "recipient_id": row.pg_id,
            "actor_id": row.supervisor_id,
            "kind": f"review.{row.status}",
            "verb": row.status,
            "title": f"{row.status.capitalize()}: {row.title}"[:300],
            "body": "",
            "link": "",
            "table": record.table,
            "row_id": row.id,
            "dedupe": f"demo:{record.table}:{row.id}",
            "channel": "in_app",
            "is_read": place < len(found) * 0.7,
            "read_at": now() if place < len(found) * 0.7 else None,
            "attempts": 0,
            "created_at": row.reviewed_at,
        }
        for place, (number, row) in enumerate(
            zip(scale.ids(Notification, len(found)), found, strict=True)
        )
    ]
