"""Excel workbooks: values as the program left them, faults by row and column."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from plugins.bulk.reading.table import RowFault, Table, open_table
from sims.errors import Invalid

SHEET = "xl/worksheets/sheet1.xml"


def made(fill: Callable[[Any], object], **options: object) -> bytes:
    """A workbook as XlsxWriter writes it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, options) as book:
        fill(book)
    return buffer.getvalue()


def simple(book: Any) -> None:
    sheet = book.add_worksheet("People")
    sheet.write_row(0, 0, ["name", "year"])
    sheet.write_row(1, 0, ["Ali", 2])


def changed(workbook: bytes, parts: Mapping[str, bytes | None], method: int = 8) -> bytes:
    """The workbook with some parts in place of its own; None leaves one out."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(buffer, "w", method) as new,
    ):
        for part in {**dict.fromkeys(old.namelist()), **dict.fromkeys(parts)}:
            content = parts[part] if part in parts else old.read(part)
            if content is not None:
                new.writestr(part, content)
    return buffer.getvalue()


def with_sheet(rows: str, after: str = "") -> bytes:
    """A workbook whose sheet has these rows as XML."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return changed(made(simple), {SHEET: text.encode()})


def table(tmp_path: Path, content: bytes, **options: Any) -> Table:
    path = tmp_path / "file"
    path.write_bytes(content)
    return open_table(path, "staff.xlsx", **options)


def refusal(tmp_path: Path, content: bytes, **options: Any) -> str:
    with pytest.raises(Invalid) as caught:
        table(tmp_path, content, **options)
    (problem,) = caught.value.problems
    assert problem.fields == ("file",)
    assert problem.message.startswith("staff.xlsx")
    return problem.message


