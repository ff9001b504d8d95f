"""The pages of search: results, suggestions while typing, one's own past searches; whatever is typed."""

import time

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.search.models import SearchHistory
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.search.test_finding import entry

ODD = (
    "'", '"', '""', "\\", "a' OR 1=1 --", "'; DROP TABLE users_user; --", "a & | ! <-> (", ":*", "a:*B", "NEAR(a b, 5)",
    "title:x", "^a", "-a", "*", "%", "_", "a AND OR NOT", "\x00nul", "\U0001f600", "👩‍⚕️ lap", "a\u0301\u0301", "اردو میں",
    "x" * 10_000, "a " * 5_000, "'a':*", "{title}: x", "\ud800", "a\tb\nc", "=gastroscopy", "~gastroscopy", "lap" * 60,
)  # fmt: skip


@pytest.fixture
def pg(app_context, sign_in):
    person = make_user("pg")
    entry(person, "Gastroscopy", learning_points="Careful at the pylorus")
    commit()
    client = sign_in(person)
    client.person = person
    return client


def test_the_page_shows_what_was_found_where_and_how_much(pg):
    page = pg.get("/search?q=pylorus").text
    assert "Gastroscopy" in page
    assert "Learning points: Careful at the <mark>pylorus</mark>" in page
    assert "Logbook entries" in page
    assert "Nothing found" in pg.get("/search?q=xyzzyxyzzy").text
    assert "Type a word or a number" in pg.get("/search?q=!!!").text
    slip = pg.get("/search?q=gastrscopy").text
    assert "Nothing is spelled exactly like this" in slip
    assert "<mark>Gastroscopy</mark>" in slip


def test_an_unreadable_filter_is_named_and_the_rest_still_searched(pg):
    answer = pg.get("/search?q=gastroscopy&from=abc&module=nonsense")
    assert answer.status_code == 422
    assert "Not a valid date" in answer.text
    assert "Gastroscopy" in answer.text


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_nothing_that_is_typed_breaks_a_page_or_takes_long(pg, text):
    for path in ("/search", "/search/suggestions", "/search/history"):
        began = time.process_time()
        answer = pg.get(path, query_string={"q": text.encode("utf-8", "surrogatepass")})
        assert answer.status_code == 200, (path, text)
        assert time.process_time() - began < 1


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=60) | st.text("'\"\\&|!<>():*^~=-{}%_ abAND", max_size=40))
def test_any_text_is_answered(pg, text):
    assert pg.get("/search/suggestions", query_string={"q": text}).status_code == 200


def test_suggestions_lead_to_the_rows_and_name_each_title_once(pg):
    for _ in range(3):
        entry(pg.person, "Gastroscopy")
    commit()
    found = pg.get("/search/suggestions?q=gastr").json
    assert [item["label"] for item in found] == ["Gastroscopy"]
    assert pg.get(found[0]["url"]).status_code == 200
    assert pg.get("/search/suggestions?q=").json == []


def test_searches_are_kept_for_oneself_and_can_be_forgotten(pg, sign_in):
    pg.get("/search?q=gastroscopy&status=draft")
    pg.get("/search?q=pylorus")
    pg.get("/search/suggestions?q=unwritten")
    rows = db.session.scalars(sa.select(SearchHistory).order_by(SearchHistory.id)).all()
    assert [(row.search_term, row.filters, row.result_count) for row in rows] == [
        ("gastroscopy", {"status": "draft"}, 1),
        ("pylorus", {}, 1),
    ]
    page = pg.get("/search/history").text
    assert "pylorus" in page
    assert "status=draft" in page
    assert "pylorus" not in pg.get("/search/history?q=gastro").text
    assert "pylorus" in pg.get("/search").text
    other = sign_in(make_user("pg"))
    commit()
    assert "pylorus" not in other.get("/search/history").text
    other.post("/search/history/clear", data={"id": rows[1].id})
    other.post("/search/history/clear")
    assert "pylorus" in pg.get("/search/history").text
    pg.post("/search/history/clear", data={"id": rows[1].id})
    assert "pylorus" not in pg.get("/search/history").text
    pg.post("/search/history/clear")
    assert "No searches yet" in pg.get("/search/history").text


def test_old_searches_are_forgotten_by_the_clock(pg, app):
    from plugins.search.history import forget_old

    pg.get("/search?q=gastroscopy")
    db.session.rollback()
    assert forget_old() == 0
    app.config["SEARCH_HISTORY_DAYS"] = -1
    assert forget_old() == 1


def test_the_box_is_on_every_page_and_keeps_what_was_typed(pg):
    assert 'action="/search"' in pg.get("/").text
    assert 'value="pylorus &amp; more"' in pg.get("/search?q=pylorus+%26+more").text
