"""The guard finds what identifies a patient, lets the rest of a logbook alone, and is quick whatever it is given."""

import re
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.validation.identifiers import found, patterns
from tests.plugins.validation.measuring import SETS, measure, table

DOC = Path(__file__).parents[3] / "docs" / "identifier-guard.md"


@pytest.mark.parametrize("sets", [SETS, ("held out",)])
def test_nineteen_of_twenty_identifiers_are_found_with_two_false_alarms_in_a_hundred(sets):
    result = measure(*sets)

    assert result.recall >= 0.95, result.wrong
    assert result.alarms / result.clean <= 0.02, result.wrong


def test_the_set_is_large_enough_to_say_so():
    result = measure(*SETS)

    assert result.clean >= 150
    assert result.wanted.total() >= 150
    assert min(result.wanted.values()) >= 10


def test_the_documents_figures_are_those_of_today():
    assert table() in DOC.read_text(encoding="utf-8")


def words(text: str) -> list[tuple[str, str]]:
    return [(mark.kind, mark.text) for mark in found(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NHS 943 476 5919", [("national id", "943 476 5919")]),
        ("code 943 476 5918 read", []),  # the check digit is wrong, and nothing says NHS
        ("NHS no 943 476 5918", [("national id", "943 476 5918")]),  # a slip of the pen
        ("Dr Khan and Prof Malik operated.", []),
        ("Patient Dr Khan, a surgeon himself", [("name", "Khan")]),
        ("Mr Khan assisted", []),
        ("assisted Mr Khan", []),
        ("Mr Khan bled", [("name", "Khan")]),
        ("explained the operation with Mr Khan", [("name", "Khan")]),
        ("operation on 12/03/1985", []),
        ("born 12/03/1985", [("date of birth", "12/03/1985")]),
        ("lab no 0300-1234567", []),
        ("call 0300-1234567", [("phone", "0300-1234567")]),
        ("سے ۰۳۰۰-۱۲۳۴۵۶۷ پر", [("phone", "۰۳۰۰-۱۲۳۴۵۶۷")]),
    ],
)
def test_what_stands_around_words_decides(text, expected):
    assert words(text) == expected


def test_a_mark_says_where_its_words_stand_in_the_text_as_it_was_typed():
    text = "Seen with Mr’s notes – Mrs Ñoor, ۰۳۰۰ ۱۲۳۴۵۶۷."

    for mark in found(text):
        assert text[mark.start : mark.end] == mark.text


@given(st.text(max_size=200) | st.from_regex(r"(Mr|pt|MRN|DOB|s/o|ولد|03| |\.|[A-z]){1,30}"))
def test_any_text_gives_marks_in_order_that_do_not_overlap(text):
    marks = found(text)

    assert all(mark.text == text[mark.start : mark.end] != "" for mark in marks)
    assert all(one.end <= two.start for one, two in pairwise(marks))


def test_a_site_adds_its_own_hospital_numbers():
    ours = patterns([r"\bAKU-\d{5}\b"])

    assert [mark.kind for mark in found("seen aku-12345 today", mrn=ours)] == ["hospital number"]
    assert found("seen aku-12345 today") == ()


@pytest.mark.parametrize("pattern", ["(", "[0-9", r"\d*"])
def test_a_pattern_that_can_not_be_used_is_named(pattern):
    with pytest.raises(ValueError, match=re.escape(f"VALIDATION_MRN_PATTERNS: '{pattern}'")):
        patterns([pattern])


@pytest.mark.parametrize(
    "piece",
    ["1", "1-", "a", "Mr ", "Khan ", "Mr Khan ", "a@", "a.", "+1 ", "03 ", "MRN ", "DOB 1/",
     "s/o Ali ", "patient ", "Ali-", "Ali'", " ", "\n", "ولد ", "۱", "𐒀", "0(", "Baby of ", "Bibi "],
)  # fmt: skip
def test_ten_thousand_characters_take_no_time_worth_speaking_of(piece):
    text = (piece * 10_000)[:10_000]
    found(text)

    best = min(_seconds(text) for _ in range(3))

    assert best < 0.5


def _seconds(text: str) -> float:
    began = process_time()
    found(text)
    return process_time() - began
