"""Mail about notifications: at once or in a digest, once, and in nobody's quiet hours."""

import contextvars
import threading
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import current_app

from plugins.notifications import mailing
from plugins.notifications.models import Notification
from sims.database import commit, db
from sims.events import publish
from sims.mail import Mail
from sims.review import Approved, Returned, Submitted
from tests.factories import make_user
from tests.plugins.notifications.factories import make_mail, of, outbox, prefer, set_times

NOON = datetime(2026, 11, 23, 7, tzinfo=UTC)
"""Twelve o'clock in Karachi."""

SEVEN = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""The next morning there."""


@pytest.fixture
def noon(app_context):
    app_context.config["EXTERNAL_URL"] = "https://sims.example.org"
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def happened(kind, person, actor=None, **given):
    event = kind(
        record="logbook.entry", table="logbook_logbookentry", row_id=7, title="Hernia", source="a",
        target="b", owner_id=person.id, reviewer_id=given.pop("reviewer_id", None),
        actor_id=actor.id if actor else None, **given,
    )  # fmt: skip
    publish(event)
    db.session.flush()


# -- when -------------------------------------------------------------------------------------------


def test_what_is_urgent_goes_at_once_and_the_rest_in_the_digest(noon):
    person, reviewer = make_user(), make_user("supervisor")
    happened(Returned, person)
    happened(Submitted, person, reviewer_id=reviewer.id)
    [urgent], [later] = of(person, "email"), of(reviewer, "email")
    assert (urgent.digest, urgent.scheduled_for) == (False, NOON)
    assert (later.digest, later.scheduled_for) == (True, SEVEN)


def test_the_mail_follows_what_the_person_chose(noon):
    person = make_user()
    prefer(person, "review.returned", "off")
    prefer(person, "review.approved", "at_once", in_app=False)
    set_times(person, quiet_from=time(11), quiet_until=time(14))
    happened(Returned, person)
    happened(Approved, person)
    assert [row.kind for row in of(person)] == ["review.returned"]
    [row] = of(person, "email")
    assert row.kind == "review.approved"
    assert row.scheduled_for == NOON + timedelta(hours=2)


def test_the_digest_comes_at_the_hour_chosen_unless_it_is_not_wanted_at_all(noon):
    evening, none = make_user(), make_user()
    set_times(evening, digest_hour=18)
    set_times(none, digest=False)
    for person in (evening, none):
        happened(Approved, person)
    assert of(evening, "email")[0].scheduled_for == NOON + timedelta(hours=6)
    assert of(none, "email") == []
    assert len(of(none)) == 1


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_archived": True}])
def test_who_left_gets_no_mail(noon, gone):
    before, after = make_user(**gone), make_user()
    happened(Returned, before)
    assert of(before, "email") == []
    make_mail(after)
    for name, value in gone.items():
        setattr(after, name, value)
    mailing.send_due()
    assert outbox() == []
    assert of(after, "email") == []


def test_what_is_late_still_waits_for_the_end_of_quiet_hours(noon):
    person = make_user()
    set_times(person, quiet_from=time(22), quiet_until=time(6))
    row = make_mail(person)
    noon.move_to(NOON + timedelta(hours=11))
    mailing.send_due()
    assert outbox() == []
    assert row.scheduled_for == NOON + timedelta(hours=18)
    noon.move_to(row.scheduled_for)
    mailing.send_due()
    assert len(outbox()) == 1


# -- what it says -----------------------------------------------------------------------------------


def test_a_mail_says_what_happened_and_leads_there(noon):
    person, supervisor = make_user(), make_user("supervisor")
    happened(Returned, person, supervisor, feedback="Add the <indication>.")
    mailing.send_due()
    [mail] = outbox()
    assert (mail.recipient, mail.subject) == (person.email, "Returned: Hernia – SIMS")
    assert "> Add the <indication>." in mail.body
    assert "https://sims.example.org/logbook/entries/7" in mail.body
    assert "Add the &lt;indication&gt;." in mail.html
    assert 'href="https://sims.example.org/logbook/entries/7"' in mail.html
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.headers["List-Unsubscribe"].startswith(
        "<https://sims.example.org/notifications/stop/"
    )
    assert mail.headers["List-Unsubscribe"].strip("<>") in mail.body
    [row] = of(person, "email")
    assert (row.sent_at, row.attempts, mail.key) == (NOON, 1, f"notification-{row.id}")


def test_without_an_address_of_this_site_a_mail_has_no_links(noon, app_context):
    app_context.config["EXTERNAL_URL"] = ""
    happened(Returned, make_user())
    mailing.send_due()
    [mail] = outbox()
    assert mail.headers == {}
    assert "href" not in mail.html
    assert "/notifications" not in mail.body


def test_a_digest_holds_all_that_is_new_by_kind_once_a_day(noon):
    person = make_user()
    for number in range(12):
        make_mail(
            person, kind="review.submitted", title=f"Waits: entry {number:02}", digest=True,
            scheduled_for=SEVEN, created_at=NOON - timedelta(days=number),
        )  # fmt: skip
    make_mail(person, kind="review.approved", title="Approved: x", digest=True, scheduled_for=SEVEN)
    mailing.send_due()
    assert outbox() == []
    noon.move_to(SEVEN)
    mailing.send_due()
    mailing.send_due()
    [mail] = outbox()
    assert mail.subject == "13 notifications, 24 Nov 2026 – SIMS"
    assert mail.key == f"digest-{person.id}-2026-11-24"
    assert "Something waits for your review: 12, the oldest of 12 Nov 2026" in mail.body
    assert mail.body.count("* Waits: entry") == 10
    assert (
        "* and 2 more\n  https://sims.example.org/notifications?kind=review.submitted" in mail.body
    )
    assert mail.body.index("Waits: entry") < mail.body.index("Approved: x")
    assert all(row.sent_at == SEVEN for row in of(person, "email"))


def test_without_news_there_is_no_digest_and_what_was_read_is_no_news(noon):
    person = make_user()
    happened(Approved, person)
    happened(Approved, person)
    first, second = of(person)
    first.is_read = True
    noon.move_to(SEVEN)
    mailing.send_due()
    [mail] = outbox()
    assert mail.subject.startswith("1 notification,")
    happened(Approved, person)
    of(person)[-1].is_read = True
    noon.move_to(SEVEN + timedelta(days=1))
    mailing.send_due()
    assert len(outbox()) == 1
    assert second.is_read is False


def test_what_comes_after_the_digest_of_a_day_waits_for_the_next(noon):
    person = make_user()
    noon.move_to(SEVEN)
    make_mail(person, digest=True)
    mailing.send_due()
    late = make_mail(person, digest=True)
    mailing.send_due()
    assert len(outbox()) == 1
    assert (late.sent_at, late.scheduled_for) == (None, SEVEN + timedelta(days=1))
    noon.move_to(SEVEN + timedelta(days=1))
    mailing.send_due()
    assert len(outbox()) == 2


# -- once -------------------------------------------------------------------------------------------


def at_once(count, work):
    """Run `work` in so many threads, each as a worker of its own."""
    app, ready, faults = current_app._get_current_object(), threading.Barrier(count), []

    def run():
        try:
            with app.app_context():
                ready.wait(30)
                work()
        except Exception as error:
            faults.append(error)

    threads = [
        threading.Thread(target=contextvars.Context().run, args=(run,)) for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []


def test_however_many_workers_are_at_it_each_mail_is_written_once(app_context):
    people = [make_user() for _ in range(6)]
    for person in people:
        for _ in range(30):
            make_mail(person)
            make_mail(person, digest=True)
    commit()
    at_once(3, mailing.send_due)
    db.session.rollback()
    keys = db.session.scalars(sa.select(Mail.key)).all()
    assert len(keys) == len(set(keys)) == 6 * 30 + 6
    unsent = sa.select(sa.func.count()).where(Notification.sent_at.is_(None))
    assert db.session.scalar(unsent.select_from(Notification)) == 0


def test_a_worker_killed_half_way_loses_nothing_and_repeats_nothing(app_context, monkeypatch):
    person = make_user()
    rows = [make_mail(person) for _ in range(5)]
    commit()
    killed = KeyboardInterrupt()

    def dies(row, to):
        if row.id == rows[3].id:
            raise killed
        kept(row, to)

    kept = mailing._send_one
    monkeypatch.setattr(mailing, "_send_one", dies)
    with pytest.raises(KeyboardInterrupt):
        mailing.send_due()
    db.session.rollback()
    assert outbox() == []
    monkeypatch.undo()
    mailing.send_due()
    assert sorted(mail.key for mail in outbox()) == sorted(f"notification-{row.id}" for row in rows)


def test_the_job_runs_by_itself_after_the_commit_and_the_mail_is_in_the_mailbox(
    app_context, run_jobs
):
    from sims import mail

    person = make_user()
    happened(Returned, person)
    assert outbox() == []
    run_jobs()
    [row] = outbox()
    assert row.sent_at is not None
    [path] = mail.folder().iterdir()
    assert person.email in path.read_text()


def test_many_mails_cost_few_statements_each(app_context, count_queries):
    for _ in range(3):
        person = make_user()
        for _ in range(30):
            make_mail(person, digest=True, kind="review.submitted")
    commit()
    with count_queries() as sent:
        mailing.send_due()
    assert len(outbox()) == 3
    assert len(sent) <= 20
