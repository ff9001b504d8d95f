"""Every measure of a reader at a glance: what it is now, what it was before, how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from plugins.analytics import keeping, measuring
from plugins.analytics.measuring import Point, Scope
from plugins.analytics.periods import Period
from sims.actor import Actor
from sims.cache import Kept
from sims.contracts import Measure
from sims.permissions import allowed
from sims.plugin import provided

MANIFOLD = 2
"""A change to more than three times as many is said in numbers: per cents of little mislead."""


@dataclass(frozen=True)
class Card:
    """One measure: now and before, and a value for every step."""

    measure: Measure
    now: Point
    before: Point | None
    steps: list[float]


def measures_for(actor: Actor) -> list[Measure]:
    """The measures this person may look at, in order."""
    found = [
        measure
        for measure in provided(Measure)
        if allowed(actor, measure.permission) and (not measure.roles or actor.role in measure.roles)
    ]
    return sorted(found, key=lambda measure: (measure.order, measure.name))


def cards(actor: Actor, period: Period) -> tuple[list[Card], Kept]:
    """A card for each of them, and the figures as they are kept. One query for all that share a record and a date."""
    measures = measures_for(actor)
    found = keeping.of_records(
        "overview",
        actor,
        [measure.record for measure in measures],
        lambda: {measure.name: figures for measure, figures in _figures(actor, measures, period)},
        period.first.isoformat(),
        period.last.isoformat(),
    )
    made = []
    for measure in measures:
        now, before, steps = found.value[measure.name]
        made.append(Card(measure, Point(**now), Point(**before) if before else None, steps))
    return made, found


def _figures(
    actor: Actor, measures: Sequence[Measure], period: Period
) -> list[tuple[Measure, Any]]:
    def together(measure: Measure) -> tuple[str, str, bool]:
        return measure.record.name, measure.when.attribute, bool(measure.time)

    found: list[tuple[Measure, Any]] = []
    for (_, _, timed), some in groupby(sorted(measures, key=together), key=together):
        part = list(some)
        if timed:
            found += [(measure, _of_time(Scope(measure, actor, period))) for measure in part]
        else:
            found += zip(part, _of_counts(actor, part, period), strict=True)
    return found


def _of_counts(actor: Actor, measures: Sequence[Measure], period: Period) -> list[Any]:
    before = period.before
    both = Period(before.first, period.last)
    counted = measuring.per_day([Scope(measure, actor, both) for measure in measures])
    found = []
    for measure, days in zip(measures, counted, strict=True):
        scope = Scope(measure, actor, period)
        steps = [measuring.point(scope, step, days) for step in period.steps]
        found.append(
            (
                keeping.plain([measuring.point(scope, period, days, measure.label)])[0],
                keeping.plain([measuring.point(scope, before, days, measure.label)])[0],
                [float(each.value or 0) for each in steps],
            )
        )
    return found


def _of_time(scope: Scope) -> Any:
    return keeping.plain([measuring.total(scope)])[0], None, []


def change(card: Card, unit: str) -> str:
    """How it differs from before, in words: never by an arrow or a colour alone."""
    if card.before is None or card.before.value is None or card.now.value is None:
        return ""
    now, before = card.now.value, card.before.value
    gap = abs(now - before)
    more = "more" if now > before else "less"
    if unit == "%":
        points = round(100 * gap)
        return (
            f"{points} point{'s' if points != 1 else ''} {more} than before"
            if points
            else "as before"
        )
    if not gap:
        return "as before"
    if not before or gap > MANIFOLD * before:
        return f"{gap:,.0f} {more} than before ({before:,.0f})"
    return f"{gap / before * 100:.0f} % {more} than before ({before:,.0f})"
