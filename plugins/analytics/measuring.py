"""Counting what a measure says: by step, by group, by both; shares with what they are a share of, times with their spread.

Everything is counted over a `ListPage` of the reader, so that every number has the list of exactly its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from plugins.analytics.periods import Period, Step
from sims import figures
from sims.actor import Actor
from sims.contracts import Dimension, Measure, Record
from sims.database import db, local_day
from sims.errors import Invalid
from sims.lists import ListPage, address_of
from sims.rows import Joined

DAY = 86_400
QUANTILES = {"low": 0.1, "lower": 0.25, "median": 0.5, "upper": 0.75, "high": 0.9}
MOST_GROUPS = 30
"""Groups drawn by name; the rest is one that says how many there are."""


@dataclass(frozen=True)
class Scope:
    """Whose view of which measure: narrowed by filters (filter of the record's list → value), in a period."""

    measure: Measure
    actor: Actor
    period: Period
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def record(self) -> Record:
        """The record counted."""
        return self.measure.record

    def arguments(
        self, step: Step | Period | None = None, *, whole: bool = False
    ) -> dict[str, str]:
        """The filters of the list behind a step (the whole period by default); `whole`: of what a share is a part of."""
        when, days = self.measure.when, step or self.period
        found = {**self.filters, **(self.measure.of or {})}
        if not whole:
            found |= self.measure.given
        return {**found, when.start: days.first.isoformat(), when.end: days.last.isoformat()}

    def page(self, step: Step | Period | None = None, *, whole: bool = False) -> ListPage:
        """The rows behind it. Raises `Invalid` for a filter's value that can't be read."""
        page = ListPage(self.record, self.actor, MultiDict(self.arguments(step, whole=whole)))
        if page.unreadable:
            raise Invalid(page.unreadable)
        return page

    def href(self, step: Step | Period | None = None, *, whole: bool = False) -> str:
        """The list behind it."""
        return address_of(self.record, self.arguments(step, whole=whole))


@dataclass(frozen=True)
class Point:
    """One number: its value, of how many rows (`n`), and the list of them. None: nothing to say."""

    label: str
    value: float | None
    n: int
    href: str
    whole_href: str = ""
    spread: Mapping[str, float] = field(default_factory=dict)


def per_day(scopes: Sequence[Scope]) -> list[dict[date, tuple[int, int]]]:
    """For each scope (all of one record, one date, one period and the same filters): day → (rows, rows of the whole).

    One query for all of them together.
    """
    first = scopes[0]
    when = first.measure.when
    days = {when.start: first.period.first.isoformat(), when.end: first.period.last.isoformat()}
    base = ListPage(first.record, first.actor, MultiDict({**first.filters, **days}))
    day = local_day(getattr(first.record.model, when.attribute))
    columns: list[Any] = [day.label("day")]
    for scope in scopes:
        whole = _conditions(scope, scope.measure.of or {})
        part = sa.and_(whole, _conditions(scope, scope.measure.given))
        columns += [sa.func.count().filter(part), sa.func.count().filter(whole)]
    query = base.query().with_only_columns(*columns, maintain_column_froms=True)
    found: list[dict[date, tuple[int, int]]] = [{} for _ in scopes]
    for row in db.session.execute(query.group_by(sa.literal_column("1"))):
        for place, of_scope in enumerate(found):
            of_scope[row[0]] = (row[1 + 2 * place], row[2 + 2 * place])
    return found


def by_step(scope: Scope) -> list[Point]:
    """The measure in every step of the period, in order. One query."""
    if scope.measure.time:
        return _times_by_step(scope)
    [days] = per_day([scope])
    return [point(scope, step, days) for step in scope.period.steps]


def point(
    scope: Scope, step: Step | Period, days: Mapping[date, tuple[int, int]], label: str = ""
) -> Point:
    """What the days of a step come to."""
    inside = [counts for day, counts in days.items() if step.first <= day <= step.last]
    part, whole = sum(counts[0] for counts in inside), sum(counts[1] for counts in inside)
    words = label or getattr(step, "label", "")
    if scope.measure.of is None:
        return Point(words, part, part, scope.href(step))
    value = part / whole if whole else None
    return Point(words, value, whole, scope.href(step), scope.href(step, whole=True))


def total(scope: Scope) -> Point:
    """The measure of the whole period. One query, two for a share."""
    if scope.measure.time:
        found = spreads(scope, sa.literal(0))
        return _timed("", found.get(0, {}), scope.href())
    part = scope.page().count()
    if scope.measure.of is None:
        return Point("", part, part, scope.href())
    whole = scope.page(whole=True).count()
    return Point("", part / whole if whole else None, whole, scope.href(), scope.href(whole=True))


def by_group(scope: Scope, dimension: Dimension) -> list[Point]:
    """The measure in every group of a dimension: in the order of its keys, else the largest first."""
    page = scope.page()
    if scope.measure.time:
        joined = Joined(scope.record.model)
        found = spreads(scope, dimension.key(joined), joined, many=dimension.many)
        names = figures.names_of(page, dimension, list(found))
        points = [
            _timed(names.get(key, str(key)), box, figures.narrowed(page, [(dimension, key)]))
            for key, box in found.items()
        ]
        return sorted(points, key=lambda each: (-(each.value or 0), each.label))
    groups = figures.groups(page, [dimension])
    if scope.measure.of is None:
        return [Point(group.labels[0], group.count, group.count, group.href) for group in groups]
    parts = {group.keys[0]: group for group in groups}
    whole_page = scope.page(whole=True)
    points = []
    for group in figures.groups(whole_page, [dimension]):
        part = parts.get(group.keys[0])
        href = part.href if part else figures.narrowed(page, [(dimension, group.keys[0])])
        share = (part.count if part else 0) / group.count
        points.append(Point(group.labels[0], share, group.count, href, group.href))
    return points


Grid = tuple[list[str], list[tuple[str, str, list[tuple[int, str]]]]]
"""The labels above, and for each row its label, its list, and `(count, list)` of every cell."""


def by_month_and_group(scope: Scope, dimension: Dimension) -> Grid:
    """Group × month: whoever has most first, the months in order."""
    return _grid(scope, dimension, figures.month(scope.record, scope.measure.when))


def by_two(scope: Scope, down: str, across: str) -> Grid:
    """One dimension of the record × another."""
    return _grid(scope, scope.record.dimension(down), scope.record.dimension(across))


def _grid(scope: Scope, down: Dimension, across: Dimension) -> Grid:
    page = scope.page()
    found = figures.groups(page, [down, across])
    labels = {group.keys[1]: group.labels[1] for group in found}
    order = list(across.order) or sorted(labels, key=str)
    heads = [key for key in order if key in labels] + [key for key in labels if key not in order]
    rows: dict[Any, dict[Any, figures.Group]] = {}
    for group in found:
        rows.setdefault(group.keys[0], {})[group.keys[1]] = group
    drawn = [
        (
            next(iter(cells.values())).labels[0],
            figures.narrowed(page, [(down, key)]),
            [(cells[head].count, cells[head].href) if head in cells else (0, "") for head in heads],
        )
        for key, cells in rows.items()
    ]
    drawn.sort(key=lambda row: -sum(cell[0] for cell in row[2]))
    return [labels[head] for head in heads], drawn


def spreads(
    scope: Scope, key: Any, joined: Joined | None = None, *, many: bool = False
) -> dict[Any, dict[str, float]]:
    """For each value of `key`: how the measure's times spread, in days, and their number `n`. One query.

    With `many` a row may have several keys, and counts once for each. Quantiles by rank, so that both databases give the same and each is a time that was really taken.
    """
    begun, ended = (getattr(scope.record.model, name) for name in scope.measure.time or ())
    if db.engine.dialect.name == "postgresql":
        took: Any = sa.extract("epoch", ended - begun) / DAY
    else:
        took = sa.func.julianday(ended) - sa.func.julianday(begun)
    query = (
        scope.page()
        .query()
        .with_only_columns(
            scope.record.model.id,
            key.label("key"),
            took.label("took"),
            maintain_column_froms=True,
        )
    )
    if many:
        query = query.distinct()
    times = (joined.to(query) if joined else query).subquery()
    ranked = sa.select(
        times.c.key,
        times.c.took,
        sa.func.row_number().over(partition_by=times.c.key, order_by=times.c.took).label("place"),
        sa.func.count().over(partition_by=times.c.key).label("n"),
    ).subquery()
    columns = [
        sa.func.min(sa.case((ranked.c.place >= share * ranked.c.n, ranked.c.took))).label(name)
        for name, share in QUANTILES.items()
    ]
    found = db.session.execute(
        sa.select(ranked.c.key, sa.func.max(ranked.c.n).label("n"), *columns).group_by(ranked.c.key)
    )
    return {
        row.key: {"n": row.n, **{name: round(float(getattr(row, name)), 2) for name in QUANTILES}}
        for row in found
    }


def _times_by_step(scope: Scope) -> list[Point]:
    day = local_day(getattr(scope.record.model, scope.measure.when.attribute))
    if scope.period.by_month:
        text = (
            sa.func.to_char(day, "YYYY-MM")
            if db.engine.dialect.name == "postgresql"
            else sa.func.strftime("%Y-%m", day)
        )
        found = spreads(scope, text)
        return [
            _timed(step.label, found.get(f"{step.first:%Y-%m}", {}), scope.href(step))
            for step in scope.period.steps
        ]
    found = spreads(scope, day)
    return [
        _timed(step.label, found.get(step.first, {}), scope.href(step))
        for step in scope.period.steps
    ]


def _timed(label: str, box: Mapping[str, float], href: str) -> Point:
    return Point(label, box.get("median"), int(box.get("n", 0)), href, spread=box)


def _conditions(scope: Scope, given: Mapping[str, str]) -> sa.ColumnElement[bool]:
    page = ListPage(scope.record, scope.actor, MultiDict(given))
    return sa.and_(sa.true(), *page.conditions)
