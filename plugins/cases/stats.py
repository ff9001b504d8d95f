"""Figures of cases: by category, complexity, diagnosis, status and month. Each links to the list it counts.

They count what the actor sees, of one PG or of all, so that list and number never differ.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import url_for

from plugins.cases import queries
from plugins.cases.models import COMPLEXITIES, ClinicalCase
from plugins.cases.records import CASE
from plugins.catalogue.models import Diagnosis
from sims import access
from sims.actor import Actor
from sims.clock import today
from sims.database import db
from sims.review import COUNTED

MONTHS = 12
Item = tuple[str, int, str]
"""What is counted, how many, and the address of the list of them."""


@dataclass(frozen=True)
class Statistics:
    """Everything the statistics page shows. The items of each kind add up to `total`, those of `months` aside."""

    total: int
    approved: int
    waiting: int
    featured: int
    score: float | None
    scored: int
    statuses: list[tuple[str, int, str, str]]
    categories: list[Item]
    complexities: list[Item]
    diagnoses: list[Item]
    months: dict[str, Any]
    list_url: str
    person: int | None

    def url(self, **narrowed: object) -> str:
        """The list of these cases, narrowed."""
        return address(self.person, **narrowed)


def of(actor: Actor, pg_id: int | None) -> Statistics:
    """The statistics of one PG's cases, or of all the actor sees: five queries, however many there are."""
    rows = _grouped(
        actor,
        pg_id,
        ClinicalCase.category_id,
        ClinicalCase.complexity,
        ClinicalCase.status,
        ClinicalCase.featured,
    )
    by_status = _sums(rows, 2)
    score, scored = _scores(actor, pg_id)
    return Statistics(
        total=sum(row[-1] for row in rows),
        approved=sum(by_status[status] for status in COUNTED),
        waiting=by_status["pending"],
        featured=_sums(rows, 3)[True],
        score=score,
        scored=scored,
        statuses=[
            (status.label, by_status[status.name], status.tone, address(pg_id, status=status.name))
            for status in CASE.flow.statuses
            if by_status[status.name]
        ],
        categories=_categories(_sums(rows, 0), pg_id),
        complexities=[
            (label, _sums(rows, 1)[name], address(pg_id, complexity=name))
            for name, label in COMPLEXITIES.items()
        ],
        diagnoses=_diagnoses(actor, pg_id),
        months=_months(actor, pg_id),
        list_url=address(pg_id),
        person=pg_id,
    )


def address(pg_id: int | None, **narrowed: object) -> str:
    """The list of the PG's cases (or of all one sees), narrowed by its filters; a trailing _ is dropped."""
    given = {"person": pg_id} | {name.rstrip("_"): value for name, value in narrowed.items()}
    pairs = urlencode({name: str(value) for name, value in given.items() if value is not None})
    return url_for("cases.case_list") + (f"?{pairs}" if pairs else "")


def _grouped(actor: Actor, pg_id: int | None, *columns: Any) -> Sequence[Any]:
    query = access.visible(CASE, actor, *columns, sa.func.count()).group_by(*columns)
    return db.session.execute(_of(query, pg_id)).all()


def _of(query: sa.Select[Any], pg_id: int | None) -> sa.Select[Any]:
    return query if pg_id is None else query.where(ClinicalCase.pg_id == pg_id)


def _sums(rows: Sequence[Any], place: int) -> Counter[Any]:
    """How many cases have each value of one of the columns counted by."""
    found: Counter[Any] = Counter()
    for row in rows:
        found[row[place]] += row[-1]
    return found


def _scores(actor: Actor, pg_id: int | None) -> tuple[float | None, int]:
    """The mean of the reviewers' overall scores, and of how many."""
    score = ClinicalCase.supervisor_score
    query = access.visible(CASE, actor, sa.func.avg(score), sa.func.count(score))
    mean, count = db.session.execute(_of(query, pg_id)).one()
    return (round(float(mean), 1) if count else None), count


def _categories(counts: Counter[Any], pg_id: int | None) -> list[Item]:
    items = [
        (category.name, counts[category.id], address(pg_id, category=category.id))
        for category in queries.all_categories()
        if counts[category.id]
    ]
    if counts[None]:
        items.append(("Without a category", counts[None], address(pg_id, uncategorised=1)))
    return sorted(items, key=lambda item: -item[1])


def _diagnoses(actor: Actor, pg_id: int | None) -> list[Item]:
    """By the catalogue's diagnosis, the commonest first; what the catalogue lacks is one item, the last."""
    columns = (ClinicalCase.primary_diagnosis_id, Diagnosis.name)
    query = (
        access.visible(CASE, actor, *columns, sa.func.count())
        .outerjoin(Diagnosis, Diagnosis.id == ClinicalCase.primary_diagnosis_id)
        .group_by(*columns)
    )
    items, unlisted = [], 0
    for number, name, count in db.session.execute(_of(query, pg_id)):
        if number is None:
            unlisted = count
        else:
            items.append((name, count, address(pg_id, condition=number)))
    items.sort(key=lambda item: (-item[1], item[0]))
    if unlisted:
        items.append(("None, or not in the catalogue", unlisted, address(pg_id, unlisted=1)))
    return items


def _months(actor: Actor, pg_id: int | None) -> dict[str, Any]:
    """What the chart of the last twelve months needs: cases of patients met in each, those of them approved."""
    first = today().replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    day = ClinicalCase.date_encountered
    year, month = sa.extract("year", day), sa.extract("month", day)
    counted = sa.func.count().filter(ClinicalCase.status.in_(COUNTED))
    query = access.visible(CASE, actor, year, month, sa.func.count(), counted)
    query = query.where(day >= first, day <= today()).group_by(year, month)
    counts = {(int(row[0]), int(row[1])): row[2:] for row in db.session.execute(_of(query, pg_id))}
    labels: list[str] = []
    series: tuple[list[int], list[int]] = ([], [])
    hrefs: tuple[list[str], list[str]] = ([], [])
    for place in range(MONTHS):
        following = (first + timedelta(days=32)).replace(day=1)
        labels.append(f"{first:%b %Y}" if place == 0 or first.month == 1 else f"{first:%b}")
        period = {"from_": first, "to": min(following - timedelta(days=1), today())}
        values = counts.get((first.year, first.month), (0, 0))
        for values_of, links, value, more in zip(
            series, hrefs, values, ({}, {"counted": 1}), strict=True
        ):
            values_of.append(value)
            links.append(address(pg_id, **period, **more))
        first = following
    return {
        "series": [("Written up", series[0]), ("Approved", series[1])],
        "labels": labels,
        "hrefs": list(hrefs),
    }
