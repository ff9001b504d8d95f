"""The export of a list: every visible row, as a spreadsheet reads it, and no cell a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.lists import safe_cell
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_procedure, make_template

ADDRESS = "/logbook/entries/export.csv"


@pytest.fixture
def pg(app_context):
    make_template()
    return make_user("pg")


def rows(answer) -> list[dict[str, str]]:
    assert answer.data.startswith(b"\xef\xbb\xbf")  # or Excel takes it for another encoding
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_an_export_is_a_download_that_names_its_columns(pg, sign_in):
    answer = sign_in(pg).get(ADDRESS)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=logbook-entries.csv"
    assert rows(answer) == []
    header = answer.data.decode("utf-8-sig").splitlines()[0].split(",")
    assert header[0] == "id"
    assert len(header) == len(set(header)) > 3


def test_an_export_holds_every_page_of_the_list(pg, sign_in, app_context):
    app_context.config["PAGE_SIZE"] = 3
    made = [make_entry(pg) for _ in range(8)]
    found = rows(sign_in(pg).get(ADDRESS))
    assert sorted(int(row["id"]) for row in found) == [entry.id for entry in made]


def test_an_export_holds_only_what_its_reader_sees(pg, sign_in):
    mine, other = make_entry(pg), make_entry(make_user("pg"))
    assert [int(row["id"]) for row in rows(sign_in(pg).get(ADDRESS))] == [mine.id]
    everything = rows(sign_in(make_user("admin")).get(ADDRESS))
    assert {int(row["id"]) for row in everything} >= {mine.id, other.id}


def test_an_export_is_narrowed_by_the_lists_filters(pg, sign_in):
    make_entry(pg)
    pending = make_entry(pg, status="pending")
    found = rows(sign_in(pg).get(f"{ADDRESS}?status=pending"))
    assert [int(row["id"]) for row in found] == [pending.id]


@pytest.mark.parametrize(
    "title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")']
)
def test_no_cell_is_a_formula(pg, sign_in, title):
    make_entry(pg, title=title)
    [row] = rows(sign_in(pg).get(ADDRESS))
    assert f"'{title}" in row.values()


@pytest.mark.parametrize(
    "title", ['He said "no"', "a, b; c", "two\nlines", "Pökään آپریشن 😀", " spaces "]
)
def test_every_text_comes_back_as_it_was(pg, sign_in, title):
    make_entry(pg, title=title)
    [row] = rows(sign_in(pg).get(ADDRESS))
    assert title in row.values()


def test_a_long_export_streams_and_asks_as_often_as_a_short_one(pg, sign_in, count_queries):
    client = sign_in(pg)
    make_entry(pg)
    rows(client.get(ADDRESS))
    with count_queries() as few:
        rows(client.get(ADDRESS))
    for number in range(40):
        make_entry(pg, procedures=[make_procedure(f"Procedure {number}")])
    with count_queries() as many:
        assert len(rows(client.get(ADDRESS))) == 41
    assert len(many) == len(few)


@given(st.text())
def test_a_safe_cell_never_starts_a_formula_and_loses_nothing(text):
    safe = safe_cell(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, f"'{text}")
