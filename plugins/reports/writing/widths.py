"""How the columns of a printed table share the page, so that no word runs into the next column.

Widths are counted in signs: a page of A4 or Letter has room for so many at the size the table is set in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sims.contracts import Column

WHOLE = ("number", "percent", "date", "yes_no")
"""Kinds whose cells stay on one line."""
GAP = 2.4
"""The space between two columns, in signs."""
LONGEST_WORD, LONGEST_CELL = 16, 60
SIZES = ((9, 8.8), (12, 7.6), (1000, 6.8))
"""Up to so many columns, a table is set in this size (points)."""
UPRIGHT, ACROSS = 174.0, 243.0
"""Millimetres for a table on a page, upright (A4) and across (Letter): the narrower of both papers."""
SIGN = 0.55 * 0.3528
"""Millimetres of an average sign for each point of size, generously."""
CROWDED = 1.5
"""A table that would need so many times the upright page lies across it."""
TALL = 24
"""A row of more lines may go on on the next page; others stay whole."""


@dataclass(frozen=True)
class Layout:
    """How a table stands: across the page or upright, its size in points, the width of each column in signs, and
    whether its rows are low enough to be kept from breaking over two pages."""

    wide: bool
    size: float
    widths: tuple[float, ...]
    whole: bool


def layout(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Layout:
    """The layout of a table with these columns and cells."""
    size = next(points for most, points in SIZES if len(columns) <= most)
    sample = rows[:: max(1, len(rows) // 200)]
    needs = [
        _needs(column, [row[at] for row in (rows if column.kind in WHOLE else sample)])
        for at, column in enumerate(columns)
    ]
    least = sum(need[0] for need in needs)
    wished = sum(need[1] for need in needs)
    upright, across = (millimetres / (SIGN * size) for millimetres in (UPRIGHT, ACROSS))
    wide = least > upright or wished > CROWDED * upright
    more = (across if wide else upright) - least
    part = min(1.0, max(0.0, more) / (wished - least)) if wished > least else 0.0
    widths = tuple(low + part * (wish - low) for low, wish in needs)
    most = [(width - GAP) * TALL / 2 for width in widths]  # lines are seldom full
    whole = all(
        len(cell) <= signs and cell.count("\n") < TALL
        for row in rows
        for cell, signs in zip(row, most, strict=True)
    )
    return Layout(wide, size, widths, whole)


def _needs(column: Column, cells: Sequence[str]) -> tuple[float, float]:
    """What a column needs, or words would run out of it, and what it would like to have."""
    heading = max(map(len, column.label.split()), default=1)
    lengths = sorted(map(len, cells)) or [0]
    if column.kind in WHOLE:
        width = max(heading, lengths[-1]) + GAP
        return width, width
    words = (len(word) for cell in cells for word in re.split(r"[\s-]+", cell))
    usual = min(LONGEST_CELL, lengths[int(0.9 * (len(lengths) - 1))])
    low = max(heading, min(LONGEST_WORD, max(words, default=1)))
    return low + GAP, max(low, usual) + GAP


def breakable(text: str, width: float) -> str:
    """`text` with places to break a word that is longer than a line of so many signs."""
    most = max(8, int(width - GAP))
    if len(text) <= most:
        return text
    return re.sub(rf"\S{{{most}}}(?=\S)", "\\g<0>\u200b", text)
