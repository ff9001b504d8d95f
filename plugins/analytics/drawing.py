"""Drawings as SVG: lengths in per cents, so that each fills its box and its words keep their size.

Every value that people typed is escaped by `Markup.format`. Nothing is told by colour alone: lines have marks of their own,
parts have patterns and words, and a table with all the figures stands below each drawing.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup

LEFT, TOP, BOTTOM = 7.0, 12, 34
HEIGHT = 210
BOX = 26
MARKS = ("circle", "square", "diamond")
STEPS = 5
"""Shades of a heat map."""


def axis(top: float) -> tuple[float, float]:
    """`(step, peak)` of an axis from 0 to at least `top`: 1, 2 or 5 times a power of ten, at most five lines."""
    if top <= 0:
        return 1.0, 1.0
    size = 10.0 ** floor(log10(top / 4))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * 5 >= top)
    return step, step * ceil(round(top / step, 9))


def number(value: float | None, unit: str = "") -> str:
    """A value as it is written: per cents for a share, one decimal at most."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{100 * value:.0f}\N{NO-BREAK SPACE}%"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def trend(
    series: Sequence[tuple[str, Sequence[float | None]]],
    labels: Sequence[str],
    *,
    unit: str = "",
    hrefs: Sequence[Sequence[str]] = (),
    average: Sequence[float | None] = (),
) -> Markup:
    """Lines over time, each with marks of its own shape; a dashed one for the average. A value of None is a gap."""
    known = [value for _, values in series for value in values if value is not None]
    step, peak = axis(
        1.0 if unit == "%" and max(known, default=0) > 0.5 else max(known, default=0.0)
    )
    whole = 0.01 if unit == "%" else 1.0
    if step < whole:
        step, peak = whole, whole * max(1, ceil(round(peak / whole, 9)))
    base = HEIGHT - BOTTOM
    span = base - TOP
    width = (100 - LEFT) / max(1, len(labels))
    parts = [_grid(step, peak, base, span, unit), _below(labels, width, base)]
    lines = [(values, f"line line-{place + 1}") for place, (_, values) in enumerate(series)]
    if average:
        lines.append((average, "line line-average"))
    for values, style in lines:
        parts.append(_line(values, peak, base, span, width, style))
    for place, (name, values) in enumerate(series):
        links = hrefs[place] if hrefs else ()
        for at, value in enumerate(values):
            if value is not None:
                words = f"{labels[at]}: {number(value, unit)} {name.lower()}"
                x, y = LEFT + width * (at + 0.5), base - span * value / peak
                mark = _mark(MARKS[place % len(MARKS)], x, y, place + 1, small=len(labels) > 40)
                hit = (
                    Markup(
                        '<rect class="hit" x="{}%" width="{}%" y="{}" height="{}"></rect>'
                    ).format(_short(x - width / 2), _short(width), TOP, span)
                    if place == 0 or len(series) == 1
                    else Markup("")
                )
                parts.append(_linked(links[at] if links else "", words, hit + mark))
    return _svg(HEIGHT, parts)


def boxes(items: Sequence[tuple[str, Mapping[str, float], str]]) -> Markup:
    """Box plots on one scale: whiskers from the 10th to the 90th per cent, the box the middle half, a line the median.

    Among more than ten the longest tenth may run off the scale, with an arrow. Names stand above, to fit on a phone.
    """
    highs = sorted(box.get("high", 0.0) for _, box, _ in items)
    usual = highs[ceil(0.9 * (len(highs) - 1))] if highs else 0.0
    step, peak = axis(max(usual * 1.05, 0.5))
    top, left, tall = 2, 2.0, 40
    height = top + tall * len(items) + 22
    scale = (100 - left - 3) / peak
    parts: list[Markup] = []
    for place in range(round(peak / step) + 1):
        x = _short(left + scale * step * place)
        parts.append(
            Markup('<line class="gridline" x1="{}%" x2="{}%" y1="{}" y2="{}"></line>').format(
                x, x, top, height - 20
            )
        )
        parts.append(
            Markup('<text x="{}%" y="{}" text-anchor="middle">{}</text>').format(
                x, height - 6, number(step * place)
            )
        )
    for place, (label, box, href) in enumerate(items):
        middle = top + tall * place + 27
        at = {
            name: left + scale * min(box.get(name, 0.0), peak)
            for name in ("low", "lower", "median", "upper", "high")
        }
        beyond = (
            Markup('<text x="99.5%" y="{}" text-anchor="end">→</text>').format(middle + 4)
            if box.get("high", 0) > peak
            else Markup("")
        )
        drawn = Markup(
            '<text class="name" x="{}%" y="{}">{}</text>'
            '<line class="whisker" x1="{}%" x2="{}%" y1="{}" y2="{}"></line>'
            '<rect class="box" x="{}%" width="{}%" y="{}" height="12" rx="2"></rect>'
            '<line class="median" x1="{}%" x2="{}%" y1="{}" y2="{}"></line>{}'
        ).format(
            left, middle - 13, _cut(label),
            _short(at["low"]), _short(at["high"]), middle, middle,
            _short(at["lower"]), _short(max(0.4, at["upper"] - at["lower"])), middle - 6,
            _short(at["median"]), _short(at["median"]), middle - 9, middle + 9, beyond,
        )  # fmt: skip
        words = f"{label}: median {number(box.get('median'))} days, 9 in 10 within {number(box.get('high'))}, n {number(box.get('n'))}"
        parts.append(_linked(href, words, drawn))
    return _svg(height, parts)


