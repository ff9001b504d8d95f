"""Before and after an upgrade: `flask db pending`, `plan`, `preflight` and `verify`.

They only look. What they say of locks and durations is what PostgreSQL's rules and this database's sizes give; SQLite has one
lock for everything, and its upgrades are all or nothing.
"""

import logging
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from io import StringIO
from pathlib import Path
from typing import cast

import click
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import NoInspectionAvailable

from sims import migrate
from sims.backup import making
from sims.backup.parts import MANIFEST
from sims.database import Base, db
from sims.sizes import Size, of_tables

log = logging.getLogger(__name__)

FAST = 50e6
"""Bytes a second that building an index or copying a table gets through, at least: what a laptop's disk did (docs/operations.md)."""

LONG = timedelta(minutes=1)
"""A transaction open for longer keeps an index from being finished, and whoever waits for its locks waiting."""

LAG = timedelta(seconds=30)
OLDEST_BACKUP = timedelta(hours=24)
OLDEST_SERVER = 14


@dataclass(frozen=True)
class Step:
    """One statement of an upgrade: which lock on which table, how large that is, and about how long it takes (seconds)."""

    revision: str
    statement: str
    table: str
    lock: str
    rows: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Finding:
    """What a check before or after an upgrade found. `stops` where it is no time to upgrade."""

    what: str
    says: str
    stops: bool = False


def pending(connection: sa.Connection) -> list[str]:
    """The revisions this code has and the database lacks, in the order they would run.

    A branch of which the database knows a revision that this code does not is newer there, and lacks nothing: while hosts
    are upgraded one after the other, the old ones go on with it.
    """
    script = _script()
    every = {entry.revision: entry for entry in script.walk_revisions()}
    there = set(MigrationContext.configure(connection).get_current_heads())
    newer = {revision.rpartition("_")[0] for revision in there - set(every)}
    done: set[str] = set()
    waiting = [revision for revision in there if revision in every]
    while waiting:
        revision = waiting.pop()
        if revision not in done:
            done.add(revision)
            waiting += every[revision]._all_down_revisions
    missing = [entry.revision for entry in script.iterate_revisions("heads", "base")]
    return [
        revision
        for revision in reversed(missing)
        if revision not in done and migrate.branch_of(revision) not in newer
    ]


def plan(connection: sa.Connection) -> Iterator[Step]:
    """What `flask db upgrade` would send, statement by statement."""
    sizes, nothing = of_tables(connection), Size(0, 0)
    for revision in pending(connection):
        for statement in _statements(revision, connection.dialect.name):
            table = _table_of(statement)
            size = sizes.get(table, nothing)
            lock, reads, rewrites = _lock_of(statement)
            work = size.bytes if reads or rewrites else 0
            yield Step(revision, statement, table, lock, size.rows, size.bytes, work / FAST)


def preflight(connection: sa.Connection, backups: Path) -> Iterator[Finding]:
    """Whether this is a good moment: backup, disk, long transactions, replicas, versions."""
    yield _backup(backups)
    if connection.dialect.name != "postgresql":
        version = connection.scalar(sa.text("SELECT sqlite_version()"))
        yield Finding("server", f"SQLite {version}")
        yield _disk(Path(str(current_app.config["INSTANCE"])), connection)
        return
    version = connection.scalar(sa.text("SHOW server_version_num"))
    server = int(version or 0) // 10000
    yield Finding("server", f"PostgreSQL {server}", stops=server < OLDEST_SERVER)
    place = (
        connection.scalar(sa.text("SHOW data_directory")) if _may_see_settings(connection) else None
    )
    if place and Path(place).is_dir():
        yield _disk(Path(place), connection)
    else:
        need = _needed(connection)
        yield Finding(
            "disk", f"The server's disk can't be seen from here; it needs {_mb(need)} free."
        )
    yield from _transactions(connection)
    yield from _replicas(connection)
    invalid = migrate.invalid_indexes(connection)
    if invalid:
        yield Finding("indexes", f"Unfinished, made anew by the next upgrade: {', '.join(invalid)}")


