"""Excel workbooks. Before the library reads one, its parts are unpacked as a stream, counted and looked at."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree  # what declares entities was refused before

import python_calamine as calamine

from plugins.bulk.reading.table import (
    MOST_COLUMNS,
    Row,
    RowFault,
    check_count,
    check_headings,
    refused,
)

LARGEST = 200 * 2**20
"""Bytes that a workbook may have unpacked."""

STEEPEST = 100
"""How many times its packed size a part may have unpacked, where it has more than `SMALL` bytes."""

SMALL = 2**20
PIECE = 2**18
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,7})([0-9]{1,9})"([^>]*)>')
ERROR = re.compile(rb'\bt="e"')
SPARE_ROWS = 2000
"""Rows that may be empty, above and between those that count."""


class WorkbookTable:
    """One sheet of a workbook: the one named, else the first visible one with content."""

    def __init__(self, path: Path, name: str, *, sheet: str, most_rows: int):
        self.name = name
        errors = _inspect(path, name, most_rows)
        try:
            workbook = calamine.CalamineWorkbook.from_path(str(path))
            visible = calamine.SheetVisibleEnum.Visible
            shown = [entry.name for entry in workbook.sheets_metadata if entry.visible == visible]
            hidden = [entry.name for entry in workbook.sheets_metadata if entry.visible != visible]
            found = {title: workbook.get_sheet_by_name(title) for title in shown}
        except calamine.PasswordError as error:
            raise refused(f"{name} has a password. Save it without one.") from error
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise refused(f"{name} is damaged or no workbook. Save it again as .xlsx.") from error
        self.sheets = tuple(title for title in shown if found[title].height)
        if not self.sheets:
            raise refused(f"{name} is empty. Choose another.")
        if sheet and sheet not in self.sheets:
            raise refused(f"{name} has no sheet {sheet}. It has: {', '.join(self.sheets)}.")
        self.sheet = sheet or self.sheets[0]
        self._sheet = found[self.sheet]
        self._errors = errors.get(_part_of(path, self.sheet), set())
        self._left = self._sheet.start[1] if self._sheet.start else 0
        self._merged = _merged(self._sheet.merged_cell_ranges or [])
        self.note = self._said(hidden)
        first = next((entry for entry in self._records() if _filled(entry[1])), None)
        if first is None:
            raise refused(f"{name} is empty. Choose another.")
        self.heading_line, cells = first
        while cells and not str(cells[-1]).strip():
            cells.pop()
        self.headings = tuple(" ".join(str(cell).split()) for cell in cells)
        check_headings(name, self.headings)
        self.count = sum(1 for _ in islice(self.rows(), most_rows + 1))
        check_count(name, self.count, most_rows)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows with any content below the headings, without the first `after` of them."""
        below = (
            (line, cells)
            for line, cells in self._records()
            if line > self.heading_line and (_filled(cells) or line in self._merged)
        )
        for line, cells in islice(below, after, None):
            yield line, self._checked(line, cells)

    def _records(self) -> Iterator[tuple[int, list[object]]]:
        for line, cells in enumerate(self._sheet.iter_rows(), start=1):
            yield line, list(cells)

    def _checked(self, line: int, cells: list[object]) -> list[object] | RowFault:
        width = len(self.headings)
        for place, span in self._merged.get(line, {}).items():
            if 0 <= place - self._left < width:
                return RowFault(
                    place - self._left,
                    f"{span} are merged. Unmerge them and give each cell its own value.",
                )
        for place in range(min(width, len(cells))):
            if (line, place + self._left) in self._errors:
                return RowFault(place, "The formula of this cell has no value, only an error.")
        if len(cells) > width and any(str(cell).strip() for cell in cells[width:]):
            return RowFault(None, f"This row has {len(cells)} cells, the headings are {width}.")
        return cells[:width]

    def _said(self, hidden: list[str]) -> str:
        parts = [f"Excel workbook, sheet {self.sheet}"]
        others = [title for title in self.sheets if title != self.sheet]
        if others:
            parts.append(f"not read: {', '.join(others)}")
        if hidden:
            parts.append(f"hidden, not read: {', '.join(hidden)}")
        return "; ".join(parts)