def stack(
    rows: Sequence[tuple[str, Sequence[int], Sequence[str], str]], names: Sequence[str]
) -> Markup:
    """Shares of a whole, a bar for each row; parts tell themselves apart by pattern, and by their number where it fits."""
    top, left = 2, 24.0
    height = top + BOX * len(rows)
    parts = [_patterns()]
    for place, (label, values, links, href) in enumerate(rows):
        total, x = sum(values) or 1, left
        y = top + BOX * place
        head = Markup('<text class="name" x="{}%" y="{}" text-anchor="end">{}</text>').format(
            left - 1.5, y + 16, _cut(label, 22)
        )
        parts.append(_linked(href, label, head))
        for part, (value, link) in enumerate(zip(values, links, strict=True)):
            if not value:
                continue
            width = (100 - left) * value / total
            bar = Markup(
                '<rect class="part part-{}"{} x="{}%" y="{}" width="{}%" height="{}"></rect>'
            ).format(
                part % 6 + 1,
                pattern(part % 6 + 1),
                _short(x),
                y + 3,
                _short(max(0.2, width - 0.15)),
                BOX - 6,
            )
            if width > 5:
                bar += Markup(
                    '<text class="in-part" x="{}%" y="{}" text-anchor="middle">{}</text>'
                ).format(_short(x + width / 2), y + 17, f"{value:,}")
            share = f"{100 * value / total:.0f} %"
            parts.append(
                _linked(
                    link, f"{label}, {names[part].lower()}: {value:,} of {total:,} ({share})", bar
                )
            )
            x += width
    return _svg(height, parts)


def curve(points: Sequence[tuple[str, int, float]]) -> Markup:
    """A learning curve: the share at each step of practice, with how many it rests on below."""
    base = HEIGHT - BOTTOM
    span = base - TOP
    width = (100 - LEFT) / max(1, len(points))
    labels = [f"{label} n\N{NO-BREAK SPACE}{n:,}" for label, n, _ in points]
    values = [value if n else None for _, n, value in points]
    parts = [_grid(0.25, 1.0, base, span, "%"), _below(labels, width, base, every=1)]
    parts.append(_line(values, 1.0, base, span, width, "line line-1"))
    for place, (label, n, value) in enumerate(points):
        if n:
            x, y = LEFT + width * (place + 0.5), base - span * value
            mark = _mark("circle", x, y, 1)
            parts.append(_linked("", f"{label}: {100 * value:.0f} %, n {n:,}", mark))
    return _svg(HEIGHT, parts)


def outlook(row: Any) -> Markup:
    """One target: what is done (solid), what waits (hatched), where it will likely end (a line with its middle), and the target."""
    scale = 96 / max(row.target * 1.15, row.high, row.done + row.waiting, 1)
    done, waiting = row.done * scale, row.waiting * scale
    parts = [
        _patterns(),
        Markup('<rect class="track" width="100%" y="8" height="12" rx="3"></rect>'),
        Markup('<rect class="part" fill="url(#part-2)" x="{}%" width="{}%" y="8" height="12"></rect>').format(_short(done), _short(waiting)),
        Markup('<rect class="series-2" width="{}%" y="8" height="12" rx="3"></rect>').format(_short(done)),
        Markup('<line class="whisker" x1="{}%" x2="{}%" y1="14" y2="14"></line>').format(_short(row.low * scale), _short(row.high * scale)),
        Markup('<line class="median" x1="{0}%" x2="{0}%" y1="6" y2="22"></line>').format(_short(row.expected * scale)),
        Markup('<line class="goal" x1="{0}%" x2="{0}%" y1="1" y2="27"></line>').format(_short(row.target * scale)),
    ]  # fmt: skip
    return _svg(28, parts)


