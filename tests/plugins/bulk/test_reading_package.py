"""Zips that are no workbooks, or made to fill the memory: each is refused before the library opens it."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from plugins.bulk.reading import package
from tests.plugins.bulk.test_reading_workbook import (
    SHEET,
    changed,
    made,
    refusal,
    simple,
    with_sheet,
)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("report.docx", buffer.getvalue())
    assert "is a zip file, but no Excel workbook" in refusal(tmp_path, buffer.getvalue())


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize(
    "declared", ['<!DOCTYPE a [<!ENTITY b "c">]>', "<!-- x --><!DOCTYPE worksheet SYSTEM 'file:x'>"]
)
def test_xml_that_declares_something_is_refused(tmp_path: Path, part: str, declared: str) -> None:
    with zipfile.ZipFile(io.BytesIO(made(simple))) as archive:
        head, end, rest = archive.read(part).partition(b"?>")
    content = changed(made(simple), {part: head + end + declared.encode() + rest})
    assert "declares XML entities" in refusal(tmp_path, content)


@pytest.mark.parametrize(
    "parts",
    [
        {SHEET: b"<worksheet><sheetData>"},
        {SHEET: b"no XML at all"},
        {SHEET: '<?xml version="1.0" encoding="utf-16"?><worksheet/>'.encode("utf-16")},
        {SHEET: None},
        {"xl/_rels/workbook.xml.rels": None},
        {SHEET: b'<worksheet><sheetData><row><c r="nowhere"/></row></sheetData></worksheet>'},
        {"xl/sharedStrings.xml": b'<sst uniqueCount="999999999999"><si><t>a</t></si></sst>'},
        {"xl/sharedStrings.xml": b"<sst><si><sst uniqueCount='999999999999'/></si></sst>"},
        {SHEET: b"<worksheet " + b"x" * 5_000_000 + b"='1'/>"},
    ],
    ids=lambda parts: repr(parts)[:60],
)
def test_a_damaged_workbook_is_refused(tmp_path: Path, parts: dict[str, bytes | None]) -> None:
    content = changed(made(simple), parts, method=0)
    assert refusal(tmp_path, content) == (
        "staff.xlsx is damaged. Save it again as .xlsx and send that."
    )


def test_what_unpacks_to_far_more_than_it_is_is_refused_wherever_it_hides(tmp_path: Path) -> None:
    bomb = b"0" * 30_000_000
    for part in (SHEET, "xl/media/picture.png"):
        said = refusal(tmp_path, changed(made(simple), {part: b"<a>" + bomb + b"</a>"}))
        assert "unpacks to far more than it is" in said


def test_no_more_is_unpacked_than_a_workbook_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "LARGEST", 50_000)
    content = changed(made(simple), {"xl/media/picture.png": b"x" * 60_000}, method=0)
    assert "unpacks to far more" in refusal(tmp_path, content)


def test_a_zip_that_lies_about_its_sizes_is_not_believed(tmp_path: Path) -> None:
    """Both places that say how large the sheet is say 1,000 bytes, with the right sum for those."""
    large = b"<worksheet><sheetData>" + b"<row/>" * 3_000_000
    content = changed(made(simple), {SHEET: large})
    true = struct.pack("<L", zlib.crc32(large)), struct.pack("<L", len(large))
    false = struct.pack("<L", zlib.crc32(large[:1000])), struct.pack("<L", 1000)
    for right, wrong in zip(true, false, strict=True):
        assert content.count(right) == 2
        content = content.replace(right, wrong)
    assert "unpacks to far more than it is" in refusal(tmp_path, content)


def test_parts_that_share_their_packed_bytes_count_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zip whose index names one part many times unpacks to far more than any of its parts."""
    buffer = io.BytesIO(changed(made(simple), {"xl/media/0.bin": bytes(range(256)) * 4000}))
    with zipfile.ZipFile(buffer, "a") as archive:
        for _ in range(300):
            archive.filelist.append(archive.getinfo("xl/media/0.bin"))
        archive._didModify = True
    said = refusal(tmp_path, buffer.getvalue())
    assert "is damaged" in said or "unpacks to far more" in said


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row><row r='99999'><c r='SF99999'><v>1</v></c></row>",
        "<row><c><v>1</v></c></row>" + "<row/>" * 20_000 + f"<row>{'<c><v>1</v></c>' * 400}</row>",
        '<row r="1"><c r="&#65;1"><v>1</v></c><c r="&#90;&#90;&#90;999999"><v>1</v></c></row>',
    ],
    ids=lambda rows: rows[:20],
)
def test_a_cell_far_from_all_others_is_refused_before_the_space_between_is_held(
    tmp_path: Path, rows: str
) -> None:
    assert "Delete what stands far away from the table" in refusal(tmp_path, with_sheet(rows))


def test_thousands_of_merged_cells_and_errors_are_refused(tmp_path: Path) -> None:
    cell = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9000"><c r="A9000"><v>1</v></c></row>'
    many = with_sheet(cell, '<mergeCells><mergeCell ref="A2:ZZ9999"/></mergeCells>' * 40)
    assert "too many merged cells" in refusal(tmp_path, many)
    more = with_sheet(cell, '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>' * 10_001)
    assert "more than 10,000 merged cells" in refusal(tmp_path, more)
    wrong = with_sheet('<row><c t="e"><v>#REF!</v></c></row>' * 10_001)
    assert "more than 10,000 formulas without a value" in refusal(tmp_path, wrong)


def test_an_encrypted_part_is_refused(tmp_path: Path) -> None:
    content = bytearray(made(simple))
    place = content.rfind(b"PK\x01\x02", 0, content.rfind(b"xl/workbook.xml"))
    content[place + 8] |= 1
    assert refusal(tmp_path, bytes(content)) == "staff.xlsx has a password. Save it without one."
