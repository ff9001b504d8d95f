"""The old database: read only, its tables as they are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

Row = Mapping[str, Any]


class Old:
    """A Django SIMS' database. `ids` says which new id a row got whose own was taken: table → old id → new id."""

    def __init__(self, url: str):
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.tables = frozenset(sa.inspect(self.engine).get_table_names())
        self.ids: dict[str, dict[int, int]] = {}
        self._known: dict[str, sa.Table] = {}
        self._all: dict[str, dict[int, Row]] = {}

    def table(self, name: str) -> sa.Table:
        """A table with its columns."""
        if name not in self._known:
            self._known[name] = sa.Table(name, sa.MetaData(), autoload_with=self.engine)
        return self._known[name]

    def rows(self, name: str, after: int, size: int) -> list[Row]:
        """The next rows of a table behind an id."""
        table = self.table(name)
        query = sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(size)
        return self._read(query)

    def history(self, name: str, ids: Sequence[int]) -> list[Row]:
        """The history of these rows as simple-history kept it, the oldest first."""
        table = self.table(name)
        query = sa.select(table).where(table.c.id.in_(ids))
        return self._read(query.order_by(table.c.id, table.c.history_date, table.c.history_id))

    def all(self, name: str) -> dict[int, Row]:
        """Every row of a small table, by id; nothing where the table is not there."""
        if name not in self._all:
            rows = self._read(sa.select(self.table(name))) if name in self.tables else []
            self._all[name] = {row["id"]: row for row in rows}
        return self._all[name]

    def count(self, name: str) -> int:
        """How many rows a table has."""
        with self.engine.connect() as connection:
            query = sa.select(sa.func.count()).select_from(self.table(name))
            return connection.scalar(query) or 0

    def new_id(self, table: str, old_id: int | None) -> int | None:
        """The id that a row of a table has here."""
        return None if old_id is None else self.ids.get(table, {}).get(old_id, old_id)

    def _read(self, query: sa.Select[Any]) -> list[Row]:
        with self.engine.connect() as connection:
            return [_aware(dict(row)) for row in connection.execute(query).mappings()]


def carry(row: Row, *names: str) -> Iterator[tuple[str, Any]]:
    """These columns as they are; of a text that is NULL nothing, which is what a text without one is here."""
    for name in names:
        if name in row and row[name] is not None:
            yield name, row[name]


def chosen(name: str, value: str, among: Sequence[str]) -> str:
    """`value`, which is one of those. Raises `ValueError` in words where it is not."""
    if value not in among:
        raise ValueError(f"The {name} '{value}' is none of {', '.join(among)}.")
    return value


def stamps(row: Row) -> dict[str, Any]:
    """When a row was made and last changed."""
    made = row.get("created_at") or row.get("date_joined")
    return {"created_at": made, "updated_at": row.get("updated_at") or made} if made else {}


def review_of(link: str, row: Row, *more: str) -> dict[str, Any]:
    """A review: of which row (`link`), by whom, how it ended. The Django SIMS knows one submission only."""
    columns = (link, "reviewer_id", "outcome", "feedback", *more)
    return {**dict(carry(row, *columns)), "round": 1, **stamps(row)}


def _aware(row: Row) -> Row:
    """Moments in UTC: Django keeps that, PostgreSQL gives it in the session's zone, and SQLite forgets it."""
    return {
        name: _utc(value) if isinstance(value, datetime) else value for name, value in row.items()
    }


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
