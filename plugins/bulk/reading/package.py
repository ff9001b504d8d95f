"""What is inside an .xlsx file, seen before the library reads it: it is unpacked as a stream, counted, looked at.

What a zip says of its sizes is not believed. The library holds a sheet as a full rectangle, so a cell far away from
all others costs memory for everything between: that is measured here as well.
"""

import codecs
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from plugins.bulk.reading.table import refused

LARGEST = 200 * 2**20
"""Bytes that a workbook may have unpacked."""

STEEPEST = 100
"""How many times its packed size something may have unpacked, where it has more than `SMALL` bytes."""

SMALL = 2**20
PIECE = 2**18
LONGEST_TAG = 4 * 2**20
MOST_PARTS = 10_000
MOST_CELLS = 5_000_000
"""Cells of the rectangle around a sheet's content: 100,000 rows of 50 columns, 150 MB in memory."""

MOST_TEXTS = 1_000_000
"""Texts that a list of them may say it has, however few there are in it."""

MOST_MARKS = 10_000
"""Merged ranges, or formulas without a value, of a workbook."""

REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
WORKBOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

Span = tuple[int, int, int, int]
"""Top, left, bottom, right; lines are counted from 1, places from 0."""


@dataclass
class Part:
    """What was seen in one XML part: of a sheet, the rectangle of its content, merged cells and faults."""

    around: Span | None = None
    merged: list[Span] = field(default_factory=list)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    sheets: list[Mapping[str, str]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A sheet as the workbook names it; `index` is its place among all sheets."""

    index: int
    title: str
    visible: bool
    part: Part


def sheets_of(path: Path, name: str) -> list[Sheet]:
    """The sheets of a workbook in its order.

    Raises `Invalid` for what is no workbook, is damaged or locked, unpacks to too much, declares XML entities, or
    has cells so far apart that they can't be held.
    """
    try:
        parts = _parts(path, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        struct.error,
        ValueError,  # UnicodeError is one
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise _damaged(name) from error
    found = []
    links = parts[LINKS].links if LINKS in parts else {}
    for index, sheet in enumerate(parts[WORKBOOK].sheets):
        link = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        target = links.get(link, "")
        place = target[1:] if target.startswith("/") else f"xl/{target}"
        if place not in parts:
            raise _damaged(name)
        visible = sheet.get("state", "visible") == "visible"
        found.append(Sheet(index, sheet.get("name", ""), visible, parts[place]))
    return found


def _parts(path: Path, name: str) -> dict[str, Part]:
    """Every XML part by its name in the zip."""
    packed, total = path.stat().st_size, 0
    found: dict[str, Part] = {}
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if WORKBOOK not in {entry.filename for entry in entries}:
            raise refused(
                f"{name} is a zip file, but no Excel workbook. Save the table as .xlsx or CSV."
            )
        if len(entries) > MOST_PARTS:
            raise refused(f"{name} has too many parts for a workbook.")
        for entry in entries:
            if entry.flag_bits & 1:
                raise refused(f"{name} has a password. Save it without one.")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _damaged(name)
            scan = _Scan(name) if entry.filename.lower().endswith((".xml", ".rels")) else None
            said, entry.file_size = entry.file_size, 2**62  # read to the real end of it
            left = min(LARGEST, max(SMALL, STEEPEST * packed)) - total
            most = min(left, max(SMALL, STEEPEST * entry.compress_size))
            size = _unpack(archive, entry, name, scan, most)
            total += size
            if size != said or entry.filename in found:
                raise _damaged(name)
            if scan:
                found[entry.filename] = scan.part
    return found


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, scan: "_Scan | None", most: int
) -> int:
    """Unpack one part, keeping nothing of it; return its size. Raises `Invalid` where it is more than `most`."""
    size = 0
    with archive.open(entry) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > most:
                raise refused(
                    f"{name} unpacks to far more than it is ({LARGEST // 2**20} MB at most). Split it, or send CSV."
                )
            if scan:
                scan.feed(piece)
    if scan:
        scan.end()
    return size


class _Scan:
    """One XML part as it goes by."""

    def __init__(self, name: str):
        self.name, self.part = name, Part()
        self.cells = self.in_cell = self.formula = False
        self.line = self.at = self.fed = self.said = 0
        self.place = -1
        self.type = ""
        self.columns: dict[str, int] = {}
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.top = self.left = 2**30
        self.bottom = self.right = -1

    def feed(self, piece: bytes) -> None:
        """Look at the next piece. Raises `Invalid`, and `ExpatError` or `ValueError` where it is no XML."""
        if not self.fed and piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ValueError("not UTF-8, as the library reads it")
        self.parser.Parse(piece)
        self.fed += len(piece)
        if self.fed - self.parser.CurrentByteIndex > LONGEST_TAG:
            raise ValueError("a tag without an end")

    def end(self) -> None:
        """Note what was seen. Raises as `feed` does."""
        self.parser.Parse(b"", True)
        if self.formula:
            self._note_formula()
        if self.said > max(MOST_TEXTS, self.fed // len("<si/>")):
            raise ValueError("a list of more texts than there is room for")
        if self.bottom < 0:
            return
        self.part.around = self.top, self.left, self.bottom, self.right
        height, width = self.bottom - self.top + 1, self.right - self.left + 1
        if height * width > MOST_CELLS:
            raise refused(
                f"{self.name} has a sheet whose content goes over {height:,} rows and {width:,} columns. "
                "Delete what stands far away from the table, or send CSV."
            )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if self.cells and tag == "c":
            self._cell(attributes)
        elif self.cells and tag in ("v", "is"):
            self._content()
        elif tag == "f":
            self.formula |= self.in_cell  # rules and charts have them as well
        elif tag == "row":
            if self.formula:
                self._note_formula()
            self.line, self.place = int(attributes.get("r", self.line + 1)), -1
        else:
            self._other(tag, attributes)
        self.in_cell = tag == "c"

    def _other(self, tag: str, attributes: dict[str, str]) -> None:
        if "uniqueCount" in attributes:  # the library takes memory for as many texts
            self.said = max(self.said, int(attributes["uniqueCount"]))
        if tag == "sheetData":
            self.cells = True
        elif tag == "sst":
            self.parser.StartElementHandler = self._text
        elif tag == "mergeCell":
            self.part.merged.append(self._span(attributes.get("ref", "")))
            self._few(len(self.part.merged), "merged cells")
        elif tag == "sheet":
            self.part.sheets.append(attributes)
        elif tag == "Relationship":
            self.part.links[attributes.get("Id", "")] = attributes.get("Target", "")

    def _text(self, tag: str, attributes: dict[str, str]) -> None:
        """Inside the list of all texts there is nothing to see, and very much of it."""
        if attributes:
            self._other(tag.rpartition(":")[2], attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        if self.formula:
            self._note_formula()
        self.type = attributes.get("t", "")
        found = REFERENCE.fullmatch(attributes.get("r", ""))
        if found:
            self.at, self.place = int(found[2]), self._place(found[1])
        elif "r" in attributes:
            raise ValueError(attributes["r"])
        else:
            self.at, self.place = self.line, self.place + 1

    def _content(self) -> None:
        """The cell is not empty."""
        if self.at < self.top:
            self.top = self.at
        if self.at > self.bottom:
            self.bottom = self.at
        if self.place < self.left:
            self.left = self.place
        if self.place > self.right:
            self.right = self.place
        if self.type == "e":
            self._fault("The formula of this cell has no value, only an error such as #REF!.")
        if self.type in ("e", "str"):
            self.formula = False
        elif self.formula:
            self.parser.CharacterDataHandler = self._value

    def _value(self, text: str) -> None:
        """A formula has a value."""
        self.formula = False
        self.parser.CharacterDataHandler = None

    def _note_formula(self) -> None:
        """The cell ends: a formula that nobody has worked out is told apart from an empty cell."""
        self.formula = False
        self.parser.CharacterDataHandler = None
        self._fault(
            "The value of this formula is not in the file. Open it in Excel and save it, or enter the value."
        )

    def _fault(self, message: str) -> None:
        self.part.faults[self.at, self.place] = message
        self._few(len(self.part.faults), "formulas without a value")

    def _few(self, number: int, what: str) -> None:
        if number > MOST_MARKS:
            raise refused(f"{self.name} has more than {MOST_MARKS:,} {what}. Put them right first.")

    def _span(self, reference: str) -> Span:
        """The range B4:B6. Raises `ValueError`."""
        first, _, last = reference.partition(":")
        corners = [REFERENCE.fullmatch(corner) for corner in (first, last or first)]
        if not (corners[0] and corners[1]):
            raise ValueError(reference)
        (left, top), (right, bottom) = (corner.groups() for corner in corners if corner)
        return int(top), self._place(left), int(bottom), self._place(right)

    def _place(self, letters: str) -> int:
        """The place of a column, counted from 0."""
        place = self.columns.get(letters)
        if place is None:
            place = -1
            for letter in letters.upper():
                place = (place + 1) * 26 + ord(letter) - 65
            self.columns[letters] = place
        return place

    def _doctype(self, *_: object) -> None:
        raise refused(
            f"{self.name} declares XML entities, which no spreadsheet program writes. It is not read."
        )


def _damaged(name: str) -> Exception:
    return refused(f"{name} is damaged. Save it again as .xlsx and send that.")
