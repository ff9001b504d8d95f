"""What was done where, and how long who was where: the rows the forecast is made of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from plugins.catalogue.queries import Requirement
from plugins.logbook.dividing import counts_towards
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.roles import role_sql
from plugins.rotations.models import TAKEN, Department, Rotation
from sims.database import db
from sims.review import COUNTED

NOWHERE = 0
"""Where a PG is in no rotation."""

SUBMITTED = LogbookEntry.status != "draft"
"""What the forecast counts: rejected entries too, for what is approved is a share of all of them."""


def rotations_of(people: Collection[int], since: date) -> Mapping[int, Sequence[Any]]:
    """PG → their rotations that reach into the time since then and those planned, the first first. One query."""
    query = (
        sa.select(
            Rotation.pg_id,
            Rotation.department_id,
            Rotation.start_date,
            Rotation.end_date,
            Department.name,
        )
        .join(Department, Department.id == Rotation.department_id)
        .where(
            Rotation.pg_id.in_(people),
            Rotation.status.in_((*TAKEN, "completed")),
            Rotation.end_date >= since,
        )
        .order_by(Rotation.start_date)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.pg_id].append(row)
    return found


def days_in(rotation: Any, first: date, last: date) -> int:
    """How many days of a rotation lie between two days, both included."""
    return max(0, (min(rotation.end_date, last) - max(rotation.start_date, first)).days + 1)


def weeks_of(rotations: Sequence[Any], first: date, last: date) -> Mapping[int, float]:
    """How many weeks between two days, both included, are spent in which department; the rest is `NOWHERE`."""
    found: dict[int, float] = defaultdict(float)
    for rotation in rotations:
        if days := days_in(rotation, first, last):
            found[rotation.department_id] += days / 7
    rest = ((last - first).days + 1) / 7 - sum(found.values())
    if rest > 0:
        found[NOWHERE] += rest
    return found


def department_on(rotations: Sequence[Any], day: date) -> int:
    """Where a PG was on a day."""
    for rotation in rotations:
        if rotation.start_date <= day <= rotation.end_date:
            return int(rotation.department_id)
    return NOWHERE


def by_place(
    people: Collection[int], targets: Sequence[Requirement], since: date
) -> sa.Select[Any]:
    """Rows of (PG, department, day, first day, a number for each target).

    `day` is there for entries that name no rotation: where the PG was on that day tells the department.
    Procedures are counted by their facts first, and only these few groups are held against each target.
    """
    entry = EntryProcedure
    lost = sa.case((LogbookEntry.rotation_id.is_(None), LogbookEntry.date))
    facts = (entry.procedure_id, entry.key_steps, entry.trainer, entry.taught)
    done = (
        sa.select(
            LogbookEntry.pg_id,
            LogbookEntry.rotation_id,
            lost.label("day"),
            *facts,
            sa.func.min(LogbookEntry.date).label("first"),
            sa.func.count().label("n"),
        )
        .join(entry, entry.entry_id == LogbookEntry.id)
        .where(LogbookEntry.pg_id.in_(people), LogbookEntry.date >= since, SUBMITTED)
        .group_by(LogbookEntry.pg_id, LogbookEntry.rotation_id, lost, *facts)
        .subquery()
    )
    totals = [sa.func.sum(done.c.n).filter(counts_towards(target, done.c)) for target in targets]
    numbers = [sa.cast(sa.func.coalesce(total, 0), sa.Integer) for total in totals]
    department = sa.func.coalesce(Rotation.department_id, NOWHERE)
    return (
        sa.select(done.c.pg_id, department, done.c.day, sa.func.min(done.c.first), *numbers)
        .select_from(done)
        .outerjoin(Rotation, Rotation.id == done.c.rotation_id)
        .group_by(done.c.pg_id, department, done.c.day)
    )


def done_by(pg_id: int, pace: date, lately: date) -> Sequence[Any]:
    """What a PG did, in rows as `stats.towards` counts them. One query.

    `rejected` says what will never count, `late` that it was done after the day `lately`, `last` after `pace`.
    """
    entry = EntryProcedure
    columns = (
        entry.procedure_id,
        role_sql(entry.key_steps, entry.trainer, entry.taught).label("role"),
        LogbookEntry.status.in_(COUNTED).label("counted"),
        (LogbookEntry.status == "rejected").label("rejected"),
        (LogbookEntry.date > lately).label("late"),
        (LogbookEntry.date > pace).label("last"),
    )
    query = (
        sa.select(
            *columns, sa.func.count().label("count"), sa.func.min(LogbookEntry.date).label("first")
        )
        .join(LogbookEntry, LogbookEntry.id == entry.entry_id)
        .where(LogbookEntry.pg_id == pg_id, SUBMITTED)
        .group_by(*(sa.literal_column(str(place + 1)) for place in range(len(columns))))
    )
    return db.session.execute(query).all()
