"""What happens in a server room: killed workers, an empty or missing Redis, a database that goes away, a full disk."""

import contextvars
import multiprocessing
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy_continuum import version_class

from plugins.bulk import services
from plugins.bulk.models import BulkItem, BulkOperation
from plugins.rotations.imports import HOSPITALS
from plugins.rotations.models import Hospital
from sims import jobs, runs
from sims.clock import now
from sims.contracts import Import
from sims.database import commit, db
from sims.errors import Conflict, Invalid
from tests.factories import make_user
from tests.plugins.bulk.factories import fresh, upload

pytestmark = pytest.mark.database("postgresql")
"""Most of their time is waiting for leases to end; the code they exercise knows no kind of database."""

FORK = multiprocessing.get_context("fork")
ROWS = 300
PATIENCE = 30


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    """The application, whose import of hospitals commits often: there are many places to be killed at."""
    provided = app.extensions["sims.provided"]
    before = dict(provided)
    provided[Import] = (replace(HOSPITALS, chunk=7),)
    yield app
    provided.clear()
    provided.update(before)


def hospitals(count: int) -> str:
    lines = (f"H{n:05},Hospital {n}" for n in range(count))
    return "\n".join(["hospital_code,hospital_name", *lines]) + "\n"


def start_import(run_jobs: Callable[[], None], mode: str, count: int = ROWS) -> int:
    """An import that waits for a worker; returns its id."""
    admin = make_user("admin")
    check = upload(admin, "rotations.hospital", hospitals(count)).id
    run_jobs()
    operation = services.confirm(fresh(check), mode=mode, actor=admin)
    commit()
    return operation.id


