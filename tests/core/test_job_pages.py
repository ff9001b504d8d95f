"""The pages of jobs: what runs, waits and failed, and what the programme office can do about it."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from sims import actor, jobs, mail
from sims.clock import now
from sims.database import commit, db
from tests.core.working import PATIENCE, ask, hear, listen, said, say
from tests.factories import make_user


def breaks() -> None:
    """A job that fails."""
    raise LookupError("nothing to find")


@jobs.repeatable
def breaks_harmlessly() -> None:
    """A job that fails and may be tried again."""
    raise LookupError("nothing to find yet")


def wait_for_go() -> None:
    """The job that waits for a word."""
    say(os.getpid())
    listen("go")


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    """The application, for which this module counts as part of an enabled plugin."""
    before = app.extensions["sims.packages"]
    app.extensions["sims.packages"] = (*before, __name__, "tests.core.working")
    yield app
    app.extensions["sims.packages"] = before


@pytest.fixture
def office(app_context: Flask, sign_in: Callable[..., Any]) -> Any:
    return sign_in(make_user("admin"))


def failed() -> list[str]:
    return jobs.queue().failed_job_registry.get_job_ids()


def put_off() -> list[str]:
    return jobs.queue().scheduled_job_registry.get_job_ids()


def test_only_the_programme_office_sees_them(
    app_context: Flask, sign_in: Callable[..., Any]
) -> None:
    for role in ("pg", "supervisor"):
        client = sign_in(make_user(role))
        assert client.get("/jobs").status_code == client.get("/jobs/mail").status_code == 404
        assert client.post("/jobs/mail/again").status_code == 404


def test_what_failed_says_why_and_for_whom_and_is_not_run_twice(
    office: Any, run_jobs: Callable[[], None]
) -> None:
    jobs.enqueue(breaks)
    run_jobs()
    page = office.get("/jobs").text
    assert "A job that fails" in page
    assert "LookupError: nothing to find" in page
    assert "No worker is running" in page
    answer = office.post(f"/jobs/{failed()[0]}/run", follow_redirects=True).text
    assert "it is not run a second time" in answer
    office.post(f"/jobs/{failed()[0]}/cancel")
    assert failed() == []
    assert office.post("/jobs/no-such/cancel").status_code == 404


def test_a_repeatable_job_is_put_off_and_tried_again_when_its_time_has_come(
    office: Any, run_jobs: Callable[[], None]
) -> None:
    jobs.enqueue(breaks_harmlessly)
    run_jobs()
    assert (len(put_off()), failed()) == (1, [])
    assert "Put off, or to be tried again" in office.get("/jobs").text
    jobs.enqueue_put_off()
    assert len(put_off()) == 1
    with time_machine.travel(now() + timedelta(seconds=11), tick=False):
        jobs.enqueue_put_off()
    assert (put_off(), jobs.queue().count) == ([], 1)
    run_jobs()
    office.post(f"/jobs/{put_off()[0]}/run")
    assert (put_off(), jobs.queue().count) == ([], 1)


def test_a_scheduled_job_can_be_run_at_once(office: Any) -> None:
    assert "core-mail" in office.get("/jobs").text
    office.post("/jobs/schedules/core-mail")
    assert [job.func_name for job in jobs.queue().jobs] == ["sims.mail.sweep"]
    assert office.post("/jobs/schedules/nonsense").status_code == 404


def test_a_job_that_runs_is_shown_with_its_worker_and_stopped(office: Any, worker: Any) -> None:
    person = make_user("supervisor", first_name="Sadia", last_name="Noor")
    with actor.acting_as(person.id):
        ask(wait_for_go, job_id="long")
    process = worker()
    hear()
    page = office.get("/jobs").text
    assert "Waits for a word" in page
    assert "Running since" in page
    assert "for Sadia Noor" in page
    assert "No worker is running" not in page
    assert "told to stop" in office.post("/jobs/long/cancel", follow_redirects=True).text
    until = time.monotonic() + PATIENCE
    while not failed() and time.monotonic() < until:
        threading.Event().wait(0.02)
    assert failed() == ["long"]
    assert "Stopped by the programme office" in office.get("/jobs").text
    os.kill(process.pid, signal.SIGTERM)
    process.join(PATIENCE)


def test_a_job_that_waits_can_be_taken_out(office: Any, run_jobs: Callable[[], None]) -> None:
    ask(say, "never", job_id="first")
    ask(say, "later", job_id="second", delay=60)
    page = office.get("/jobs").text
    assert "Asked for" in page
    assert "Put off" in page
    for job_id in ("first", "second"):
        office.post(f"/jobs/{job_id}/cancel")
        assert office.post(f"/jobs/{job_id}/cancel").status_code == 404
    run_jobs()
    assert (said(), put_off(), jobs.queue().count) == ([], [], 0)


def test_a_job_that_began_meanwhile_is_not_taken_away(office: Any) -> None:
    """Its worker has it from the queue, and is about to say so."""
    ask(say, "hello", job_id="taken")
    jobs.connection().lpop(jobs.queue().key)
    answer = office.post("/jobs/taken/cancel", follow_redirects=True).text
    assert "moved on meanwhile" in answer
    assert jobs.queue().fetch_job("taken") is not None


def test_what_was_put_off_is_run_once_however_often_one_presses(
    office: Any, run_jobs: Callable[[], None]
) -> None:
    ask(say, "now", job_id="later", delay=3600)
    for _ in range(3):
        office.post("/jobs/later/run")
    run_jobs()
    assert (said(), put_off()) == (["now"], [])


def test_a_job_of_a_plugin_that_is_off_says_so_and_runs_when_it_is_on_again(
    app: Flask, office: Any, run_jobs: Callable[[], None]
) -> None:
    on = app.extensions["sims.packages"]
    ask(say, "hello", job_id="refused")
    app.extensions["sims.packages"] = ("plugins.users",)
    run_jobs()
    assert "belongs to no enabled plugin" in office.get("/jobs").text
    app.extensions["sims.packages"] = on
    office.post("/jobs/refused/run")
    run_jobs()
    assert (said(), failed()) == (["hello"], [])


def test_a_failed_job_that_is_harmless_gets_all_its_tries_again(
    app: Flask, office: Any, run_jobs: Callable[[], None]
) -> None:
    app.config["JOB_RETRIES"] = (10,)
    ask(breaks_harmlessly, job_id="harmless")
    run_jobs()
    office.post("/jobs/harmless/run")
    run_jobs()
    assert (put_off(), failed()) == ([], ["harmless"])
    office.post("/jobs/harmless/run")
    run_jobs()
    assert (put_off(), failed()) == (["harmless"], [])


def test_the_page_asks_as_much_of_redis_for_many_jobs_as_for_few(
    office: Any, run_jobs: Callable[[], None]
) -> None:
    def asked() -> int:
        before = jobs.connection().info("stats")["total_net_input_bytes"]
        assert office.get("/jobs").status_code == 200
        return int(jobs.connection().info("stats")["total_net_input_bytes"] - before)

    ask(say, "hello")
    few = asked()
    for number in range(200):
        ask(say, number)
    assert asked() < few + 50 * 80  # the fifty it shows


def test_a_mail_that_a_job_may_be_at_is_not_sent_a_second_time(office: Any) -> None:
    letter = mail.send("somebody@example.com", "A subject", "Words")
    letter.attempts, letter.next_try_at = 1, now() + timedelta(seconds=590)
    commit()
    answer = office.post(f"/jobs/mail/{letter.id}/again", follow_redirects=True).text
    assert "is tried by itself within minutes" in answer
    letter.next_try_at = now() + timedelta(hours=2)
    commit()
    answer = office.post(f"/jobs/mail/{letter.id}/again", follow_redirects=True).text
    assert "1 mail is tried again" in answer
    assert office.post("/jobs/mail/999999/again").status_code == 404


def test_mails_that_were_given_up_are_shown_without_their_text_and_tried_again(
    office: Any, run_jobs: Callable[[], None]
) -> None:
    letter = mail.send("somebody@example.com", "A subject", "A secret link")
    letter.attempts, letter.error = mail.TRIES, "550 no such mailbox"
    commit()
    page = office.get("/jobs/mail").text
    assert "550 no such mailbox" in page
    assert "A secret link" not in page
    assert "1 mail is tried again" in office.post("/jobs/mail/again", follow_redirects=True).text
    run_jobs()
    db.session.refresh(letter)
    assert letter.sent_at is not None
    assert "Every mail went out" in office.get("/jobs/mail").text


def test_the_page_opens_while_redis_is_down(app: Flask, office: Any) -> None:
    before = app.extensions["sims.redis"]
    app.config["REDIS_URL"] = "unix:///nowhere/valkey.sock"
    jobs.init_app(app)
    try:
        answer = office.get("/jobs")
        assert answer.status_code == 200
        assert "Redis does not answer" in answer.text
    finally:
        app.extensions["sims.redis"] = before
