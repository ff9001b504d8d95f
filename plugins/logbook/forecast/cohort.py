"""What PGs of a specialty do where: weekly rates towards each target by department, and how much PGs differ."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from random import Random
from typing import Any

import sqlalchemy as sa

from plugins.catalogue.queries import Requirement
from plugins.logbook.forecast import counting, model
from plugins.logbook.models import LogbookEntry
from plugins.users.models import User
from sims.cache import kept
from sims.clock import today
from sims.database import db
from sims.review import COUNTED

YEARS_BACK = 2
"""What was done longer ago says little about what departments do today."""

MOST_PGS = 200
"""So many PGs, picked by chance, say what a specialty does; more would only take longer."""

HOUR = 3600
STRONG = 0.9
LEAST_WEEKS = 4
"""Who has been here for less says nothing about a pace."""


@dataclass(frozen=True)
class Cohort:
    """For each target (by its place): the usual weekly rate, those of departments, the shape of activity, the weekly pace
    of the strongest tenth. All of them count what was submitted; `approved` is the share of it that is approved."""

    usual: Sequence[float]
    departments: Mapping[int, Sequence[float]]
    shapes: Sequence[float]
    strong: Sequence[float]
    approved: float

    def rate(self, department_id: int, place: int) -> float:
        """The weekly rate of a target in a department; the usual one where nobody was."""
        return self.departments.get(department_id, self.usual)[place]


@dataclass
class Past:
    """What one PG did since their first entry: weeks in each department, and there the numbers for each target."""

    begun: date
    weeks: dict[int, float]
    done: dict[int, list[int]]

    def total(self, place: int) -> int:
        """The number for one target, wherever."""
        return sum(numbers[place] for numbers in self.done.values())


def of(specialty: str, targets: Sequence[Requirement]) -> Cohort:
    """The cohort of a specialty, worked out once an hour: what others do changes slowly. Four queries."""
    asked = [
        (target.id, target.role, sorted(target.procedure_ids or ()), target.procedure_ids is None)
        for target in targets
    ]
    parts = (specialty, asked, today().isoformat())
    found = kept("forecast", parts, (), lambda: _work_out(specialty, targets), seconds=HOUR).value
    return Cohort(**found | {"departments": {int(k): v for k, v in found["departments"].items()}})


def _work_out(specialty: str, targets: Sequence[Requirement]) -> dict[str, Any]:
    """The fields of a cohort, in types that JSON has."""
    since = today() - timedelta(days=365 * YEARS_BACK)
    people = _people(specialty, since)
    pasts = _pasts(people, targets, since)
    usual, departments = _rates(pasts, len(targets))
    cohort = Cohort(usual, departments, (), (), 1.0)
    seen, expected, pace = [], [], []
    for place in range(len(targets)):
        seen.append([past.total(place) for past in pasts])
        expected.append(
            [sum(cohort.rate(d, place) * w for d, w in past.weeks.items()) for past in pasts]
        )
        weeks = [sum(past.weeks.values()) for past in pasts]
        pace.append([n / w for n, w in zip(seen[place], weeks, strict=True) if w >= LEAST_WEEKS])
    together = model.spread_of(list(chain(*seen)), list(chain(*expected)))
    spreads = [
        model.spread_of(seen[place], expected[place], together) for place in range(len(targets))
    ]
    return {
        "usual": usual,
        "departments": departments,
        "shapes": [model.shape_of(spread) for spread in spreads],
        "strong": [_quantile(each, STRONG) for each in pace],
        "approved": _approved(people, since),
    }


def _rates(pasts: Iterable[Past], width: int) -> tuple[list[float], dict[int, list[float]]]:
    """The weekly rate of each target on average, and by department."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * width)
    weeks: dict[int, float] = defaultdict(float)
    for past in pasts:
        for department, length in past.weeks.items():
            weeks[department] += length
        for department, numbers in past.done.items():
            counts[department] = [a + b for a, b in zip(counts[department], numbers, strict=True)]
    all_weeks = sum(weeks.values()) or 1.0
    usual = [
        sum(numbers[place] for numbers in counts.values()) / all_weeks for place in range(width)
    ]
    return usual, {
        department: [
            model.rate(counts[department][place], length, usual[place]) for place in range(width)
        ]
        for department, length in weeks.items()
    }


def _people(specialty: str, since: date) -> list[int]:
    """PGs of a specialty who logged something, at most `MOST_PGS` of them, always the same on one day. One query."""
    logged = sa.exists().where(LogbookEntry.pg_id == User.id, LogbookEntry.date >= since)
    query = sa.select(User.id).where(User.specialty == specialty, logged).order_by(User.id)
    found = list(db.session.scalars(query))
    return Random(since.toordinal()).sample(found, MOST_PGS) if len(found) > MOST_PGS else found


def _pasts(people: Collection[int], targets: Sequence[Requirement], since: date) -> list[Past]:
    """What these PGs did where since then. Two queries."""
    if not (people and targets):
        return []
    rotations = counting.rotations_of(people, since)
    day = today()
    found: dict[int, Past] = {}
    query = counting.by_place(people, targets, since)
    for pg_id, department, lost, first, *numbers in db.session.execute(query):
        past = found.setdefault(pg_id, Past(first, {}, {}))
        past.begun = min(past.begun, first)
        where = counting.department_on(rotations.get(pg_id, ()), lost) if lost else department
        known = past.done.get(where, [0] * len(targets))
        past.done[where] = [a + b for a, b in zip(known, numbers, strict=True)]
    for pg_id, past in found.items():
        past.weeks = dict(counting.weeks_of(rotations.get(pg_id, ()), past.begun, day))
    return list(found.values())


def _approved(people: Collection[int], since: date) -> float:
    """The share of what was decided that was approved. One query."""
    query = sa.select(
        sa.func.count().filter(LogbookEntry.status.in_(COUNTED)), sa.func.count()
    ).where(
        LogbookEntry.pg_id.in_(people),
        LogbookEntry.date >= since,
        LogbookEntry.status.in_((*COUNTED, "rejected")),
    )
    approved, decided = db.session.execute(query).one()
    return approved / decided if decided else 1.0


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
