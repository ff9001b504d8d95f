"""Jobs: enqueued only after commit, run as the person who asked, ended when too long, never lost."""

import contextvars
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import psutil
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from sqlalchemy_continuum import version_class

from plugins.users.models import User
from sims import actor, jobs, mail
from sims.contracts import Schedule
from sims.database import commit, db
from sims.versioning import transaction_model
from tests.core.working import PATIENCE, ask, hear, listen, said, say
from tests.factories import make_user

# -- what the workers of these tests run -----------------------------------------------------------------


def say_who_asked() -> None:
    say(str(actor.current_id()), str(actor.request_id()))


def rename(user_id: int, name: str) -> None:
    db.session.get_one(User, user_id).last_name = name
    commit()


def say_connection() -> None:
    """Which connection of the server this process uses."""
    say(db.session.scalar(sa.text("SELECT pg_backend_pid()")))


def wait_for_go() -> None:
    say(os.getpid())
    listen("go")
    say("finished")


def change_half_and_wait(user_id: int) -> None:
    db.session.get_one(User, user_id).last_name = "Half"
    db.session.flush()
    listen("go")
    commit()


def fail() -> None:
    raise LookupError("nothing to find")


def give_what_is_not_json() -> object:
    say("ran")
    return {1, 2}


# -- helpers -----------------------------------------------------------------------------------------------


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    """The application, for which this module counts as part of an enabled plugin."""
    before = app.extensions["sims.packages"]
    app.extensions["sims.packages"] = (*before, __name__, "tests.core.working")
    yield app
    app.extensions["sims.packages"] = before


@pytest.fixture
def schedules(app: Flask) -> Iterator[Callable[..., None]]:
    """A function that makes the given schedules the only ones."""
    provided = app.extensions["sims.provided"]
    before = dict(provided)
    yield lambda *entries: provided.update({Schedule: entries})
    provided.clear()
    provided.update(before)


def waiting(name: str = "default") -> list[Job]:
    return jobs.queue(name).jobs


def failed(name: str = "default") -> list[str]:
    return jobs.queue(name).failed_job_registry.get_job_ids()


def error_of(job_id: str) -> str:
    return jobs.queue().fetch_job(job_id).latest_result().exc_string


# -- enqueueing --------------------------------------------------------------------------------------------


def test_a_job_waits_for_the_commit(app_context):
    jobs.enqueue(say, "hello")
    assert waiting() == []
    commit()
    assert [job.args for job in waiting()] == [["hello"]]


def test_a_rolled_back_job_is_forgotten(app_context):
    jobs.enqueue(say, "hello")
    db.session.add(mail.Mail(recipient="a", subject="b", body="c", message_id="d"))
    db.session.flush()
    db.session.rollback()
    commit()
    assert waiting() == []


def test_a_rollback_before_the_first_statement_forgets_too(app_context):
    jobs.enqueue(say, "hello")
    db.session.rollback()
    commit()
    assert waiting() == []


@pytest.mark.parametrize(
    "argument", [object(), {1, 2}, datetime(2026, 1, 1, tzinfo=UTC), b"bytes", float("nan")]
)
def test_what_is_not_json_is_refused_before_anything_is_kept(app_context, argument):
    db.session.add(mail.Mail(recipient="a", subject="b", body="c", message_id="d"))
    with pytest.raises(TypeError, match=r"say .*JSON"):
        jobs.enqueue(say, argument)
    db.session.rollback()
    assert waiting() == []


def test_arguments_are_what_they_were_when_asked(app_context):
    ids = [1, 2]
    jobs.enqueue(say, ids)
    ids.clear()
    commit()
    assert waiting()[0].args == [[1, 2]]


def test_a_queue_nobody_listens_to_is_refused(app_context):
    with pytest.raises(ValueError, match="QUEUES"):
        jobs.enqueue(say, on="nowhere")


def test_an_id_makes_a_job_unique(app_context):
    ask(say, "first", job_id="report-7")
    ask(say, "second", job_id="report-7")
    assert [job.args for job in waiting()] == [["first"]]


# -- running -----------------------------------------------------------------------------------------------


def test_arguments_travel_as_json_not_as_pickle(app_context, run_jobs):
    ask(say, "hello")
    raw = jobs.connection().hget(waiting()[0].key, "data")
    assert b"pickle" not in raw
    assert waiting()[0].serializer is JSONSerializer
    run_jobs()
    assert said() == ["hello"]


def test_a_job_runs_as_the_person_who_asked(app_context, run_jobs):
    person = make_user(role="admin")
    with actor.acting_as(person.id):
        ask(say_who_asked)
    run_jobs()
    assert said() == [str(person.id), "None"]


def test_history_names_the_person_who_asked_for_the_job(app_context, run_jobs):
    asking, changed = make_user(role="admin"), make_user(role="pg")
    with actor.acting_as(asking.id):
        ask(rename, changed.id, "Renamed")
    run_jobs()
    version = version_class(User)
    last = db.session.scalars(
        sa.select(version).where(version.id == changed.id).order_by(version.transaction_id.desc())
    ).first()
    transaction = db.session.get_one(transaction_model(), last.transaction_id)
    assert (last.last_name, transaction.actor_id) == ("Renamed", asking.id)


