"""One PG's outlook for every target: what is done, what is planned, what will likely come, the last day to act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import LEAST_ROLES
from plugins.catalogue.queries import Requirement
from plugins.logbook import stats
from plugins.logbook.forecast import counting, model
from plugins.logbook.forecast.cohort import Cohort
from plugins.logbook.forecast.cohort import of as cohort_of
from plugins.logbook.records import ENTRY
from plugins.users.models import Supervision, User
from sims.clock import local, today
from sims.database import db
from sims.figures import Outlook, Stay
from sims.lists import address_of

PACE = timedelta(weeks=12)
SEEN = timedelta(weeks=52)
DAY = timedelta(days=1)
BEYOND = "Even the pace of the most active tenth of PGs would not be enough: arrange for more now."
ENOUGH = 0.8
"""Whoever will make it with this probability need not change anything."""


@dataclass(frozen=True)
class Own:
    """What is known of the PG on a day: when training began, since when SIMS knows what they do, where they were and will
    be, and what they did (`counting.done_by`)."""

    pg: User
    day: date
    begun: date
    known: date
    rotations: Sequence[Any]
    rows: Sequence[Any]

    def by(self, target: Requirement) -> date:
        """The day a target is asked for: the end of its training year, and not after that of training."""
        year_ends = self.begun + relativedelta(years=target.by_year)
        return min(year_ends, self.pg.training_end or year_ends)


def outlooks(pg: User) -> list[Outlook]:
    """An outlook for every target of the PG's cohort. Twelve queries at most, however many there are."""
    targets = catalogue.targets_for_pg(pg)
    if not targets:
        return []
    own = own_of(pg)
    cohort = cohort_of(pg.specialty, targets)
    return [_outlook(own, target, cohort, place) for place, target in enumerate(targets)]


def to_come(own: Own, target: Requirement, cohort: Cohort, place: int, by: date) -> model.Coming:
    """What will likely count towards a target from tomorrow until a day."""
    lately = stats.towards(target, [row for row in own.rows if row.late])
    past = counting.weeks_of(own.rotations, own.known, own.day)
    ahead = counting.weeks_of(own.rotations, own.day + DAY, by)
    return model.coming(
        shape=cohort.shapes[place],
        seen=lately.done + lately.waiting,
        expected=sum(cohort.rate(where, place) * weeks for where, weeks in past.items()),
        ahead=sum(cohort.rate(where, place) * weeks for where, weeks in ahead.items()),
        counts=cohort.approved,
    )


def own_of(pg: User) -> Own:
    """What is known of a PG today. Four queries at most."""
    day = today()
    rows = counting.done_by(pg.id, day - PACE, day - SEEN)
    first = min((row.first for row in rows), default=local(pg.created_at).date())
    return Own(
        pg=pg,
        day=day,
        begun=_begun(pg),
        known=max(first, day - SEEN + DAY),
        rotations=counting.rotations_of([pg.id], day - SEEN).get(pg.id, ()),
        rows=rows,
    )


def _outlook(own: Own, target: Requirement, cohort: Cohort, place: int) -> Outlook:
    by = own.by(target)
    valid = [row for row in own.rows if not row.rejected]
    progress = stats.towards(target, valid)
    last = stats.towards(target, [row for row in valid if row.last])
    coming = to_come(own, target, cohort, place, by)
    sure = progress.done + round(progress.waiting * cohort.approved)
    chance = coming.at_least(target.minimum - sure)
    act_by, note = _acting(
        target.minimum - sure, cohort.strong[place] * cohort.approved, by, own.day, chance
    )
    return Outlook(
        label=target.label,
        target=target.minimum,
        role=LEAST_ROLES[target.role],
        done=progress.done,
        waiting=progress.waiting,
        pace=(last.done + last.waiting) / (PACE.days / 7),
        by=by,
        expected=sure + coming.mean,
        low=sure + coming.quantile(model.LOW),
        high=sure + coming.quantile(model.HIGH),
        chance=chance,
        href=address_of(ENTRY, {"person": own.pg.id, "counted": 1, "target": target.id}),
        act_by=act_by,
        stays=_stays(own, cohort, place, by),
        note=note,
    )


def _acting(
    missing: int, strong: float, by: date, day: date, chance: float
) -> tuple[date | None, str]:
    """The last day from which the pace of the strongest tenth would still be enough, and what to say where none is left."""
    if missing <= 0 or chance >= ENOUGH:
        return None, ""
    if by <= day:
        return None, "The day it was asked for has passed."
    left = (by - day).days
    needed = ceil(missing / strong * 7) if strong > 0 else left + 1
    if needed > left:
        return None, BEYOND
    return by - timedelta(days=needed), ""


def _begun(pg: User) -> date:
    """When the PG's training began: as the record says; else with the first supervision, if that was in the year in which
    it began (`catalogue.started`: records that were brought over start late); else with that year."""
    if pg.training_start:
        return pg.training_start
    year = catalogue.started(pg)
    query = sa.select(sa.func.min(Supervision.since)).where(Supervision.pg_id == pg.id)
    first: date | None = db.session.scalar(query)
    return first if first and first.year == year else date(year, 1, 1)


def _stays(own: Own, cohort: Cohort, place: int, by: date) -> tuple[Stay, ...]:
    """The rotations from tomorrow until a day, each with what is usually approved of what is done there."""
    found = []
    for rotation in own.rotations:
        if days := counting.days_in(rotation, own.day + DAY, by):
            usual = cohort.rate(rotation.department_id, place) * cohort.approved * days / 7
            found.append(Stay(label=rotation.name, weeks=days / 7, expected=usual))
    return tuple(found)
