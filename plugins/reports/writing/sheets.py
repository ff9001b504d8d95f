"""A paper as a workbook: a sheet for each table, typed cells, and one that says what was asked for."""

import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from plugins.reports.document import Document
from sims import clock
from sims.contracts import Column
from sims.tables import Table
from sims.web.templating import plain_date, text_of

MOST_ROWS = 1_048_575
"""Rows of a sheet below its headings: Excel's limit."""
LONGEST = 32_767
"""Characters of a cell: Excel's limit."""
FIRST_YEAR = 1900
"""Excel knows no dates before it: they stand as text."""
NAME_LENGTH = 31
PARAMETERS = "Parameters"
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WIDTHS = {
    "number": 11,
    "percent": 9,
    "date": 12,
    "datetime": 17,
    "yes_no": 8,
    "status": 20,
    "person": 24,
}
FORMATS = {
    "date": "d mmm yyyy",
    "datetime": "d mmm yyyy hh:mm",
    "percent": "0 %",
    "number": "#,##0.##",
}


class Rows(Protocol):
    """Whatever counts the rows of a table as they are read."""

    def rows(self, table: Table) -> Iterable[Any]:
        """The rows of a table."""


def write(document: Document, path: Path, counted: Rows) -> None:
    """Write the workbook row by row: its memory does not grow with them."""
    with tempfile.TemporaryDirectory(dir=path.parent) as rows_folder:
        _write(document, path, counted, rows_folder)


def _write(document: Document, path: Path, counted: Rows, rows_folder: str) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": FORMATS["date"],
        "remove_timezone": True,
        "tmpdir": rows_folder,
    }
    book = Workbook(str(path), options)
    book.set_properties(
        {
            "title": printable(document.title),
            "author": printable(document.site),
            "created": document.as_of.replace(tzinfo=None),
        }
    )
    sheets = Sheets(book, document)
    try:
        for part in document.parts:
            for table in part.tables:
                sheets.add(table, counted.rows(table), part.title)
        sheets.add_parameters()
    except BaseException:
        book.fileclosed = True  # or it would be written after all when it is collected
        raise
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(*error.args[0].args) from error


class Sheets:
    """The sheets of one workbook as they are added."""

    def __init__(self, book: Workbook, document: Document):
        self.book, self.document = book, document
        self.names: set[str] = {PARAMETERS.lower()}
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.bold = book.add_format({"bold": True})
        self.formats: dict[str, Format] = {
            kind: book.add_format({"num_format": shown}) for kind, shown in FORMATS.items()
        }
        self.whole = book.add_format({"num_format": "#,##0"})

    def add(self, table: Table, rows: Iterable[Sequence[Any]], part: str) -> None:
        """A sheet with the table; a second one where Excel's rows do not suffice."""
        sheet, place, copy = self._begin(table, part, 1), 0, 1
        writers = [self._writer(column) for column in table.columns]
        for row in rows:
            if place == MOST_ROWS:
                self._finish(sheet, table, place)
                copy += 1
                sheet, place = self._begin(table, part, copy), 0
            place += 1
            for at, (value, put) in enumerate(zip(row, writers, strict=True)):
                if value is not None and value != "":
                    put(sheet, place, at, value)
        self._finish(sheet, table, place)

    def add_parameters(self) -> None:
        """What the paper is, what it was asked for, and of when: so that it explains itself years later."""
        document, sheet = self.document, self.book.add_worksheet(PARAMETERS)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 70)
        local = clock.local(document.as_of)
        lines = [
            ("Report", document.title),
            ("About", document.about),
            *((f"Narrowed by {label.lower()}", value) for label, value in document.parameters),
            *document.facts,
            ("As of", f"{plain_date(local.date())}, {local:%H:%M} ({local.tzname()})"),
            ("Made for", document.made_for),
            ("By", document.site),
        ]
        if document.code:
            lines += [("Code", document.code), ("To be checked at", document.address)]
        for place, (label, value) in enumerate(lines):
            sheet.write_string(place, 0, printable(label), self.bold)
            sheet.write_string(place, 1, printable(value))

    def _begin(self, table: Table, part: str, copy: int) -> Worksheet:
        sheet = self.book.add_worksheet(self._name(table.title, copy))
        for at, column in enumerate(table.columns):
            width = WIDTHS.get(column.kind, 32 if at == 0 else 26)
            sheet.set_column(at, at, max(width, min(len(column.label) + 2, 30)))
            sheet.write_string(0, at, printable(column.label), self.head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        titles = [self.document.title, part, table.title]
        heading = " – ".join(dict.fromkeys(title for title in titles if title))
        sheet.set_header(f"&L{_in_header(heading)}")
        sheet.set_footer(f"&L{_in_header(self.document.site)}&RPage &P of &N")
        return sheet

    def _finish(self, sheet: Worksheet, table: Table, rows: int) -> None:
        if table.columns:
            sheet.autofilter(0, 0, rows, len(table.columns) - 1)

    def _name(self, title: str, copy: int) -> str:
        """A sheet name Excel takes, and that no other sheet has."""
        plain = FORBIDDEN.sub(" ", printable(title)).strip(" '") or "Table"
        number = copy
        while True:
            ending = f" ({number})" if number > 1 else ""
            name = _cut(plain, NAME_LENGTH - len(ending)).rstrip(" '") + ending
            if name.lower() not in self.names and name.lower() != "history":
                self.names.add(name.lower())
                return name
            number += 1

    def _writer(self, column: Column) -> Any:
        """How a value of this column gets into its cell."""
        shown = self.formats.get(column.kind)
        whole = self.whole

        def put(sheet: Worksheet, row: int, at: int, value: Any) -> None:
            if isinstance(value, str):
                sheet.write_string(row, at, printable(value))
            elif isinstance(value, bool):
                sheet.write_string(row, at, text_of(value))
            elif isinstance(value, int):
                sheet.write_number(row, at, value, shown if column.kind == "percent" else whole)
            elif isinstance(value, float | Decimal) and isfinite(value):
                sheet.write_number(row, at, float(value), shown)
            elif isinstance(value, date) and value.year < FIRST_YEAR:
                sheet.write_string(row, at, text_of(value))
            elif isinstance(value, datetime):
                aware = value if value.tzinfo else value.replace(tzinfo=UTC)
                local = clock.local(aware).replace(tzinfo=None, second=0, microsecond=0)
                sheet.write_datetime(row, at, local, self.formats["datetime"])
            elif isinstance(value, date):
                sheet.write_datetime(row, at, value, self.formats["date"])
            else:
                sheet.write_string(row, at, printable(text_of(value)))

        return put


def printable(text: str) -> str:
    """`text` without the signs XML has no place for, and no longer than a cell."""
    plain = UNPRINTABLE.sub("", text)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def _cut(text: str, most: int) -> str:
    """The beginning of `text` that has at most so many signs as Excel counts them: in UTF-16."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", errors="ignore")


def _in_header(text: str) -> str:
    """`text` as headers and footers take it: `&` begins a command there, and 255 signs are the limit."""
    return printable(text)[:100].replace("&", "&&")
