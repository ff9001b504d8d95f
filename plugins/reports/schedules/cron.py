"""Cron text: what is wrong with it, and what it says in plain words."""

import re

from cron_descriptor import ExpressionDescriptor, FormatError, Options
from croniter import CroniterError, croniter

from plugins.reports.schedules.dates import following
from sims.clock import now
from sims.errors import Invalid, Problem

FIELDS = (
    ("minute", "0 to 59", r"[\d*/,-]+", 59),
    ("hour", "0 to 23", r"[\d*/,-]+", 23),
    ("day of the month", "1 to 31, or L for the last", r"[\d*/,?L-]+", 31),
    ("month", "1 to 12, or JAN to DEC", r"([\d*/,-]|[A-Z]{3})+", 12),
    ("day of the week", "0 (Sunday) to 7, or SUN to SAT", r"([\d*/,?#L-]|[A-Z]{3})+", 7),
)
"""Name, range in words, the characters read out as they are meant (croniter takes W for nothing and R for any), most."""

PRESETS = {
    "0 7 * * *": "Every day at 7",
    "0 7 * * 1-5": "Monday to Friday at 7",
    "0 7 * * 1": "Mondays at 7",
    "0 7 1 * *": "On the first of the month at 7",
    "0 18 L * *": "On the last day of the month at 18",
}


def check(text: str) -> str:
    """The cron text with single spaces. Raises `Invalid` that names the field that is wrong, or says what else is.

    A schedule runs once an hour at most: denser ones would only fill the store with the same figures.
    """
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise _refused(
            f"Write five fields with spaces between them: {', '.join(field[0] for field in FIELDS)}. "
            "“0 7 * * 1” is every Monday at 7."
        )
    for place, (part, (name, range_, read, most)) in enumerate(zip(parts, FIELDS, strict=True)):
        alone = ["*"] * len(FIELDS)
        alone[place] = part
        try:
            croniter.expand(" ".join(alone))
            too_far = any(int(step) > most for step in re.findall(r"/(\d+)", part))
        except (CroniterError, ValueError, KeyError) as error:
            raise _refused(f"The {name} is “{part}”; it goes from {range_}.") from error
        if too_far or not re.fullmatch(read, part.upper()):
            raise _refused(f"The {name} is “{part}”; it goes from {range_}.")
    try:
        minutes = croniter.expand(" ".join(parts))[0][0]
        if len(minutes) != 1 or minutes[0] == "*":
            raise _refused("Name one minute: a report is made once an hour at most.")
        tidy = " ".join([str(minutes[0]), *parts[1:]]).upper()
        in_words(tidy, "UTC")
    except (CroniterError, FormatError, ValueError) as error:
        raise _refused(f"“{' '.join(parts)}” can't be read. Write it more simply.") from error
    following(tidy, "UTC", now())
    return tidy


def in_words(text: str, timezone: str) -> str:
    """What a (checked) cron text says: "At 07:00, only on Monday (Asia/Karachi)"."""
    options = Options(locale_code="en_GB", use_24hour_time_format=True)
    words = re.sub(r"\bL\b", "the last", ExpressionDescriptor(text, options).get_description())
    days = text.split()[2]
    skips = ", months without it are passed over" if days in ("29", "30", "31") else ""
    return f"{words}{skips} ({timezone.replace('_', ' ')})"


def _refused(message: str) -> Invalid:
    return Invalid([Problem(code="schedule.cron", message=message, fields=("cron",))])
