"""Quiet hours and digest hours by the hospital's clock, on days it changes too."""

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.notifications.timing import after_quiet, is_quiet, next_digest
from sims.clock import local

ZONES = ("Asia/Karachi", "Europe/London", "America/St_Johns", "Australia/Lord_Howe", "UTC")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
DAY = timedelta(days=1)
SHIFT = timedelta(hours=1)
"""By so much a clock is put forward or back at most."""


@pytest.fixture(scope="module")
def clock():
    """A function that puts the hospital into a time zone; no database is asked."""
    app = Flask("hospital")
    with app.app_context():
        yield lambda name: app.config.update(TIMEZONE=name)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(ZONES), MOMENTS, TIMES, TIMES)
def test_quiet_hours_delay_to_their_end_and_never_drop(clock, zone, moment, begin, end):
    clock(zone)
    sent = after_quiet(moment, begin, end)
    if is_quiet(moment, begin, end):
        assert moment < sent <= moment + DAY + SHIFT
        shown = local(sent)
        assert shown.time() == end or shown - SHIFT <= datetime.combine(
            shown.date(), end, shown.tzinfo
        )
    else:
        assert sent == moment


@pytest.mark.parametrize(
    ("begin", "end", "at", "due"),
    [
        ("22:00", "06:30", "23:15", "06:30"),
        ("22:00", "06:30", "02:00", "06:30"),
        ("22:00", "06:30", "06:30", "06:30"),
        ("22:00", "06:30", "21:59", "21:59"),
        ("13:00", "14:00", "13:30", "14:00"),
        ("13:00", "14:00", "12:59", "12:59"),
        ("08:00", "08:00", "08:00", "08:00"),
    ],
)
def test_quiet_hours_may_wrap_midnight(clock, begin, end, at, due):
    clock("Asia/Karachi")
    moment = datetime.fromisoformat(f"2026-11-23T{at}:00+05:00")
    found = local(after_quiet(moment, time.fromisoformat(begin), time.fromisoformat(end)))
    assert f"{found:%H:%M}" == due
    assert found.date() == moment.date() + (DAY if at > due else DAY * 0)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(ZONES), MOMENTS, st.integers(0, 23))
def test_the_digest_hour_comes_once_a_day(clock, zone, moment, hour):
    clock(zone)
    first = next_digest(moment, hour)
    second = next_digest(first, hour)
    assert moment < first <= moment + DAY + SHIFT
    assert (local(second).date() - local(first).date()).days == 1
    assert local(first).hour in (hour, (hour + 1) % 24)


def test_an_hour_that_comes_twice_or_never_still_counts_once(clock):
    clock("Europe/London")
    before_autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    found = next_digest(before_autumn, 1)
    assert (found, next_digest(found, 1)) == (
        datetime(2026, 10, 25, 0, tzinfo=UTC),
        datetime(2026, 10, 26, 1, tzinfo=UTC),
    )
    before_spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    found = next_digest(before_spring, 1)
    assert (found, next_digest(found, 1)) == (
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 3, 30, 0, tzinfo=UTC),
    )