def _work(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose(close=False)
    contextvars.Context().run(jobs.work, app, burst=True)


def kill_after(app: Flask, seconds: float, *, further: bool = False) -> None:
    """Run a worker and kill it, its job as well, after so long; `further`: once the import has got further."""
    commit()
    looking = sa.create_engine(app.config["DATABASE_URL"], poolclass=sa.NullPool)

    def position() -> int:
        with looking.connect() as connection:
            return connection.scalar(
                sa.text("SELECT max(position) FROM bulk_bulkoperation WHERE operation = 'import'")
            )

    begun = position()
    process = FORK.Process(target=_work, args=(app,))
    process.start()
    until = time.monotonic() + PATIENCE
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        while process.is_alive() and time.monotonic() < until:
            if parent.children() and (not further or position() > begun):
                break
            process.join(0.005)
        process.join(seconds)
        for child in parent.children():
            child.kill()
    process.kill()
    process.join(PATIENCE)


def let_the_lease_end() -> None:
    """As if `RUN_LEASE` were over: whoever claimed a run has not been heard of since."""
    past = now() - timedelta(minutes=1)
    claimed = sa.case((BulkOperation.claimed_until.is_not(None), past))
    db.session.execute(sa.update(BulkOperation).values(claimed_until=claimed, updated_at=past))
    commit()
    jobs.connection().flushall()  # and as if Redis had been restarted empty
    runs.sweep()


def is_as_if_undisturbed(operation_id: int) -> bool:
    """Every hospital is there once, with one version, and one item that says so."""
    codes = list(db.session.scalars(sa.select(Hospital.code).order_by(Hospital.code)))
    version = version_class(Hospital)
    versions = db.session.scalars(sa.select(version.code).order_by(version.code)).all()
    items = db.session.scalars(
        sa.select(Hospital.code)
        .join(BulkItem, BulkItem.row_id == Hospital.id)
        .where(BulkItem.operation_id == operation_id, BulkItem.status == "done")
        .order_by(Hospital.code)
    ).all()
    wanted = [f"H{n:05}" for n in range(ROWS)]
    return codes == wanted and versions == wanted and items == wanted


@pytest.mark.parametrize("mode", ["partial", "all"])
def test_an_import_whose_worker_is_killed_again_and_again_ends_as_if_undisturbed(
    app_context: Flask, run_jobs: Callable[[], None], mode: str
) -> None:
    number = start_import(run_jobs, mode)
    rng = random.Random(7)
    kills = 0
    for _ in range(10 if mode == "partial" else 3):
        kill_after(app_context, rng.uniform(0, 0.1), further=mode == "partial")
        kills += fresh(number).status == "running"
        let_the_lease_end()
    run_jobs()
    done = fresh(number)
    assert (done.status, done.success, done.failure) == ("completed", ROWS, 0)
    assert is_as_if_undisturbed(number)
    assert kills >= 1
    assert done.retry_count >= 1


def test_what_never_reached_redis_is_found_by_the_sweep(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    number = start_import(run_jobs, "all")
    jobs.connection().flushall()
    assert runs.sweep() == 0  # it may still be on its way
    db.session.execute(sa.update(BulkOperation).values(updated_at=now() - timedelta(minutes=1)))
    commit()
    assert runs.sweep() == 1
    run_jobs()
    assert is_as_if_undisturbed(number)


def test_a_run_that_never_gets_further_is_given_up_in_words(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    number = start_import(run_jobs, "partial")
    db.session.execute(
        sa.update(BulkOperation)
        .where(BulkOperation.id == number)
        .values(stalls=runs.MOST_STALLS, status="running", claimed_by="killed", claimed_until=now())
    )
    let_the_lease_end()
    run_jobs()
    done = fresh(number)
    assert done.status == "failed"
    assert "without getting further" in done.error


def test_stopping_keeps_what_was_committed_and_it_can_go_on_later(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    number = start_import(run_jobs, "partial")
    kill_after(app_context, 0, further=True)
    let_the_lease_end()
    runs.cancel(fresh(number))
    commit()
    run_jobs()
    stopped = fresh(number)
    assert stopped.status == "cancelled"
    there = db.session.scalar(sa.select(sa.func.count()).select_from(Hospital))
    assert there == stopped.success < ROWS
    runs.again(stopped)
    commit()
    run_jobs()
    assert is_as_if_undisturbed(number)


def test_the_same_file_is_imported_by_one_of_two_admins_and_the_other_is_told(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    first, second = make_user("admin"), make_user("admin")
    checks = [upload(admin, "rotations.hospital", hospitals(ROWS)).id for admin in (first, second)]
    run_jobs()
    done = services.confirm(fresh(checks[0]), mode="all", actor=first).id
    commit()
    with pytest.raises(Conflict, match="is importing this file at this moment"):
        services.confirm(fresh(checks[1]), mode="all", actor=second)
    db.session.rollback()
    run_jobs()
    with pytest.raises(Invalid, match="imported before"):
        services.confirm(fresh(checks[1]), mode="all", actor=second)
    db.session.rollback()
    assert is_as_if_undisturbed(done)
    again = services.confirm(fresh(checks[1]), mode="all", again=True, actor=second).id
    commit()
    run_jobs()
    assert (fresh(again).status, fresh(again).failure) == ("failed", ROWS)
    assert is_as_if_undisturbed(done)


def test_a_full_disk_refuses_the_upload_and_leaves_nothing(
    app_context: Flask, sign_in: Callable[..., Any]
) -> None:
    admin = make_user("admin")
    client = sign_in(admin)
    before = {path for path in place().rglob("*") if path.is_file()}
    for lines in (
        20_000,
        60_000,
    ):  # one that fits into memory, one that is put aside while it arrives
        with small_disk(300_000):
            answer = client.post(
                "/bulk/imports/rotations.hospital",
                data=b"--x\r\nContent-Disposition: form-data; name=file; filename=big.csv\r\n\r\n"
                + hospitals(lines).encode()
                + b"\r\n--x\r\nContent-Disposition: form-data; name=dates\r\n\r\ndmy\r\n--x--\r\n",
                content_type="multipart/form-data; boundary=x",
            )
        assert answer.status_code in (422, 507)
        assert "could not be stored just now" in answer.text or "disk is full" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BulkOperation)) == 0
    assert {path for path in place().rglob("*") if path.is_file()} == before


def place() -> Path:
    """Where uploaded files lie."""
    return Path(current_app.config["FILES_URL"])


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
