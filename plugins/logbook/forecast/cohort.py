"""What PGs of a specialty do where: weekly rates towards each target by department, and how much PGs differ."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.catalogue.queries import Requirement
from plugins.logbook.dividing import counts_towards
from plugins.logbook.forecast import model
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.rotations.models import Rotation
from plugins.users.models import User
from sims.cache import kept
from sims.clock import today
from sims.database import db
from sims.review import COUNTED

YEARS_BACK = 2
"""What was done longer ago says little about what departments do today."""

NOWHERE = 0
"""Where a PG is in no rotation."""

HOUR = 3600
STRONG = 0.9


@dataclass(frozen=True)
class Cohort:
    """For each target (by its place): the usual weekly rate, those of departments, the shape of activity, the weekly pace
    of the strongest tenth. `approved` is the share of what is submitted that is approved in the end."""

    usual: Sequence[float]
    departments: Mapping[int, Sequence[float]]
    shapes: Sequence[float]
    strong: Sequence[float]
    approved: float

    def rate(self, department_id: int, place: int) -> float:
        """The weekly rate of a target in a department; the usual one where nobody was."""
        return self.departments.get(department_id, self.usual)[place]


def of(specialty: str, targets: Sequence[Requirement]) -> Cohort:
    """The cohort of a specialty, worked out once an hour: what others do changes slowly. Three queries."""
    parts = (specialty, [target.id for target in targets], today().isoformat())
    found = kept("forecast", parts, (), lambda: _work_out(specialty, targets), seconds=HOUR).value
    return Cohort(
        usual=found["usual"],
        departments={int(number): rates for number, rates in found["departments"].items()},
        shapes=found["shapes"],
        strong=found["strong"],
        approved=found["approved"],
    )


def _work_out(specialty: str, targets: Sequence[Requirement]) -> dict[str, Any]:
    since = today() - timedelta(days=365 * YEARS_BACK)
    done = _done(specialty, targets, since)
    weeks = _weeks(specialty, {pg: first for pg, (first, _) in done.items()}, since)
    places = range(len(targets))
    all_weeks = sum(sum(of_pg.values()) for of_pg in weeks.values()) or 1.0
    by_department: dict[int, list[float]] = defaultdict(lambda: [0.0] * len(targets))
    department_weeks: dict[int, float] = defaultdict(float)
    for pg, of_pg in weeks.items():
        for department, length in of_pg.items():
            department_weeks[department] += length
            for place, count in enumerate(done[pg][1].get(department, ())):
                by_department[department][place] += count
    usual = [sum(found[place] for found in by_department.values()) / all_weeks for place in places]
    departments = {
        department: [
            model.rate(by_department[department][place], length, usual[place]) for place in places
        ]
        for department, length in department_weeks.items()
    }
    cohort = Cohort(usual, departments, (), (), 1.0)
    totals = {
        pg: [sum(found[place] for found in done[pg][1].values()) for place in places]
        for pg in weeks
    }
    expected = {
        pg: [sum(cohort.rate(d, place) * length for d, length in of_pg.items()) for place in places]
        for pg, of_pg in weeks.items()
    }
    lengths = {pg: sum(of_pg.values()) for pg, of_pg in weeks.items()}
    return {
        "usual": usual,
        "departments": departments,
        "shapes": [
            model.shape_of(
                [totals[pg][place] for pg in weeks], [expected[pg][place] for pg in weeks]
            )
            for place in places
        ],
        "strong": [
            _quantile([totals[pg][place] / lengths[pg] for pg in weeks if lengths[pg] >= 4], STRONG)
            for place in places
        ],
        "approved": _approved(specialty, since),
    }


def _done(
    specialty: str, targets: Sequence[Requirement], since: date
) -> dict[int, tuple[date, dict[int, list[int]]]]:
    """PG → the day of their first entry, and department → how many counted towards each target. One query."""
    if not targets:
        return {}
    department = sa.func.coalesce(Rotation.department_id, NOWHERE)
    query = (
        sa.select(
            LogbookEntry.pg_id,
            department,
            sa.func.min(LogbookEntry.date),
            *(sa.func.count().filter(counts_towards(target)) for target in targets),
        )
        .join(User, User.id == LogbookEntry.pg_id)
        .join(EntryProcedure, EntryProcedure.entry_id == LogbookEntry.id)
        .outerjoin(Rotation, Rotation.id == LogbookEntry.rotation_id)
        .where(
            User.specialty == specialty,
            LogbookEntry.date >= since,
            LogbookEntry.status.not_in(("draft", "rejected")),
        )
        .group_by(LogbookEntry.pg_id, department)
    )
    found: dict[int, tuple[date, dict[int, list[int]]]] = {}
    for pg, where, first, *numbers in db.session.execute(query):
        begun, places = found.get(pg, (first, {}))
        found[pg] = (min(begun, first), {**places, where: numbers})
    return found


def _weeks(specialty: str, begun: Mapping[int, date], since: date) -> dict[int, dict[int, float]]:
    """PG → department → weeks there since their first entry; the rest of the time is `NOWHERE`. One query."""
    query = (
        sa.select(Rotation.pg_id, Rotation.department_id, Rotation.start_date, Rotation.end_date)
        .join(User, User.id == Rotation.pg_id)
        .where(
            User.specialty == specialty,
            Rotation.status.in_(("ongoing", "completed")),
            Rotation.end_date >= since,
        )
    )
    end = today()
    found: dict[int, dict[int, float]] = {pg: defaultdict(float) for pg in begun}
    for pg, department, first, last in db.session.execute(query):
        if pg in begun:
            days = (min(last, end) - max(first, begun[pg])).days + 1
            found[pg][department] += max(0, days) / 7
    for pg, first in begun.items():
        rest = ((end - first).days + 1) / 7 - sum(found[pg].values())
        found[pg][NOWHERE] += max(0.0, rest)
    return found


def _approved(specialty: str, since: date) -> float:
    """The share of what was decided that was approved. One query."""
    query = (
        sa.select(
            sa.func.count().filter(LogbookEntry.status.in_(COUNTED)),
            sa.func.count().filter(LogbookEntry.status.in_((*COUNTED, "rejected"))),
        )
        .join(User, User.id == LogbookEntry.pg_id)
        .where(User.specialty == specialty, LogbookEntry.date >= since)
    )
    approved, decided = db.session.execute(query).one()
    return approved / decided if decided else 1.0


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
