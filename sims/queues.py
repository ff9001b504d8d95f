"""What waits for a reviewer, in every reviewed record at once: the number in the menu, the tabs of the queues,
the panel on the start page. The records' own declarations say all there is to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, url_for

from sims import access, clock
from sims.actor import Actor
from sims.contracts import Column, Figure, Record
from sims.database import db
from sims.lists import loads
from sims.permissions import allowed
from sims.plugin import provided
from sims.web.templating import span

FEW = 6
SCOPE = "queue"
"""What the pages of a queue call their rows, where some are chosen from them."""
LATE_DAYS = 7
"""From here on a waiting row counts as late (facts.md: the common standard for feedback is a week)."""


@dataclass(frozen=True)
class Queue:
    """The rows of one record that wait for one person: how many, and since when the first does."""

    record: Record
    count: int
    oldest: datetime | None

    @property
    def url(self) -> str:
        """The queue's page."""
        return url_for(f"{self.record.endpoint}_queue")


def waiting(record: Record, actor: Actor) -> sa.ColumnElement[bool]:
    """The condition "waits for `actor`" on the record's rows: undecided, and naming them as the reviewer, or
    somebody they stand in for today."""
    return sa.and_(
        record.model.status == record.flow.waiting,
        record.model.supervisor_id.in_(access.rule().acts_for(actor)),
    )


def columns(record: Record, actor: Actor) -> tuple[Column, ...]:
    """The columns of a queue: the record's own, and for who stands in for somebody whom each row waits for."""
    others = access.rule().acts_for(actor) - {actor.id}
    if not others:
        return record.columns
    names = access.rule().names(others)

    def whom(row: Any) -> str:
        return names.get(row.supervisor_id, "You")

    own = (column for column in record.columns if column.name != "supervisor")
    return (*own, Column(name="waits_for", label="Waits for", value=whom))


def of(actor: Actor) -> list[Queue]:
    """The queue of each record that `actor` reviews, the empty ones too; one query, once a request."""
    if "queues" not in g:
        g.queues = _read(actor)
    return g.queues


def _read(actor: Actor) -> list[Queue]:
    records = [
        record
        for record in provided(Record)
        if record.workflow
        and record.workflow.waiting
        and allowed(actor, record.permission("review"))
        and f"{record.endpoint}_queue" in current_app.view_functions
    ]
    if not records:
        return []
    asked = []
    for record in records:
        condition = waiting(record, actor)
        asked += [
            sa.select(sa.func.count(record.model.id)).where(condition).scalar_subquery(),
            sa.select(sa.func.min(record.model.submitted_at)).where(condition).scalar_subquery(),
        ]
    found = list(db.session.execute(sa.select(*asked)).one())
    return [
        Queue(record, count, oldest)
        for record, count, oldest in zip(records, found[::2], found[1::2], strict=True)
    ]


def total(actor: Actor) -> int:
    """How much waits for `actor` in all."""
    return sum(queue.count for queue in of(actor))


def first(actor: Actor) -> Queue | None:
    """The queue to go to: the one whose first row waits longest, else any; None for who reviews nothing."""
    queues = of(actor)
    busy = [queue for queue in queues if queue.oldest is not None]
    return min(
        busy, key=lambda queue: queue.oldest or clock.now(), default=next(iter(queues), None)
    )


def tabs(actor: Actor, here: Record) -> list[tuple[str, str, bool, int]]:
    """A tab for each queue, as `ui.tabs` draws them; none where there is only one."""
    queues = of(actor)
    if len(queues) < 2:
        return []
    return [
        (queue.record.plural.capitalize(), queue.url, queue.record is here, queue.count)
        for queue in queues
    ]


def figure(actor: Actor) -> Figure | None:
    """The number on a reviewer's start page."""
    queue = first(actor)
    if queue is None:
        return None
    late = queue.oldest is not None and (clock.now() - queue.oldest).days >= LATE_DAYS
    note = "Nothing waits"
    if queue.oldest:
        note = f"Oldest {span((clock.now() - queue.oldest).total_seconds())}"
    return Figure(
        value=total(actor),
        note=note,
        href=url_for("core.review"),
        tone="warn" if late else "neutral",
    )


def panel(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rows that wait longest, whatever record they are of; one query for each record that has any."""
    queues = of(actor)
    if not queues:
        return None
    rows: list[tuple[Record, Any]] = []
    for queue in queues:
        if queue.count:
            model = queue.record.model
            query = (
                sa.select(model).where(waiting(queue.record, actor)).options(*loads(queue.record))
            )
            ordered = query.order_by(model.submitted_at, model.id).limit(FEW)
            rows += [(queue.record, row) for row in db.session.scalars(ordered).unique()]
    rows.sort(key=lambda pair: (pair[1].submitted_at, pair[1].id))
    shown = rows[:FEW]
    others = access.rule().acts_for(actor) - {actor.id}
    names = access.rule().names({row.pg_id for _, row in shown} | others)
    return {"rows": shown, "names": names, "others": others, "mixed": len(queues) > 1}
