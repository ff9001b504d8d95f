"""How large tables are, as far as the database tells: what pages, forecasts and plans of upgrades go by."""

from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True)
class Size:
    """A table: bytes of its rows and of its indexes; rows about, and dead ones among them (0 on SQLite, which does not count)."""

    bytes: int
    indexes: int
    rows: int = 0
    dead: int = 0

    @property
    def total(self) -> int:
        """Bytes of rows and indexes."""
        return self.bytes + self.indexes


def of_tables(connection: sa.Connection) -> dict[str, Size]:
    """The size of every table; empty where this SQLite was built without dbstat."""
    query = _ON_POSTGRESQL if connection.dialect.name == "postgresql" else _ON_SQLITE
    try:
        return {row[0]: Size(*row[1:]) for row in connection.execute(sa.text(query))}
    except sa.exc.OperationalError:
        if connection.dialect.name == "postgresql":
            raise
        return {}


_ON_POSTGRESQL = """
SELECT c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid), greatest(c.reltuples, 0)::bigint, coalesce(s.n_dead_tup, 0)
FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
_ON_SQLITE = """
SELECT m.name, sum(CASE WHEN d.name = m.name THEN d.pgsize ELSE 0 END),
       sum(CASE WHEN d.name <> m.name THEN d.pgsize ELSE 0 END)
FROM sqlite_master m JOIN sqlite_master i ON i.tbl_name = m.name JOIN dbstat d ON d.name = i.name
WHERE m.type = 'table' GROUP BY m.name
"""
