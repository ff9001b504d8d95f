"""Demo data: each plugin fills its own tables, deterministic, in bulk, with the history a session would have left."""

import json
import random
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy_continuum import Operation, version_class

from sims.clock import now, today
from sims.contracts import Demo, Seed
from sims.database import commit, db
from sims.passwords import hash_password
from sims.plugin import provided
from sims.versioning import transaction_model

SIZES = ("s", "m", "l")
CHUNK = 5000
LOGINS = "demo-logins.json"


@dataclass
class Scale:
    """What a plugin's `Demo.fill` works with: the size, the day it is "today", a seeded random source, bulk inserts."""

    size: str
    anchor: date
    rng: random.Random
    logins: dict[str, list[str]] = field(default_factory=dict)
    shared_hash: str = ""
    _next: dict[str, int] = field(default_factory=dict)

    def ids(self, model: type[Any], count: int) -> range:
        """`count` ids for new rows of `model`."""
        table = model.__table__.name
        if table not in self._next:
            highest = db.session.scalar(sa.select(sa.func.max(model.__table__.c.id)))
            self._next[table] = (highest or 0) + 1
        first = self._next[table]
        self._next[table] = first + count
        return range(first, first + count)

    def login(self, role: str, username: str) -> str:
        """A password for the one account of `role` that is printed; returns its hash."""
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        self.logins[role] = [username, password]
        return hash_password(password)

    def insert(self, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows (all with the same keys, column names) in bulk: COPY on PostgreSQL."""
        _insert(model.__table__, rows)

    def transactions(self, rows: Sequence[tuple[datetime, int | None]]) -> range:
        """One history transaction for each `(when, who)`; returns their ids."""
        model = transaction_model()
        ids = self.ids(model, len(rows))
        _insert(
            model.__table__,
            [
                {
                    "id": number,
                    "issued_at": when,
                    "actor_id": who,
                    "remote_addr": None,
                    "request_id": "demo",
                }
                for number, (when, who) in zip(ids, rows, strict=True)
            ],
        )
        return ids

    def history(
        self,
        model: type[Any],
        rows: Sequence[Mapping[str, Any]],
        made: Sequence[int],
        ended: Sequence[int | None] | None = None,
        *,
        changed: bool = False,
    ) -> None:
        """The version rows of `rows`: each made in transaction `made[i]`, valid until `ended[i]` (None: still)."""
        if not rows:
            return
        kept = set(version_class(model).__table__.c.keys()) & set(rows[0])
        kind = Operation.UPDATE if changed else Operation.INSERT
        until = ended or [None] * len(rows)
        _insert(
            version_class(model).__table__,
            [
                {key: row[key] for key in kept}
                | {"transaction_id": began, "end_transaction_id": end, "operation_type": kind}
                for row, began, end in zip(rows, made, until, strict=True)
            ],
        )


def chunks(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """`items` in lists of at most `size`."""
    source = iter(items)
    while part := list(islice(source, size)):
        yield part


def progress(items: Iterable[Any], label: str, length: int) -> Iterator[Any]:
    """`items`, with a bar on a terminal that says how far it is."""
    with click.progressbar(items, length=length, label=f"{label:<24}") as bar:
        yield from bar


@click.command()
@click.option(
    "--size",
    type=click.Choice(SIZES),
    default="s",
    help="s: a department, m: a hospital, l: a university.",
)
@click.option("--seed", type=int, default=1, help="Another number gives other data.")
@with_appcontext
def demo(size: str, seed: int) -> None:
    """Fill an empty installation with plausible data, and write the logins into the instance folder."""
    if current_app.config["ENV"] == "production":
        raise click.ClickException("Demo data has well-known accounts; it is not for production.")
    if holder := _occupied():
        raise click.ClickException(
            f"There is data already ({holder}). Demo data goes into an empty database."
        )
    for shipped in provided(Seed):
        shipped.load()
        commit()
    scale = Scale(size=size, anchor=today(), rng=random.Random(seed))
    scale.shared_hash = hash_password(secrets.token_urlsafe(24))
    for entry in provided(Demo):
        entry.fill(scale)
        _set_sequences(scale)
    commit()  # all of it or nothing: half a demo would pass for somebody's data
    path = Path(current_app.config["INSTANCE"]) / LOGINS
    path.touch(mode=0o600)
    path.write_text(json.dumps(scale.logins))
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    else:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    for role, (username, password) in scale.logins.items():
        click.echo(f"{role}: {username} {password}")


def _occupied() -> str:
    """The name of a table that already holds history, or nothing."""
    done = (
        sa.select(transaction_model().id).where(transaction_model().actor_id.is_not(None)).limit(1)
    )
    return "somebody has worked here" if db.session.scalar(done) is not None else ""


def _insert(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        for part in chunks(rows):
            connection.execute(sa.insert(table), part)
        return
    names = list(rows[0])
    plain = [not isinstance(table.c[name].type, sa.JSON) for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row(
                [row[n] if p else json.dumps(row[n]) for n, p in zip(names, plain, strict=True)]
            )


def _set_sequences(scale: Scale) -> None:
    """PostgreSQL counts on from the highest id, as if the rows had come one by one."""
    if db.engine.dialect.name != "postgresql":
        return
    for table, following in scale._next.items():
        db.session.execute(
            sa.text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last, false)"),
            {"table": table, "last": following},
        )


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a demo day, in UTC and never in the future."""
    return min(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC), now())
