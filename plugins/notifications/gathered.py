"""An act of many rows tells people once: what happened is counted per person and kind until the act has ended.

What one transaction counts is written as it commits, in one statement; where it is rolled back, nothing was counted.
So an operation that is killed and taken up again counts nothing twice.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context
from sqlalchemy.dialects import postgresql, sqlite

from plugins.notifications import kinds
from plugins.notifications.messages import LONGEST_TITLE, Note
from plugins.notifications.models import Notification
from sims import access
from sims.addresses import path_to
from sims.clock import now
from sims.database import db

AT_ONCE = 1000
"""Rows per statement: a statement takes only so many parameters."""


def collect(key: str, notes: Iterable[Note]) -> None:
    """Count what people would be told of, under the act's `key`; written when the transaction commits."""
    counted: dict[tuple[int, str], dict[str, Any]] = g.setdefault("notifications", {})
    for note in notes:
        dedupe = f"{key}:{note.message.kind}"
        row = counted.get((note.recipient_id, dedupe))
        if row is None:
            counted[note.recipient_id, dedupe] = {
                **note.values(), "dedupe": dedupe, "gathering": key, "count": 1,
            }  # fmt: skip
        else:
            row["count"] += 1


@sa.event.listens_for(db.session, "before_commit")
def write(session: object) -> None:
    """Add what this transaction has counted to what earlier ones did."""
    counted = g.pop("notifications", None) if has_app_context() else None
    if not counted:
        return
    rows = list(counted.values())
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(rows), AT_ONCE):
        statement = insert(Notification).values(rows[start : start + AT_ONCE])
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["recipient_id", "channel", "dedupe"],
                set_={"count": Notification.count + statement.excluded.count},
            )
        )


@sa.event.listens_for(db.session, "after_rollback")
def forget(session: object) -> None:
    """What was counted in a transaction that is undone never happened."""
    if has_app_context():
        g.pop("notifications", None)


def ended(key: str) -> list[Notification]:
    """What the act counted, in words that name how much it was; people see it from now on. Called once it has ended."""
    write(db.session)
    query = sa.select(Notification).where(Notification.gathering == key).order_by(Notification.id)
    rows = list(db.session.scalars(query.with_for_update()))
    moment = now()
    for row in rows:
        if row.count > 1:
            row.title, row.body, row.link = words(row)
            row.row_id = None
        row.gathering, row.created_at = None, moment
        row.dedupe = (
            f"{row.dedupe}:{row.id}"  # what a second try of the act counts is told on its own
        )
    return rows


def words(row: Notification) -> tuple[str, str, str]:
    """Title, text and link of a notification that speaks of many rows."""
    record = access.record_of(row.table)
    things = f"{row.count:,} {record.plural if record else 'items'}"
    body = f"The first of them: {row.title}"
    if row.kind == "review.submitted":
        return f"{things} wait for your review", "", path_to("core.review")
    if row.kind.startswith("review."):
        return f"{things} {row.verb}", body, ""
    return f"{kinds.label_of(row.kind)}: {row.count:,} times"[:LONGEST_TITLE], body, ""
