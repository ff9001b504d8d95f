"""The drawings of one measure's page, each with its table: over time, divided, as shares, by month and group, as times."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from plugins.analytics import drawing, keeping, measuring, periods
from plugins.analytics.measuring import MOST_GROUPS, Point, Scope
from sims import figures
from sims.contracts import Column, Dimension
from sims.tables import Table

DAYS = "days"
SHARE = "%"


@dataclass
class Section:
    """One drawing: its title, the SVG (or the heat map's rows), and a table of all its figures with their lists.

    `rows` are `(label, list, cells)`, each cell `(text, list)`; `plain` the same as values, for a CSV file.
    """

    name: str
    title: str
    heads: list[str]
    rows: list[tuple[str, str, list[tuple[str, str]]]]
    plain: list[list[Any]]
    svg: Markup = field(default_factory=Markup)
    legend: list[tuple[str, str]] = field(default_factory=list)
    note: str = ""
    shades: list[list[int]] = field(default_factory=list)
    narrow: list[str] = field(default_factory=list)

    @property
    def table(self) -> Table:
        """Its figures as a table, for a file."""
        kinds = {True: "number", False: "text"}
        first = self.plain[0] if self.plain else [""] * len(self.heads)
        columns = tuple(
            Column(name=str(place), label=head, kind=kinds[isinstance(value, int | float)])
            for place, (head, value) in enumerate(zip(self.heads, first, strict=True))
        )
        return Table(name=self.name, title=self.title, columns=columns, rows=self.plain)


def unit_of(scope: Scope) -> str:
    """What the numbers of a measure are: a share, days, or rows of its record."""
    measure = scope.measure
    return SHARE if measure.of is not None else measure.unit or scope.record.plural


def _kept(name: str, scope: Scope, work_out: Callable[[], Any], *more: object) -> Any:
    return keeping.figures(name, scope, work_out, *more).value


def over_time(scope: Scope) -> Section:
    """The measure in every step, with a moving average."""
    kept = _kept("steps", scope, lambda: keeping.plain(measuring.by_step(scope)))
    points = keeping.points(kept)
    width, words = scope.period.average
    unit = unit_of(scope)
    values = [point.value for point in points]
    average = periods.moving(values, width)
    svg = drawing.trend(
        [(scope.measure.label, values)],
        [point.label for point in points],
        unit=unit,
        hrefs=[[point.href for point in points]],
        average=average if any(each is not None for each in average) else (),
    )
    rows = [
        (
            step.label,
            "",
            [*_cells(point, unit), (drawing.number(mean, unit), "")],
        )
        for step, point, mean in zip(scope.period.steps, points, average, strict=True)
    ]
    heads = ["Month" if scope.period.by_month else "Day", *_heads(unit), words]
    plain = [
        [step.first.isoformat(), *_plain(point, unit), mean]
        for step, point, mean in zip(scope.period.steps, points, average, strict=True)
    ]
    legend = [("line-1", scope.measure.label), ("line-average", words)]
    return Section("trend", "Over time", heads, rows, plain, svg, legend)


def divided(scope: Scope, dimension: Dimension) -> Section:
    """The measure in every group of a dimension: ranked bars, or box plots for times."""
    kept = _kept(
        "groups", scope, lambda: keeping.plain(measuring.by_group(scope, dimension)), dimension.name
    )
    points = keeping.points(kept)
    unit = unit_of(scope)
    rows = [(point.label, point.href, _cells(point, unit)) for point in points]
    heads = [dimension.label, *_heads(unit)]
    plain = [[point.label, *_plain(point, unit)] for point in points]
    shown = points[:MOST_GROUPS]
    note = (
        f"The first {MOST_GROUPS} of {len(points):,}; the table has all."
        if len(points) > MOST_GROUPS
        else ""
    )
    if dimension.many:
        note = f"{note} A row may stand in several groups.".strip()
    title = f"By {dimension.label.lower()}"
    if scope.measure.time:
        svg = drawing.boxes([(point.label, point.spread, point.href) for point in shown])
        note = f"The box is the middle half, the line in it the median, the whiskers reach from the 10th to the 90th per cent. {note}".strip()
        return Section("boxes", title, heads, rows, plain, svg, note=note)
    return Section("bars", title, heads, rows, plain, note=note, shades=[_bars(shown)])


def shares(scope: Scope, dimension: Dimension) -> Section:
    """How the groups of a dimension (its status) make up every month."""
    kept = _kept("shares", scope, lambda: _shares(scope, dimension), dimension.name)
    names, months = kept["names"], kept["rows"]
    svg = drawing.stack(
        [(label, [c[0] for c in cells], [c[1] for c in cells], "") for label, cells in months],
        names,
    )
    rows = [
        (label, "", [(f"{count:,}" if count else "–", href) for count, href in cells])
        for label, cells in months
    ]
    plain = [[label, *(count for count, _ in cells)] for label, cells in months]
    legend = [(f"part-{place % 6 + 1}", name) for place, name in enumerate(names)]
    return Section(
        "shares",
        f"By {dimension.label.lower()}, month by month",
        ["Month", *names],
        rows,
        plain,
        svg,
        legend,
    )


def _shares(scope: Scope, dimension: Dimension) -> Any:
    found = figures.groups(
        scope.page(), [figures.month(scope.record, scope.measure.when), dimension]
    )
    names = list(
        dict.fromkeys(
            g.labels[1] for g in sorted(found, key=lambda g: _place(dimension, g.keys[1]))
        )
    )
    months: dict[str, dict[str, Any]] = {}
    for group in found:
        months.setdefault(group.labels[0], {})[group.labels[1]] = [group.count, group.href]
    return {
        "names": names,
        "rows": [
            [label, [cells.get(name, [0, ""]) for name in names]] for label, cells in months.items()
        ],
    }


def heat(scope: Scope, dimension: Dimension) -> Section:
    """Month × group: where there is much and where there is nothing."""
    kept = _kept(
        "heat", scope, lambda: measuring.by_month_and_group(scope, dimension), dimension.name
    )
    months, found = kept
    shown = found[:MOST_GROUPS]
    peak = max((count for _, _, cells in shown for count, _ in cells), default=0)
    rows = [
        (label, href, [(f"{count:,}" if count else "–", link) for count, link in cells])
        for label, href, cells in shown
    ]
    plain = [[label, *(count for count, _ in cells)] for label, _, cells in found]
    shades = [[drawing.shade(count, peak) for count, _ in cells] for _, _, cells in shown]
    return Section(
        "heat", f"Month by month and {dimension.label.lower()}", [dimension.label, *months], rows, plain, shades=shades,
        note="The darker, the more." + (f" The {MOST_GROUPS} with most of {len(found):,}." if len(found) > MOST_GROUPS else ""),
    )  # fmt: skip


def all_of(scope: Scope, by: Dimension) -> list[Section]:
    """Every drawing that makes sense for a measure, divided by `by` where it is divided."""
    found = [over_time(scope), divided(scope, by)]
    status = next((each for each in scope.record.dimensions if each.name == "status"), None)
    if "shares" in scope.measure.draws and status:
        found.append(shares(scope, status))
    if "heat" in scope.measure.draws and not by.many:
        found.append(heat(scope, by))
    return found


def _bars(points: list[Point]) -> list[int]:
    """How long each bar is, in per cents of the longest."""
    peak = max((point.value or 0 for point in points), default=0) or 1
    return [round(100 * (point.value or 0) / peak) for point in points]


def _heads(unit: str) -> list[str]:
    if unit == SHARE:
        return ["Share", "Of (n)"]
    return ["Median, days", "9 in 10 within", "n"] if unit == DAYS else ["Number"]


def _cells(point: Point, unit: str) -> list[tuple[str, str]]:
    """A point's cells, each with the list behind it."""
    if unit == SHARE:
        return [(drawing.number(point.value, unit), point.href), (f"{point.n:,}", point.whole_href)]
    if unit == DAYS:
        return [
            (drawing.number(point.value), ""),
            (drawing.number(point.spread.get("high")), ""),
            (f"{point.n:,}", point.href),
        ]
    return [(drawing.number(point.value), point.href)]


def _plain(point: Point, unit: str) -> list[Any]:
    if unit == SHARE:
        return [round(point.value, 4) if point.value is not None else "", point.n]
    if unit == DAYS:
        return [
            point.value if point.value is not None else "",
            point.spread.get("high", ""),
            point.n,
        ]
    return [point.value]


def _place(dimension: Dimension, key: Any) -> int:
    order = list(dimension.order)
    return order.index(key) if key in order else len(order)
