"""CSV files as offices send them: read as they were meant, or refused in words that say what to do."""

import codecs
import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from plugins.bulk.reading.table import RowFault, Table, open_table
from sims.errors import Invalid

TEXTS = st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=12)


def table(tmp_path: Path, content: str | bytes, **options: int) -> Table:
    path = tmp_path / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, "staff.csv", **options)


def refusal(tmp_path: Path, content: str | bytes, **options: int) -> str:
    with pytest.raises(Invalid) as caught:
        table(tmp_path, content, **options)
    (problem,) = caught.value.problems
    assert problem.fields == ("file",)
    assert problem.message.startswith("staff.csv")
    return problem.message


def rows(found: Table, after: int = 0) -> list[tuple[int, list[object] | RowFault]]:
    return list(found.rows(after))


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp1252", "Windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
@pytest.mark.parametrize(
    ("separator", "said"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")]
)
def test_encoding_and_separator_are_found(
    tmp_path: Path, encoding: str, note: str, separator: str, said: str
) -> None:
    text = f"name{separator}town\r\nZoë{separator}Café Weiß\r\n"
    found = table(tmp_path, text.encode(encoding))
    assert found.headings == ("name", "town")
    assert found.note == f"{note}, {said}"
    assert rows(found) == [(2, ["Zoë", "Café Weiß"])]


def test_utf_16_with_the_high_byte_first_is_known_by_its_mark(tmp_path: Path) -> None:
    found = table(tmp_path, codecs.BOM_UTF16_BE + "name,town\nاحمد,x\n".encode("utf-16-be"))
    assert rows(found) == [(2, ["احمد", "x"])]


@given(
    cells=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]),
    separator=st.sampled_from(",;\t"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
)
@example(cells=[('say "no"', "a,b;c", "-1")], encoding="utf-8", separator=",", ending="\n")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_spreadsheet_writes_reads_back_the_same(
    tmp_path: Path, cells: list[tuple[str, ...]], encoding: str, separator: str, ending: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=ending)
    writer.writerows([("first", "second", "third"), *(("x", *row[1:]) for row in cells)])
    found = table(tmp_path, text.getvalue().encode(encoding))
    assert rows(found) == [(line, ["x", *row[1:]]) for line, row in enumerate(cells, start=2)]


def test_the_line_excel_puts_above_a_file_names_the_separator(tmp_path: Path) -> None:
    found = table(tmp_path, "sep=;\na,b;c\n1;2\n")
    assert found.headings == ("a,b", "c")
    assert rows(found) == [(2, ["1", "2"])]


def test_a_comma_inside_quotation_marks_is_no_separator(tmp_path: Path) -> None:
    assert table(tmp_path, '"name, first, last, all";town\nx;y\n').note == "UTF-8, semicolons"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_blank_lines_are_counted_but_not_read_whatever_lines_end_with(
    tmp_path: Path, ending: str
) -> None:
    found = table(tmp_path, ending.join(["", " , ", "a,b", "", "1,2", ",", '"3\n4",5', ""]))
    assert (found.headings, found.heading_line, found.count) == (("a", "b"), 3, 2)
    assert rows(found) == [(5, ["1", "2"]), (7, ["3\n4", "5"])]
    assert rows(found, after=1) == [(7, ["3\n4", "5"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "staff.csv is empty. Choose another."),
        (" \r\n,,\n\n", "staff.csv is empty. Choose another."),
        ("name,town\n\n,\n", "staff.csv names its columns and has nothing below them."),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        ("%PDF-1.7\n1 0 obj", "is a PDF. Save the table as CSV or .xlsx."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old or password-protected Excel workbook"),
        ("<html><table><tr><td>a", "is a web page or XML"),
        ("\x01\x02\x03,\x04\n1,2\n", "can't be read as text"),
        (b"na\xef\xbf\xbdme,town\n1,2\n", "can't be read as text"),
        ("Name,town, name\n1,2,3\n", "the heading name stands in columns A and C."),
        ("x" * 10_000_000, "line 1 has more than 1,000,000 characters"),
        ("a," * 1_000_000 + "\n", "line 1 has more than 1,000,000 characters"),
        (",".join(f"c{n}" for n in range(501)) + "\n1\n", "has 501 columns; at most 500"),
        ('a,b\n1,2\n"3,4\n5,6\n', "a quotation mark that opens in line 3 is never closed"),
        ('a,b\n1,2\n"3,4\n' + "5,6\n" * 5000, "a quotation mark that opens in line 3 is never"),
        ('a,b\n"3,4\n' + "x" * 60_000 + "\n" + "y" * 60_000 + "\n", "opens in line 2 is never"),
        ('a,"b\n1,2\n', "a quotation mark that opens in line 1 is never closed"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    assert words in refusal(tmp_path, content)


def test_no_more_rows_than_are_allowed_are_read(tmp_path: Path) -> None:
    assert table(tmp_path, "a,b\n1,2\n3,4\n", most_rows=2).count == 2
    said = refusal(tmp_path, "a,b\n1,2\n3,4\n5,6\n", most_rows=2)
    assert said == "staff.csv has more than 2 rows. Split it."


def test_what_is_wrong_in_one_row_is_told_of_this_row_and_the_next_is_read(
    tmp_path: Path,
) -> None:
    found = table(
        tmp_path,
        "\n".join(
            [
                "name,town",
                "nul,A\x00B",
                "many,1,2",
                "empty,1,,",
                '"bad"ly,quoted',
                '"bad',
                'on two" lines,x',
                f"long,{'x' * 100_001}",
                "fine,here",
            ]
        ),
    )
    said = {
        line: (cells.column, cells.message) if isinstance(cells, RowFault) else cells
        for line, cells in found.rows()
    }
    assert said == {
        2: (1, "The cell holds binary data (a NUL byte). Type it again."),
        3: (
            None,
            "This row has 3 cells, but there are 2 headings. "
            "Is a separator in it that belongs into quotation marks?",
        ),
        4: ["empty", "1"],
        5: (
            None,
            "The quotation marks in this row can't be made out. Write a mark inside a cell twice.",
        ),
        6: (
            None,
            "The quotation marks in this row (lines 6 to 7 of the file) can't be made out. "
            "Write a mark inside a cell twice.",
        ),
        7: (None, "A cell has more than 100,000 characters. Shorten it."),
        8: ["fine", "here"],
    }
    assert found.count == len(said)


def test_one_bad_byte_in_utf_8_is_told_of_its_row_and_changes_no_other(tmp_path: Path) -> None:
    content = "name,town\nZoë,Köln\n".encode() + b"bad,M\xfcnchen\n" + "Ömer,Weiß\n".encode()
    found = table(tmp_path, content)
    assert found.note == "UTF-8, commas"
    assert rows(found) == [
        (2, ["Zoë", "Köln"]),
        (3, RowFault(1, "The cell holds characters that are no UTF-8. Type it again.")),
        (4, ["Ömer", "Weiß"]),
    ]


def test_a_byte_that_windows_does_not_know_either_is_told_of_its_row(tmp_path: Path) -> None:
    found = table(tmp_path, b"name,town\nZo\xeb,x\nbad\x81,y\n")
    assert rows(found) == [
        (2, ["Zoë", "x"]),
        (3, RowFault(0, "The cell holds characters that are no Windows-1252. Type it again.")),
    ]


def test_a_long_file_is_never_held_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    line = f"{'x' * 200},{'y' * 200}\n"
    path.write_text("a,b\n" + line * 8_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_table(path, "long.csv").rows()) == 8_000
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 4
    finally:
        tracemalloc.stop()
