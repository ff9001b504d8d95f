"""The pages of analytics: the overview, one measure, two groups side by side, learning curves."""

from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from plugins.analytics import drawing, keeping, measuring, overview, periods, sections
from plugins.analytics.blueprint import blueprint
from plugins.analytics.measuring import Scope
from plugins.analytics.permissions import VIEW
from sims import actor, afterwards, figures
from sims.contracts import Dimension, LearningCurve, Measure
from sims.errors import Invalid, Missing
from sims.permissions import allowed, require
from sims.plugin import provided
from sims.tables import csv_of

FILTER = "f-"


@blueprint.get("")
@require(VIEW)
def index() -> ResponseReturnValue:
    """Every measure one may see, now and before."""
    period, problems = _period()
    cards, kept = overview.cards(actor.me(), period)
    page = render_template(
        "analytics/index.html",
        cards=[
            (card, _unit(card.measure), overview.change(card, _unit(card.measure)))
            for card in cards
        ],
        period=period,
        choices=periods.CHOICES,
        as_of=kept.as_of,
        problems=problems,
        number=drawing.number,
        query=urlencode(period.arguments),
        address=_address,
        curves=curves(),
    )
    return page, 422 if problems else 200


@blueprint.get("/measures/<name>")
@require(VIEW)
def measure(name: str) -> ResponseReturnValue:
    """One measure: over time, divided, with every figure's list."""
    found = _measure(name)
    scope, problems = _scope(found)
    by = _dimension(found)
    drawn = sections.all_of(scope, by)
    if request.args.get("format") == "csv":
        section = next((each for each in drawn if each.name == request.args.get("draw")), drawn[0])
        afterwards.exported(f"{found.label}, {section.name}", "csv", found.record.name)
        answer = Response(stream_with_context(csv_of(section.table)), mimetype="text/csv")
        answer.headers.set(
            "Content-Disposition", "attachment", filename=f"{name}-{section.name}.csv"
        )
        return answer
    kept = keeping.figures("total", scope, lambda: keeping.plain([measuring.total(scope)]))
    page = render_template(
        "analytics/measure.html",
        measure=found,
        scope=scope,
        total=keeping.points(kept.value)[0],
        unit=_unit(found),
        number=drawing.number,
        sections=drawn,
        dimensions=[found.record.dimension(each) for each in found.by],
        by=by,
        choices=periods.CHOICES,
        period=scope.period,
        chips=_chips(scope),
        as_of=kept.as_of,
        problems=problems,
        address=_address,
    )
    return page, 422 if problems else 200


@blueprint.get("/measures/<name>/compare")
@require(VIEW)
def compare(name: str) -> ResponseReturnValue:
    """Two groups of a measure side by side."""
    found = _measure(name)
    scope, problems = _scope(found)
    by = _dimension(found)
    points = keeping.points(
        keeping.figures(
            "groups", scope, lambda: keeping.plain(measuring.by_group(scope, by)), by.name
        ).value
    )
    groups = [(_key(point.href, by), point.label) for point in points]
    chosen = [
        request.args.get(which) or (groups[place][0] if len(groups) > place else "")
        for place, which in enumerate("ab")
    ]
    sides = [_side(scope, by, key, dict(groups).get(key, key)) for key in chosen if key]
    unit = _unit(found)
    labels = [step.label for step in scope.period.steps]
    svg = drawing.trend(
        [(label, [point.value for point in steps]) for label, _, steps in sides],
        labels,
        unit=unit,
        hrefs=[[point.href for point in steps] for _, _, steps in sides],
    )
    page = render_template(
        "analytics/compare.html",
        measure=found,
        by=by,
        dimensions=[found.record.dimension(each) for each in found.by],
        groups=groups,
        chosen=chosen,
        sides=sides,
        labels=labels,
        svg=svg,
        unit=unit,
        number=drawing.number,
        period=scope.period,
        choices=periods.CHOICES,
        said=_difference(sides, unit),
        problems=problems,
        address=_address,
    )
    return page, 422 if problems else 200


