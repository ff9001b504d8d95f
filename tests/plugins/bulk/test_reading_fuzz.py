"""Whatever bytes are sent as a file: it is read, or refused as `Invalid`. Nothing else ever happens."""

import random
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from plugins.bulk.reading.table import open_table
from sims.errors import Invalid
from tests.plugins.bulk.test_reading_workbook import SHEET, changed, made, sheets

TEXT = 'name;town;"a ""b"""\r\n"Zoë\nB";Köln;1\r\n;;\r\n1;2;3\r\n'
STARTS = (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"a,b\n", b'"', b"sep=;\n", b"\x00a")


def read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with suppress(Invalid):
        assert all(line > 0 for line, _ in open_table(path, "any").rows())


@pytest.mark.parametrize("start", STARTS, ids=repr)
def test_random_bytes(tmp_path: Path, start: bytes) -> None:
    chance = random.Random(repr(start))
    for _ in range(25):
        read(tmp_path, start + chance.randbytes(chance.randrange(400)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "cp1252"])
def test_text_that_breaks_off_or_has_wrong_bytes(tmp_path: Path, encoding: str) -> None:
    content, chance = TEXT.encode(encoding), random.Random(encoding)
    for end in range(len(content)):
        read(tmp_path, content[:end])
        read(tmp_path, damaged(content, chance))


def test_workbooks_that_break_off_or_have_wrong_bytes(tmp_path: Path) -> None:
    content, chance = made(sheets), random.Random(4)
    stored = changed(content, {}, method=0)
    for _ in range(40):
        read(tmp_path, content[: chance.randrange(len(content))])
        read(tmp_path, damaged(content, chance))
        read(tmp_path, damaged(stored, chance))


@pytest.mark.parametrize(
    "part", [SHEET, "xl/worksheets/sheet3.xml", "xl/workbook.xml", "xl/sharedStrings.xml",
             "xl/styles.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"]
)  # fmt: skip
def test_workbooks_whose_zip_is_fine_but_not_their_xml(tmp_path: Path, part: str) -> None:
    content, chance = made(sheets), random.Random(part)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        xml = archive.read(part)
    for _ in range(10):
        read(tmp_path, changed(content, {part: damaged(xml, chance)}))
        read(tmp_path, changed(content, {part: xml[: chance.randrange(len(xml))]}))
        digits = [chance.choice(b"0123456789") if chr(b).isdigit() else b for b in xml]
        read(tmp_path, changed(content, {part: bytes(digits)}))


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The same with some bytes changed."""
    found = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)
