"""Supervisor workload: what waits for each, what they decided, and how long that took. One rule for every reviewed record."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from plugins.reports.permissions import WORKLOAD
from plugins.users.models import User
from plugins.users.queries import name_sql
from plugins.users.records import USER
from sims.clock import now
from sims.contracts import Column, Record, Report
from sims.database import db
from sims.lists import address_of
from sims.permissions import allowed
from sims.plugin import provided
from sims.queues import LATE_DAYS
from sims.tables import Asked, Table

COLUMNS = (
    Column(name="supervisor", label="Supervisor", kind="person"),
    Column(name="waiting", label="Waiting now", kind="number"),
    Column(name="late", label=f"Of them over {LATE_DAYS} days", kind="number"),
    Column(name="oldest", label="Oldest since", kind="datetime"),
    Column(name="decided", label="Decided", kind="number"),
    Column(name="median", label="Median, days", kind="number"),
    Column(name="p90", label="90 % within, days", kind="number"),
)
DAY = 86_400


def reviewed_records(asked: Asked) -> list[Record]:
    """The records somebody reviews, that the reader sees and that name their reviewer."""
    return [
        record
        for record in provided(Record)
        if record.workflow
        and record.workflow.waiting
        and hasattr(record.model, "supervisor_id")
        and hasattr(record.model, "reviewed_at")
        and allowed(asked.actor, record.permission("view"))
    ]


def tables(asked: Asked) -> Iterator[Table]:
    """A table for each reviewed record: its supervisors, whoever has most that is late first."""
    for record in reviewed_records(asked):
        page = asked.page(record, {})
        yield Table(
            name=record.name,
            title=record.plural.capitalize(),
            columns=COLUMNS,
            rows=_rows(record, page.query()),
            href=address_of(record, {"status": record.flow.waiting}),
            counts="waiting",
            note="Times are from submission to decision, of the submission that was decided last.",
        )


def _rows(record: Record, visible: sa.Select[Any]) -> list[tuple[Any, ...]]:
    model = record.model
    waits = model.status == record.flow.waiting
    late = sa.and_(waits, model.submitted_at < now() - timedelta(days=LATE_DAYS))
    decided = sa.and_(model.reviewed_at.is_not(None), model.submitted_at.is_not(None), ~waits)
    counts = visible.with_only_columns(
        sa.func.coalesce(model.supervisor_id, 0).label("supervisor"),
        sa.func.count().filter(waits).label("waiting"),
        sa.func.count().filter(late).label("late"),
        sa.func.min(sa.case((waits, model.submitted_at))).label("oldest"),
        sa.func.count().filter(decided).label("decided"),
        maintain_column_froms=True,
    ).group_by(sa.text("1"))
    found = {row.supervisor: row for row in db.session.execute(counts)}
    times = _times(model, visible.where(decided))
    names = _names({number for number in found if number})
    rows = [
        (
            names.get(number, "Nobody named"), row.waiting, row.late, row.oldest, row.decided,
            *times.get(number, (None, None)),
        )
        for number, row in found.items()
        if row.waiting or row.decided
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row[2], -row[1], row[0]))


def _times(model: type[Any], decided: sa.Select[Any]) -> dict[int, tuple[float, float]]:
    """Median and 90th percentile, in days, by supervisor: whole ranks, so that both databases agree."""
    if db.engine.dialect.name == "postgresql":
        took: Any = sa.extract("epoch", model.reviewed_at - model.submitted_at) / DAY
    else:
        took = sa.func.julianday(model.reviewed_at) - sa.func.julianday(model.submitted_at)
    who = sa.func.coalesce(model.supervisor_id, 0)
    ranked = decided.with_only_columns(
        who.label("supervisor"),
        took.label("took"),
        sa.func.row_number().over(partition_by=who, order_by=took).label("place"),
        sa.func.count().over(partition_by=who).label("n"),
        maintain_column_froms=True,
    ).subquery()
    at = {"median": 0.5, "p90": 0.9}
    query = sa.select(
        ranked.c.supervisor,
        *(
            sa.func.min(sa.case((ranked.c.place >= share * ranked.c.n, ranked.c.took))).label(name)
            for name, share in at.items()
        ),
    ).group_by(ranked.c.supervisor)
    return {
        row.supervisor: (round(float(row.median), 1), round(float(row.p90), 1))
        for row in db.session.execute(query)
    }


def _names(ids: set[int]) -> dict[int, str]:
    query = sa.select(User.id, name_sql(User).label("name")).where(User.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(query)}


WORKLOAD_REPORT = Report(
    name="reports.workload",
    label="Supervisor workload and review times",
    about="For every supervisor what waits, since when, how much they have decided, and how long it took.",
    record=USER,
    permission=WORKLOAD,
    tables=tables,
    filtered=False,
    icon="gauge",
    order=40,
)
