"""Rotations follow the hospital's calendar by themselves, once, in time, whatever happens to one of them."""

import logging
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from plugins.notifications.models import Notification
from plugins.rotations import jobs
from plugins.rotations.jobs import follow_calendar
from plugins.rotations.models import Rotation
from plugins.rotations.records import ROTATION
from plugins.users.events import SupervisorChanged
from sims import history, workflow
from sims.contracts import Schedule
from sims.database import commit, db
from sims.errors import Denied
from sims.events import publish
from sims.plugin import provided
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_rotation

NOTHING = {"started": 0, "completed": 0, "starting": 0, "ending": 0}
BEFORE_MIDNIGHT, MIDNIGHT = "2026-11-22T18:59:59Z", "2026-11-22T19:00:00Z"
"""Around the midnight with which 23 November begins in Karachi (UTC+5)."""
THE_23RD = date(2026, 11, 23)


def rotation(start, end, status="planned", **given):
    row = make_rotation(given.pop("pg", None) or make_user(), status=status, **given)
    row.start_date, row.end_date = start, end
    db.session.flush()
    return row


def run():
    """What the job did with what the test has made so far."""
    commit()
    done = follow_calendar()
    db.session.expire_all()
    return done


def status_of(row):
    return db.session.scalar(sa.select(Rotation.status).where(Rotation.id == row.id))


def told():
    query = sa.select(Notification.recipient_id, Notification.title).where(
        Notification.channel == "in_app"
    )
    return sorted(db.session.execute(query.order_by(Notification.id)).all())


@pytest.mark.parametrize(
    ("moment", "expected"), [(BEFORE_MIDNIGHT, "planned"), (MIDNIGHT, "ongoing")]
)
def test_a_rotation_begins_at_the_hospitals_midnight(app_context, moment, expected):
    with time_machine.travel(moment, tick=False):
        row = rotation(THE_23RD, THE_23RD + timedelta(days=60))
        run()
        assert status_of(row) == expected


@pytest.mark.parametrize(
    ("moment", "expected"), [(BEFORE_MIDNIGHT, "ongoing"), (MIDNIGHT, "completed")]
)
def test_a_rotation_is_completed_once_its_last_day_is_over(app_context, moment, expected):
    with time_machine.travel(moment, tick=False):
        row = rotation(THE_23RD - timedelta(days=60), THE_23RD - timedelta(days=1), "ongoing")
        run()
        assert status_of(row) == expected


@time_machine.travel(MIDNIGHT, tick=False)
def test_a_rotation_wholly_past_is_begun_and_completed_in_one_run(app_context):
    row = rotation(date(2026, 1, 1), date(2026, 2, 1))
    run()
    assert status_of(row) == "completed"
    steps = [
        field.new
        for change in history.of(ROTATION, db.session.get(Rotation, row.id))
        for field in change.fields
        if field.label == "Status"
    ]
    assert steps == ["Completed", "Ongoing", "Planned"]
    assert {change.actor for change in history.of(ROTATION, row)} == {"SIMS"}


@time_machine.travel(MIDNIGHT, tick=False)
@pytest.mark.parametrize("status", ["pending", "cancelled", "completed"])
def test_what_was_never_planned_or_is_over_stays(app_context, status):
    row = rotation(date(2026, 1, 1), date(2026, 2, 1), status)
    assert run() == NOTHING
    assert status_of(row) == status


