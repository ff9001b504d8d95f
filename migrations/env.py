"""How Alembic runs SIMS' revisions: one at a time, whoever else is at it, and without waiting for ever.

Alembic executes this file for every command that looks at a database. The commands themselves, and how
revisions are written, are in `sims/migrate.py`.
"""

import logging
import re
import time
import warnings

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationInfo
from alembic.util import CommandError
from click import echo
from flask import current_app
from sqlalchemy.exc import OperationalError

from sims import migrate
from sims.database import Base, db

log = logging.getLogger("sims.migrations")

LOCK = 0x51B5
"""The advisory lock all hosts agree on."""

LOCKED = ("55P03", "40P01")
"""What PostgreSQL says when a lock did not come in time, or never could (a deadlock)."""


def options() -> dict[str, object]:
    """What offline and online runs have in common."""
    return {
        "target_metadata": Base.metadata,
        "include_name": include_name,
        "include_object": include_object,
        "render_item": migrate.render_item,
        "render_as_batch": True,
        "transaction_per_migration": True,
        "on_version_apply": say,
    }


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """Look only at tables whose models are loaded: those of a plugin that is off are none of our business."""
    return kind != "table" or migrate.branch_of(name or "") in compared()


def include_object(
    item: object, name: str | None, kind: str, reflected: bool, other: object
) -> bool:
    """Compare only these branches' tables, and of their indexes only those meant for this database.

    SQLite describes an index on an expression, or a descending one, as if it were on plain columns: there
    the models' word is taken for it (PostgreSQL is asked in the tests).
    """
    if kind == "table":
        return include_name(name, kind, {})
    declared, here = other if reflected else item, context.get_context().dialect.name
    if isinstance(declared, sa.Index) and here == "sqlite" and not migrate.plain(declared):
        return False
    kinds = migrate.meant_for(item)
    return not kinds or here in kinds


def compared() -> tuple[str, ...]:
    """The branches whose tables are compared with the models: all that are on, or the one being written."""
    only = context.config.attributes.get("branch")
    return (only,) if only else migrate.branches()


def say(step: MigrationInfo, **others: object) -> None:
    """Tell whoever waits which revision has just been run."""
    if not context.config.attributes.get("quiet"):
        sign = "+" if step.is_upgrade else "-"
        script = step.up_revision or step.down_revisions[0]
        echo(f"{sign} {script.revision}  {script.doc}", err=True)


def run_offline() -> None:
    """Print the SQL instead of running it, ready for `psql`."""
    with_dialect = {"url": db.engine.url, "dialect_opts": {"paramstyle": "named"}}
    context.configure(literal_binds=True, **with_dialect, **options())
    with context.begin_transaction():
        if context.get_context().dialect.name == "postgresql":
            context.execute(f"SET lock_timeout = {current_app.config['MIGRATION_LOCK_TIMEOUT']}")
        context.run_migrations()


