"""The files themselves: typed cells a second library reads, PDFs in both papers and scripts, nothing left of what failed."""

import io
import re
import resource
import signal
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from plugins.reports.document import Document, Part
from plugins.reports.writing import Counted, sheets, write
from plugins.reports.writing.widths import GAP, breakable, layout
from sims.contracts import Column
from sims.tables import Table

COLUMNS = (
    Column(name="title", label="What"),
    Column(name="pg", label="PG", kind="person"),
    Column(name="day", label="Day", kind="date"),
    Column(name="moment", label="Moment", kind="datetime"),
    Column(name="count", label="Number", kind="number"),
    Column(name="share", label="Share", kind="percent"),
    Column(name="used", label="Used", kind="yes_no"),
)
pytestmark = pytest.mark.database("sqlite")
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), max_size=60)
URDU, ACCENTS = "ڈاکٹر عائشہ صدیقی", "Chloé Müller-Łukasz"
ROW = ("=1+1", URDU, date(2026, 2, 28), datetime(2026, 2, 28, 21, 30, tzinfo=UTC), 1234, 0.25, True)


def document(rows=(ROW,), *, parts=1, paper="a4", columns=COLUMNS, title="Entries") -> Document:
    return Document(
        title=f"Portfolio: {ACCENTS}",
        about="Everything.",
        parts=[
            Part(title=f"Part {n}" if parts > 1 else "", tables=[Table(name=f"t{n}", title=title, columns=columns, rows=list(rows))])
            for n in range(parts)
        ],
        parameters=[("Status", "Approved")],
        facts=[("Logbook entries", "412")],
        made_for="Office",
        as_of=datetime(2026, 11, 22, 9, tzinfo=UTC),
        site="SIMS",
        paper=paper,
        code="7KQM-4PXD-92TW",
        address="https://sims.example.com/verify/7KQM-4PXD-92TW",
    )  # fmt: skip


def sheet(path: Path, place: int = 0):
    return (
        python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(place).to_python()
    )


def test_a_workbook_has_typed_cells_a_frozen_head_and_says_what_it_is(app_context, tmp_path):
    write(document(parts=2), "xlsx", tmp_path / "a.xlsx")
    names = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).sheet_names
    assert names == ["Entries", "Entries (2)", "Parameters"]
    head, row = sheet(tmp_path / "a.xlsx")
    assert head == [column.label for column in COLUMNS]
    assert row == [
        "=1+1",
        URDU,
        date(2026, 2, 28),
        datetime(2026, 3, 1, 2, 30),
        1234.0,
        0.25,
        "yes",
    ]
    about = dict(row[:2] for row in sheet(tmp_path / "a.xlsx", 2))
    assert about["Narrowed by status"] == "Approved"
    assert about["Code"] == "7KQM-4PXD-92TW"
    assert "22 Nov 2026" in about["As of"]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(TEXT, min_size=1, max_size=5), title=TEXT)
