"""Everything SIMS holds about one person: their records with all columns and parts, and what else bears their id.

Records come as their owner or author sees them; of other tables all rows whose person they are. Secrets (hashes of
passwords, tokens) stay where they are, and whoever wrote anonymously stays unnamed.
"""

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app

from sims import access
from sims.actor import Actor
from sims.contracts import Record
from sims.database import PEOPLE, Base, db
from sims.lists import safe_cell
from sims.permissions import allowed
from sims.plugin import provided

SECRET = ("hash", "token", "secret", "key", "seal", "dedupe")
"""Columns whose names end so are no part of it."""

THEIRS = ("user_id", "owner_id", "person_id", "recipient_id", "pg_id", "asked_by_id", "deputy_id")
"""The columns by which a table of no record names whose row it is."""

CHUNK = 500
PIECE = 64 * 1024


@dataclass(frozen=True)
class Source:
    """A table, and the rows of it that are about somebody."""

    name: str
    label: str
    table: sa.Table
    mine: sa.ColumnElement[bool]
    record: Record | None = None


def sources(person: Actor) -> Iterator[Source]:
    """Every table that holds something about `person`: records first, then their parts, then the others."""
    covered = set()
    for record in provided(Record):
        mine = _of(record, person)
        if mine is None or not allowed(person, record.permission("view")):
            continue
        table: sa.Table = record.model.__table__
        covered.add(table.name)
        yield Source(record.name, record.plural.capitalize(), table, mine, record)
        for part in record.parts:
            inner: sa.Table = part.model.__table__
            covered.add(inner.name)
            rows = sa.select(table.c.id).where(mine)
            label = f"{record.plural.capitalize()}: {part.name}"
            yield Source(f"{record.name}.{part.name}", label, inner, inner.c[part.link].in_(rows))
    called = {
        mapper.local_table.name: re.sub(
            r"(?<!^)(?=[A-Z])", " ", mapper.class_.__name__
        ).capitalize()
        for mapper in Base.registry.mappers
        if isinstance(mapper.local_table, sa.Table)
    }
    on = {entry.name for entry in current_app.extensions["sims.plugins"]} | {"core"}
    for table in Base.metadata.sorted_tables:
        column = _whose(table)
        if column is None or table.name in covered or table.name.partition("_")[0] not in on:
            continue
        yield Source(table.name, called.get(table.name, table.name), table, column == person.id)


def overview(person: Actor) -> list[tuple[str, int]]:
    """How many rows there are of what, those with none left out. One query."""
    found = list(sources(person))
    parts = [
        sa.select(sa.literal(place).label("place"), sa.func.count().label("number"))
        .select_from(source.table)
        .where(source.mine)
        for place, source in enumerate(found)
    ]
    rows = db.session.execute(sa.union_all(*parts)).all() if parts else ()
    numbers = {row.place: row.number for row in rows}
    return [(source.label, numbers[place]) for place, source in enumerate(found) if numbers[place]]


def packed(person: Actor) -> Iterator[bytes]:
    """A ZIP archive with a JSON and a CSV file for each source that has rows, and a word about them."""
    with tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024) as held:
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            listed = []
            for source in sources(person):
                rows = list(_rows(source, person))
                if not rows:
                    continue
                listed.append({"file": source.name, "what": source.label, "rows": len(rows)})
                text = json.dumps(rows, ensure_ascii=False, indent=1)
                archive.writestr(f"{source.name}.json", text)
                archive.writestr(f"{source.name}.csv", _csv(rows))
            about = {
                "site": current_app.config["SITE_NAME"],
                "person": person.name,
                "files": listed,
            }
            archive.writestr("index.json", json.dumps(about, ensure_ascii=False, indent=1))
        held.seek(0)
        while piece := held.read(PIECE):
            yield piece


def _of(record: Record, person: Actor) -> sa.ColumnElement[bool] | None:
    """The rows of `record` that are about `person` or written by them; None where no row is anybody's."""
    names = {name for name in (record.owner, record.author) if name}
    if not names:
        return None
    mine = sa.or_(*(record.model.__table__.c[name] == person.id for name in sorted(names)))
    seen = access.visible(record, person, record.model.id)
    return sa.and_(mine, record.model.__table__.c.id.in_(seen))


def _whose(table: sa.Table) -> sa.Column[Any] | None:
    """The column that says whose row of a table of no record it is."""
    for name in THEIRS:
        column = table.c.get(name)
        if column is not None and any(key.target_fullname == PEOPLE for key in column.foreign_keys):
            return column
    return None


def _rows(source: Source, person: Actor) -> Iterator[dict[str, Any]]:
    columns = [column for column in source.table.columns if not column.name.endswith(SECRET)]
    query = sa.select(*columns).where(source.mine).order_by(*source.table.primary_key.columns)
    found = db.session.execute(query.execution_options(yield_per=CHUNK)).mappings()
    hidden = _writers(source, person)
    for row in found:
        nameless = row["id"] in hidden if hidden else False
        yield {
            name: None if nameless and name in WRITERS else _plain(value)
            for name, value in row.items()
        }


WRITERS = ("evaluator_id", "created_by_id", "reviewed_by_id", "verified_by_id", "author_id")


def _writers(source: Source, person: Actor) -> set[int]:
    """The rows of which `person` must not learn who wrote them."""
    record = source.record
    if record is None or record.anonymous is None:
        return set()
    rows = db.session.scalars(sa.select(record.model).where(source.mine).options(*record.load))
    return {row.id for row in rows if record.anonymous(row, person.id)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    made = io.StringIO()
    made.write("\ufeff")
    writer = csv.writer(made)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return made.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return safe_cell(value) if isinstance(value, str) else value