@blueprint.get("/learning")
@require(VIEW)
def learning() -> str:
    """How people change with practice."""
    me = actor.me()
    found = curves()
    if not found:
        raise Missing("No enabled plugin draws a learning curve.")
    curve = next((each for each in found if each.name == request.args.get("curve")), found[0])
    choices = list(curve.choices(me))
    key = request.args.get("of") or (choices[0][0] if choices else "")
    key = key if key in dict(choices) else (choices[0][0] if choices else "")
    drawn = curve.draw(me, key, request.args.get("person", type=int)) if key else None
    svg = (
        drawing.curve([(point.label, point.n, point.value) for point in drawn.points])
        if drawn
        else ""
    )
    return render_template(
        "analytics/learning.html",
        curves=found,
        curve=curve,
        choices=choices,
        key=key,
        drawn=drawn,
        svg=svg,
    )


def curves() -> list[LearningCurve]:
    """The learning curves this person may look at."""
    me = actor.me()
    found = [
        each for each in provided(LearningCurve) if allowed(me, each.record.permission("view"))
    ]
    return sorted(found, key=lambda each: each.order)


def _measure(name: str) -> Measure:
    found = next((each for each in overview.measures_for(actor.me()) if each.name == name), None)
    if found is None:
        raise Missing("There is no such measure that you may look at.")
    return found


def _unit(found: Measure) -> str:
    return sections.SHARE if found.of is not None else found.unit or found.record.plural


def _period() -> tuple[periods.Period, tuple[Any, ...]]:
    """The period asked for, else the usual one with what is wrong with the one asked for."""
    try:
        return periods.read(request.args), ()
    except Invalid as error:
        return periods.read({}), error.problems


def _scope(found: Measure) -> tuple[Scope, tuple[Any, ...]]:
    period, problems = _period()
    known = {entry.name for entry in found.record.filters}
    given = {
        name.removeprefix(FILTER): value
        for name, value in request.args.items()
        if name.startswith(FILTER) and value
    }
    filters = {name: value for name, value in given.items() if name in known}
    scope = Scope(found, actor.me(), period, filters)
    try:
        scope.page()
    except Invalid as error:
        return Scope(found, actor.me(), period), (*problems, *error.problems)
    return scope, problems


def _dimension(found: Measure) -> Dimension:
    asked = request.args.get("by", "")
    return found.record.dimension(asked if asked in found.by else found.by[0])


def _chips(scope: Scope) -> list[tuple[str, str]]:
    """What the page is narrowed to, each with the address without it."""
    page = scope.page()
    entries = {entry.name: entry for entry in scope.record.filters}
    return [
        (
            f"{entries[name].label}: {figures.said(page, entries[name])}",
            _address(**{f"{FILTER}{name}": ""}),
        )
        for name in scope.filters
        if name in page.values
    ]


def _address(**changes: str) -> str:
    """This page with some of its arguments changed; an empty one is dropped."""
    kept = {name: value for name, value in request.args.items() if name != "format"} | changes
    pairs = {name: value for name, value in kept.items() if value}
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def _key(href: str, by: Dimension) -> str:
    """The key of a group, as the address of its list has it."""
    return parse_qs(href.partition("?")[2]).get(by.filter or by.name, ["0"])[0]


def _side(
    scope: Scope, by: Dimension, key: str, label: str
) -> tuple[str, measuring.Point, list[measuring.Point]]:
    """One of two groups: its label, its total, its steps."""
    narrowed = Scope(
        scope.measure, scope.actor, scope.period, {**scope.filters, by.filter or by.name: key}
    )
    kept = keeping.figures(
        "side",
        narrowed,
        lambda: [
            keeping.plain([measuring.total(narrowed)]),
            keeping.plain(measuring.by_step(narrowed)),
        ],
    )
    [total], steps = (keeping.points(part) for part in kept.value)
    return label, total, steps


def _difference(sides: list[Any], unit: str) -> str:
    """How two groups differ, in words that say how many rows they rest on."""
    if len(sides) < 2 or any(side[1].value is None for side in sides):
        return ""
    (a, one, _), (b, other, _) = sides
    if one.value == other.value:
        return f"{a} and {b} are the same."
    more, less = ((a, one), (b, other)) if one.value > other.value else ((b, other), (a, one))
    gap = more[1].value - less[1].value
    how = f"{100 * gap:.0f} points" if unit == sections.SHARE else f"{drawing.number(gap)} {unit}"
    small = (
        " Few rows: chance alone may make such a difference." if min(one.n, other.n) < 30 else ""
    )
    return f"{more[0]} has {how} more than {less[0]} (n {one.n:,} and {other.n:,}).{small}"
