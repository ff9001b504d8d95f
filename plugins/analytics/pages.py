"""The pages of analytics that are about people: forecasts, who needs attention, how the programme goes."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue

from plugins.analytics import drawing, keeping, measuring, overview, periods, sections
from plugins.analytics.blueprint import blueprint
from plugins.analytics.measuring import Scope
from plugins.analytics.permissions import ATTENTION, PROGRAMME, VIEW
from plugins.users.models import User
from plugins.users.queries import NAMES, called
from plugins.users.records import USER
from sims import access, actor
from sims.contracts import Attention, Forecast, LearningCurve, Measure
from sims.database import db
from sims.errors import Missing
from sims.permissions import allowed, require
from sims.plugin import provided

PAGE = 50
CHANCES = (
    (0.9, "Very likely", "good"),
    (0.7, "Likely", "good"),
    (0.4, "Uncertain", "warn"),
    (0.0, "Unlikely", "bad"),
)
STUCK = ".waiting"
SLOW = ".review_time"


@blueprint.app_context_processor
def there() -> dict[str, Any]:
    """What the tabs of analytics need to know: which pages have anything to show."""
    return {
        "forecast_there": bool(provided(Forecast)),
        "curves_there": bool(provided(LearningCurve)),
    }


@blueprint.get("/forecast")
@require(VIEW)
def forecast() -> ResponseReturnValue:
    """Will I make it? Every target of a PG with what is done, what will likely come, and what can be done about it."""
    me = actor.me()
    asked = request.args.get("person", type=int) or (me.id if me.role == "pg" else None)
    if asked is None:
        return _choose()
    pg = access.find(USER, me, asked)
    if pg.role != "pg":
        raise Missing("Only PGs have targets.")
    found = [
        (
            each,
            sorted(
                each.of(pg), key=lambda outlook: (outlook.done >= outlook.target, outlook.chance)
            ),
        )
        for each in provided(Forecast)
        if allowed(me, each.permission)
    ]
    return render_template(
        "analytics/forecast.html",
        pg=pg,
        forecasts=found,
        chance=chance,
        draw=drawing.outlook,
        mine=pg.id == me.id,
    )


def _choose() -> str:
    """Whose forecast? The PGs one sees, by name."""
    text = request.args.get("q", "").strip()
    query = access.visible(USER, actor.me()).where(User.role == "pg", ~User.is_archived)
    if text:
        query = query.where(User.id.in_(called(text)))
    people = db.session.scalars(
        query.order_by(User.last_name, User.first_name, User.id).options(NAMES).limit(PAGE)
    ).all()
    return render_template("analytics/forecast_choose.html", people=people, text=text, most=PAGE)


def chance(value: float) -> tuple[str, str]:
    """A probability in words, and their tone."""
    return next((words, tone) for least, words, tone in CHANCES if value >= least)


@blueprint.get("/attention")
@require(ATTENTION)
def attention() -> str:
    """The PGs one sees who need somebody now, and why; the most urgent first."""
    me = actor.me()
    query = access.visible(USER, me, User.id).where(
        User.role == "pg", ~User.is_archived, User.is_active
    )
    ids = list(db.session.scalars(query))
    reasons: dict[int, list[Any]] = defaultdict(list)
    for each in sorted(provided(Attention), key=lambda each: each.order):
        if allowed(me, each.permission):
            for number, some in each.reasons(ids).items():
                reasons[number] += some
    ranked = sorted(reasons, key=lambda number: (-sum(r.weight for r in reasons[number]), number))
    start = max(0, request.args.get("start", 0, type=int))
    shown = ranked[start : start + PAGE]
    people = {
        person.id: person
        for person in db.session.scalars(sa.select(User).where(User.id.in_(shown)).options(NAMES))
    }
    return render_template(
        "analytics/attention.html",
        people=[
            (people[number], sorted(reasons[number], key=lambda r: -r.weight)) for number in shown
        ],
        count=len(ranked),
        total=len(ids),
        start=start,
        following=start + PAGE if len(ranked) > start + PAGE else None,
        page=PAGE,
    )


@blueprint.get("/programme")
@require(PROGRAMME)
def programme() -> str:
    """Where reviews are stuck, who reviews late, which departments teach what."""
    me = actor.me()
    period = periods.read({"period": "12m"})
    measures = overview.measures_for(me)
    stuck = [_section(measure, period, "supervisor") for measure in _ending(measures, STUCK)]
    slow = [_section(measure, period, "supervisor") for measure in _ending(measures, SLOW)]
    teaching = [
        _teaching(measure, period)
        for measure in measures
        if {"department", "category"} <= set(measure.by)
        and not measure.given
        and measure.of is None
    ]
    return render_template(
        "analytics/programme.html",
        stuck=stuck,
        slow=slow,
        teaching=[each for each in teaching if each],
        period=period,
    )


def _ending(measures: list[Measure], ending: str) -> list[Measure]:
    return [
        measure
        for measure in measures
        if measure.name.endswith(ending) and "supervisor" in measure.by
    ]


def _section(measure: Measure, period: periods.Period, by: str) -> tuple[Measure, sections.Section]:
    scope = Scope(measure, actor.me(), period)
    return measure, sections.divided(scope, measure.record.dimension(by))


def _teaching(measure: Measure, period: periods.Period) -> tuple[Measure, sections.Section] | None:
    """Which department teaches what: department × category."""
    scope = Scope(measure, actor.me(), period)
    kept = keeping.figures(
        "teaching", scope, lambda: measuring.by_two(scope, "department", "category")
    ).value
    heads, found = kept
    if not found:
        return None
    peak = max(count for _, _, cells in found for count, _ in cells)
    rows = [
        (label, href, [(f"{count:,}" if count else "–", link) for count, link in cells])
        for label, href, cells in found
    ]
    shades = [[drawing.shade(count, peak) for count, _ in cells] for _, _, cells in found]
    section = sections.Section(
        "heat",
        measure.label,
        ["Department", *heads],
        rows,
        [],
        shades=shades,
        note="The darker, the more. A row may stand in several categories.",
    )
    return measure, section