def test_a_job_of_a_plugin_that_is_off_fails_and_the_worker_lives_on(app_context, run_jobs):
    queue = jobs.queue()
    queue.enqueue("plugins.nowhere.jobs.run", job_id="stranger")
    queue.enqueue("os.getcwd", job_id="system")
    ask(say, "still here")
    run_jobs()
    assert set(failed()) == {"stranger", "system"}
    assert "belongs to no enabled plugin" in error_of("system")
    assert said() == ["still here"]


def test_the_name_of_a_plugin_is_no_prefix_of_anothers(app_context):
    with pytest.raises(jobs.JobRefused, match="simsalabim"):
        jobs.check_allowed("simsalabim.jobs.run")


def test_a_job_that_fails_is_kept_with_its_reason(app_context, run_jobs):
    ask(fail, job_id="failing")
    ask(say, "next")
    run_jobs()
    assert failed() == ["failing"]
    assert "nothing to find" in error_of("failing")
    assert said() == ["next"]


def test_what_a_job_returns_is_nobodys_business(app_context, run_jobs):
    ask(give_what_is_not_json, job_id="odd")
    run_jobs()
    assert said() == ["ran"]
    assert failed() == []
    assert jobs.queue().fetch_job("odd").get_status() == JobStatus.FINISHED


def test_a_job_over_its_time_is_ended_and_what_it_began_undone(app_context, run_jobs):
    person = make_user(last_name="Whole")
    ask(change_half_and_wait, person.id, timeout=1, job_id="slow")
    run_jobs()
    assert failed() == ["slow"]
    assert "JobTimeoutException" in error_of("slow")
    db.session.refresh(person)
    assert person.last_name == "Whole"


@pytest.mark.database("postgresql")
def test_a_job_never_uses_the_connections_of_its_parent(app_context, run_jobs):
    db.engine.dispose()
    with ExitStack() as stack:
        ours = [stack.enter_context(db.engine.connect()) for _ in range(3)]
        mine = {connection.scalar(sa.text("SELECT pg_backend_pid()")) for connection in ours}
    ask(say_connection)
    ask(say_connection)
    run_jobs()
    assert len(said()) == 2
    assert not mine & set(map(int, said()))
    assert db.session.scalar(sa.text("SELECT 1")) == 1


# -- when things die ---------------------------------------------------------------------------------------


def test_a_killed_job_counts_as_failed_and_the_worker_lives_on(app_context, worker):
    ask(wait_for_go, job_id="victim")
    ask(say, "next")
    process = worker(burst=True)
    os.kill(int(hear()), signal.SIGKILL)
    assert hear() == "next"
    process.join(PATIENCE)
    assert process.exitcode == 0
    assert failed() == ["victim"]


def test_a_worker_told_to_stop_lets_the_job_finish(app_context, worker):
    ask(wait_for_go)
    ask(say, "never started")
    process = worker()
    hear()
    os.kill(process.pid, signal.SIGTERM)
    jobs.connection().rpush("go", "now")
    assert hear() == "finished"
    process.join(PATIENCE)
    assert process.exitcode == 0
    assert [job.args for job in waiting()] == [["never started"]]