def verify(connection: sa.Connection) -> Iterator[Finding]:
    """Whether an upgrade has arrived: revisions, tables, indexes, constraints."""
    missing = pending(connection)
    if missing:
        yield Finding("revisions", f"Not run: {', '.join(missing)}. Run flask db upgrade.", True)
    else:
        yield Finding(
            "revisions",
            f"{', '.join(sorted(MigrationContext.configure(connection).get_current_heads()))}",
        )
    there = set(sa.inspect(connection).get_table_names())
    lost = sorted({table.name for table in Base.metadata.sorted_tables} - there)
    if lost:
        yield Finding("tables", f"Not there: {', '.join(lost)}.", True)
    if connection.dialect.name != "postgresql":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        yield Finding(
            "foreign keys",
            f"{len(broken)} rows point to nothing." if broken else "whole",
            bool(broken),
        )
        return
    invalid = migrate.invalid_indexes(connection)
    says = (
        f"Unfinished: {', '.join(invalid)}. Run flask db upgrade again." if invalid else "all valid"
    )
    yield Finding("indexes", says, bool(invalid))
    loose = connection.scalars(
        sa.text(
            "SELECT conname FROM pg_constraint WHERE NOT convalidated AND connamespace = 'public'::regnamespace"
        )
    ).all()
    says = f"Not validated: {', '.join(loose)}." if loose else "all validated"
    yield Finding("constraints", says, bool(loose))


def fault() -> str:
    """What keeps this process from serving people, for whoever asks without signing in; "" where nothing does."""
    try:
        connection = db.session.connection()
        there = frozenset(MigrationContext.configure(connection).get_current_heads())
        missing = there != _heads() and pending(connection)
    except sa.exc.OperationalError:
        log.warning("the database can't be reached", exc_info=True)
        return "The database can't be reached."
    return "The database lacks revisions: run flask db upgrade." if missing else ""


# -- the commands ------------------------------------------------------------------------------------


@click.command("pending")
@with_appcontext
def show_pending() -> None:
    """Say which revisions `flask db upgrade` would run."""
    with db.engine.connect() as connection:
        missing = pending(connection)
    script = _script()
    for revision in missing:
        click.echo(f"{revision}  {script.get_revision(revision).doc}")
    click.echo(f"{len(missing)} revisions to run." if missing else "Nothing to run.")


@click.command("plan")
@click.option("--sql", is_flag=True, help="Only the SQL, for review.")
@with_appcontext
def show_plan(sql: bool) -> None:
    """Say what `flask db upgrade` would send: the SQL, the locks it takes, the rows and bytes it works through."""
    with db.engine.connect() as connection:
        steps = list(plan(connection))
    for step in steps:
        if not sql:
            told = (
                f"{f'{step.rows:,} rows, ' if step.rows else ''}{_mb(step.bytes)}, about {step.seconds:.0f} s"
                if step.bytes
                else "nothing to work through"
            )
            click.echo(f"-- {step.revision}: {step.lock} on {step.table or 'nothing'}; {told}")
        click.echo(f"{step.statement};\n")
    if not sql:
        total = sum(step.seconds for step in steps)
        click.echo(f"-- {len(steps)} statements, about {total:.0f} s of work on what is there now")


@click.command("preflight")
@click.option(
    "--backups",
    type=click.Path(path_type=Path),
    help="Where backups are; else BACKUP_DIR.",
)
@with_appcontext
def show_preflight(backups: Path | None) -> None:
    """Say whether this is a good moment to upgrade; exit code 1 where it is not."""
    with db.engine.connect() as connection:
        _tell(preflight(connection, backups or making.place()))


@click.command("verify")
@with_appcontext
def show_verify() -> None:
    """Say whether an upgrade has arrived whole; exit code 1 where it has not."""
    with db.engine.connect() as connection:
        _tell(verify(connection))


def init_app(app: Flask) -> None:
    """Add the commands to `flask db`."""
    group = cast(click.Group, app.cli.commands["db"])
    for each in (show_pending, show_plan, show_preflight, show_verify):
        group.add_command(each)


def _tell(findings: Iterator[Finding]) -> None:
    stopped = []
    for each in findings:
        click.echo(f"{'✗' if each.stops else '✓'} {each.what}: {each.says}")
        stopped += [each.what] if each.stops else []
    if stopped:
        raise click.ClickException(f"Not in order: {', '.join(stopped)}.")


# -- the SQL of a revision ---------------------------------------------------------------------------


@cache
def _heads() -> frozenset[str]:
    """The newest revision of every branch of this code."""
    return frozenset(_script().get_heads())


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(migrate.migrations.get_config())


