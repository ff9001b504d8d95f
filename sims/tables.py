"""The tables of reports and exports: typed columns, rows that stream, and the list behind them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from sims import figures, rows
from sims.actor import Actor
from sims.contracts import Column, Dimension, Record
from sims.errors import Invalid
from sims.lists import ListPage, address_of

BOM = b"\xef\xbb\xbf"
"""Begins a CSV file, or Excel takes it for another encoding."""


@dataclass
class Listing:
    """The rows of a list, each once, as one asks for them: as values, or as lines of CSV."""

    page: ListPage
    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return rows.values(self.page, self.columns)

    def csv(self) -> Iterator[bytes]:
        """The rows as CSV, written by the database itself where it can."""
        return rows.csv_lines(self.page, self.columns)


@dataclass(kw_only=True)
class Table:
    """One table of a report.

    `rows` are sequences of plain values, one for each column, and may be a generator. `href` is the list behind
    it. `counts` says how the two agree: "" means that each row of the table is a row of that list, a column's name that
    the numbers there add up to the rows of the list, None that the table counts something else. `hrefs` are the lists
    behind the single rows, in their order, where each has one. `size` is how many rows to expect, for progress. `part` is the chapter it belongs to, in a paper that has some.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Any]]
    note: str = ""
    href: str = ""
    counts: str | None = None
    hrefs: Sequence[str] = ()
    size: int = 0
    part: str = ""


@dataclass
class Asked:
    """What a report is asked for, by whom. `arguments` are the filters of its record's list, `values` the answers to
    its own questions, `person` the PG it is about, `drawn` the lists its rows came from so far."""

    actor: Actor
    record: Record
    arguments: MultiDict[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)
    person: Any = None
    drawn: list[ListPage] = field(default_factory=list)

    def page(
        self,
        record: Record | None = None,
        arguments: Mapping[str, Any] | None = None,
        *conditions: sa.ColumnElement[bool],
    ) -> ListPage:
        """The rows of a record (the report's own) that the reader sees and that match the filters (those asked for),
        and the conditions.

        Raises `Invalid`, naming the filter, for a value that can't be read.
        """
        record = record or self.record
        chosen = (
            self.arguments
            if arguments is None
            else MultiDict(
                {name: str(value) for name, value in arguments.items() if value not in (None, "")}
            )
        )
        page = ListPage(record, self.actor, chosen)
        if page.unreadable:
            raise Invalid(page.unreadable)
        page.narrow = (*(page.narrow or ()), *conditions)
        self.drawn.append(page)
        return page

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What it was narrowed to, in words: `(what, value)`."""
        page = ListPage(self.record, self.actor, self.arguments)
        return [
            (entry.label, figures.said(page, entry))
            for entry in self.record.filters
            if entry.name in page.values
        ]


def listing(
    page: ListPage, columns: Sequence[Column] = (), *, name: str = "", title: str = ""
) -> Table:
    """Every row of a list as a table; all columns of its record unless some are named."""
    record = page.record
    chosen = tuple(columns or record.columns)
    return Table(
        name=name or record.name,
        title=title or record.plural.capitalize(),
        columns=chosen,
        rows=Listing(page, chosen),
        href=address_of(record, page.arguments),
        counts="",
    )


def grouped(
    page: ListPage, dimensions: Sequence[Dimension], *, name: str = "", title: str = ""
) -> Table:
    """How many rows of a list there are in each group, and their share; two dimensions give a row for each pair."""
    found = figures.groups(page, dimensions)
    total = page.count()
    heads = tuple(Column(name=each.name, label=each.label) for each in dimensions)
    return Table(
        name=name or "-".join(each.name for each in dimensions),
        title=title
        or f"{page.record.plural.capitalize()} by {' and '.join(each.label.lower() for each in dimensions)}",
        columns=(
            *heads,
            Column(name="count", label="Number", kind="number"),
            Column(name="share", label="Share", kind="percent"),
        ),
        rows=[
            (*group.labels, group.count, group.count / total if total else 0.0) for group in found
        ],
        href=address_of(page.record, page.arguments),
        counts=None if any(each.many for each in dimensions) else "count",
        hrefs=[group.href for group in found],
        note="A row of the list may stand in several groups."
        if any(each.many for each in dimensions)
        else "",
        size=len(found),
    )


def csv_of(table: Table) -> Iterator[bytes]:
    """A table as a CSV file: UTF-8 with BOM, a line of headings, streamed, no cell a formula."""
    body = (
        table.rows.csv()
        if isinstance(table.rows, Listing)
        else rows.gathered(map(rows.csv_line, table.rows))
    )
    return chain([BOM + rows.csv_line([column.label for column in table.columns])], body)
