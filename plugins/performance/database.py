"""What the database says of itself: sizes, indexes nobody uses, and rows that are dead but still take room.

PostgreSQL counts; SQLite tells sizes only.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from sims.database import db


@dataclass(frozen=True)
class Table:
    """A table: bytes of its rows and of its indexes, rows about, the share of dead ones, and the bytes of its history."""

    name: str
    rows: int
    bytes: int
    indexes: int
    dead: float
    history: int


@dataclass(frozen=True)
class Index:
    """An index that no query has used since PostgreSQL began to count, and its bytes."""

    table: str
    name: str
    bytes: int


def tables() -> list[Table]:
    """Every table that is no history, the largest (with its history) first."""
    found = {
        row[0]: tuple(row)
        for row in db.session.execute(sa.text(_TABLES if _postgresql() else _ON_SQLITE))
    }
    every = [
        Table(
            name,
            rows,
            size,
            indexes,
            dead / max(1, rows + dead),
            sum(found.get(f"{name}_version", (0, 0, 0, 0))[2:4]),
        )
        for name, rows, size, indexes, dead in found.values()
        if not name.endswith("_version")
    ]
    return sorted(every, key=lambda table: -(table.bytes + table.indexes + table.history))


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


_TABLES = """
SELECT c.relname, greatest(c.reltuples, 0)::bigint, pg_table_size(c.oid), pg_indexes_size(c.oid), coalesce(s.n_dead_tup, 0)
FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
_ON_SQLITE = """
SELECT m.name, 0, sum(CASE WHEN d.name = m.name THEN d.pgsize ELSE 0 END),
       sum(CASE WHEN d.name <> m.name THEN d.pgsize ELSE 0 END), 0
FROM sqlite_master m JOIN sqlite_master i ON i.tbl_name = m.name JOIN dbstat d ON d.name = i.name
WHERE m.type = 'table' GROUP BY m.name
"""
