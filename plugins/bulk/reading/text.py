"""Text with separators: its encoding and separator are found, its rows stream."""

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from plugins.bulk.reading.table import Row, RowFault, check_count, check_headings, refused

SAMPLE = 64 * 1024
LONGEST_LINE = 1_000_000
"""Characters; a longer line is no row of a table that anybody has typed or exported."""

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


class TextTable:
    """A CSV file. It is read three times, as a stream each: for its encoding, for its count, for its rows."""

    sheets: tuple[str, ...] = ()

    def __init__(self, path: Path, name: str, *, most_rows: int):
        self.path, self.name = path, name
        self.encoding = _encoding(path, name)
        self.separator, self._told = self._find_separator()
        self.note = f"{NAMES[self.encoding]}, {SEPARATORS[self.separator]}"
        records = self._records()
        first = next((entry for entry in records if _filled(entry[1])), None)
        if first is None:
            raise refused(f"{name} is empty. Choose another.")
        self.heading_line, found = first
        if isinstance(found, RowFault):
            raise refused(f"{name}: the headings can't be read. {found.message}")
        while found and not str(found[-1]).strip():
            found.pop()
        self.headings = tuple(" ".join(str(cell).split()) for cell in found)
        check_headings(name, self.headings)
        self.count = sum(1 for _ in islice(filter(lambda e: _filled(e[1]), records), most_rows + 1))
        check_count(name, self.count, most_rows)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows with any content below the headings, without the first `after` of them."""
        filled = filter(lambda entry: _filled(entry[1]), self._records())
        for line, cells in islice(filled, after + 1, None):
            yield line, self._checked(cells)

    def _checked(self, cells: list[object] | RowFault) -> list[object] | RowFault:
        if isinstance(cells, RowFault):
            return cells
        width = len(self.headings)
        if len(cells) > width and any(str(cell).strip() for cell in cells[width:]):
            return RowFault(None, f"This row has {len(cells)} cells, the headings are {width}.")
        for place, cell in enumerate(cells[:width]):
            if "\x00" in str(cell):
                return RowFault(place, "The cell holds binary data (a NUL byte). Type it again.")
        return cells[:width]

    def _records(self) -> Iterator[tuple[int, list[object] | RowFault]]:
        """Every row of the file with its number, the empty ones too."""
        csv.field_size_limit(LONGEST_CELL)
        with self._open() as file:
            if self._told:
                file.readline()
            lines = _Lines(file, self.name)
            reader = csv.reader(lines, delimiter=self.separator, strict=True)
            number = 0
            while True:
                number += 1
                lines.of_record = 0
                try:
                    yield number, list(next(reader))
                except StopIteration:
                    return
                except csv.Error as error:
                    if "unexpected end" in str(error):
                        raise refused(
                            f"{self.name}: a quotation mark that opens in row {number} is never closed."
                        ) from error
                    yield number, RowFault(None, _words(error))

    def _find_separator(self) -> tuple[str, bool]:
        """The separator of the heading line, outside quotation marks; and whether Excel's own line names it."""
        with self._open() as file:
            for line in _Lines(file, self.name):
                plain = line.strip("\r\n")
                if plain[:4].lower() == "sep=" and len(plain) == 5 and plain[4] in SEPARATORS:
                    return plain[4], True
                if plain.strip(" ,;\t"):
                    outside = "".join(plain.split('"')[::2])
                    return max(SEPARATORS, key=outside.count), False
        return ",", False

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, newline="")


class _Lines:
    """The lines of a file, none of them endless, and not endlessly many of them for one row."""

    def __init__(self, file: TextIO, name: str):
        self.file, self.name, self.number, self.of_record = file, name, 0, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.file.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.of_record += 1
        if len(line) > LONGEST_LINE:
            raise refused(
                f"{self.name}: line {self.number} has more than {LONGEST_LINE:,} characters. Is it a table?"
            )
        if self.of_record > MOST_LINES:
            opened = self.number - self.of_record + 1
            raise refused(
                f"{self.name}: a quotation mark that opens in line {opened} is not closed for {MOST_LINES} lines."
            )
        return line


def _filled(cells: list[object] | RowFault) -> bool:
    return isinstance(cells, RowFault) or any(str(cell).strip() for cell in cells)


def _words(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"A cell has more than {LONGEST_CELL:,} characters. Is a quotation mark missing?"
    return (
        "The quotation marks in this row can't be made out. A mark inside a cell is written twice."
    )


def _encoding(path: Path, name: str) -> str:
    """The encoding that reads the whole file. Raises `Invalid` where none does."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif sample[1::2].count(0) > len(sample) // 5:
        candidates = ["utf-16-le"]
    elif sample[::2].count(0) > len(sample) // 5:
        candidates = ["utf-16-be"]
    else:
        candidates = ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while part := file.read(SAMPLE):
                    decoder.decode(part)
                decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        return encoding
    raise refused(f"{name} can't be read as text. Save it as CSV (UTF-8) or .xlsx and send that.")
