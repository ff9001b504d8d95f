"""Drafts: what is typed survives a log-out, a second tab overwrites nothing, a double click submits once."""

import contextvars
import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from sims import clock, drafts
from sims.database import commit, db
from sims.drafts import Draft
from sims.errors import Missing
from tests.factories import make_user

TOKEN = "a-token-of-some-form"
FORM = "logbook.entry"
PATIENCE = 30


@pytest.fixture
def pg(app_context: Flask) -> Any:
    return make_user("pg")


def typed(text: str = "Appendicectomy", version: int = 0, **given: object) -> dict[str, object]:
    """What the browser sends when somebody pauses."""
    sent = {"token": TOKEN, "form": FORM, "version": version, "data": {"title": [text]}}
    return sent | given


def kept() -> list[Draft]:
    return list(db.session.scalars(sa.select(Draft).order_by(Draft.updated_at)))


# -- autosave ----------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_each_save_counts(pg, sign_in):
    client = sign_in(pg)
    assert client.post("/drafts", json=typed("Appendic")).json["version"] == 1
    answer = client.post("/drafts", json=typed("Appendicectomy", 1))
    assert (answer.status_code, answer.json["version"]) == (200, 2)
    [draft] = kept()
    assert draft.as_formdata().to_dict() == {"title": "Appendicectomy"}


def test_a_draft_survives_a_log_out(pg, sign_in):
    client = sign_in(pg)
    client.post("/drafts", json=typed())
    with client.session_transaction() as session:
        session.clear()
    assert client.get("/").status_code == 302
    again = sign_in(pg)
    assert drafts.unfinished(FORM, pg).token == TOKEN
    assert "Appendicectomy" in again.get(f"/logbook/entries/new?draft={TOKEN}").text


def test_a_second_tab_is_told_both_texts_and_overwrites_nothing(pg, sign_in):
    client = sign_in(pg)
    client.post("/drafts", json=typed("First tab"))
    client.post("/drafts", json=typed("First tab again", 1))
    answer = client.post("/drafts", json=typed("Second tab", 1))
    assert answer.status_code == 409
    assert answer.json["data"] == {"title": ["First tab again"]}
    assert answer.json["version"] == 2
    assert kept()[0].data == {"title": ["First tab again"]}


def test_two_tabs_that_begin_at_once_make_one_draft(pg, app_context):
    """Both believe that nothing is there yet; the second is told of the first."""
    pg_id = pg.id
    commit()

    def begin(text: str) -> int:
        actor = SimpleNamespace(id=pg_id)
        ready.wait(PATIENCE)
        return drafts.answer(typed(text), actor).status_code

    ready = threading.Barrier(2)
    statuses = at_once(app_context, lambda: begin("One"), lambda: begin("Other"))
    assert sorted(statuses) == [200, 409]
    assert len(kept()) == 1


def test_a_draft_that_is_gone_is_begun_anew(pg, sign_in):
    """Thrown away in another tab, or swept, while this one was still typing."""
    assert sign_in(pg).post("/drafts", json=typed(version=7)).json["version"] == 1


def test_nobody_touches_a_strangers_draft(pg, sign_in):
    sign_in(pg).post("/drafts", json=typed("Mine"))
    stranger = sign_in(make_user("pg"))
    assert stranger.post("/drafts", json=typed("Theirs", 1)).status_code == 404
    assert stranger.post(f"/drafts/{TOKEN}/discard").status_code == 404
    assert stranger.get(f"/logbook/entries/new?draft={TOKEN}").status_code == 404
    assert kept()[0].data == {"title": ["Mine"]}


def test_a_visitor_keeps_nothing(client, app_context):
    assert client.post("/drafts", json=typed()).status_code == 401
    assert kept() == []


def test_a_text_too_long_to_keep_is_refused(pg, sign_in):
    client = sign_in(pg)
    assert client.post("/drafts", json=typed("x" * drafts.LARGEST)).status_code == 422
    assert (
        client.post("/drafts", json=typed(data={"x" * (drafts.LARGEST + 1): []})).status_code == 422
    )
    assert client.post("/drafts", json=typed("x" * 100_000)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {},
        typed(data=None),
        typed(data="text"),
        typed(data={"title": None}),
        typed(data={"title": "text"}),
        typed(data={"title": ["\ud800"]}),
        typed(version=None),
        typed(version=10**30),
        typed(version=-1),
        typed(version=float("inf")),
        typed(row_id="x"),
        typed(row_id=10**30),
        typed(token="short"),
        typed(token="x" * 49),
        typed(token="a-token-with-nul-\x00"),
        typed(form="logbook\x00entry"),
        typed(form="x" * 65),
    ],
)
def test_what_is_no_draft_is_refused_in_words(pg, sign_in, body):
    answer = sign_in(pg).post("/drafts", json=body)
    assert answer.status_code == 422
    assert "draft" in answer.json["error"]
    assert kept() == []


