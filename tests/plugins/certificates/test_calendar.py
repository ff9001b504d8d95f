"""What the calendar does: certificates expire on time, reminders go out once, whoever forgot to run the job."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from plugins.certificates import jobs
from plugins.certificates.models import Certificate
from plugins.notifications.models import Notification
from sims.clock import today
from sims.database import db
from sims.errors import Denied
from sims.workflow import move
from tests.factories import make_user
from tests.plugins.certificates.factories import make_certificate, make_type

NOON = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def pg(app_context):
    return make_user()


def told(kind="certificates.expiring"):
    query = sa.select(Notification.recipient_id).where(Notification.kind == kind)
    return sorted(db.session.scalars(query.where(Notification.channel == "in_app")))


def test_what_is_past_its_last_day_expires_and_what_ends_today_does_not(pg):
    past, last_day = (
        make_certificate(pg, status="approved", left=-1),
        make_certificate(pg, status="approved", left=0),
    )
    endless = make_certificate(pg, status="approved")
    waiting = make_certificate(pg, status="under_review", left=-1)
    assert jobs.expire() == 1
    assert [row.status for row in (past, last_day, endless, waiting)] == [
        "expired", "approved", "approved", "under_review",
    ]  # fmt: skip
    assert told("certificates.expired") == [pg.id]


def test_the_day_is_the_hospitals_not_londons(pg, at_noon):
    certificate = make_certificate(pg, status="approved", left=0)
    at_noon.move_to(datetime(2026, 11, 23, 18, 59, tzinfo=UTC))
    assert jobs.expire() == 0
    at_noon.move_to(
        datetime(2026, 11, 23, 19, 1, tzinfo=UTC)
    )  # one minute past midnight in Karachi
    assert jobs.expire() == 1
    assert certificate.status == "expired"


def test_running_twice_changes_nothing_and_tells_nobody_twice(pg):
    make_certificate(pg, status="approved", left=-1)
    make_certificate(pg, status="approved", left=20)
    jobs.daily()
    kept = db.session.scalars(sa.select(Certificate.version).order_by(Certificate.id)).all()
    jobs.daily()
    assert db.session.scalars(sa.select(Certificate.version).order_by(Certificate.id)).all() == kept
    assert told() == [pg.id]
    assert told("certificates.expired") == [pg.id]


def test_chunks_leave_nobody_out(pg, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    for _ in range(5):
        make_certificate(pg, status="approved", left=-1)
        make_certificate(pg, status="approved", left=90)
    assert (jobs.expire(), jobs.remind()) == (5, 5)


def test_nobody_expires_a_certificate_by_hand(pg):
    from plugins.certificates.records import CERTIFICATE

    certificate = make_certificate(pg, status="approved", left=-1)
    for person in (
        pg,
        pg.supervisor_id and db.session.get(type(pg), pg.supervisor_id),
        make_user("admin"),
    ):
        with pytest.raises(Denied):
            move(CERTIFICATE, certificate, "expire", actor=person)


def test_each_threshold_is_told_once_to_the_pg_and_the_last_to_the_supervisor_too(pg, at_noon):
    make_certificate(pg, status="approved", left=100)
    seen = {}
    for day in range(101):
        at_noon.move_to(NOON + timedelta(days=day))
        before = len(told())
        if day not in (12, 45):  # days on which nobody ran it
            jobs.remind()
        if len(told()) > before:
            seen[100 - day] = told("certificates.pg_expiring")
    assert seen == {90: [], 30: [], 7: [pg.supervisor_id]}


@pytest.mark.parametrize(
    ("last", "back", "expected"), [(31, 26, 1), (91, 5, 1), (8, 3, 1), (40, 31, 0)]
)
def test_a_scheduler_that_was_down_sends_only_the_one_that_is_due(
    pg, at_noon, last, back, expected
):
    make_certificate(pg, status="approved", left=100)
    at_noon.move_to(NOON + timedelta(days=100 - last))
    jobs.remind()
    before = len(told())
    at_noon.move_to(NOON + timedelta(days=100 - back))
    jobs.remind()
    jobs.remind()
    assert len(told()) - before == expected


def test_a_certificate_approved_late_is_told_of_once_not_three_times(pg):
    make_certificate(pg, status="approved", left=5)
    jobs.remind()
    assert told() == [pg.id]


def test_a_renewed_certificate_is_no_longer_announced_and_its_end_not_told(pg, at_noon):
    kind = make_type()
    old = make_certificate(pg, kind, status="approved", left=20)
    new = make_certificate(pg, kind, status="under_review", left=400)
    jobs.remind()
    assert told() == [pg.id]
    new.status = "approved"
    at_noon.move_to(NOON + timedelta(days=15))
    jobs.remind()
    assert told() == [pg.id]
    at_noon.move_to(NOON + timedelta(days=21))
    jobs.expire()
    assert (old.status, told("certificates.expired")) == ("expired", [])


def test_only_one_of_the_same_type_that_lasts_longer_renews(pg):
    kind = make_type()
    make_certificate(pg, kind, status="approved", left=20)
    make_certificate(
        pg, kind, status="approved", left=3
    )  # renewed by the one above, which is not by this one
    make_certificate(pg, status="approved", left=400)
    jobs.remind()
    assert told() == [pg.id]
    assert told("certificates.pg_expiring") == []


def test_a_corrected_end_is_announced_anew(pg):
    certificate = make_certificate(pg, status="approved", left=20)
    jobs.remind()
    certificate.expiry_date = today() + timedelta(days=25)
    jobs.remind()
    assert told() == [pg.id, pg.id]


def test_nobody_is_told_of_people_who_left(app_context):
    gone = make_user(is_archived=True)
    left_supervisor = make_user("supervisor", is_archived=True)
    pg = make_user(supervisor=left_supervisor)
    for person in (gone, pg):
        make_certificate(person, status="approved", left=5)
        make_certificate(person, status="approved", left=-1)
    jobs.daily()
    assert told() == [pg.id]
    assert told("certificates.pg_expiring") == []
    assert told("certificates.expired") == [pg.id]


def test_the_present_supervisor_is_told_not_a_former_one(pg):
    certificate = make_certificate(pg, status="approved", left=5)
    certificate.supervisor_id = make_user("supervisor").id
    jobs.remind()
    assert told("certificates.pg_expiring") == [pg.supervisor_id]


def test_the_words_say_how_long_it_still_is_valid(pg):
    make_certificate(pg, make_type("ATLS"), status="approved", left=7)
    jobs.remind()
    query = sa.select(Notification.title, Notification.body).order_by(Notification.id)
    [(own, body), (other, _)] = db.session.execute(
        query.where(Notification.channel == "in_app")
    ).all()
    assert own == "Expires soon: ATLS"
    assert body.startswith("7 days left, until 30 Nov 2026.")
    assert other == f"{pg.name}'s certificate expires soon: ATLS"


def test_the_daily_job_is_scheduled(app):
    from sims.contracts import Schedule
    from sims.plugin import provided

    with app.app_context():
        [entry] = [entry for entry in provided(Schedule) if entry.name == "certificates-daily"]
    assert entry.job is jobs.daily
