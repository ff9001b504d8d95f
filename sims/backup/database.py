"""How each kind of database is copied out as of one moment, counted, and read in again."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import sqlalchemy as sa
from flask import current_app, g

from sims.database import db
from sims.errors import DomainError

NAMES = {"postgresql": "database.dump", "sqlite": "database.sqlite"}
PIECE = 1024 * 1024

Counts = dict[str, tuple[int, str]]


class Failed(DomainError):
    """A tool of the database said no; the message has its words."""


@contextmanager
def moment() -> Iterator[sa.Connection]:
    """A connection that sees the database as of one moment, whoever writes meanwhile."""
    g.reads_only = True
    try:
        with db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            connection.scalar(sa.text("SELECT count(*) FROM alembic_version"))  # from here on
            yield connection
            connection.rollback()
    finally:
        g.pop("reads_only")


def copy_out(connection: sa.Connection, scratch: Path, into: IO[bytes]) -> None:
    """Write the whole database, as this connection sees it, to `into`; `scratch` is a folder for what can't be streamed.
    Raises `Failed`, `OSError`."""
    if connection.dialect.name == "sqlite":
        copy = scratch / "copy.sqlite"
        target = sqlite3.connect(copy)
        try:
            cast("sqlite3.Connection", connection.connection.driver_connection).backup(target)
        finally:
            target.close()
        with copy.open("rb") as raw:
            shutil.copyfileobj(raw, into, PIECE)
        copy.unlink()
        return
    url = connection.engine.url
    snapshot = connection.scalar(sa.select(sa.func.pg_export_snapshot()))
    command = [tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    command += [f"--snapshot={snapshot}", f"--dbname={address(url)}"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=_environment(url), **pipes) as process:  # type: ignore[call-overload]
        try:
            shutil.copyfileobj(process.stdout, into, PIECE)
        except OSError:
            process.kill()
            raise
        words = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise Failed(f"pg_dump failed: {words}")


def read_in(dump: Path, url: sa.URL) -> None:
    """Put a copy into the empty database at `url`. Raises `Failed`."""
    if url.get_backend_name() == "sqlite":
        shutil.copyfile(dump, str(url.database))
        return
    command = [
        tool("pg_restore"),
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        f"--dbname={address(url)}",
    ]
    done = subprocess.run(
        [*command, str(dump)], capture_output=True, text=True, env=_environment(url), check=False
    )
    if done.returncode:
        raise Failed(f"pg_restore failed: {done.stderr.strip()[-2000:]}")


def counts(connection: sa.Connection) -> Counts:
    """Every table's rows, and a checksum over all they say, whatever their order."""
    found: Counts = {}
    for table in sorted(sa.inspect(connection).get_table_names()):
        name = connection.dialect.identifier_preparer.quote(table)
        if connection.dialect.name == "postgresql":
            query = f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {name} t"
            number, total = connection.execute(sa.text(query)).one()
            found[table] = (number, str(total))
        elif not table.startswith("fulltext_"):
            number, total = 0, 0
            for row in connection.exec_driver_sql(f"SELECT * FROM {name}"):
                number += 1
                total += int.from_bytes(
                    hashlib.sha256(repr(tuple(row)).encode()).digest()[:8], "big"
                )
            found[table] = (number, str(total))
    return found


def differences(said: Mapping[str, list[object]], found: Counts) -> list[str]:
    """In words, where a restored database is not what the manifest says."""
    faults = []
    for table in sorted(set(said) | set(found)):
        before, now = tuple(said.get(table, (0, "-"))), found.get(table, (0, "-"))
        if before != now:
            what = (
                f"{before[0]} rows then, {now[0]} now"
                if before[0] != now[0]
                else "its rows say something else"
            )
            faults.append(f"{table}: {what}")
    return faults


@contextmanager
def scratch(folder: Path) -> Iterator[sa.URL]:
    """An empty database beside this one, gone behind this block. Raises `Failed` where the role may not make one."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        yield sa.make_url(f"sqlite:///{folder / 'rehearsal.sqlite'}")
        return
    name = f"sims_rehearsal_{os.getpid()}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        except sa.exc.ProgrammingError as error:
            raise Failed(
                f"A rehearsal needs a database of its own, and this role can't make one: {error.orig}. "
                "Let it (ALTER ROLE … CREATEDB), or rehearse with SIMS_DATABASE_URL at another server."
            ) from error
    try:
        yield url.set(database=name)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def tool(name: str) -> str:
    """The path of one of PostgreSQL's programs. Raises `Failed`."""
    folder = current_app.config["POSTGRESQL_BIN"]
    found = shutil.which(name, path=folder or None)
    if found is None:
        raise Failed(
            f"{name} is not here. Install PostgreSQL's client programs, or name their folder in SIMS_POSTGRESQL_BIN."
        )
    return found


def address(url: sa.URL) -> str:
    """Where a database is, as PostgreSQL's programs read it, without the password."""
    plain = url.set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False)


def _environment(url: sa.URL) -> dict[str, str]:
    return os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
