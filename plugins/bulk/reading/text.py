"""Text with separators: its encoding and separator are found, its rows stream."""

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from plugins.bulk.reading.table import (
    UNREADABLE,
    Row,
    RowFault,
    check_count,
    check_headings,
    filled,
    fitted,
    headings_of,
    refused,
)

SAMPLE = 64 * 1024
LONGEST_ROW = 1_000_000
"""Characters; a longer row is in no table that anybody has typed or exported."""

LONGEST_CELL = 100_000
MOST_LINES = 1000
"""Lines that one row may go over: a cell with line breaks has some, a forgotten quotation mark has all the rest."""

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
STRANGE = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as Python keeps them."""


class TextTable:
    """A CSV file. It is read three times, as a stream each: for its encoding, for its count, for its rows."""

    sheets: tuple[str, ...] = ()

    def __init__(self, path: Path, name: str, *, most_rows: int):
        self.path, self.name = path, name
        self.encoding = _encoding(path)
        self.separator, self._told = self._find_separator()
        self.note = f"{NAMES[self.encoding]}, {SEPARATORS[self.separator]}"
        records = (entry for entry in self._records() if _counts(entry[1]))
        first = next(records, None)
        if first is None:
            raise refused(f"{name} is empty. Choose another.")
        self.heading_line, found = first
        if isinstance(found, RowFault):
            raise refused(f"{name}: the headings can't be read. {found.message}")
        self.headings = headings_of(found)
        check_headings(name, self.headings)
        self.count = sum(1 for _ in islice(records, most_rows + 1))
        check_count(name, self.count, most_rows)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows with any content below the headings, without the first `after` of them."""
        counted = (entry for entry in self._records() if _counts(entry[1]))
        for line, cells in islice(counted, after + 1, None):
            yield line, self._checked(cells)

    def _checked(self, cells: list[object] | RowFault) -> list[object] | RowFault:
        if isinstance(cells, RowFault):
            return cells
        for place, cell in enumerate(cells[: len(self.headings)]):
            if "\x00" in str(cell):
                return RowFault(place, "The cell holds binary data (a NUL byte). Type it again.")
            if UNREADABLE in str(cell):
                return RowFault(
                    place,
                    f"The cell holds characters that are no {NAMES[self.encoding]}. Type it again.",
                )
        return fitted(cells, len(self.headings))

    def _records(self) -> Iterator[tuple[int, list[object] | RowFault]]:
        """Every row of the file with its number, the empty ones too."""
        csv.field_size_limit(LONGEST_CELL)
        with self._open() as file:
            lines = _Lines(file, self.name)
            if self._told:
                next(lines)
            reader = csv.reader(lines, delimiter=self.separator, strict=True)
            number = 0
            while True:
                number += 1
                lines.begin()
                try:
                    yield number, list(next(reader))
                except StopIteration:
                    return
                except csv.Error as error:
                    yield number, lines.fault(error)

    def _find_separator(self) -> tuple[str, bool]:
        """The separator of the heading line, outside quotation marks; and whether Excel's own first line names it."""
        with self._open() as file:
            lines = _Lines(file, self.name)
            for line in lines:
                plain = line.strip("\r\n")
                told = lines.number == 1 and plain[:4].lower() == "sep=" and len(plain) == 5
                if told and plain[4] in SEPARATORS:
                    return plain[4], True
                if plain.strip(" ,;\t"):
                    outside = "".join(plain.split('"')[::2])
                    return max(SEPARATORS, key=outside.count), False
                lines.begin()
        return ",", False

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, errors="replace", newline="")


class _Lines:
    """The lines of a file, none of them endless, and not endlessly many of them for one row."""

    def __init__(self, file: TextIO, name: str):
        self.file, self.name, self.number = file, name, 0
        self.begin()

    def begin(self) -> None:
        """The next line is the first of a row."""
        self.opened, self.size = self.number + 1, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.file.readline(LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if self.number - self.opened >= MOST_LINES or (
            self.size > LONGEST_ROW and self.number > self.opened
        ):
            raise self._unclosed()
        if self.size > LONGEST_ROW:
            raise refused(
                f"{self.name}: line {self.number} has more than {LONGEST_ROW:,} characters. Is it a table?"
            )
        return line

    def fault(self, error: csv.Error) -> RowFault:
        """What is wrong with the row just read. Raises `Invalid` where it is more than this row."""
        if "unexpected end" in str(error):
            raise self._unclosed() from error
        if "field larger" in str(error):
            if self.number > self.opened:
                raise self._unclosed() from error
            return RowFault(None, f"A cell has more than {LONGEST_CELL:,} characters. Shorten it.")
        over = f" (lines {self.opened} to {self.number} of the file)"
        return RowFault(
            None,
            f"The quotation marks in this row{over if self.number > self.opened else ''} can't be made out. "
            "Write a mark inside a cell twice.",
        )

    def _unclosed(self) -> Exception:
        return refused(
            f"{self.name}: a quotation mark that opens in line {self.opened} is never closed, or far too late. "
            "Close it, or take it out."
        )


def _counts(cells: list[object] | RowFault) -> bool:
    return isinstance(cells, RowFault) or filled(cells)


def _encoding(path: Path) -> str:
    """The encoding of a file: Unicode where it is marked or fits, else Windows-1252.

    Single faults in UTF-8 don't turn all other letters of a long file into nonsense: they are told row by row.
    """
    with path.open("rb") as file:
        sample = file.read(400)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample[1::2].count(0) > len(sample) // 5:
        return "utf-16-le"
    if sample[::2].count(0) > len(sample) // 5:
        return "utf-16-be"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    letters = strange = 0
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as text:
        while part := text.read(SAMPLE):
            found = len(STRANGE.findall(part))
            letters += len(part) - len(part.encode("ascii", "ignore")) - found
            strange += found
    return "cp1252" if strange and letters <= strange else "utf-8-sig"