def run_online() -> None:
    """Run on the database in force, or on the connection the caller brought."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        run_on_sqlite(connection)
        return
    with connect() as connection:
        if connection.dialect.name == "postgresql":
            run_on_postgresql(connection)
        else:
            run_on_sqlite(connection)


def connect() -> sa.Connection:
    """A connection to `DATABASE_URL`. Raises `CommandError` where nobody answers."""
    try:
        engine = db.engine
        if (
            engine.dialect.name == "postgresql"
        ):  # closing it must let go of the advisory lock and of lock_timeout
            engine = sa.create_engine(engine.url, poolclass=sa.NullPool)
        return engine.connect()
    except OperationalError as error:
        where = db.engine.url.render_as_string(hide_password=True)
        why = str(error.orig).strip().splitlines()[0]
        raise CommandError(
            f"The database at {where} can't be reached: {why}. Start it, or mend SIMS_DATABASE_URL."
        ) from error


def run_on_sqlite(connection: sa.Connection) -> None:
    """All or nothing, in one transaction: it holds SQLite's one write lock, so a second run waits for it.

    Foreign keys are off meanwhile, because a table is altered by copying and dropping it, and checked
    before anything becomes permanent.
    """
    warnings.filterwarnings("ignore", ".*expression-based index", sa.exc.SAWarning)
    warnings.filterwarnings("ignore", "autogenerate skipping", UserWarning)
    driver = (
        connection.connection.driver_connection
    )  # a PRAGMA has no effect once a transaction begins
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            configure(connection)
            context.run_migrations()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                tables = ", ".join(sorted({row[0] for row in broken}))
                raise CommandError(f"Rows of {tables} would refer to nothing; nothing was changed.")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run_on_postgresql(connection: sa.Connection) -> None:
    """One transaction a revision, tried again where somebody else's lock is in the way."""
    take_lock(connection)
    timeout, tries = (current_app.config[f"MIGRATION_{key}"] for key in ("LOCK_TIMEOUT", "TRIES"))
    connection.exec_driver_sql(f"SET lock_timeout = {int(timeout)}")
    limit = current_app.config["MIGRATION_STATEMENT_TIMEOUT"]
    connection.exec_driver_sql(f"SET statement_timeout = {int(limit)}")
    connection.commit()
    if changes():
        mend_indexes(connection)
    for attempt in range(1, tries + 1):
        configure(connection)
        try:
            with context.begin_transaction():
                context.run_migrations()
            return
        except OperationalError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in LOCKED:
                raise
            if attempt == tries:
                raise CommandError(
                    f"Another transaction held a lock through {tries} tries of {timeout} ms each. What was "
                    "finished is kept: run it again at a quieter hour, or raise SIMS_MIGRATION_LOCK_TIMEOUT."
                ) from error
            wait = min(2 ** (attempt - 1), 30)
            log.warning("a lock is in the way; try %s of %s in %s s", attempt + 1, tries, wait)
            time.sleep(wait)


def changes() -> bool:
    """Whether this run is an upgrade or a downgrade: others (check, current) only look."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    return True


def mend_indexes(connection: sa.Connection) -> None:
    """Finish the indexes whose building CONCURRENTLY was cut short, and drop what rebuilding one left behind."""
    for name in migrate.invalid_indexes(connection):
        connection.commit()
        quoted = connection.dialect.identifier_preparer.quote(name)
        left = re.search(r"_cc(new|old)\d*$", name)
        way = "DROP INDEX CONCURRENTLY IF EXISTS" if left else "REINDEX INDEX CONCURRENTLY"
        log.warning("index %s was left unfinished: %s", name, "dropped" if left else "made anew")
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.exec_driver_sql(f"{way} {quoted}")
        finally:
            connection.rollback()
            connection.execution_options(isolation_level="READ COMMITTED")
    connection.commit()


def take_lock(connection: sa.Connection) -> None:
    """Wait until no other host migrates this database.

    Asking again and again, rather than waiting inside PostgreSQL, keeps no snapshot open: one would stop
    the other host's CREATE INDEX CONCURRENTLY.
    """
    waiting = False
    while not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK))):
        connection.commit()
        if not waiting:
            log.warning("another host is migrating this database; waiting for it")
        waiting = True
        time.sleep(0.5)
    connection.commit()


def configure(connection: sa.Connection) -> None:
    """Set up the run. Raises `CommandError` for a database that knows a revision we don't."""
    context.configure(connection=connection, **options())
    known = {script.revision for script in context.script.walk_revisions()}
    strangers = sorted(set(context.get_context().get_current_heads()) - known)
    if connection.dialect.name == "postgresql":
        connection.commit()
    if strangers:
        branch = strangers[0].rpartition("_")[0]
        raise CommandError(
            f"The database holds {', '.join(strangers)}, which is not installed here. Install the version of "
            f"SIMS, or the plugin, that has it; to be rid of it, run there: flask db downgrade {branch}@base"
        )


if context.is_offline_mode():
    run_offline()
else:
    run_online()
