"""Reports by the clock: when they are due, that each is made once, as whom, and who is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.notifications.models import Notification
from plugins.reports import saving
from plugins.reports.models import ReportRun, ScheduledReport
from plugins.reports.schedules import due, services
from plugins.reports.schedules.cron import check, in_words
from plugins.reports.schedules.dates import following
from plugins.users.models import User
from sims.clock import now
from sims.database import commit, db
from sims.errors import Invalid
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_template

ROWS = "rows:logbook.entry"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        # London leaps from 01:00 to 02:00 on 29 March 2026: 01:30 comes an hour later, once.
        ("30 1 * * *", "Europe/London", "2026-03-28T02:00", "2026-03-29T01:30"),
        ("30 1 * * *", "Europe/London", "2026-03-29T01:30", "2026-03-30T00:30"),
        # and shows 01:30 twice on 25 October: the first counts.
        ("30 1 * * *", "Europe/London", "2026-10-24T01:00", "2026-10-25T00:30"),
        ("30 1 * * *", "Europe/London", "2026-10-25T00:30", "2026-10-26T01:30"),
        # Lord Howe moves by half an hour.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T14:00", "2026-10-03T15:45"),
        ("0 7 31 * *", "Asia/Karachi", "2026-01-31T02:00", "2026-03-31T02:00"),
        ("0 18 L * *", "Asia/Karachi", "2026-02-01T00:00", "2026-02-28T13:00"),
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", "2028-02-29T00:00"),
        ("0 7 * * 1", "Asia/Karachi", "2026-11-23T02:00", "2026-11-30T02:00"),
    ],
)
def test_a_schedule_keeps_to_the_clock_on_the_wall(cron, zone, after, expected):
    assert following(cron, zone, moment(after)) == moment(expected)


@settings(max_examples=60, deadline=None)
@given(
    minute=st.integers(0, 59),
    hour=st.sampled_from(["*", "0", "1", "2", "3", "23", "*/5"]),
    day=st.sampled_from(["*", "1", "L", "31"]),
    zone=st.sampled_from(
        [
            "Europe/London",
            "America/New_York",
            "Asia/Karachi",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
        ]
    ),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_the_next_time_lies_ahead_and_no_time_comes_twice(minute, hour, day, zone, after):
    cron, begun = f"{minute} {hour} {day} * *", after.replace(tzinfo=UTC)
    first = following(cron, zone, begun)
    second = following(cron, zone, first)
    assert begun < first < second
    assert following(cron, zone, first - timedelta(seconds=1)) == first
    assert first.astimezone(ZoneInfo(zone)) != second.astimezone(ZoneInfo(zone))


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("0 25 * * *", "The hour is “25”"),
        ("61 7 * * *", "The minute is “61”"),
        ("0 7 32 * *", "The day of the month is “32”"),
        ("0 7 * 13 *", "The month is “13”"),
        ("0 7 * * 8", "The day of the week is “8”"),
        ("a b c d e", "The minute is “a”"),
        ("0 7 * *", "five fields"),
        ("* * * * *", "once an hour at most"),
        ("*/15 * * * *", "once an hour at most"),
        ("0 0 30 2 *", "never come"),
        ("", "five fields"),
    ],
)
def test_cron_text_that_is_wrong_is_said_by_its_field(app_context, cron, said):
    with pytest.raises(Invalid, match=said):
        check(cron)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 7 * * 1", "At 07:00, only on Monday (Asia/Karachi)"),
        ("0 18 L * *", "At 18:00, on the last day of the month (Asia/Karachi)"),
        (
            "5 4 31 * *",
            "At 04:05, on day 31 of the month, months without it are passed over (Asia/Karachi)",
        ),
    ],
)
def test_cron_text_is_read_out_in_plain_words(cron, words):
    assert in_words(cron, "Asia/Karachi") == words


@pytest.fixture
def schedule(app_context):
    """A supervisor's schedule of their PGs' entries, for themselves and two others, due in a minute."""
    make_template()
    supervisor = make_user("supervisor", username="owner")
    pg = make_user("pg", supervisor=supervisor, username="trainee")
    make_entry(pg)
    make_entry(make_user("pg", supervisor=make_user("supervisor", username="stranger")))
    config = saving.save("Weekly", ROWS, {}, format="csv", paper="a4", actor=supervisor)
    made = services.create(config, "0 7 * * *", "UTC", "owner, trainee, stranger", actor=supervisor)
    commit()
    return due._loaded(made.id)


def fresh(schedule_id: int) -> ScheduledReport:
    return db.session.get_one(ScheduledReport, schedule_id, populate_existing=True)


def told() -> set[int]:
    query = sa.select(Notification.recipient_id).where(Notification.title.contains("Weekly"))
    return set(db.session.scalars(query))


def runs() -> list[ReportRun]:
    return list(db.session.scalars(sa.select(ReportRun).order_by(ReportRun.id)))


def test_what_is_due_is_made_once_as_its_owner_and_told_to_who_sees_every_row(schedule, run_jobs):
    number, planned = schedule.id, schedule.next_run_at
    owner = schedule.owner_id
    people = {recipient.person_id for recipient in schedule.recipients}
    with time_machine.travel(planned + timedelta(seconds=5), tick=True):
        assert due.run_due() == 1
        assert due.run_due() == 0
        run_jobs()
        [run] = runs()
        found = fresh(number)
        assert (run.user_id, run.status, run.total) == (owner, "completed", 1)
        assert found.next_run_at == planned + timedelta(days=1)
        assert found.last_run_at >= planned
        assert found.last_result == "completed"
        assert "1 of 3 people were not" in found.last_words
    assert owner in told()
    assert len(told() & people) == 2


def test_a_scheduler_that_was_down_for_two_days_makes_it_once(schedule):
    number, planned = schedule.id, schedule.next_run_at
    with time_machine.travel(planned + timedelta(days=2, minutes=3), tick=True):
        assert due.run_due() == 1
        assert due.run_due() == 0
        assert len(runs()) == 1
        assert fresh(number).next_run_at == planned + timedelta(days=3)


def test_of_two_schedulers_at_the_same_moment_one_makes_it(schedule):
    number, planned = schedule.id, schedule.next_run_at
    with time_machine.travel(planned + timedelta(seconds=5), tick=True):
        assert [due._run(number, planned), due._run(number, planned)] == [True, False]
    assert len(runs()) == 1


def test_whose_account_is_closed_has_nothing_made_and_the_office_is_told(schedule):
    number, planned = schedule.id, schedule.next_run_at
    admin = make_user("admin")
    db.session.get_one(User, schedule.owner_id).is_active = False
    commit()
    with time_machine.travel(planned + timedelta(seconds=5), tick=True):
        due.run_due()
    found = fresh(number)
    assert (found.is_active, found.last_result) == (False, "refused")
    assert runs() == []
    assert told() == {admin.id}


def test_after_three_failures_it_is_paused_and_its_owner_told_and_can_be_resumed(schedule):
    number = schedule.id
    schedule.config.kind = "theses.list"  # its plugin was switched off
    commit()
    for _ in range(3):
        with time_machine.travel(fresh(number).next_run_at + timedelta(seconds=5), tick=True):
            due.run_due()
    found = fresh(number)
    assert (found.is_active, found.failures) == (False, 3)
    assert "switched off" in found.last_words
    assert told() == {found.owner_id}
    services.resume(found)
    assert found.is_active
    assert found.failures == 0
    assert found.next_run_at > now()


def test_an_owner_who_lost_the_right_has_a_failure_noted_and_nothing_made(schedule):
    number, planned = schedule.id, schedule.next_run_at
    schedule.config.kind = "users.people"  # which only the office makes
    commit()
    with time_machine.travel(planned + timedelta(seconds=5), tick=True):
        due.run_due()
    assert runs() == []
    assert fresh(number).last_result == "failed"


def test_a_recipient_whose_account_was_closed_is_not_told(schedule, run_jobs):
    planned = schedule.next_run_at
    trainee = db.session.scalar(sa.select(User).where(User.username == "trainee"))
    trainee.is_active = False
    commit()
    with time_machine.travel(planned + timedelta(seconds=5), tick=True):
        due.run_due()
        run_jobs()
    assert trainee.id not in told()


def test_nobody_schedules_for_somebody_who_is_not_there_or_in_a_zone_that_is_not(schedule):
    owner, config = db.session.get_one(User, schedule.owner_id), schedule.config
    for cron, zone, people, said in (
        ("0 7 * * *", "UTC", "nobody-at-all", "nobody-at-all"),
        ("0 7 * * *", "Mars/Olympus", "owner", "Mars/Olympus"),
    ):
        with pytest.raises(Invalid, match=said):
            services.create(config, cron, zone, people, actor=owner)
        db.session.rollback()


def test_the_pages_show_make_pause_and_resume_it_to_its_owner_alone(schedule, sign_in):
    number, config = schedule.id, schedule.config_id
    owner = db.session.get_one(User, schedule.owner_id)
    client = sign_in(owner)
    assert b"At 07:00" in client.get(f"/reports/schedules/{number}").data
    client.post(f"/reports/schedules/{number}/pause")
    assert not fresh(number).is_active
    client.post(f"/reports/schedules/{number}/resume")
    assert fresh(number).is_active
    form = {"preset": "", "cron": "0 25 * * *", "timezone": "UTC", "recipients": "owner"}
    refused = client.post(f"/reports/schedules/new?config={config}", data=form)
    assert refused.status_code == 422
    assert "The hour is “25”" in refused.text
    made = client.post(f"/reports/schedules/new?config={config}", data=form | {"cron": "0 5 * * *"})
    assert made.status_code == 302
    stranger = sign_in(make_user("supervisor"))
    assert stranger.get(f"/reports/schedules/{number}").status_code == 404
    assert stranger.post(f"/reports/schedules/{number}/remove").status_code == 404
    client.post(f"/reports/schedules/{number}/remove")
    assert db.session.get(ScheduledReport, number) is None


def test_a_schedule_that_sims_fails_at_holds_up_no_other(schedule, monkeypatch):
    number, planned = schedule.id, schedule.next_run_at
    config, owner = schedule.config, db.session.get_one(User, schedule.owner_id)
    other = services.create(config, "0 7 * * *", "UTC", "owner", actor=owner).id
    db.session.get_one(ScheduledReport, number).timezone = "Mars/Olympus"  # gone from the machine
    commit()
    with time_machine.travel(planned + timedelta(seconds=5), tick=True):
        assert due.run_due() == 1
    assert [run.schedule_id for run in runs()] == [other]
    assert fresh(number).failures == 1
    assert "SIMS failed" in fresh(number).last_words