def test_whatever_people_typed_stays_text_in_a_workbook(app_context, tmp_path, texts, title):
    columns = COLUMNS[:1]
    write(
        document([(text,) for text in texts], columns=columns, title=title),
        "xlsx",
        tmp_path / "b.xlsx",
    )
    found = [row[0] for row in sheet(tmp_path / "b.xlsx")[1:]]
    wanted = [sheets.printable(text).replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    while wanted and not wanted[-1]:
        wanted.pop()
    assert [text.strip() for text in found[: len(wanted)]] == [text.strip() for text in wanted]


def test_excels_limits_are_kept(app_context, tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    rows = [("x" * 40_000, *ROW[1:])] * 5
    write(document(rows), "xlsx", tmp_path / "c.xlsx")
    assert [len(sheet(tmp_path / "c.xlsx", place)) for place in range(2)] == [4, 3]
    assert len(sheet(tmp_path / "c.xlsx")[1][0]) == sheets.LONGEST


def test_what_excel_knows_no_number_or_date_for_stands_as_text(app_context, tmp_path):
    odd = date(1850, 1, 1), float("nan")
    write(document([odd], columns=(COLUMNS[2], COLUMNS[4])), "xlsx", tmp_path / "o.xlsx")
    assert sheet(tmp_path / "o.xlsx")[1] == ["1850-01-01", "nan"]


def test_a_workbook_that_fits_no_disk_only_when_it_is_put_together_is_told_too(
    app_context, tmp_path
):
    with pytest.raises(OSError, match="No such file"):
        sheets._write(document(), tmp_path / "away" / "x.xlsx", Counted(print), str(tmp_path))


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_a_pdf_is_tagged_numbered_and_prints_names_in_urdu_and_with_accents(
    app_context, tmp_path, paper, size
):
    write(document([ROW] * 90, parts=2, paper=paper), "pdf", tmp_path / "d.pdf")
    reader = PdfReader(tmp_path / "d.pdf")
    assert tuple(round(float(each)) for each in reader.pages[0].mediabox[2:]) == size
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert reader.metadata.title == f"Portfolio: {ACCENTS}"
    texts = [page.extract_text() for page in reader.pages]
    assert "Contents" in texts[1]
    assert f"Page {len(texts)} of {len(texts)}" in texts[-1]
    assert all("7KQM-4PXD-92TW" in text for text in texts)
    assert ACCENTS in texts[0]
    assert "28 Feb 2026" in texts[2]
    assert "What" in texts[3]  # the head of a table stands on each of its pages
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("Amiri" in font for font in fonts)  # with every letter of Urdu
    assert len(reader.outline) >= 2


def test_a_wide_table_lies_across_the_page_under_the_heading_of_its_part(app_context, tmp_path):
    long = Column(name="long", label="Remarks")
    rows = [(*ROW, "word " * 30, f"x{'y' * 200}x")] * 40
    wide = Table(name="w", title="All", columns=(*COLUMNS, long, long), rows=rows)
    paper = document()
    paper.parts = [Part(title="First", tables=[wide]), Part(title="Second", tables=[])]
    write(paper, "pdf", tmp_path / "w.pdf")
    _, _, first, *_, last = PdfReader(tmp_path / "w.pdf").pages
    assert first.mediabox.width > first.mediabox.height
    assert "First\nAll" in first.extract_text()
    assert last.mediabox.width < last.mediabox.height
    assert "Second" in last.extract_text()


CELLS = st.lists(st.tuples(TEXT, st.text("0123456789,", max_size=12)), min_size=1, max_size=20)


@given(rows=CELLS, count=st.integers(1, 20))
def test_no_cell_of_a_printed_table_runs_into_the_next(rows, count):
    columns = (COLUMNS[0], COLUMNS[4]) * count
    cells = [row * count for row in rows]
    found = layout(columns, cells)
    for row in cells:
        for column, cell, width in zip(columns, row, found.widths, strict=True):
            room = width - GAP
            if column.kind == "number":
                assert len(cell) <= room
            else:
                assert all(
                    len(word) <= max(8, room)
                    for word in re.split("[\\s\u200b]", breakable(cell, width))
                )


def test_typst_code_in_a_name_is_text(app_context, tmp_path):
    evil = '#panic("x") $1/0$ *bold* \\ ] @ref'
    write(document([(evil, *ROW[1:])]), "pdf", tmp_path / "e.pdf")
    assert (
        "#panic"
        in PdfReader(io.BytesIO((tmp_path / "e.pdf").read_bytes())).pages[-1].extract_text()
    )


@pytest.mark.parametrize("format", ["csv", "xlsx", "pdf"])
def test_what_is_stopped_half_way_leaves_nothing(app_context, tmp_path, format):
    class Stopped(Exception):
        pass

    def stop(count: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        write(document([ROW] * 2000), format, tmp_path / f"f.{format}", tick=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_full_disk_is_told_and_leaves_nothing(app_context, tmp_path, format):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write(
                document([(f"{n} {URDU * 20}", *ROW[1:]) for n in range(3000)]),
                format,
                tmp_path / f"g.{format}",
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert not (tmp_path / f"g.{format}").exists()
