"""When a mail goes out: not in somebody's quiet hours, and the digest at their hour. Clocks may change meanwhile."""

from datetime import UTC, datetime, time, timedelta

from sims.clock import local, zone


def is_quiet(moment: datetime, begin: time | None, end: time | None) -> bool:
    """Whether `moment` lies in the quiet hours from `begin` until `end` (may wrap midnight) of the hospital's clock."""
    if begin is None or end is None or begin == end:
        return False
    clock = local(moment).time()
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def after_quiet(moment: datetime, begin: time | None, end: time | None) -> datetime:
    """`moment`, or the end of the quiet hours it lies in: they delay a mail, they never drop it."""
    if end is None or not is_quiet(moment, begin, end):
        return moment
    return _next(moment, end, folds=(0, 1))


def next_digest(moment: datetime, hour: int) -> datetime:
    """The first time after `moment` that the hospital's clock shows `hour`. Once a day, whatever the clock does:
    an hour that is left out in spring comes an hour later, one that comes twice in autumn counts the first time."""
    return _next(moment, time(hour), folds=(0,))


def _next(moment: datetime, of_day: time, *, folds: tuple[int, ...]) -> datetime:
    """The first moment after `moment` at which the clock shows `of_day`; `folds`: the first, the second time of a day."""
    day = local(moment).date()
    while True:
        for fold in folds:
            found = datetime.combine(day, of_day.replace(fold=fold), tzinfo=zone()).astimezone(UTC)
            if found > moment:
                return found
        day += timedelta(days=1)
