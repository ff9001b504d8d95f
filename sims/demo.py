"""Demo data: each plugin fills its own tables, deterministic, in bulk, with the history a session would have left."""

import json
import random
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy_continuum import Operation, version_class

from sims import many
from sims.clock import today, zone
from sims.contracts import Demo, Seed
from sims.database import PEOPLE, commit, db
from sims.events import Event
from sims.passwords import hash_password
from sims.plugin import provided
from sims.versioning import transaction_model

SIZES = ("s", "m", "l", "xl")
CHUNK = 5000
LOGINS = "demo-logins.json"

RECENT = timedelta(days=14)
"""How long ago an event may be to be told: older news would be read by now."""

Act = tuple[datetime, int | None, Mapping[str, Any]]
"""When who did something to a row, and all of the row's columns after it. A life is a row's acts, oldest first."""


@dataclass
class Scale:
    """What a plugin's `Demo.fill` works with: the size, the day it is "today", a seeded random source, bulk inserts.

    The same size, anchor and seed give the same rows; only the passwords differ. All that happened did so
    before `present`, the moment the anchor's day began in the hospital.
    """

    size: str
    anchor: date
    rng: random.Random
    zone: ZoneInfo
    logins: dict[str, list[str]] = field(default_factory=dict)
    news: list[tuple[datetime, Event]] = field(default_factory=list)
    _next: dict[sa.Table, int] = field(default_factory=dict)

    @cached_property
    def present(self) -> datetime:
        """The moment at which these data stand still."""
        return self.moment(self.anchor, 0)

    def moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A moment of a day by the hospital's clock, in UTC."""
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
        return local.astimezone(UTC)

    def ids(self, model: type[Any], count: int) -> range:
        """`count` ids for new rows of `model`."""
        table = model.__table__
        if table not in self._next:
            self._next[table] = (db.session.scalar(sa.select(sa.func.max(table.c.id))) or 0) + 1
        first = self._next[table]
        self._next[table] = first + count
        return range(first, first + count)

    def login(self, role: str, username: str) -> str:
        """A password for the account of `role` that is printed; returns its hash."""
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        self.logins[role] = [username, password]
        return hash_password(password)

    def insert(self, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows (all with the same keys, column names) in bulk: COPY on PostgreSQL. No history."""
        if rows:
            many.insert(model.__table__, list(rows[0]), map(itemgetter(*rows[0]), rows))

    def store(self, model: type[Any], lives: Sequence[Sequence[Act]]) -> list[list[int]]:
        """Insert the row each life ends in, and a version for every act of it; return the acts' transactions."""
        self.insert(model, [life[-1][2] for life in lives])
        ids = iter(self._transactions([(when, who) for life in lives for when, who, _ in life]))
        made = [[next(ids) for _ in life] for life in lives]
        places = [
            (began, ended, Operation.UPDATE if nth else Operation.INSERT)
            for numbers in made
            for nth, (began, ended) in enumerate(zip(numbers, [*numbers[1:], None], strict=True))
        ]
        _insert_versions(model, [row for life in lives for _, _, row in life], places)
        return made

    def store_once(
        self, model: type[Any], rows: Sequence[Mapping[str, Any]], made: Sequence[int]
    ) -> None:
        """Insert rows that never changed, each made in transaction `made[i]`, with their versions."""
        self.insert(model, rows)
        _insert_versions(model, rows, [(number, None, Operation.INSERT) for number in made])

    def tell(self, when: datetime, event: Callable[[], Event]) -> None:
        """Keep what `event` makes as news for the plugins that are filled later, if it is recent."""
        if self.present - RECENT <= when < self.present:
            self.news.append((when, event()))

    def _transactions(self, acts: Sequence[tuple[datetime, int | None]]) -> range:
        model = transaction_model()
        ids = self.ids(model, len(acts))
        rows = ((number, *act, "demo") for number, act in zip(ids, acts, strict=True))
        many.insert(model.__table__, ["id", "issued_at", "actor_id", "request_id"], rows)
        return ids


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
    help="s: a department, m: a hospital, l: a university, xl: a national college.",
)
@click.option("--seed", type=int, default=1, help="Another number gives other data.")
@click.option(
    "--today",
    "anchor",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the data end at (default: today).",
)
@with_appcontext
def demo(size: str, seed: int, anchor: datetime | None) -> None:
    """Fill an empty installation with plausible data, and write the logins into the instance folder."""
    day = anchor.date() if anchor else today()
    _refuse(day)
    for shipped in provided(Seed):
        shipped.load()
        commit()
    scale = Scale(size=size, anchor=day, rng=random.Random(seed), zone=zone())
    for entry in provided(Demo):
        entry.fill(scale)
        _set_sequences(scale)
    _write_logins(scale)
    commit()  # all of it or nothing: half a demo would pass for somebody's data
    _analyze()
    for role, (username, password) in scale.logins.items():
        click.echo(f"{role}: {username} {password}")


def _refuse(day: date) -> None:
    """Raise `ClickException` where demo data would do harm: in production, among real data, in the future."""
    if current_app.config["ENV"] == "production":
        raise click.ClickException("Demo data has well-known accounts; it is not for production.")
    people = sa.table(PEOPLE.partition(".")[0])
    if db.session.execute(sa.select(sa.literal(1)).select_from(people).limit(1)).first():
        raise click.ClickException(
            "There are people in this database already. Demo data goes into an empty one: "
            "name another with SIMS_DATABASE_URL, or another folder with SIMS_INSTANCE."
        )
    if day > today():
        raise click.ClickException(f"{day} is in the future; the data can't end there yet.")


def _write_logins(scale: Scale) -> None:
    path = Path(current_app.config["INSTANCE"]) / LOGINS
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(scale.logins))


def _insert_versions(
    model: type[Any],
    rows: Sequence[Mapping[str, Any]],
    places: Sequence[tuple[int, int | None, int]],
) -> None:
    """The version rows of `rows`, each with its transactions (from, until) and kind."""
    if not rows:
        return
    table = version_class(model).__table__
    kept = [key for key in rows[0] if key in table.c]
    values = map(itemgetter(*kept), rows)
    many.insert(
        table,
        [*kept, "transaction_id", "end_transaction_id", "operation_type"],
        ((*row, *place) for row, place in zip(values, places, strict=True)),
    )


def _set_sequences(scale: Scale) -> None:
    """PostgreSQL counts on from the highest id, as if the rows had come one by one."""
    if db.engine.dialect.name != "postgresql":
        return
    for table, following in scale._next.items():
        db.session.execute(
            sa.text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last, false)"),
            {"table": table.name, "last": following},
        )


def _analyze() -> None:
    """Let the database look at what came in: it plans by what it knows of its tables."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    else:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
