"""What waits for a review is reminded of: after 3 and 7 days, and where it piles up. Each once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from plugins.notifications.reminders import remind
from sims.clock import now
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.certificates.factories import make_certificate
from tests.plugins.logbook.factories import make_entry
from tests.plugins.notifications.factories import of, send_away

SEVEN = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""Seven in the morning in Karachi."""

DAY = timedelta(days=1)


@pytest.fixture
def morning(app_context):
    with time_machine.travel(SEVEN, tick=False) as clock:
        yield clock


@pytest.fixture
def cast(morning):
    supervisor = make_user("supervisor")
    return supervisor, make_user("pg", supervisor)


def waits(cast, days, hours=3, **given):
    """An entry submitted so many days ago, some hours before this moment of the day."""
    supervisor, pg = cast
    when = now() - timedelta(days=days, hours=hours)
    return make_entry(pg, supervisor, status="pending", submitted_at=when, **given)


def told(person, kind="review.waiting"):
    return [row.title for row in of(person) if row.kind == kind]


def test_each_row_is_spoken_of_after_three_and_after_seven_days_and_never_again(cast, morning):
    supervisor, pg = cast
    waits(cast, 0)
    for days in range(12):
        morning.move_to(SEVEN + days * DAY)
        remind()
        remind()
    assert told(supervisor) == [
        "1 item has waited 3 days for your review",
        "1 item has waited 7 days for your review",
    ]
    assert of(pg) == []
    assert of(supervisor)[0].body == "The oldest since 23 Nov 2026."
    assert of(supervisor)[0].link == "/review"


def test_days_are_those_of_the_calendar_here(cast, morning):
    """What came late in the evening has waited three days on the third morning."""
    supervisor, _ = cast
    waits(cast, 2, hours=8)
    remind()
    assert told(supervisor) == ["1 item has waited 3 days for your review"]
    waits(cast, 2, hours=6)
    remind()
    assert len(told(supervisor)) == 1


def test_all_rows_of_a_reviewer_are_one_notice_whatever_records_they_are_of(cast):
    supervisor, pg = cast
    waits(cast, 4)
    waits(cast, 5)
    make_certificate(pg, status="under_review", submitted_at=now() - 3.5 * DAY)
    waits(cast, 9)
    other = make_user("supervisor")
    waits((other, make_user("pg", other)), 4)
    remind()
    assert told(supervisor) == [
        "1 item has waited 7 days for your review",
        "3 items have waited 3 days for your review",
    ]
    assert told(other) == ["1 item has waited 3 days for your review"]


def test_what_was_decided_or_waits_for_nobody_is_not_spoken_of(cast):
    supervisor, pg = cast
    for status in ("approved", "returned", "draft"):
        make_entry(pg, supervisor, status=status, submitted_at=now() - 5 * DAY)
    waits(cast, 5, supervisor_id=None)
    remind()
    assert of(supervisor) == []


def test_what_is_submitted_again_is_reminded_of_again(cast, morning):
    supervisor, _ = cast
    entry = waits(cast, 4)
    remind()
    entry.submitted_at = now()
    commit()
    morning.move_to(SEVEN + 3 * DAY)
    remind()
    assert len(told(supervisor)) == 2


def test_days_on_which_nobody_ran_it_are_made_up_for_at_once(cast, morning):
    supervisor, _ = cast
    for days in range(4):
        waits(cast, days)
    morning.move_to(SEVEN + 6 * DAY)
    remind()
    assert told(supervisor) == [
        "3 items have waited 7 days for your review",
        "1 item has waited 3 days for your review",
    ]


def test_a_reminder_is_mailed_at_once(cast):
    supervisor, _ = cast
    waits(cast, 3)
    remind()
    [mail] = of(supervisor, "email")
    assert (mail.digest, mail.kind) == (False, "review.waiting")


@pytest.mark.parametrize(("count", "days"), [(26, 1), (1, 30)])
def test_too_many_or_too_old_is_told_to_reviewer_and_office_once(cast, morning, count, days):
    supervisor, pg = cast
    office, gone = make_user("admin"), make_user("admin", is_active=False)
    entries = [waits(cast, days) for _ in range(count)]
    for later in range(3):
        morning.move_to(SEVEN + later * DAY)
        remind()
    noun = f"{count} item{'s' if count > 1 else ''} {'wait' if count > 1 else 'waits'} for"
    assert told(supervisor, "review.backlog") == [f"{noun} your review"]
    assert told(office, "review.backlog") == [f"{noun} {supervisor.name}"]
    assert of(office)[0].link == f"/people/{supervisor.id}"
    assert of(pg) == of(gone) == []
    entries[0].status = "approved"
    commit()
    remind()
    entries[0].status = "pending"
    commit()
    remind()
    assert len(told(supervisor, "review.backlog")) == len(told(office, "review.backlog")) == 2


def test_twenty_five_of_today_are_no_backlog(cast):
    supervisor, _ = cast
    for _ in range(25):
        waits(cast, 29 if _ == 0 else 0)
    remind()
    assert told(supervisor, "review.backlog") == []


def test_who_stands_in_is_reminded_too_and_of_whom(cast):
    supervisor, _ = cast
    deputy = make_user("supervisor")
    send_away(supervisor, deputy)
    for _ in range(26):
        waits(cast, 3)
    remind()
    assert told(supervisor) == ["26 items have waited 3 days for your review"]
    assert told(deputy) == [
        f"For {supervisor.name}, who is away: 26 items have waited 3 days for your review"
    ]
    assert told(deputy, "review.backlog") == [
        f"For {supervisor.name}, who is away: 26 items wait for your review"
    ]


def test_reminding_of_many_rows_costs_few_statements(cast, count_queries):
    for _ in range(3):
        waits(cast, 3)
    commit()
    with count_queries() as few:
        remind()
    for _ in range(20):
        waits(cast, 4)
    commit()
    db.session.expire_all()
    with count_queries() as many:
        remind()
    assert len(many) <= len(few)