def test_values_come_as_the_program_has_them(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("People")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(3, 1, ["name", "phone", "from", "active", 2026])
        sheet.write_row(5, 1, ["Zoë & Co <x>", 3331112223])
        sheet.write_datetime(5, 3, datetime(2026, 4, 3), day)
        sheet.write_boolean(5, 4, True)
        sheet.write_formula(5, 5, "=1+1", None, 2)
        sheet.write_blank(200_000, 2, None, day)

    found = table(tmp_path, made(fill))
    assert found.headings == ("name", "phone", "from", "active", "2026")
    assert (found.heading_line, found.count, found.note) == (4, 1, "Excel workbook, sheet People")
    assert list(found.rows()) == [(6, ["Zoë & Co <x>", 3331112223.0, date(2026, 4, 3), True, 2.0])]


def test_dates_of_a_workbook_that_counts_from_1904_are_the_same_days(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "from")
        sheet.write_datetime(1, 0, datetime(2026, 4, 3), book.add_format({"num_format": 14}))

    found = table(tmp_path, made(fill, date_1904=True))
    assert list(found.rows()) == [(2, [date(2026, 4, 3)])]


def test_a_text_that_stands_in_very_many_cells_is_counted_once_and_read(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        for line in range(3000):
            sheet.write_string(line, 0, "name")

    assert table(tmp_path, made(fill)).count == 2999


def test_rows_can_be_read_from_any_place_on(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        for line, cells in ((0, ["a"]), (1, ["1"]), (4, ["2"]), (5, [" "]), (6, ["3"])):
            sheet.write_row(line, 0, cells)

    found = table(tmp_path, made(fill))
    assert found.count == 3
    assert list(found.rows(after=1)) == [(5, ["2"]), (7, ["3"])]


def sheets(book: Any) -> None:
    for title in ("Empty", "Secret", "A & B", "Other"):
        sheet = book.add_worksheet(title)
        if title != "Empty":
            sheet.write_row(0, 0, ["of", title])
            sheet.write_row(1, 0, ["x", title])
    book.get_worksheet_by_name("Secret").hide()


def test_the_first_visible_sheet_with_content_is_read_and_the_others_are_named(
    tmp_path: Path,
) -> None:
    found = table(tmp_path, made(sheets))
    assert found.sheets == ("A & B", "Other")
    assert found.note == "Excel workbook, sheet A & B; not read: Other; hidden, not read: Secret"
    assert list(found.rows()) == [(2, ["x", "A & B"])]


def test_another_sheet_can_be_named_but_no_hidden_one(tmp_path: Path) -> None:
    content = made(sheets)
    assert list(table(tmp_path, content, sheet="Other").rows()) == [(2, ["x", "Other"])]
    for title in ("Secret", "Empty", "Nowhere"):
        said = refusal(tmp_path, content, sheet=title)
        assert said == f"staff.xlsx has no sheet {title}. It has: A & B, Other."


def test_merged_cells_are_told_apart_from_empty_ones(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(1, 1, ["name", "hospital", "year"])
        for line in range(2, 8):
            sheet.write(line, 1, f"person {line + 1}")
        sheet.merge_range("C4:C6", "FMUH")
        sheet.merge_range("C7:D7", "wide")
        sheet.merge_range("G3:G8", "beside the table")

    found = table(tmp_path, made(fill))
    tall, wide = (
        RowFault(1, f"{span} are merged. Unmerge them and give each row its own value.")
        for span in ("C4:C6", "C7:D7")
    )
    assert dict(found.rows()) == {
        3: RowFault(
            None,
            "This row has 6 cells, but there are 3 headings. "
            "Is a separator in it that belongs into quotation marks?",
        ),
        4: ["person 4", "FMUH", ""],
        5: tall,
        6: tall,
        7: wide,
        8: ["person 8", "", ""],
    }


def test_a_row_of_nothing_but_merged_cells_is_not_passed_over(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "name")
        sheet.merge_range("A2:A3", "Ali")
        sheet.write(3, 0, "Zoë")

    found = table(tmp_path, made(fill))
    assert found.count == 3
    assert [line for line, cells in found.rows() if isinstance(cells, RowFault)] == [3]


def test_errors_and_formulas_nobody_worked_out_are_told_apart_from_empty_cells(
    tmp_path: Path,
) -> None:
    found = table(
        tmp_path,
        with_sheet(
            '<row r="1"><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
            '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
            '<row r="3"><c r="A3"><f>1+1</f></c></row>'
            '<row r="4"><c r="A4"><f>1+1</f><v></v></c><c r="B4"><v>2</v></c></row>'
            '<row r="5"><c r="A5" t="str"><f>""</f><v></v></c><c r="B5"><f>1</f><v>1</v></c></row>'
            '<row r="6"><c r="A6"><v>1</v></c></row>'
            '<row r="8"><c r="A8"><f>1+1</f></c></row>',
            after="<conditionalFormatting><cfRule><formula/><f>A1</f></cfRule></conditionalFormatting>",
        ),
    )
    lost = (
        "The value of this formula is not in the file. "
        "Open it in Excel and save it, or enter the value."
    )
    assert dict(found.rows()) == {
        2: RowFault(1, "The formula of this cell has no value, only an error such as #REF!."),
        3: RowFault(0, lost),
        4: RowFault(0, lost),
        5: ["", 1.0],
        6: [1.0, ""],
        8: RowFault(0, lost),
    }


def test_a_heading_that_is_an_error_is_refused(tmp_path: Path) -> None:
    content = with_sheet(
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><v>1</v></c></row>'
        '<row r="2"><c r="B2"><v>1</v></c></row>'
    )
    assert "heading A: The formula of this cell has no value" in refusal(tmp_path, content)


def test_headings_only_headings_twice_and_too_many_of_them_are_refused(tmp_path: Path) -> None:
    def rows(*cells: list[str]) -> bytes:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            for line, row in enumerate(cells):
                sheet.write_row(line, 1, row)

        return made(fill)

    assert "has nothing below them" in refusal(tmp_path, rows(["name"]))
    said = refusal(tmp_path, rows(["Name", "year", "name "], ["x"]))
    assert "the heading name stands in columns B and D." in said
    assert "has 501 columns; at most 500" in refusal(tmp_path, rows(["x"] * 501, ["x"]))
    assert "more than 2 rows" in refusal(tmp_path, rows(["x"], *[["1"]] * 3), most_rows=2)
    assert "no sheet with anything in it" in refusal(tmp_path, made(lambda book: None))