def _filled(cells: list[object]) -> bool:
    return any(str(cell).strip() for cell in cells)


def _merged(ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> dict[int, dict[int, str]]:
    """Line → place → the range it is merged in, for every merged cell."""
    found: dict[int, dict[int, str]] = {}
    for (top, left), (bottom, right) in ranges[:10_000]:
        span = f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}"
        for line in range(top, min(bottom, top + SPARE_ROWS) + 1):
            for place in range(left, min(right, left + MOST_COLUMNS) + 1):
                found.setdefault(line + 1, {})[place] = span
    return found


def _letters(place: int) -> str:
    """The letters Excel has over a column, counted from 0."""
    text, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        text = chr(65 + digit) + text
    return text


def _place(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _part_of(path: Path, sheet: str) -> str:
    """The part of the file that holds a sheet."""
    with zipfile.ZipFile(path) as archive:
        links = {
            link.get("Id"): link.get("Target", "")
            for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for entry in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
            if entry.tag.endswith("}sheet") and entry.get("name") == sheet:
                target = next((links.get(v) for k, v in entry.items() if k.endswith("}id")), "")
                return f"xl/{target}" if not str(target).startswith("/") else str(target)[1:]
    return ""


def _inspect(path: Path, name: str, most_rows: int) -> dict[str, set[tuple[int, int]]]:
    """Unpack every part as a stream and keep nothing of it. Returns the cells (line, place) that hold errors, by
    part.

    What a zip says of its sizes is not believed. Raises `Invalid` for a bomb, for XML with declarations of its
    own, for a sheet whose cells lie too far apart to be held, and for what is no workbook.
    """
    errors: dict[str, set[tuple[int, int]]] = {}
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise refused(
                    f"{name} is a zip file, but no Excel workbook. Save the table as .xlsx or CSV."
                )
            if len(parts) > 10_000:
                raise refused(f"{name} has too many parts for a workbook.")
            for part in parts:
                if part.flag_bits & 1:
                    raise refused(f"{name} has a password. Save it without one.")
                found = errors.setdefault(part.filename, set())
                total += _look(archive, part, name, most_rows, found, LARGEST - total)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise refused(f"{name} is damaged. Save it again as .xlsx and send that.") from error
    return errors


def _look(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    name: str,
    most_rows: int,
    errors: set[tuple[int, int]],
    left: int,
) -> int:
    """Unpack one part; return its size. Raises `Invalid`."""
    size, rest = 0, b""
    is_sheet = part.filename.startswith("xl/worksheets/")
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            if not size and (b"<!DOCTYPE" in piece or b"<!ENTITY" in piece):
                raise refused(
                    f"{name} declares XML entities, which no spreadsheet program writes. It is not read."
                )
            size += len(piece)
            if size > left or (size > SMALL and size > STEEPEST * max(part.compress_size, 1)):
                raise refused(
                    f"{name} unpacks to far more than it is ({LARGEST // 2**20} MB at most). Split it, or send CSV."
                )
            if is_sheet:
                rest = _scan(rest + piece, name, most_rows, errors)
    return size


def _scan(text: bytes, name: str, most_rows: int, errors: set[tuple[int, int]]) -> bytes:
    """Look at the cells in a piece of a sheet; return its end, where a cell may be cut in two."""
    for found in CELL.finditer(text):
        place, line = _place(found[1]), int(found[2])
        if place >= MOST_COLUMNS:
            raise refused(
                f"{name} has a cell in column {found[1].decode()}; at most {MOST_COLUMNS} columns can be read."
            )
        if line > most_rows + SPARE_ROWS:
            raise refused(f"{name} has more than {most_rows:,} rows. Split it.")
        if len(errors) < 10_000 and (ERROR.search(found[0])):
            errors.add((line, place))
    return text[-500:] if not text.endswith(b">") else b""