def _statements(revision: str, dialect: str) -> list[str]:
    """What a revision sends to this kind of database, written down instead of sent."""
    written = StringIO()
    options = {"as_sql": True, "output_buffer": written, "literal_binds": True}
    context = MigrationContext.configure(dialect_name=dialect, opts=options)
    try:
        with Operations.context(context):
            _script().get_revision(revision).module.upgrade()
    except (AttributeError, TypeError, NoInspectionAvailable, CommandError) as error:
        return [f"-- {revision} looks at the database and can't be shown: {error}"]
    return [
        part.strip()
        for part in re.split(r";\s*\n", written.getvalue())
        if part.strip(" ;\n") not in ("", "BEGIN", "COMMIT")
    ]


TABLE = re.compile(
    r"(?:ALTER TABLE(?: ONLY)?|CREATE TABLE|DROP TABLE|INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|\bON) (?:IF (?:NOT )?EXISTS )?\"?(\w+)\"?",
    re.I,
)


def _table_of(statement: str) -> str:
    found = TABLE.search(statement)
    return found[1] if found else ""


def _lock_of(statement: str) -> tuple[str, bool, bool]:
    """The lock a statement takes on its table (PostgreSQL's documentation, Explicit Locking), whether it reads all of
    the table, and whether it writes it anew."""
    said = " ".join(statement.upper().split())
    if "INDEX CONCURRENTLY" in said:
        return "SHARE UPDATE EXCLUSIVE (people go on)", not said.startswith("DROP"), False
    if said.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")):
        return "SHARE (writers wait)", True, False
    if said.startswith("CREATE TABLE"):
        return "none but on the tables it points to (SHARE ROW EXCLUSIVE)", False, False
    if said.startswith(("UPDATE", "INSERT", "DELETE")):
        return "ROW EXCLUSIVE (people go on)", True, False
    if said.startswith("ALTER TABLE"):
        rewrites = " TYPE " in said
        reads = (
            rewrites
            or "SET NOT NULL" in said
            or ("ADD CONSTRAINT" in said and "NOT VALID" not in said)
        )
        if "VALIDATE CONSTRAINT" in said:
            return "SHARE UPDATE EXCLUSIVE (people go on)", True, False
        return "ACCESS EXCLUSIVE (everybody waits)", reads, rewrites
    if said.startswith(("DROP", "TRUNCATE")):
        return "ACCESS EXCLUSIVE (everybody waits)", False, False
    return "none", False, False


# -- the moment --------------------------------------------------------------------------------------


def _backup(place: Path) -> Finding:
    made = making.all_made(place)
    if not made:
        return Finding("backup", f"There is none in {place}: flask backup makes one.", stops=True)
    age = timedelta(seconds=time.time() - (made[-1] / MANIFEST).stat().st_mtime)
    says = f"The newest in {place} is {age.total_seconds() / 3600:.1f} hours old."
    return Finding("backup", says, stops=age > OLDEST_BACKUP)


def _needed(connection: sa.Connection) -> int:
    """Bytes an upgrade may need: of every table it works through once more, and a fifth of all for history's growth."""
    touched = sum({step.table: step.bytes for step in plan(connection) if step.seconds}.values())
    return touched + sum(size.bytes for size in of_tables(connection).values()) // 5


def _disk(place: Path, connection: sa.Connection) -> Finding:
    free, need = shutil.disk_usage(place).free, _needed(connection)
    return Finding(
        "disk", f"{_mb(free)} free at {place}; {_mb(need)} may be needed.", stops=free < need
    )


def _may_see_settings(connection: sa.Connection) -> bool:
    query = sa.text("SELECT pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')")
    return bool(connection.scalar(query))


def _transactions(connection: sa.Connection) -> Iterator[Finding]:
    query = sa.text(
        "SELECT pid, now() - xact_start, left(query, 60) FROM pg_stat_activity"
        " WHERE xact_start < now() - :long AND pid <> pg_backend_pid() ORDER BY xact_start"
    )
    rows = connection.execute(query, {"long": LONG}).all()
    for pid, age, text in rows:
        yield Finding(
            "transactions", f"Process {pid} has had one open for {age}: {text}", stops=True
        )
    if not rows:
        yield Finding("transactions", f"none older than {LONG.seconds} s")


def _replicas(connection: sa.Connection) -> Iterator[Finding]:
    query = sa.text(
        "SELECT application_name, coalesce(replay_lag, interval '0') FROM pg_stat_replication"
    )
    rows = connection.execute(query).all()
    for name, lag in rows:
        yield Finding("replica", f"{name} is {lag} behind", stops=lag > LAG)
    if not rows:
        yield Finding("replica", "none")


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
