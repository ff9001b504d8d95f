"""Now and today, as SIMS means them: moments in UTC, dates as the hospital's calendar reads them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app


def now() -> datetime:
    """This moment, timezone-aware, in UTC: what every `…_at` column holds."""
    return datetime.now(UTC)


def zone() -> ZoneInfo:
    """The hospital's time zone (`TIMEZONE`)."""
    return ZoneInfo(current_app.config["TIMEZONE"])


def today() -> date:
    """The date on the hospital's wall now: what "not in the future" is judged by (domain.md)."""
    return now().astimezone(zone()).date()


def local(moment: datetime) -> datetime:
    """`moment` (aware) in the hospital's time zone, for display."""
    return moment.astimezone(zone())


def day_begins(day: date) -> datetime:
    """The moment at which a day begins in the hospital, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone()).astimezone(UTC)
