"""Figures of one PG's logbook: procedures by role, progress against targets, CME points, review times.

Every figure is a count of rows that a list can show; `entries` in a figure is the filter of that list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from flask import url_for

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import Procedure
from plugins.catalogue.queries import Requirement
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.roles import LEAST, RANK, ROLES, role_sql
from plugins.users.models import User
from sims.clock import today
from sims.database import db
from sims.review import COUNTED, counts_by_status

MONTHS = 12


@dataclass(frozen=True)
class ProcedureCount:
    """How often one procedure was logged, by role, approved entries only."""

    name: str
    procedure_id: int | None
    by_role: dict[str, int]

    @property
    def total(self) -> int:
        """In whatever role."""
        return sum(self.by_role.values())


@dataclass(frozen=True)
class Progress:
    """How far a PG is with one target. `waiting` counts what is logged but not yet approved."""

    label: str
    target: int
    role: str
    by_year: int
    done: int
    waiting: int

    @property
    def note(self) -> str:
        """In which role at least, and by when."""
        return f"{self.role}, by year {self.by_year}"

    @property
    def share(self) -> float:
        """Done, as a part of the target, at most 1."""
        return min(1.0, self.done / self.target) if self.target else 1.0


@dataclass(frozen=True)
class Statistics:
    """Everything the statistics page of one PG shows."""

    by_status: dict[str, int]
    procedures: list[ProcedureCount]
    targets: list[Progress]
    months: list[tuple[date, int, int]]
    cme_points: float
    review_days: float | None
    reviews: int

    @property
    def logged(self) -> int:
        """All entries, drafts included."""
        return sum(self.by_status.values())

    @property
    def approved(self) -> int:
        """Entries that count."""
        return sum(self.by_status.get(status, 0) for status in COUNTED)

    @property
    def completion(self) -> float | None:
        """Approved of all that were ever submitted, from 0 to 1; None before the first submission."""
        submitted = self.logged - self.by_status.get("draft", 0)
        return self.approved / submitted if submitted else None


def of(pg: User) -> Statistics:
    """The statistics of one PG: five queries, however many entries there are."""
    rows = _procedure_rows(pg.id)
    return Statistics(
        by_status=counts_by_status(LogbookEntry, pg.id),
        procedures=_by_procedure(rows),
        targets=targets(pg, rows),
        months=by_month(pg.id),
        cme_points=float(sum((row.cme_points or 0) * row.count for row in rows if row.counted)),
        **_reviews(pg.id),
    )


def targets(pg: User, rows: Sequence[Any] | None = None) -> list[Progress]:
    """How far the PG is with each target of their specialty, in the version their cohort started with."""
    rows = _procedure_rows(pg.id) if rows is None else rows
    return [towards(target, rows) for target in catalogue.targets_for_pg(pg)]


def towards(target: Requirement, rows: Sequence[Any]) -> Progress:
    """How far one PG's counts (procedure_id, role, counted, count) are with a target: the one rule of what counts."""
    members, least = target.procedure_ids, LEAST[target.role]
    matching = [
        row
        for row in rows
        if (members is None or row.procedure_id in members) and RANK[row.role] >= least
    ]
    return Progress(
        label=target.label,
        target=target.minimum,
        role=target.role,
        by_year=target.by_year,
        done=sum(row.count for row in matching if row.counted),
        waiting=sum(row.count for row in matching if not row.counted),
    )


def by_month(pg_id: int) -> list[tuple[date, int, int]]:
    """For each of the last twelve months: its first day, entries dated in it, those of them approved."""
    this = today().replace(day=1)
    first = this
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    month = (
        sa.func.to_char(LogbookEntry.date, "YYYY-MM")
        if db.engine.dialect.name == "postgresql"
        else sa.func.strftime("%Y-%m", LogbookEntry.date)
    )
    query = (
        sa.select(
            month,
            sa.func.count(),
            sa.func.count().filter(LogbookEntry.status.in_(COUNTED)),
        )
        .where(LogbookEntry.pg_id == pg_id, LogbookEntry.date >= first)
        .group_by(month)
    )
    counts = {row[0]: (row[1], row[2]) for row in db.session.execute(query)}
    months = []
    while first <= this:
        logged, approved = counts.get(f"{first:%Y-%m}", (0, 0))
        months.append((first, logged, approved))
        first = (first + timedelta(days=32)).replace(day=1)
    return months


def _procedure_rows(pg_id: int) -> Sequence[Any]:
    """Counts by procedure, role and whether they count; with the CME points of one."""
    role = role_sql(EntryProcedure.key_steps, EntryProcedure.trainer, EntryProcedure.taught)
    counted = LogbookEntry.status.in_(COUNTED)
    name = sa.func.coalesce(Procedure.name, EntryProcedure.name)
    query = (
        sa.select(
            name.label("name"),
            EntryProcedure.procedure_id,
            role.label("role"),
            counted.label("counted"),
            Procedure.cme_points,
            sa.func.count().label("count"),
        )
        .join(LogbookEntry, LogbookEntry.id == EntryProcedure.entry_id)
        .join(Procedure, Procedure.id == EntryProcedure.procedure_id, isouter=True)
        .where(LogbookEntry.pg_id == pg_id, LogbookEntry.status.not_in(("draft", "rejected")))
        .group_by(sa.text("1, 2, 3, 4, 5"))
    )
    return db.session.execute(query).all()


def _by_procedure(rows: Sequence[Any]) -> list[ProcedureCount]:
    counts: dict[tuple[str, int | None], dict[str, int]] = {}
    for row in rows:
        if row.counted:
            by_role = counts.setdefault((row.name, row.procedure_id), dict.fromkeys(ROLES, 0))
            by_role[row.role] += row.count
    found = [ProcedureCount(name, number, by_role) for (name, number), by_role in counts.items()]
    return sorted(found, key=lambda entry: (-entry.total, entry.name))


def _reviews(pg_id: int) -> dict[str, Any]:
    """The median number of days from submission to decision, and of how many decisions."""
    query = sa.select(LogbookEntry.submitted_at, LogbookEntry.reviewed_at).where(
        LogbookEntry.pg_id == pg_id,
        LogbookEntry.reviewed_at.is_not(None),
        LogbookEntry.submitted_at.is_not(None),
    )
    days = [
        (row.reviewed_at - row.submitted_at).total_seconds() / 86400
        for row in db.session.execute(query)
    ]
    return {"review_days": round(median(days), 1) if days else None, "reviews": len(days)}


def month_chart(pg_id: int, months: Sequence[tuple[date, int, int]]) -> dict[str, Any]:
    """What the chart of twelve months needs: two series, a label for each month, a list behind each bar."""
    address = f"{url_for('logbook.entry_list')}?person={pg_id}"
    periods, labels = [], []
    for place, (first, _, _) in enumerate(months):
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        periods.append(f"{address}&from={first.isoformat()}&to={last.isoformat()}")
        labels.append(f"{first:%b %Y}" if place == 0 or first.month == 1 else f"{first:%b}")
    return {
        "series": [("Logged", [m[1] for m in months]), ("Approved", [m[2] for m in months])],
        "labels": labels,
        "hrefs": [periods, [f"{period}&counted=1" for period in periods]],
    }
