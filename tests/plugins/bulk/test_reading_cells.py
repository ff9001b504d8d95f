"""Cells become values of their column's kind, headings columns; what can be read in two ways is refused."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.bulk.reading.cells import CellFault, value_of
from plugins.bulk.reading.matching import match
from sims.contracts import ImportColumn

KINDS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y/%m/%d"}
NUMBER_IN_DATE = "This is a number, not a date. Format the cell as a date, or write 2026-12-31."


def value(kind: str, raw: object, dates: str = "dmy") -> object:
    choices = {"pg": "PG", "chief": "Chief resident"} if kind == "choice" else {}
    column = ImportColumn(name="x", label="X", kind=kind, choices=choices)
    return value_of(column, raw, dates=dates)


def fault(kind: str, raw: object, dates: str = "dmy") -> str:
    with pytest.raises(CellFault) as caught:
        value(kind, raw, dates)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["text", "integer", "decimal", "date", "yes_no", "choice"])
@pytest.mark.parametrize("raw", [None, "", "  ", "\u00a0"])
def test_an_empty_cell_is_none(kind: str, raw: object) -> None:
    assert value(kind, raw) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (" Zoë\u0308 ", "Zoë\u0308"),
        ("Zoe\u0308", "Zoë"),
        (3331112223.0, "3331112223"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (True, "true"),
        (date(2026, 4, 3), "2026-04-03"),
        (datetime(2026, 4, 3), "2026-04-03"),
        (datetime(2026, 4, 3, 14, 30), "2026-04-03T14:30:00"),
        ("+92 300 1234567", "+92 300 1234567"),
        ("+92(300)1234567", "+92(300)1234567"),
        ("- left", "- left"),
        ("- left | right", "- left | right"),
        ("-2.5", "-2.5"),
        ("@ home", "@ home"),
        ("'=left as it was exported", "=left as it was exported"),
        ("'+92 300 1234567", "+92 300 1234567"),
        ("'quoted", "'quoted"),
        ("line\r\nbreak", "line\nbreak"),
    ],
    ids=repr,
)
def test_text_is_taken_as_it_is_meant(raw: object, text: str) -> None:
    assert value("text", raw) == text


@pytest.mark.parametrize(
    "raw", ["=1+1", "=HYPERLINK(x)", "@SUM(A1:A9)", "+cmd|' /C calc'!A0", "-SUM(A1)", " =1"]
)
@pytest.mark.parametrize("kind", ["text", "integer", "date", "yes_no", "choice"])
def test_a_formula_in_a_text_is_refused(kind: str, raw: str) -> None:
    assert fault(kind, raw) == "The cell holds a formula. Enter its value."


def test_a_number_that_lost_its_end_in_a_spreadsheet_is_refused() -> None:
    assert "Format the cell as text" in fault("text", 3520212345678901.0)


@pytest.mark.parametrize(
    ("kind", "raw", "number"),
    [
        ("integer", 2.0, 2),
        ("integer", "2", 2),
        ("integer", " 2.0 ", 2),
        ("integer", "1 000", 1000),
        ("integer", "-3", -3),
        ("decimal", 2.5, Decimal("2.5")),
        ("decimal", "2.50", Decimal("2.50")),
        ("decimal", 1e-7, Decimal("0.0000001")),
    ],
)
def test_numbers_are_read(kind: str, raw: object, number: object) -> None:
    assert value(kind, raw) == number
    assert type(value(kind, raw)) is type(number)


@pytest.mark.parametrize(
    "raw", [2.5, "2.5", "two", "1,000", "1_000", "1e3", "NaN", "Infinity", True, "2-3", "."]
)
def test_what_is_no_whole_number_is_refused(raw: object) -> None:
    assert fault("integer", raw).startswith("Enter a whole number, such as 3")


@pytest.mark.parametrize("raw", ["9" * 16, "1" * 5000])
def test_a_number_beyond_measure_is_refused(raw: str) -> None:
    assert fault("decimal", raw) == "This number is too large."


def test_a_comma_in_a_number_is_not_taken_for_a_point() -> None:
    assert fault("decimal", "3,5") == "Enter a number, such as 3.5."


@pytest.mark.parametrize(
    ("raw", "dates", "day"),
    [
        ("2026-04-03", "mdy", date(2026, 4, 3)),
        ("2026-4-3", "dmy", date(2026, 4, 3)),
        ("2026-04-03 00:00:00", "mdy", date(2026, 4, 3)),
        ("2026-04-03T00:00", "mdy", date(2026, 4, 3)),
        ("3/4/2026", "dmy", date(2026, 4, 3)),
        ("3/4/2026", "mdy", date(2026, 3, 4)),
        ("03.04.2026", "dmy", date(2026, 4, 3)),
        ("2026/04/03", "ymd", date(2026, 4, 3)),
        ("3 April 2026", "mdy", date(2026, 4, 3)),
        ("03-Apr-2026", "ymd", date(2026, 4, 3)),
        ("Sept. 3, 2026", "dmy", date(2026, 9, 3)),
        (datetime(2026, 4, 3), "mdy", date(2026, 4, 3)),
        (date(2026, 4, 3), "mdy", date(2026, 4, 3)),
    ],
)
def test_dates_are_read_in_the_declared_order(raw: object, dates: str, day: date) -> None:
    assert value("date", raw, dates) == day


@pytest.mark.parametrize(
    ("raw", "dates", "words"),
    [
        ("31/12/2026", "mdy", "There is no such day where dates are month/day/year"),
        ("12/31/2026", "dmy", "There is no such day where dates are day/month/year"),
        ("30 Feb 2026", "dmy", "There is no such day"),
        ("2026/04/03", "dmy", "This is not day/month/year, as was said of this file."),
        ("3/4/2026", "ymd", "This is not year/month/day"),
        ("03.04.26", "dmy", "Write the year with four digits."),
        ("3-Apr-26", "dmy", "Write the year with four digits."),
        ("3 Marble 2026", "dmy", "There is no month Marble."),
        ("tomorrow", "dmy", "This is no date. Write 2026-12-31, or day/month/year."),
        ("46115", "dmy", "This is no date."),
        ("3/4-2026", "dmy", "This is no date."),
        ("2026-04-03 14:30", "dmy", "This is no date."),
        (46115.0, "dmy", NUMBER_IN_DATE),
        (time(6), "dmy", NUMBER_IN_DATE),
        (timedelta(hours=30), "dmy", "This is no date."),
        (True, "dmy", NUMBER_IN_DATE),
    ],
)
def test_a_date_that_would_have_to_be_guessed_is_refused(
    raw: object, dates: str, words: str
) -> None:
    assert fault("date", raw, dates).startswith(words)


@given(day=st.dates(min_value=date(1900, 1, 1)), dates=st.sampled_from(list(KINDS)))
@settings(max_examples=25)
def test_every_day_reads_back_in_every_order(day: date, dates: str) -> None:
    assert value("date", day.strftime(KINDS[dates]), dates) == day
    assert value("date", day.isoformat(), dates) == day


@pytest.mark.parametrize("raw", ["true", "YES", "y", "1", 1.0, "Active", True, " yes "])
def test_yes(raw: object) -> None:
    assert value("yes_no", raw) is True


@pytest.mark.parametrize("raw", ["false", "No", "n", "0", 0.0, "inactive", False])
def test_no(raw: object) -> None:
    assert value("yes_no", raw) is False


@pytest.mark.parametrize("raw", ["perhaps", 2.0, "on"])
def test_neither_yes_nor_no_is_refused(raw: object) -> None:
    assert fault("yes_no", raw) == "Say yes or no."


def test_a_choice_is_named_by_its_value_or_its_label_in_any_case() -> None:
    assert [value("choice", raw) for raw in ("PG", "pg", "chief RESIDENT", "Chief")] == [
        *("pg", "pg", "chief", "chief")
    ]
    assert fault("choice", "boss") == "Say one of: PG, Chief resident."


EMAIL = ImportColumn(name="email", label="Address", required=True)
FROM = ImportColumn(name="start_date", label="First day", synonyms=("from", "address"))
NAME = ImportColumn(name="full_name", label="Name", required=True)


def test_headings_are_matched_whatever_stands_between_their_words() -> None:
    found = match(("E-Mail*", "START DATE", "notes", "", "Full.Name"), (EMAIL, FROM, NAME))
    assert found.by_column == {"email": 0, "start_date": 1, "full_name": 4}
    assert (found.unused, found.missing, found.twice) == (["notes"], [], [])


def test_a_synonym_takes_no_heading_from_the_column_that_is_called_so() -> None:
    assert match(("Address", "From"), (FROM, EMAIL)).by_column == {"email": 0, "start_date": 1}


def test_of_two_headings_for_one_column_neither_is_taken() -> None:
    found = match(("from", "First day", "email"), (EMAIL, FROM, NAME))
    assert found.by_column == {"email": 2}
    assert found.twice == ["from and First day mean the same column"]
    assert found.missing == [NAME]
