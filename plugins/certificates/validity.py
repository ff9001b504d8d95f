"""How long something is valid: calendar months, and the days on which its end is announced."""

from datetime import date

from dateutil.relativedelta import relativedelta

THRESHOLDS = (90, 30, 7)
"""How many days before its end a certificate's owner is reminded (domain.md, certificates)."""

SOON = THRESHOLDS[0]
"""From how many days before its end a certificate counts as expiring."""


def after_months(day: date, months: int) -> date:
    """The same day of the month `months` later; the month's last day where it has no such day.

    31 January and one month is 28 February, 29 in a leap year (domain.md, certificates: calendar months).
    """
    later: date = day + relativedelta(months=months)
    return later


def expiry_of(issued: date | None, months: int | None) -> date | None:
    """The last valid day of what was issued then and is valid so long; None where either is not known."""
    if issued is None or not months:
        return None
    return after_months(issued, months)


def threshold_due(days_left: int) -> int | None:
    """Which reminder belongs to this many days before the end: the latest one reached, None where none is.

    However long nobody looked, only this one is due; the earlier ones it replaces.
    """
    reached = [threshold for threshold in THRESHOLDS if 0 <= days_left <= threshold]
    return min(reached, default=None)
