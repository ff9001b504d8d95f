"""One PG's outlook for every target: what is done, what is planned, what will likely come, the last day to act."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import joinedload

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import LEAST_ROLES
from plugins.catalogue.queries import Requirement
from plugins.logbook import stats
from plugins.logbook.dividing import counts_towards
from plugins.logbook.forecast import model
from plugins.logbook.forecast.cohort import NOWHERE, Cohort
from plugins.logbook.forecast.cohort import of as cohort_of
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.rotations.models import TAKEN, Department, Rotation
from plugins.users.models import Supervision, User
from sims.clock import today
from sims.database import db
from sims.figures import Outlook, Stay
from sims.lists import address_of

PACE_WEEKS = 12
SEEN_WEEKS = 52
ENOUGH = 0.8
"""Whoever will make it with this probability need not change anything."""


def outlooks(pg: User) -> list[Outlook]:
    """An outlook for every target of the PG's cohort. Ten queries at most, however many there are."""
    targets = catalogue.targets_for_pg(pg)
    if not targets:
        return []
    cohort = cohort_of(pg.specialty, targets)
    seen, pace = _own(pg, targets)
    rotations = _rotations(pg)
    begun = _begun(pg)
    progress = stats.targets(pg)
    return [
        _outlook(
            pg, target, place, cohort, progress[place], seen[place], pace[place], rotations, begun
        )
        for place, target in enumerate(targets)
    ]


def _outlook(
    pg: User, target: Requirement, place: int, cohort: Cohort, progress: stats.Progress, seen: int, pace: int,
    rotations: Sequence[Any], begun: date,
) -> Outlook:  # fmt: skip
    day = today()
    by = begun + relativedelta(years=target.by_year)
    if pg.training_end:
        by = min(by, pg.training_end)
    past = _weeks(rotations, max(begun, day - timedelta(weeks=SEEN_WEEKS)), day - timedelta(days=1))
    ahead = _weeks(rotations, day, by) if by > day else {}
    expected = sum(cohort.rate(where, place) * weeks for where, weeks in past.items())
    to_come = sum(cohort.rate(where, place) * weeks for where, weeks in ahead.items())
    coming = model.coming(
        shape=cohort.shapes[place],
        seen=seen,
        expected=expected,
        ahead=to_come,
        counts=cohort.approved,
    )
    sure = progress.done + round(progress.waiting * cohort.approved)
    chance = coming.at_least(target.minimum - sure)
    return Outlook(
        label=target.label,
        target=target.minimum,
        role=LEAST_ROLES[target.role],
        done=progress.done,
        waiting=progress.waiting,
        pace=pace / PACE_WEEKS,
        by=by,
        expected=sure + coming.mean,
        low=sure + coming.quantile(model.LOW),
        high=sure + coming.quantile(model.HIGH),
        chance=chance,
        href=address_of(ENTRY, {"person": pg.id, "counted": 1, "target": target.id}),
        act_by=_act_by(target.minimum - sure, cohort.strong[place], by, chance),
        stays=_stays(rotations, day, by, cohort, place),
        note=_note(by, day, target.minimum - sure, cohort.strong[place], chance),
    )


def _act_by(missing: int, strong: float, by: date, chance: float) -> date | None:
    """The last day from which the pace of the strongest tenth would still be enough; None where nothing need change,
    or where even that pace would not do from today."""
    if missing <= 0 or chance >= ENOUGH or strong <= 0:
        return None
    last = by - timedelta(weeks=missing / strong)
    return last if last >= today() else None


def _note(by: date, day: date, missing: int, strong: float, chance: float) -> str:
    if missing <= 0 or chance >= ENOUGH:
        return ""
    if by <= day:
        return "The day it was asked for has passed."
    if strong <= 0 or by - timedelta(weeks=missing / strong) < day:
        return "Even the pace of the most active tenth of PGs would not be enough: arrange for more now."
    return ""


def _own(pg: User, targets: Sequence[Requirement]) -> tuple[list[int], list[int]]:
    """What the PG did towards each target in the last year, and in the last twelve weeks. One query."""
    day = today()
    lately = LogbookEntry.date > day - timedelta(weeks=PACE_WEEKS)
    columns = [
        sa.func.count().filter(condition)
        for target in targets
        for condition in (counts_towards(target), sa.and_(counts_towards(target), lately))
    ]
    query = (
        sa.select(*columns)
        .join(LogbookEntry, LogbookEntry.id == EntryProcedure.entry_id)
        .where(
            LogbookEntry.pg_id == pg.id,
            LogbookEntry.date > day - timedelta(weeks=SEEN_WEEKS),
            LogbookEntry.status.not_in(("draft", "rejected")),
        )
    )
    row = db.session.execute(query).one()
    return list(row[0::2]), list(row[1::2])


def _rotations(pg: User) -> Sequence[Any]:
    """The PG's rotations of the last year and all that are planned, with their departments. One query."""
    query = (
        sa.select(Rotation)
        .where(
            Rotation.pg_id == pg.id,
            sa.or_(Rotation.status.in_(TAKEN), Rotation.status == "completed"),
            Rotation.end_date > today() - timedelta(weeks=SEEN_WEEKS),
        )
        .options(joinedload(Rotation.department).load_only(Department.name))
        .order_by(Rotation.start_date)
    )
    return db.session.scalars(query).all()


def _begun(pg: User) -> date:
    """When the PG's training began: as the record says, else with the first supervision, else by the training year."""
    if pg.training_start:
        return pg.training_start
    query = sa.select(sa.func.min(Supervision.since)).where(Supervision.pg_id == pg.id)
    first: date | None = db.session.scalar(query)
    return first or today() - timedelta(days=365 * ((pg.year or 1) - 1))


def _weeks(rotations: Sequence[Any], first: date, last: date) -> Mapping[int, float]:
    """How many weeks between two days are spent in which department; the rest is `NOWHERE`."""
    found: dict[int, float] = defaultdict(float)
    for rotation in rotations:
        days = (min(rotation.end_date, last) - max(rotation.start_date, first)).days + 1
        if days > 0:
            found[rotation.department_id] += days / 7
    rest = ((last - first).days + 1) / 7 - sum(found.values())
    if rest > 0:
        found[NOWHERE] += rest
    return found


def _stays(
    rotations: Sequence[Any], day: date, by: date, cohort: Cohort, place: int
) -> tuple[Stay, ...]:
    """The planned rotations until the day it is asked for, each with what it usually yields."""
    found = []
    for rotation in rotations:
        days = (min(rotation.end_date, by) - max(rotation.start_date, day)).days + 1
        if days > 0:
            weeks = days / 7
            usual = cohort.rate(rotation.department_id, place) * weeks
            found.append(Stay(label=rotation.department.name, weeks=weeks, expected=usual))
    return tuple(found)
