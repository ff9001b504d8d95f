"""Now and today: one moment everywhere, the date on the hospital's wall."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from sims import clock
from sims.database import UTCDateTime


def test_today_is_the_hospitals_date_not_utcs(app_context):
    with time_machine.travel("2026-11-22 19:30Z", tick=False):
        assert clock.now() == datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
        assert clock.today() == date(2026, 11, 23)  # half past midnight in Karachi


def test_another_time_zone_has_another_today(app_context):
    app_context.config["TIMEZONE"] = "America/New_York"
    with time_machine.travel("2026-11-23 03:00Z", tick=False):
        assert clock.today() == date(2026, 11, 22)


def test_a_moment_is_shown_in_the_hospitals_time(app_context):
    assert f"{clock.local(datetime(2026, 1, 1, 0, 0, tzinfo=UTC)):%H:%M}" == "05:00"


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        UTCDateTime().process_bind_param(datetime(2026, 1, 1), None)
