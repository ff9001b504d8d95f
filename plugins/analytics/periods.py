"""Periods: which days a page is about, in which steps they are shown, and the days before them to compare with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sims.clock import today
from sims.errors import Invalid, Problem
from sims.web.templating import plain_date

CHOICES = {"7": "7 days", "30": "30 days", "90": "90 days", "12m": "12 months"}
USUAL = "12m"
BY_DAY = 92
"""Periods of more days than this are shown by month."""
LONGEST = 366 * 10
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """One step of a period: its days, both included, and what stands below it."""

    first: date
    last: date
    label: str


@dataclass(frozen=True)
class Period:
    """Some days, both included. `name` is how the address calls it; empty for days of one's own."""

    first: date
    last: date
    name: str = ""

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def by_month(self) -> bool:
        """Whether its steps are months."""
        return self.name == "12m" or self.days > BY_DAY

    @property
    def words(self) -> str:
        """22 Oct 2026 – 22 Nov 2026."""
        return f"{plain_date(self.first)} – {plain_date(self.last)}"

    @property
    def steps(self) -> Sequence[Step]:
        """Its days, or its months (the first and last of them cut to the period)."""
        found, day = [], self.first
        while day <= self.last:
            if self.by_month:
                last = min(
                    (day.replace(day=1) + timedelta(days=32)).replace(day=1) - DAY, self.last
                )
                label = f"{day:%b %Y}" if not found or day.month == 1 else f"{day:%b}"
            else:
                last, label = day, f"{day.day} {day:%b}"
            found.append(Step(day, last, label))
            day = last + DAY
        return found

    @property
    def before(self) -> "Period":
        """As many days right before it; of twelve months, the twelve before."""
        if self.name == "12m":
            return Period(_months_back(self.first, 12), self.first - DAY, self.name)
        return Period(self.first - timedelta(days=self.days), self.first - DAY)

    @property
    def average(self) -> tuple[int, str]:
        """Over how many steps the moving average goes, in words too."""
        return (3, "Average of 3 months") if self.by_month else (7, "Average of 7 days")

    @property
    def arguments(self) -> dict[str, str]:
        """How an address asks for it."""
        if self.name:
            return {"period": self.name}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def read(arguments: Mapping[str, str]) -> Period:
    """The period an address asks for; twelve months where it asks for none.

    Raises `Invalid` naming the field for a period that is unknown, days that can't be read, or the last before the first.
    """
    if arguments.get("from") or arguments.get("to"):
        first, last = _day(arguments, "from"), _day(arguments, "to")
        if last < first:
            raise _refused("to", "The last day lies before the first. Change one of them.")
        if (last - first).days > LONGEST:
            raise _refused("from", "Ten years are the longest period.")
        return Period(first, last)
    name = arguments.get("period") or USUAL
    if name not in CHOICES:
        raise _refused(
            "period",
            f"There is no period “{name[:20]}”. Choose one of: {', '.join(CHOICES.values())}.",
        )
    day = today()
    if name == "12m":
        return Period(_months_back(day.replace(day=1), 11), day, name)
    return Period(day - timedelta(days=int(name) - 1), day, name)


def moving(values: Sequence[float | None], width: int) -> list[float | None]:
    """The mean of each value and those right before it, `width` in all; None until there are so many."""
    found: list[float | None] = []
    for place in range(len(values)):
        window = [
            value for value in values[max(0, place - width + 1) : place + 1] if value is not None
        ]
        full = place + 1 >= width and len(window) == width
        found.append(sum(window) / width if full else None)
    return found


def _months_back(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)


def _day(arguments: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(arguments.get(name, ""))
    except ValueError:
        words = "first" if name == "from" else "last"
        raise _refused(name, f"Enter the {words} day, such as 2026-11-22.") from None


def _refused(field: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"analytics.{field}", message=message, fields=(field,))])
