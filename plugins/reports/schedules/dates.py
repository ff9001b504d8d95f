"""When a schedule runs: cron text read by the clock on the wall of a place, whatever that clock does in spring and autumn."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

from sims.errors import Invalid, Problem

SHIFT = timedelta(hours=3)
"""No clock is put forward or back by more."""


def following(cron: str, timezone: str, after: datetime) -> datetime:
    """The next moment (UTC) after `after` at which the schedule is due.

    A time that the clock leaps over comes as much later as the clock leapt; one it shows twice counts once, the first
    time. A month without the day is passed over. Raises `Invalid` where it never comes again.
    """
    zone = ZoneInfo(timezone)
    local = after.astimezone(zone).replace(tzinfo=None)
    found: datetime | None = None
    try:
        for wall in croniter(cron, local - SHIFT, ret_type=datetime).all_next(datetime):
            moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
            if moment > after and (found is None or moment < found):
                found = moment
            if found is not None and moment > found + SHIFT:
                return found
    except CroniterBadDateError as error:
        if found is None:
            raise _never() from error
        return found
    raise _never()


def _never() -> Invalid:
    message = "These days never come, such as 30 February. Choose others."
    return Invalid([Problem(code="schedule.never", message=message, fields=("cron",))])
