"""Counting the rows of lists: in groups, in periods, how long things took; and the shapes of what is drawn.

Whatever is counted here is counted over a `ListPage`: the rows its reader sees. Every number therefore has an
address, that of the list narrowed to its rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from sims.clock import day_begins
from sims.contracts import Dated, Dimension, Filter, Record
from sims.database import db, local_day
from sims.lists import ListPage, address_of
from sims.rows import Joined

NONE = "None"
"""What people call the group of rows that have none."""


@dataclass(frozen=True)
class Group:
    """The rows that share these keys: how many, and the list of exactly them."""

    keys: tuple[Any, ...]
    labels: tuple[str, ...]
    count: int
    href: str


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a PG needs somebody's attention: in words, with the list behind it. `tone` is warn or bad; the heavier
    the `weight`, the sooner."""

    words: str
    href: str
    tone: str = "warn"
    icon: str = "triangle-alert"
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A planned stretch of training and what it usually yields towards a target."""

    label: str
    weeks: float
    expected: float


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Whether one PG will reach one target. `done` counts today, `waiting` is logged but not approved yet.

    `pace` is what counted a week in the last twelve; `stays` are what is planned until `by`, the day it is asked for;
    `expected` is the likely total then, between `low` and `high` in four cases of five; `chance` that it reaches
    `target` (0 to 1). `act_by` is the last day on which a change of plan can still be enough, None where none is needed
    or none would be. `href` is the list of what is done.
    """

    label: str
    target: int
    role: str
    done: int
    waiting: int
    pace: float
    by: date
    expected: float
    low: int
    high: int
    chance: float
    href: str
    act_by: date | None = None
    stays: tuple[Stay, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One step of practice: the label ("1–10"), the rows in it, and their share or mean (0 to 1)."""

    label: str
    n: int
    value: float


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A learning curve: its points, what the value means, and the list of all the rows in it."""

    points: Sequence[CurvePoint]
    unit: str
    href: str
    note: str = ""


def groups(page: ListPage, dimensions: Sequence[Dimension]) -> list[Group]:
    """The rows of a list in groups, in the order of their keys where they have one, else the largest first.

    One query, and one for the names of each dimension.
    """
    record = page.record
    joined = Joined(record.model)
    keys = [
        dimension.key(joined).label(f"key_{place}") for place, dimension in enumerate(dimensions)
    ]
    counted: Any = sa.func.count()
    if any(dimension.many for dimension in dimensions):
        counted = sa.func.count(sa.distinct(record.model.id))
    query = page.query().with_only_columns(*keys, counted, maintain_column_froms=True)
    numbers: list[Any] = [sa.literal_column(str(place + 1)) for place in range(len(keys))]
    found = db.session.execute(joined.to(query).group_by(*numbers)).all()
    names = [
        names_of(page, dimension, [row[place] for row in found])
        for place, dimension in enumerate(dimensions)
    ]
    made = [
        Group(
            keys=tuple(row[:-1]),
            labels=tuple(names[place].get(key, str(key)) for place, key in enumerate(row[:-1])),
            count=row[-1],
            href=narrowed(page, zip(dimensions, row[:-1], strict=True)),
        )
        for row in found
    ]
    return sorted(made, key=lambda group: (*_places(dimensions, group), -group.count, group.labels))


def names_of(page: ListPage, dimension: Dimension, keys: Sequence[Any]) -> Mapping[Any, str]:
    """What people call these keys of a dimension."""
    if dimension.names:
        given = dict(dimension.names({key for key in keys if key not in (0, "")}))
    else:
        entry = next(
            (
                each
                for each in page.record.filters
                if each.name == (dimension.filter or dimension.name)
            ),
            None,
        )
        choices = entry.choices if entry else ()
        pairs = choices(page.actor) if callable(choices) else choices
        given = {key: label for key in keys for value, label in pairs if value == str(key)}
    return {0: NONE, "": NONE, **given}


def narrowed(page: ListPage, keys: Iterable[tuple[Dimension, Any]]) -> str:
    """The address of the list narrowed further to one group: the key of each dimension."""
    arguments: dict[str, object] = dict(page.arguments.items())
    for dimension, key in keys:
        if dimension.narrow:
            arguments |= dimension.narrow(key)
        else:
            arguments[dimension.filter or dimension.name] = key if key != "" else 0
    return address_of(page.record, arguments)


def month(record: Record, dated: Dated | None = None) -> Dimension:
    """The months of a record's date (its own, unless another is given), as a dimension every dated record has.

    Raises `LookupError` for a record without a date.
    """
    dated = dated or record.dated
    if dated is None:
        raise LookupError(f"{record.name} has no date of its own")
    day = local_day(getattr(record.model, dated.attribute))
    if db.engine.dialect.name == "postgresql":
        key = sa.func.to_char(day, "YYYY-MM")
    else:
        key = sa.func.strftime("%Y-%m", day)

    def narrow(text: str) -> Mapping[str, str]:
        first = date.fromisoformat(f"{text}-01")
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return {dated.start: first.isoformat(), dated.end: last.isoformat()}

    def names(texts: Any) -> Mapping[str, str]:
        return {text: f"{date.fromisoformat(f'{text}-01'):%b %Y}" for text in texts}

    return Dimension(
        name="month",
        label="Month",
        key=lambda joined: sa.func.coalesce(key, ""),
        narrow=narrow,
        names=names,
        by_key=True,
    )


def between(
    record: Record, dated: Dated, first: date, last: date
) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that a row's date lies between two days, both included."""
    moment = getattr(record.model, dated.attribute)
    if isinstance(moment.type, sa.Date):
        return moment >= first, moment <= last
    return moment >= day_begins(first), moment < day_begins(last + timedelta(days=1))


def said(page: ListPage, entry: Filter) -> str:
    """The value a list is narrowed to by one of its filters, in words."""
    value = page.values[entry.name]
    choices = entry.choices(page.actor) if callable(entry.choices) else entry.choices
    for dimension in page.record.dimensions:
        if (dimension.filter or dimension.name) == entry.name and dimension.names:
            return dict(dimension.names({value})).get(value, str(value))
    return next((label for key, label in choices if key == str(value)), str(value))


def _places(dimensions: Sequence[Dimension], group: Group) -> tuple[Any, ...]:
    """Where a group stands by its keys, for the dimensions that have an order."""
    found: list[Any] = []
    for dimension, key in zip(dimensions, group.keys, strict=True):
        if dimension.by_key:
            found.append(str(key))
        elif dimension.order:
            found.append(
                list(dimension.order).index(key) if key in dimension.order else len(dimension.order)
            )
    return tuple(found)