def test_odd_letters_are_kept_as_typed(pg, sign_in):
    assert sign_in(pg).post("/drafts", json=typed("a\x00b\u202e😀")).status_code == 200
    assert kept()[0].data == {"title": ["ab\u202e😀"]}


def test_the_forms_secret_is_not_kept(pg, sign_in):
    data = {"title": ["A"], "csrf_token": ["secret"]}
    sign_in(pg).post("/drafts", json=typed(data=data))
    assert kept()[0].data == {"title": ["A"]}


def test_a_draft_of_a_row_belongs_to_that_row(pg, sign_in):
    sign_in(pg).post("/drafts", json=typed(row_id=7))
    assert drafts.unfinished(FORM, pg) is None
    assert drafts.unfinished(FORM, pg, 8) is None
    assert drafts.unfinished(FORM, pg, 7).token == TOKEN
    drafts.forget(FORM, pg, 7)
    assert kept() == []


def test_a_draft_can_be_thrown_away(pg, sign_in):
    client = sign_in(pg)
    client.post("/drafts", json=typed())
    answer = client.post(f"/drafts/{TOKEN}/discard", data={"next": "/logbook/entries/new"})
    assert answer.location == "/logbook/entries/new"
    assert kept() == []


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/\\evil.example",
        "\\\\evil",
        "",
    ],
)
def test_throwing_away_leads_to_this_site_only(pg, sign_in, path):
    client = sign_in(pg)
    client.post("/drafts", json=typed())
    assert client.post(f"/drafts/{TOKEN}/discard", data={"next": path}).location == "/"


# -- one submission ----------------------------------------------------------------------------------------


def test_a_form_is_submitted_once_however_often_it_is_sent(pg, app_context):
    pg_id = pg.id
    commit()

    def submit(row_id: int) -> int | None:
        actor = SimpleNamespace(id=pg_id)
        ready.wait(PATIENCE)
        claimed = drafts.claim(TOKEN, FORM, actor)
        if claimed is None:
            db.session.rollback()
            return drafts.result(TOKEN, actor)
        claimed.row_id = row_id
        commit()
        return row_id

    ready = threading.Barrier(4)
    results = at_once(app_context, *(lambda number=n: submit(number) for n in (1, 2, 3, 4)))
    assert len(kept()) == 1
    assert set(results) == {kept()[0].row_id}


def test_a_claim_that_came_to_nothing_can_be_made_again(pg):
    assert drafts.claim(TOKEN, FORM, pg)
    db.session.rollback()
    pg = make_user("pg")
    assert drafts.claim(TOKEN, FORM, pg)


def test_a_claim_keeps_no_copy_of_the_text(pg, sign_in):
    sign_in(pg).post("/drafts", json=typed())
    claimed = drafts.claim(TOKEN, FORM, pg)
    assert claimed.data == {}
    assert claimed.finished_at
    with pytest.raises(Missing):
        drafts.find(TOKEN, pg)
    assert drafts.unfinished(FORM, pg) is None


def test_what_was_submitted_is_not_saved_over(pg, sign_in):
    client = sign_in(pg)
    client.post("/drafts", json=typed())
    drafts.claim(TOKEN, FORM, pg)
    commit()
    assert client.post("/drafts", json=typed("Late", 1)).status_code == 404


def test_nobody_submits_a_strangers_form(pg, sign_in):
    sign_in(pg).post("/drafts", json=typed())
    with pytest.raises(Missing):
        drafts.claim(TOKEN, FORM, make_user("pg"))
    assert kept()[0].finished_at is None


@pytest.mark.parametrize("token", ["", "short", "x" * 49, "nul-nul-nul-nul-\x00"])
def test_a_form_without_a_proper_token_is_submitted_all_the_same(pg, token):
    assert drafts.claim(token, FORM, pg).token != token


# -- the sweep ---------------------------------------------------------------------------------------------


def test_drafts_untouched_for_thirty_days_are_forgotten(pg, sign_in):
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        client = sign_in(pg)
        client.post("/drafts", json=typed(token="the-older-of-two"))
        traveller.shift(timedelta(hours=1))
        client.post("/drafts", json=typed(token="the-newer-of-two"))
        traveller.move_to(start + timedelta(days=30))
        assert drafts.sweep() == 0
        traveller.shift(timedelta(minutes=1))
        assert drafts.sweep() == 1
    assert [draft.token for draft in kept()] == ["the-newer-of-two"]


def at_once(app: Flask, *works: Callable[[], object]) -> list[object]:
    """Run all of these at once, each in an application context of its own; return what they gave."""
    results: list[object] = []

    def run(work: Callable[[], object]) -> None:
        with app.test_request_context(method="POST"):
            results.append(work())

    threads = [
        threading.Thread(target=contextvars.Context().run, args=(run, work), daemon=True)
        for work in works
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(results) == len(works)
    db.session.expire_all()
    return results
