"""The rows of a list as plain values, straight from SQL: what exports and reports of any size are made of.

A column says by its `sql` what it shows as an expression; what that needs of other tables is joined once. Where a
column has no expression the rows are loaded as the list loads them.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from flask import current_app
from psycopg import Connection
from sqlalchemy.orm import aliased

from sims.contracts import Column, Record
from sims.database import db
from sims.lists import CHUNK, FORMULA, ListPage, loads, safe_cell, value_of
from sims.web.templating import text_of

PIECE = 64 * 1024
"""A CSV file is handed on in pieces of about this many bytes."""


class Joined:
    """The other tables an expression looks into, each joined once however many expressions use it."""

    def __init__(self, model: type[Any]):
        self.model = model
        self._joins: dict[tuple[Any, ...], tuple[Any, sa.ColumnElement[bool]]] = {}

    def __call__(self, target: type[Any], link: Any) -> Any:
        """`target`'s row that `link` (a foreign key of the model, or of what was joined before) points to."""
        key = (target, link.parent, link.key)
        if key not in self._joins:
            alias = aliased(target)
            self._joins[key] = (alias, alias.id == link)
        return self._joins[key][0]

    def each(self, target: type[Any], link: str) -> Any:
        """Every row of `target` whose foreign key called `link` points to the model's row."""
        key = (target, link)
        if key not in self._joins:
            alias = aliased(target)
            self._joins[key] = (alias, getattr(alias, link) == self.model.id)
        return self._joins[key][0]

    def to(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """`query` with all of them; a row that points to nothing stays, with nothing there."""
        for alias, condition in self._joins.values():
            query = query.outerjoin(alias, condition)
        return query


def has_sql(record: Record, column: Column) -> bool:
    """Whether what the column shows can be said in SQL."""
    if column.sql or (column.kind == "status" and record.workflow and column.value is None):
        return True
    return column.value is None and isinstance(
        getattr(record.model, column.name, None), sa.orm.attributes.InstrumentedAttribute
    )


def expression(record: Record, column: Column, joined: Joined) -> sa.ColumnElement[Any]:
    """What the column shows, as an expression. Ask `has_sql` first."""
    if column.sql:
        return column.sql(joined)
    if column.kind == "status" and record.workflow:
        labels = {status.name: status.label for status in record.workflow.statuses}
        return sa.case(labels, value=record.model.status, else_=record.model.status)
    found: sa.ColumnElement[Any] = getattr(record.model, column.name)
    return found


def values(page: ListPage, columns: Sequence[Column]) -> Iterator[Sequence[Any]]:
    """Every row of the list (all its pages, in its order): the values of these columns, streamed."""
    record = page.record
    if not all(has_sql(record, column) for column in columns):
        yield from _loaded(page, columns)
        return
    joined = Joined(record.model)
    shown = [expression(record, column, joined) for column in columns]
    query = joined.to(page.ordered().with_only_columns(*shown, maintain_column_froms=True))
    found = db.session.execute(query.execution_options(yield_per=CHUNK))
    yield from chain.from_iterable(found.partitions())


def csv_lines(page: ListPage, columns: Sequence[Column]) -> Iterator[bytes]:
    """The same rows as lines of a CSV file, in large pieces; no cell is a formula.

    PostgreSQL writes the lines itself (COPY), with the text of every cell made there.
    """
    record = page.record
    if db.engine.dialect.name == "postgresql" and all(has_sql(record, each) for each in columns):
        joined = Joined(record.model)
        shown = [
            expression(record, column, joined).label(f"cell_{place}")
            for place, column in enumerate(columns)
        ]
        # Its order keeps the inner query apart, so that no cell is worked out twice.
        inner = joined.to(
            page.ordered().with_only_columns(*shown, maintain_column_froms=True)
        ).subquery()
        query = sa.select(*map(_as_text, inner.c))
        yield from gathered(_copied(query))
    else:
        yield from gathered(csv_line(row) for row in values(page, columns))


def csv_line(cells: Sequence[Any]) -> bytes:
    """One line of a CSV file: dates ISO 8601 in the hospital's time, no text a formula."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([_cell(value) for value in cells])
    return (
        buffer.getvalue()[:-2] + "\n"
    ).encode()  # its own \r\n makes it put either sign in quotes


def gathered(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in pieces of some size: a response or a file takes few large ones faster than many small."""
    held, size = [], 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _loaded(page: ListPage, columns: Sequence[Column]) -> Iterator[Sequence[Any]]:
    query = page.ordered().options(*loads(page.record)).execution_options(yield_per=CHUNK)
    for rows in db.session.scalars(query).partitions():
        for row in rows:
            yield [_shown(page.record, column, row) for column in columns]
        db.session.expunge_all()


def _shown(record: Record, column: Column, row: Any) -> Any:
    value = value_of(column, row)
    if column.kind == "status" and record.workflow and column.value is None:
        return record.workflow.status(value).label
    return text_of(value) if isinstance(value, list | tuple) else value


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return safe_cell(text_of(value))


def _as_text(value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """`_cell` as PostgreSQL says it; numbers stay what they are."""
    kind = value.type
    if isinstance(kind, sa.Boolean):
        return sa.case((value.is_(True), "yes"), (value.is_(False), "no"), else_="")
    if isinstance(kind, sa.Numeric | sa.Float | sa.Integer):
        return value
    if isinstance(kind, sa.Date):
        return sa.func.to_char(value, "YYYY-MM-DD")
    if isinstance(kind, sa.DateTime) or isinstance(getattr(kind, "impl", None), sa.DateTime):
        local = sa.func.timezone(current_app.config["TIMEZONE"], value)
        return sa.func.to_char(local, "YYYY-MM-DD HH24:MI")
    text = sa.func.nullif(value, "")  # or PostgreSQL would write two quotation marks
    begins = sa.func.ascii(value).in_([ord(sign) for sign in FORMULA])
    return sa.case((begins, "'" + value), else_=text)


def _copied(query: sa.Select[Any]) -> Iterator[bytes]:
    """What a query finds as lines of CSV, as the database itself writes them."""
    compiled = query.compile(dialect=db.engine.dialect, compile_kwargs={"render_postcompile": True})
    connection = db.session.connection().connection.driver_connection
    assert isinstance(connection, Connection)
    with connection.cursor() as cursor:
        statement: Any = f"COPY ({compiled}) TO STDOUT (FORMAT csv)"
        with cursor.copy(statement, compiled.params) as lines:
            for line in lines:
                yield bytes(line)