def test_mail_of_a_killed_worker_is_found_by_the_sweep(app_context, worker):
    """The mail server keeps the job waiting; then worker and job are killed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app_context.config.update(MAIL="smtp", SMTP_HOST="127.0.0.1", SMTP_TIMEOUT=PATIENCE)
        app_context.config["SMTP_PORT"] = silent.getsockname()[1]
        mail.send("pg@example.org", "Returned", "Please mend it.")
        process = worker()
        silent.settimeout(PATIENCE)
        silent.accept()
        victims = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
        for victim in victims:
            victim.kill()
        process.join(PATIENCE)
    db.session.expire_all()
    [row] = db.session.scalars(sa.select(mail.Mail))
    assert (row.sent_at, row.attempts) == (None, 1)
    commit()
    app_context.config["MAIL"] = "file"
    assert mail.sweep() == 0  # for all anybody knows, the worker is still at it
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=601), tick=False):
        assert mail.sweep() == 1
    db.session.expire_all()
    assert row.sent_at
    assert len(list(mail.folder().iterdir())) == 1


@pytest.fixture
def without_redis(app: Flask) -> Iterator[None]:
    """The server of the queues is gone."""
    before = app.extensions["sims.redis"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1"
    jobs.init_app(app)
    yield
    app.extensions["sims.redis"] = before


def test_without_redis_the_act_succeeds_and_the_sweep_finds_its_mail(
    app_context, without_redis, caplog
):
    mail.send("pg@example.org", "Returned", "Please mend it.")
    commit()
    [row] = db.session.scalars(sa.select(mail.Mail))
    assert row.sent_at is None
    assert "could not enqueue deliver" in caplog.text
    commit()
    mail.sweep()
    assert row.sent_at


def test_a_redis_that_does_not_answer_holds_nobody_up_for_long(app_context, caplog):
    before = app_context.extensions["sims.redis"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app_context.config["REDIS_URL"] = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        jobs.init_app(app_context)
        done = threading.Thread(
            target=contextvars.copy_context().run, args=(ask, say, "hello"), daemon=True
        )
        try:
            done.start()
            done.join(PATIENCE)
            assert not done.is_alive()
        finally:
            app_context.extensions["sims.redis"] = before
    assert "could not enqueue say" in caplog.text


# -- the scheduler -----------------------------------------------------------------------------------------


def remind() -> None:
    say("reminded")


MORNING = Schedule(name="remind", cron="0 7 * * *", job=remind)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_schedule_is_read_in_the_hospitals_time(app_context, schedules):
    schedules(MORNING)  # seven in Karachi is two in UTC
    assert jobs.enqueue_due(moment("2026-11-22 01:00"), moment("2026-11-22 01:59")) == []
    due = jobs.enqueue_due(moment("2026-11-22 01:59"), moment("2026-11-22 02:00"))
    assert due == ["remind-20261122-0700"]
    assert [job.id for job in waiting()] == due


def test_what_was_due_is_enqueued_once_however_often_somebody_looks(app_context, schedules):
    schedules(MORNING)
    for _ in range(3):
        jobs.enqueue_due(moment("2026-11-22 01:00"), moment("2026-11-22 03:00"))
    assert len(waiting()) == 1


def test_what_was_due_is_enqueued_once_by_many_schedulers(app_context, schedules, run_jobs):
    schedules(MORNING)
    ready = threading.Barrier(4)

    def look() -> None:
        with app_context.app_context():
            ready.wait()
            jobs.enqueue_due(moment("2026-11-22 01:00"), moment("2026-11-22 03:00"))

    threads = [threading.Thread(target=contextvars.Context().run, args=(look,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_jobs()
    look_again = jobs.enqueue_due(moment("2026-11-22 01:00"), moment("2026-11-22 03:00"))
    assert look_again == []
    assert said() == ["reminded"]


def test_a_schedule_missed_for_two_days_runs_once(app_context, schedules):
    schedules(MORNING)
    due = jobs.enqueue_due(moment("2026-11-20 03:00"), moment("2026-11-22 03:00"))
    assert due == ["remind-20261122-0700"]


def test_a_scheduler_that_was_off_for_two_days_makes_up_for_it(app_context, schedules):
    schedules(MORNING)
    with time_machine.travel(moment("2026-11-20 03:00"), tick=False):
        jobs.schedule(app_context, once=True)
    assert waiting() == []
    with time_machine.travel(moment("2026-11-22 03:00"), tick=False):
        jobs.schedule(app_context, once=True)
    assert [job.id for job in waiting()] == ["remind-20261122-0700"]


def test_a_new_installation_has_missed_nothing(app_context, schedules):
    schedules(MORNING)
    with time_machine.travel(moment("2026-11-22 03:00"), tick=False):
        jobs.schedule(app_context, once=True)
    assert waiting() == []


def test_a_scheduler_survives_a_missing_redis(app_context, schedules, without_redis, caplog):
    schedules(MORNING)
    jobs.schedule(app_context, once=True)
    assert "trying again" in caplog.text


def test_a_due_job_that_did_not_reach_redis_is_still_due(app_context, schedules, caplog):
    """The server refuses the enqueue after it has answered the look: nothing may be marked as done."""
    schedules(MORNING)
    with time_machine.travel(moment("2026-11-22 01:00"), tick=False):
        jobs.schedule(app_context, once=True)
    with time_machine.travel(moment("2026-11-22 03:00"), tick=False):
        with refusing("eval", "evalsha"):
            jobs.schedule(app_context, once=True)
        assert (waiting(), "trying again" in caplog.text) == ([], True)
        jobs.schedule(app_context, once=True)
    assert [job.id for job in waiting()] == ["remind-20261122-0700"]


@contextmanager
def refusing(*commands: str) -> Iterator[None]:
    """The server of the queues refuses these commands."""
    redis = jobs.connection()
    redis.acl_setuser("default", enabled=True, commands=[f"-{command}" for command in commands])
    try:
        yield
    finally:
        redis.acl_setuser("default", enabled=True, commands=[f"+{command}" for command in commands])


def test_the_job_in_hand_tells_how_far_it_is(app_context, run_jobs):
    ask(half_way, job_id="long")
    run_jobs()
    assert jobs.queue().fetch_job("long").meta == {
        "actor_id": None, "request_id": None, "done": 5, "total": 10,
    }  # fmt: skip


def half_way() -> None:
    jobs.progress(5, 10)


def test_the_scheduler_shows_that_it_lives(app_context, schedules):
    schedules()
    with time_machine.travel(moment("2026-11-22 03:00"), tick=False):
        jobs.schedule(app_context, once=True)
    assert jobs.connection().get("sims:scheduler") == b"2026-11-22T03:00:00+00:00"


def test_every_queue_has_a_worker(app_context, run_jobs):
    for name in app_context.config["QUEUES"]:
        ask(say, name, on=name)
    run_jobs()
    assert said() == list(app_context.config["QUEUES"])  # most urgent first
    assert not any(Queue(name, connection=jobs.connection()).count for name in said())
