"""The calendar of rotations: a period, who has a row in it, and in which lane every rotation stands.

Days are the hospital's; a rotation's first and last day both belong to it. A lane is one line of cells
without gaps: rotations that share a day stand in different lanes, so that none hides another.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from sims.clock import today
from sims.web.templating import plain_date

VIEWS = (("month", "Month"), ("year", "Year"))
EARLIEST, LATEST = 1970, 2199
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class Stay(Protocol):
    """What has a first and a last day."""

    @property
    def start_date(self) -> date:
        """The first day."""

    @property
    def end_date(self) -> date:
        """The last day, which is part of it."""


@dataclass(frozen=True)
class Period:
    """A month or a year of the calendar."""

    view: str
    first: date
    last: date

    @property
    def of(self) -> str:
        """As it stands in the address: 2026-11, or 2026."""
        return f"{self.first:%Y-%m}" if self.view == "month" else f"{self.first:%Y}"

    @property
    def label(self) -> str:
        """As people say it: November 2026, or 2026."""
        return f"{self.first:%B %Y}" if self.view == "month" else f"{self.first:%Y}"

    @property
    def previous(self) -> "Period":
        """The month or year before."""
        return covering(self.view, self.first - DAY)

    @property
    def next(self) -> "Period":
        """The month or year after."""
        return covering(self.view, self.last + DAY)

    @property
    def weeks(self) -> list[date]:
        """The Mondays of all weeks that touch it."""
        monday = self.first - self.first.weekday() * DAY
        return [monday + number * WEEK for number in range((self.last - monday).days // 7 + 1)]

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Cell:
    """Some days of a lane: of one rotation, or of none. `begins` and `ends` say whether its own first and last
    day are among them; `marked`, that a new month (or week) begins here."""

    span: int
    stay: Any = None
    begins: bool = True
    ends: bool = True
    marked: bool = False


@dataclass(frozen=True)
class Week:
    """One week of a month: its seven days and its lanes."""

    days: tuple[date, ...]
    lanes: list[list[Cell]]

    @property
    def label(self) -> str:
        """From when to when: 2 – 8 Nov, or 30 Nov – 6 Dec."""
        first, last = self.days[0], self.days[-1]
        month = "" if first.month == last.month else f" {first:%b}"
        return f"{first.day}{month} – {last.day} {last:%b}"


def period(view: str, of: str) -> Period:
    """The period an address asks for. What can't be read, or lies too far away, is today's."""
    view = view if view in dict(VIEWS) else "month"
    year, _, month = of.partition("-")
    if not (re.fullmatch("[0-9]{4}", year) and EARLIEST <= int(year) <= LATEST):
        return covering(view, today())
    if view == "year":
        return covering(view, date(int(year), 1, 1))
    if re.fullmatch("0[1-9]|1[0-2]", month):
        return covering(view, date(int(year), int(month), 1))
    here = today()
    return covering(view, here if here.year == int(year) else date(int(year), 1, 1))


def covering(view: str, day: date) -> Period:
    """The month or year `day` lies in."""
    if view == "year":
        return Period(view, date(day.year, 1, 1), date(day.year, 12, 31))
    length = monthrange(day.year, day.month)[1]
    return Period(view, day.replace(day=1), day.replace(day=length))


def heads(period: Period) -> list[tuple[str, int, date]]:
    """The columns of rows that stretch over `period`: `(label, days, first day)`, months of a year or days of a month."""
    if period.view == "month":
        return [(str(day.day), 1, day) for day in _days(period.first, period.last)]
    firsts = [date(period.first.year, month, 1) for month in range(1, 13)]
    return [(f"{day:%b}", monthrange(day.year, day.month)[1], day) for day in firsts]


def marks(period: Period) -> set[date]:
    """The days on which a line is drawn: the first of a month, or Mondays."""
    if period.view == "month":
        return set(period.weeks)
    return {day for _, _, day in heads(period)}


def lanes(
    stays: Sequence[Stay], first: date, last: date, marked: Collection[date] = ()
) -> list[list[Cell]]:
    """`stays` laid out over the days from `first` to `last`: as few lanes as never put two on one day.

    Empty days are cut where a day of `marked` begins. Without any stay there is one empty lane.
    """
    inside = [stay for stay in stays if stay.start_date <= last and stay.end_date >= first]
    inside.sort(key=lambda stay: (stay.start_date, -stay.end_date.toordinal()))
    found: list[list[Stay]] = []
    for stay in inside:
        free = (lane for lane in found if lane[-1].end_date < stay.start_date)
        lane = next(free, None)
        if lane is None:
            found.append([stay])
        else:
            lane.append(stay)
    return [list(_cells(lane, first, last, marked)) for lane in found or [[]]]


def weeks(stays: Sequence[Stay], period: Period) -> list[Week]:
    """The weeks of a month, from Monday to Sunday, with the stays of each; days of the neighbouring months too."""
    return [
        Week(tuple(_days(monday, monday + 6 * DAY)), lanes(stays, monday, monday + 6 * DAY))
        for monday in period.weeks
    ]


def dates(stay: Stay) -> str:
    """From when to when, the year said once where it is the same."""
    start, end = stay.start_date, stay.end_date
    if start.year == end.year:
        return f"{start.day} {start:%b} – {plain_date(end)}"
    return f"{plain_date(start)} – {plain_date(end)}"


def _cells(
    lane: Sequence[Stay], first: date, last: date, marked: Collection[date]
) -> Iterator[Cell]:
    day = first
    for stay in lane:
        start, end = max(stay.start_date, first), min(stay.end_date, last)
        yield from _empty(day, start - DAY, marked)
        yield Cell(
            (end - start).days + 1, stay, start == stay.start_date, end == stay.end_date, start in marked
        )  # fmt: skip
        day = end + DAY
    yield from _empty(day, last, marked)


def _empty(first: date, last: date, marked: Collection[date]) -> Iterator[Cell]:
    """Cells for the days from `first` to `last` on which nothing is."""
    start = first
    for day in _days(first, last):
        if day > start and day in marked:
            yield Cell((day - start).days, marked=start in marked)
            start = day
    if start <= last:
        yield Cell((last - start).days + 1, marked=start in marked)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * DAY for number in range((last - first).days + 1))
