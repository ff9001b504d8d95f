"""What the database says of itself: sizes, indexes nobody uses, and rows that are dead but still take room.

PostgreSQL counts; SQLite tells sizes only.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from sims.database import db
from sims.sizes import Size, of_tables


@dataclass(frozen=True)
class Table:
    """A table, its size, and the bytes of its history."""

    name: str
    size: Size
    history: int

    @property
    def dead(self) -> float:
        """The share of its rows that are dead."""
        return self.size.dead / max(1, self.size.rows + self.size.dead)


@dataclass(frozen=True)
class Index:
    """An index that no query has used since PostgreSQL began to count, and its bytes."""

    table: str
    name: str
    bytes: int


def tables() -> list[Table]:
    """Every table that is no history, the largest (with its history) first."""
    found = of_tables(db.session.connection())
    nothing = Size(0, 0)
    every = [
        Table(name, size, found.get(f"{name}_version", nothing).total)
        for name, size in found.items()
        if not name.endswith("_version")
    ]
    return sorted(every, key=lambda table: -(table.size.total + table.history))


def unused() -> list[Index]:
    """Indexes that no query has used and no constraint needs, the largest first. Empty on SQLite, which does not count."""
    if not _postgresql():
        return []
    query = sa.text(
        "SELECT s.relname, s.indexrelname, pg_relation_size(s.indexrelid) FROM pg_stat_user_indexes s"
        " JOIN pg_index i ON i.indexrelid = s.indexrelid"
        " WHERE s.idx_scan = 0 AND NOT i.indisunique AND s.schemaname = 'public'"
        " ORDER BY 3 DESC, 2"
    )
    return [Index(*row) for row in db.session.execute(query)]


def connections() -> dict[str, int]:
    """How many connections there are to this database, by what they are doing. Empty on SQLite."""
    if not _postgresql():
        return {}
    query = sa.text(
        "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
