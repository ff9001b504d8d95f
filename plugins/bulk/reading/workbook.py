"""Excel workbooks: one sheet of them, as the spreadsheet program left its values."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import python_calamine as calamine

from plugins.bulk.reading.package import Sheet, sheets_of
from plugins.bulk.reading.part import Span
from plugins.bulk.reading.table import (
    Row,
    RowFault,
    check_count,
    check_headings,
    filled,
    fitted,
    headings_of,
    letters,
    refused,
)

MOST_MERGED = 300_000
"""Rows that merged cells may lie in, each range counted by itself."""


class WorkbookTable:
    """One sheet of a workbook: the one named, else the first visible one with content."""

    def __init__(self, path: Path, name: str, *, sheet: str, most_rows: int):
        self.name = name
        every = sheets_of(path, name)
        shown = {entry.title: entry for entry in every if entry.visible and entry.part.around}
        self.sheets = tuple(shown)
        if not shown:
            raise refused(f"{name} has no sheet with anything in it. Choose another.")
        if sheet and sheet not in shown:
            raise refused(f"{name} has no sheet {sheet}. It has: {', '.join(shown)}.")
        self.sheet = sheet or self.sheets[0]
        chosen = shown[self.sheet]
        self._left = chosen.part.around[1] if chosen.part.around else 0
        self._faults = chosen.part.faults
        self._merged = _by_line(chosen, name)
        self._cells = _load(path, name, chosen)
        self.note = self._said([entry.title for entry in every if not entry.visible])
        first = next((entry for entry in self._records() if filled(entry[1])), None)
        if first is None:
            raise refused(f"{name} is empty. Choose another.")
        self.heading_line, cells = first
        self.headings = headings_of(cells)
        check_headings(name, self.headings, self._left)
        for place in range(len(self.headings)):
            if fault := self._faults.get((self.heading_line, place + self._left)):
                raise refused(f"{name}: heading {letters(place + self._left)}: {fault}")
        self.count = sum(1 for _ in islice(self.rows(), most_rows + 1))
        check_count(name, self.count, most_rows)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows with any content below the headings, without the first `after` of them."""
        below = (
            (line, cells)
            for line, cells in self._records()
            if line > self.heading_line and self._counts(line, cells)
        )
        for line, cells in islice(below, after, None):
            yield line, self._checked(line, cells)

    def _records(self) -> Iterator[tuple[int, list[object]]]:
        line = 0
        for line, cells in enumerate(self._cells.iter_rows(), start=1):
            yield line, list(cells)
        for beyond in sorted({at for at, _ in self._faults if at > line}):
            yield beyond, []  # rows of nothing but formulas that have no value

    def _counts(self, line: int, cells: list[object]) -> bool:
        """Whether a row has content, or would have if its cells were not merged and its formulas had values."""
        return filled(cells) or isinstance(self._checked(line, cells), RowFault)

    def _checked(self, line: int, cells: list[object]) -> list[object] | RowFault:
        width = len(self.headings)
        for span in self._merged.get(line, ()):
            top, left, bottom, right = span
            place = max(left - self._left, 0)
            if place < width and right >= self._left and (line > top or right > left):
                named = f"{letters(left)}{top}:{letters(right)}{bottom}"
                return RowFault(
                    place, f"{named} are merged. Unmerge them and give each row its own value."
                )
        if self._faults:
            for place in range(width):
                if fault := self._faults.get((line, place + self._left)):
                    return RowFault(place, fault)
        return fitted(cells, width)

    def _said(self, hidden: list[str]) -> str:
        parts = [f"Excel workbook, sheet {self.sheet}"]
        others = [title for title in self.sheets if title != self.sheet]
        if others:
            parts.append(f"not read: {', '.join(others)}")
        if hidden:
            parts.append(f"hidden, not read: {', '.join(hidden)}")
        return "; ".join(parts)


def _load(path: Path, name: str, sheet: Sheet) -> calamine.CalamineSheet:
    """The cells of a sheet. Raises `Invalid` where the library can't make them out."""
    try:
        return calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet.index)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise refused(f"{name} is damaged. Save it again as .xlsx and send that.") from error


def _by_line(sheet: Sheet, name: str) -> dict[int, list[Span]]:
    """Line → the merged ranges that lie in it, as far as the sheet has content."""
    found: dict[int, list[Span]] = {}
    last = sheet.part.around[2] if sheet.part.around else 0
    number = 0
    for span in sheet.part.merged:
        for line in range(span[0], min(span[2], last) + 1):
            found.setdefault(line, []).append(span)
            number += 1
            if number > MOST_MERGED:
                raise refused(f"{name} has too many merged cells. Unmerge them first.")
    return found
