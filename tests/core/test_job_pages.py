"""The pages of jobs: what runs, waits and failed, and what the programme office can do about it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from redis import Redis

from sims import jobs, mail
from sims.clock import now
from sims.database import commit, db
from tests.factories import make_user


def breaks() -> None:
    """A job that fails."""
    raise LookupError("nothing to find")


@jobs.repeatable
def breaks_harmlessly() -> None:
    """A job that fails and may be tried again."""
    raise LookupError("nothing to find yet")


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    """The application, for which this module counts as part of an enabled plugin."""
    before = app.extensions["sims.packages"]
    app.extensions["sims.packages"] = (*before, __name__)
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
    assert "A job that fails." in page
    assert "LookupError: nothing to find" in page
    assert "No worker is running" in page
    answer = office.post(f"/jobs/{failed()[0]}/retry", follow_redirects=True).text
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
    office.post(f"/jobs/{put_off()[0]}/retry")
    assert (put_off(), jobs.queue().count) == ([], 1)


def test_a_scheduled_job_can_be_run_at_once(office: Any) -> None:
    assert "core-mail" in office.get("/jobs").text
    office.post("/jobs/schedules/core-mail")
    assert [job.func_name for job in jobs.queue().jobs] == ["sims.mail.sweep"]
    assert office.post("/jobs/schedules/nonsense").status_code == 404


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
    app.extensions["sims.redis"] = Redis(unix_socket_path="/nowhere/valkey.sock")
    try:
        answer = office.get("/jobs")
        assert answer.status_code == 200
        assert "Redis does not answer" in answer.text
    finally:
        app.extensions["sims.redis"] = before
