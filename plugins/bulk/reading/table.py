"""What every file gives, whatever its kind: headings, a count, and rows that can be read from any place on."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from plugins.bulk.reading.matching import plain
from sims.errors import Invalid, Problem

MOST_COLUMNS = 500
NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Kinds of characters that no heading has: a file that begins with them is something else."""

UNREADABLE = "\ufffd"
"""What stands where bytes mean nothing in a file's encoding, and where an earlier program had the same trouble."""

KINDS = {
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel workbook. Save it as .xlsx without a password",
    b"%PDF": "a PDF. Save the table as CSV or .xlsx",
    b"\x89PNG": "a picture. Send the table itself, as CSV or .xlsx",
    b"\xff\xd8\xff": "a picture. Send the table itself, as CSV or .xlsx",
    b"GIF8": "a picture. Send the table itself, as CSV or .xlsx",
    b"\x1f\x8b": "a compressed file. Unpack it first",
    b"Rar!": "a compressed file. Unpack it first",
    b"7z\xbc\xaf": "a compressed file. Unpack it first",
    b"{\\rtf": "a Word document. Send the table itself, as CSV or .xlsx",
}
"""How files begin that are no tables, whatever they are called, and what to do about them."""


@dataclass(frozen=True)
class RowFault:
    """Why a row can't be read. `column` is the place of the cell at fault, counted from 0; None: the whole row."""

    column: int | None
    message: str


Row = tuple[int, list[object] | RowFault]
"""A row's line as a spreadsheet counts it, and its cells as they stand there."""


class Table(Protocol):
    """A file that can be read. `note` says in words as what; `sheets` are a workbook's sheets with content."""

    headings: tuple[str, ...]
    heading_line: int
    count: int
    note: str
    sheets: tuple[str, ...]

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows with any content below the headings, without the first `after` of them."""


def open_table(path: Path, name: str, *, sheet: str = "", most_rows: int = 100_000) -> Table:
    """The table in a file called `name`. `sheet` names the sheet of a workbook (default: the first with content).

    What the file is called does not matter, only what is in it. Raises `Invalid` where it can't be read, has no
    headings, two that are the same, no rows below them, or more than `most_rows`.
    """
    from plugins.bulk.reading.text import TextTable
    from plugins.bulk.reading.workbook import WorkbookTable

    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise refused(f"{name} is empty. Choose another.")
    for mark, what in KINDS.items():
        if start.startswith(mark):
            raise refused(f"{name} is {what}.")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise refused(f"{name} is a web page or XML. Open it in Excel and save it as CSV or .xlsx.")
    if start.startswith(b"PK"):
        return WorkbookTable(path, name, sheet=sheet, most_rows=most_rows)
    return TextTable(path, name, most_rows=most_rows)


def filled(cells: list[object]) -> bool:
    """Whether there is anything but spaces in a row."""
    return any(cell.strip() if isinstance(cell, str) else cell is not None for cell in cells)


def fitted(cells: list[object], width: int) -> list[object] | RowFault:
    """The cells below the headings; a fault where more of them are filled in than there are headings."""
    if len(cells) > width and filled(cells[width:]):
        last = max(place for place, cell in enumerate(cells) if filled([cell]))
        return RowFault(
            None,
            f"This row has {last + 1} cells, but there are {width} headings. "
            "Is a separator in it that belongs into quotation marks?",
        )
    return cells[:width]


def headings_of(cells: list[object]) -> tuple[str, ...]:
    """A row as headings: each on one line, without the empty cells at the end."""
    headings = [" ".join(_heading(cell).split()) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    return tuple(headings)


def _heading(cell: object) -> str:
    """A number (a year, say) without the point that workbooks give it."""
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def check_headings(name: str, headings: tuple[str, ...], left: int = 0) -> None:
    """Raise `Invalid` where headings are no text, more than anybody would fill in, or stand there twice.

    `left` is the place of the first of them in a spreadsheet.
    """
    if len(headings) > MOST_COLUMNS:
        raise refused(
            f"{name} has {len(headings):,} columns; at most {MOST_COLUMNS} can be read. Is it the right file?"
        )
    text = "".join(headings)
    if UNREADABLE in text or any(unicodedata.category(letter) in NO_TEXT for letter in text):
        raise refused(
            f"{name} can't be read as text. Save the table as CSV (UTF-8) or .xlsx and send that."
        )
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        first = places.setdefault(plain(heading), place)
        if plain(heading) and first != place:
            where = f"columns {letters(first + left)} and {letters(place + left)}"
            raise refused(
                f"{name}: the heading {heading} stands in {where}. Take one out, or call it something else."
            )


def check_count(name: str, count: int, most_rows: int) -> None:
    """Raise `Invalid` where there is nothing below the headings, or too much."""
    if not count:
        raise refused(f"{name} names its columns and has nothing below them.")
    if count > most_rows:
        raise refused(f"{name} has more than {most_rows:,} rows. Split it.")


def letters(place: int) -> str:
    """The letters a spreadsheet has over a column, counted from 0."""
    text, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        text = chr(65 + digit) + text
    return text


def refused(message: str) -> Invalid:
    """A file that can't be read, and why."""
    return Invalid([Problem(code="bulk.file", message=message, fields=("file",))])
