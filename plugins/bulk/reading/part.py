"""One XML part of an .xlsx file as it goes by: how far its cells reach, which are merged, which have no value.

The library holds a sheet as a full rectangle, so a cell far away from all others costs memory for everything
between; it takes memory for as many texts as a list of them says it has; it gives errors and formulas without a
value as empty cells. All of that is seen here first.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from plugins.bulk.reading.table import refused

LONGEST_TAG = 4 * 2**20
MOST_CELLS = 5_000_000
"""Cells of the rectangle around a sheet's content: 100,000 rows of 50 columns, 150 MB in memory."""

MOST_TEXTS = 1_000_000
"""Texts that a list of them may say it has, however few there are in it."""

MOST_MARKS = 10_000
"""Merged ranges, or formulas without a value, of a workbook."""

REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

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


class Scan:
    """Looks at an XML part piece by piece; `part` is what it saw."""

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