@time_machine.travel(MIDNIGHT, tick=False)
def test_running_it_twice_changes_nothing_and_tells_nobody_twice(app_context, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    department = make_department()
    for _ in range(3):
        rotation(THE_23RD - timedelta(days=40), THE_23RD - timedelta(days=1), department=department)
        rotation(THE_23RD + timedelta(days=7), THE_23RD + timedelta(days=40), department=department)
    first = run()
    assert first == {"started": 3, "completed": 3, "starting": 3, "ending": 0}
    messages = told()
    assert len(messages) == 6
    versions = db.session.scalars(sa.select(Rotation.version)).all()
    assert run() == NOTHING
    assert told() == messages
    assert db.session.scalars(sa.select(Rotation.version)).all() == versions


@time_machine.travel(MIDNIGHT, tick=False)
def test_one_broken_rotation_never_stops_the_rest(app_context, monkeypatch, caplog):
    """The PG of the second one is a PG no more; the others go on, and the log names it."""
    monkeypatch.setattr(jobs, "CHUNK", 3)
    department, end = make_department(), THE_23RD + timedelta(days=90)
    rows = [rotation(THE_23RD, end, department=department) for _ in range(4)]
    rows[1].pg.role = "supervisor"
    with caplog.at_level(logging.ERROR):
        assert run()["started"] == 3
    assert [status_of(row) for row in rows] == ["ongoing", "planned", "ongoing", "ongoing"]
    assert f"rotation {rows[1].id} can't follow the calendar" in caplog.text


def test_both_are_told_a_week_ahead_and_once(app_context):
    pg = make_user()
    department = make_department(name="Burns unit")
    row = rotation(date(2026, 12, 1), date(2027, 2, 28), pg=pg, department=department)
    both = sorted((pg.id, pg.supervisor_id))
    with time_machine.travel("2026-11-23T20:00Z"):
        run()  # the 24th in Karachi: seven days ahead
    begins = "Begins on 1 Dec 2026: Burns unit, 1 Dec 2026 – 28 Feb 2027"
    assert told() == [(person, begins) for person in both]
    for day in ("2026-11-25T20:00Z", "2026-12-01T20:00Z", "2027-02-19T20:00Z"):
        with time_machine.travel(day):
            run()
    assert len(told()) == 2
    with time_machine.travel("2027-02-20T20:00Z"):
        run()
    ends = "Ends on 28 Feb 2027: Burns unit, 1 Dec 2026 – 28 Feb 2027"
    assert [title for _, title in told()].count(ends) == 2
    assert status_of(row) == "ongoing"


def test_a_notice_missed_by_some_days_is_made_up_for_and_eight_days_ahead_is_too_early(app_context):
    rotation(date(2026, 12, 1), date(2027, 2, 28))
    with time_machine.travel("2026-11-22T20:00Z"):
        assert run() == NOTHING
    with time_machine.travel("2026-11-28T20:00Z"):
        assert run() == NOTHING | {"starting": 1}


@time_machine.travel(MIDNIGHT, tick=False)
def test_another_first_day_is_told_anew_without_disturbing_who_edits_it(app_context):
    row = rotation(THE_23RD + timedelta(days=5), THE_23RD + timedelta(days=60))
    commit()
    before = row.version, row.updated_at
    assert run()["starting"] == 1
    assert (row.version, row.updated_at) == before
    row.start_date += timedelta(days=1)
    assert run()["starting"] == 1
    assert len(told()) == 4


def test_nobody_plans_or_cancels_by_the_clock(app_context):
    row = make_rotation(make_user(), status="pending")
    for name in ("plan", "cancel"):
        with pytest.raises(Denied):
            workflow.move(ROTATION, row, name, actor=None, data={"feedback": "Why"})


def test_it_is_due_every_night_just_after_midnight(app_context):
    [schedule] = [entry for entry in provided(Schedule) if entry.name == "rotations-calendar"]
    assert (schedule.cron, schedule.job) == ("5 0 * * *", follow_calendar)


def test_rotations_to_come_go_to_the_new_supervisor_and_those_begun_stay(app_context):
    pg, new, third = make_user(), make_user("supervisor"), make_user("supervisor")
    old, department = pg.supervisor_id, make_department()
    rows = {
        status: rotation(day, day + timedelta(days=20), status, pg=pg, department=department)
        for status, day in (
            ("completed", date(2026, 1, 1)),
            ("ongoing", date(2026, 3, 1)),
            ("planned", date(2026, 5, 1)),
            ("pending", date(2026, 7, 1)),
        )
    }
    elsewhere = rotation(
        date(2026, 9, 1), date(2026, 9, 9), pg=pg, department=department, supervisor_id=third.id
    )
    strangers = rotation(date(2026, 5, 1), date(2026, 5, 9), supervisor_id=old)
    commit()
    publish(SupervisorChanged(pg_id=pg.id, old_id=old, new_id=new.id))
    commit()
    now_under = {status: row.supervisor_id for status, row in rows.items()}
    assert now_under == {"completed": old, "ongoing": old, "planned": new.id, "pending": new.id}
    assert (elsewhere.supervisor_id, strangers.supervisor_id) == (third.id, old)
    [latest, _] = history.of(ROTATION, rows["planned"])
    assert [(field.label, field.new) for field in latest.fields] == [("Supervisor", new.name)]