def pattern(part: int) -> Markup:
    """How a part of a whole is filled where that is no plain colour: every second one has a pattern."""
    return Markup("") if part % 2 else Markup(' fill="url(#part-{})"').format(part)


def shade(value: float, peak: float) -> int:
    """Which of the shades of a heat map a value has: 0 for none."""
    return 0 if not value or not peak else min(STEPS, 1 + int(STEPS * value / (peak * 1.0001)))


def _svg(height: float, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg width="100%" height="{}" aria-hidden="true" focusable="false">').format(
        height
    )
    return head + Markup("").join(parts) + Markup("</svg>")


def _grid(step: float, peak: float, base: float, span: float, unit: str) -> Markup:
    found = Markup("")
    for place in range(round(peak / step) + 1):
        y = _short(base - span * step * place / peak)
        found += Markup(
            '<line class="gridline" x1="{}%" x2="100%" y1="{}" y2="{}"></line><text x="{}%" y="{}" text-anchor="end">{}</text>'
        ).format(LEFT, y, y, LEFT - 1, float(y) + 4, number(step * place, unit))
    return found


def _below(labels: Sequence[str], width: float, base: float, every: int = 0) -> Markup:
    """Labels below the steps: as many as fit, their first word above the rest."""
    gap = every or max(1, ceil(len(labels) / 13))
    found = Markup("")
    for at, label in enumerate(labels):
        if at % gap:
            continue
        first, _, rest = label.partition(" ")
        x = _short(LEFT + width * (at + 0.5))
        found += Markup('<text x="{}%" y="{}" text-anchor="middle">{}</text>').format(
            x, base + 15, first
        )
        crowded = (
            not every and at + gap < len(labels) and " " in labels[at + gap] and len(labels) < 40
        )
        if rest and not crowded:
            found += Markup('<text x="{}%" y="{}" text-anchor="middle">{}</text>').format(
                x, base + 28, rest
            )
    return found


def _line(
    values: Sequence[float | None], peak: float, base: float, span: float, width: float, style: str
) -> Markup:
    """A line through the values, broken where one is missing. Its own box stretches; its stroke does not."""
    pieces: list[list[str]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(
                f"{_short(1000 * (at + 0.5) / max(1, len(values)))},{_short(1000 - 1000 * value / peak)}"
            )
    lines = Markup("").join(
        Markup(
            '<polyline class="{}" points="{}" vector-effect="non-scaling-stroke"></polyline>'
        ).format(style, " ".join(piece))
        for piece in pieces
        if len(piece) > 1
    )
    return Markup(
        '<svg x="{}%" y="{}" width="{}%" height="{}" viewBox="0 0 1000 1000" preserveAspectRatio="none" overflow="visible">{}</svg>'
    ).format(LEFT, base - span, 100 - LEFT, span, lines)


def _mark(shape: str, x: float, y: float, series: int, *, small: bool = False) -> Markup:
    size = 2 if small else 3.5
    if shape == "circle":
        return Markup('<circle class="mark mark-{}" cx="{}%" cy="{}" r="{}"></circle>').format(
            series, _short(x), _short(y), size
        )
    turned = "45" if shape == "diamond" else "0"
    return Markup(
        '<svg x="{}%" y="{}" width="1" height="1" overflow="visible"><rect class="mark mark-{}" x="{}" y="{}" width="{}" height="{}" transform="rotate({})"></rect></svg>'
    ).format(_short(x), _short(y), series, -size, -size, 2 * size, 2 * size, turned)


def _patterns() -> Markup:
    """The patterns of parts: one set for a page is enough, more do no harm."""
    return Markup(
        '<defs><pattern id="part-2" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="part-ground" width="6" height="6"></rect><line class="part-stroke" x1="0" y1="0" x2="0" y2="6"></line></pattern>'
        '<pattern id="part-4" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="part-ground" width="6" height="6"></rect><circle class="part-dot" cx="3" cy="3" r="1.4"></circle></pattern>'
        '<pattern id="part-6" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="part-ground" width="6" height="6"></rect><line class="part-stroke" x1="0" y1="3" x2="6" y2="3"></line></pattern></defs>'
    )


def _linked(href: str, words: str, drawn: Markup) -> Markup:
    """A part of a drawing with its words for the pointer, and the list behind it; the table has the same links."""
    inside = Markup("<title>{}</title>{}").format(words, drawn)
    if not href:
        return Markup("<g>{}</g>").format(inside)
    return Markup('<a href="{}" tabindex="-1">{}</a>').format(href, inside)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _cut(text: str, most: int = 34) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
