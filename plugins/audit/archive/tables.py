"""The version tables of everything SIMS keeps the history of, and their rows as lines of a file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy_continuum import version_class

from sims.contracts import Record
from sims.database import Base, db
from sims.plugin import provided
from sims.versioning import is_versioned


@dataclass(frozen=True)
class Versions:
    """A version table. `key` is the column that says to which row of a record a version belongs: its own id, or, of
    a part, the link to the row it is a part of."""

    table: sa.Table
    key: sa.Column[Any]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    def held(self) -> sa.Select[Any]:
        """Its rows as the database holds them: JSON as its text, which tells the JSON null from no value at all."""
        return sa.select(
            *(
                sa.cast(column, sa.Text).label(column.name) if _is_json(column) else column
                for column in self.table.columns
            )
        )

    def insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put rows into the table that say what `held` said, all of the same columns."""
        values = {
            name: _from_text(name) if _is_json(self.table.c[name]) else sa.bindparam(name)
            for name in rows[0]
        }
        db.session.execute(sa.insert(self.table).values(values), rows)

    def understood(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of `held` as its model has it: JSON as what it says."""
        return {
            name: json.loads(value) if value and _is_json(self.table.c[name]) else value
            for name, value in row.items()
        }

    def line(self, row: Sequence[Any]) -> str:
        """A row, in the order of its columns, as a line of the file (without its end)."""
        return json.dumps([_plain(value) for value in row], separators=(",", ":"))

    def row(self, line: str, columns: Sequence[str]) -> dict[str, Any]:
        """What `line` once wrote, by the columns it had then; those the table has no more are left out."""
        values = dict(zip(columns, json.loads(line), strict=True))
        return {
            name: _typed(self.table.c[name].type, value)
            for name, value in values.items()
            if name in self.table.c
        }


def every() -> Iterator[Versions]:
    """The version tables of all models, by name."""
    links = {part.model: part.link for record in provided(Record) for part in record.parts}
    found = {}
    for mapper in Base.registry.mappers:
        model = mapper.class_
        if is_versioned(model) and not mapper.local_table.name.endswith("_version"):
            table = version_class(model).__table__
            found[table.name] = Versions(table, table.c[links.get(model, "id")])
    for name in sorted(found):
        yield found[name]


def named(name: str) -> Versions:
    """The version table called `name`. Raises `LookupError` where its plugin is off."""
    for versions in every():
        if versions.name == name:
            return versions
    raise LookupError(f"No history is kept in {name}: is its plugin on?")


def identity(row: Mapping[str, Any]) -> tuple[int, int]:
    """What no other version of the table has."""
    return row["id"], row["transaction_id"]


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.JSON)


def _from_text(name: str) -> sa.ColumnElement[Any]:
    """A parameter for a JSON column that takes its text. SQLite holds JSON as text and would make numbers of it."""
    text = sa.bindparam(name, type_=sa.Text)
    return sa.cast(text, sa.JSON) if db.engine.dialect.name == "postgresql" else text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def _typed(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if value is None or isinstance(kind, sa.JSON):  # JSON is its text, see `held`
        return value
    python = kind.impl.python_type if isinstance(kind, sa.TypeDecorator) else kind.python_type
    if python is datetime:
        return datetime.fromisoformat(value)
    if python is date:
        return date.fromisoformat(value)
    return Decimal(value) if python is Decimal else value
