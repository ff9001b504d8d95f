"""What every file gives, whatever its kind: headings, a count, and rows that can be read from any place on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sims.errors import Invalid, Problem

MOST_COLUMNS = 500

KINDS = {
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel workbook. Save it as .xlsx without a password",
    b"%PDF": "a PDF. Save the table as CSV or .xlsx",
    b"\x89PNG": "a picture. Send the table itself, as CSV or .xlsx",
    b"\xff\xd8\xff": "a picture. Send the table itself, as CSV or .xlsx",
    b"\x1f\x8b": "a compressed file. Unpack it first",
    b"Rar!": "a compressed file. Unpack it first",
    b"7z\xbc\xaf": "a compressed file. Unpack it first",
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

    Raises `Invalid` where it can't be read, has no headings, no rows below them, or more than `most_rows`.
    """
    from plugins.bulk.reading.text import TextTable
    from plugins.bulk.reading.workbook import WorkbookTable

    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise refused(f"{name} is empty. Choose another.")
    for mark, what in KINDS.items():
        if start.startswith(mark):
            raise refused(f"{name} is {what}.")
    if start.startswith(b"PK"):
        return WorkbookTable(path, name, sheet=sheet, most_rows=most_rows)
    return TextTable(path, name, most_rows=most_rows)


def check_headings(name: str, headings: tuple[str, ...]) -> None:
    """Raise `Invalid` where a file has no headings, or more than anybody would fill in."""
    if not any(headings):
        raise refused(f"{name} has no headings. Its first line must name the columns.")
    if len(headings) > MOST_COLUMNS:
        raise refused(
            f"{name} has {len(headings):,} columns; at most {MOST_COLUMNS} can be read. Is it the right file?"
        )


def check_count(name: str, count: int, most_rows: int) -> None:
    """Raise `Invalid` where there is nothing below the headings, or too much."""
    if not count:
        raise refused(f"{name} names its columns and has nothing below them.")
    if count > most_rows:
        raise refused(f"{name} has more than {most_rows:,} rows. Split it.")


def refused(message: str) -> Invalid:
    """A file that can't be read, and why."""
    return Invalid([Problem(code="bulk.file", message=message, fields=("file",))])
