"""One thing done with many rows of a list: each by its own rules, told row by row, and taken back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from plugins.bulk.models import BulkOperation
from plugins.logbook.models import LogbookEntry, LogbookReview
from sims.contracts import Subscriber
from sims.database import commit, db
from sims.events import Refused
from tests.factories import make_user
from tests.plugins.bulk.factories import faults, fresh
from tests.plugins.logbook.factories import make_entry

DO = "/bulk/do/logbook.entry"


@pytest.fixture
def heard(app: Flask) -> Iterator[list[Any]]:
    """What was refused, as whoever writes the audit log hears it."""
    events: list[Any] = []
    provided = app.extensions["sims.provided"]
    before = dict(provided)
    provided[Subscriber] = (Subscriber(event=Refused, handler=events.append),)
    yield events
    provided.clear()
    provided.update(before)


def last() -> BulkOperation:
    return db.session.scalars(sa.select(BulkOperation).order_by(BulkOperation.id.desc())).first()


def statuses(*ids: int) -> list[str]:
    query = sa.select(LogbookEntry.status).where(LogbookEntry.id.in_(ids)).order_by(LogbookEntry.id)
    return list(db.session.scalars(query))


def test_foreign_entries_among_ones_own_are_refused_row_by_row_and_the_audit_hears_of_each(
    app_context: Flask, sign_in: Callable[..., Any], heard: list[Any]
) -> None:
    supervisor = make_user("supervisor")
    mine = make_entry(make_user("pg", supervisor=supervisor), status="pending").id
    foreign = make_entry(make_user("pg"), status="pending").id
    form = {"action": "approve", "id": [mine, foreign, 999_999]}
    page = sign_in(supervisor).post(DO, data=form, follow_redirects=True).text
    assert "1 entry approved." in page
    assert statuses(mine, foreign) == ["approved", "pending"]
    done = last()
    assert (done.status, done.success, done.failure) == ("completed_with_errors", 1, 2)
    assert faults(done)[0] == (2, "", f"There is no entry number {foreign} that you may see.")
    told = [(event.row_id, event.act, event.actor_id) for event in heard]
    assert told == [(foreign, "approve", supervisor.id), (999_999, "approve", supervisor.id)]


def test_an_approval_of_many_is_undone_and_can_be_made_again(
    app_context: Flask, sign_in: Callable[..., Any]
) -> None:
    supervisor = make_user("supervisor")
    pg = make_user("pg", supervisor=supervisor)
    ids = [make_entry(pg, status="pending").id for _ in range(3)]
    client = sign_in(supervisor)
    client.post(DO, data={"action": "approve", "id": ids})
    number = last().id
    db.session.get_one(LogbookEntry, ids[2]).follow_up = "Changed by somebody since"
    page = client.post(f"/bulk/{number}/undo", follow_redirects=True).text
    assert "2 logbook entries undone." in page
    assert statuses(*ids) == ["pending", "pending", "approved"]
    assert db.session.scalars(sa.select(LogbookReview.entry_id)).all() == [ids[2]]
    entry = db.session.get_one(LogbookEntry, ids[0])
    assert (entry.verified_at, entry.reviewed_at, entry.supervisor_feedback) == (None, None, "")
    client.post(DO, data={"action": "approve", "id": ids[:2]})
    assert statuses(*ids) == ["approved"] * 3
    page = client.post(f"/bulk/{number}/undo", follow_redirects=True).text
    assert "0 logbook entries undone. 1 skipped: Somebody changed it since." in page


def test_all_that_match_means_what_the_page_shows(
    app_context: Flask, sign_in: Callable[..., Any]
) -> None:
    supervisor, other = make_user("supervisor"), make_user("supervisor")
    pg = make_user("pg", supervisor=supervisor)
    mine = make_entry(pg, status="pending").id
    elsewhere = make_entry(pg, other, status="pending").id
    draft = make_entry(pg).id
    form = {"action": "approve", "all": "1", "scope": "queue", "query": ""}
    sign_in(supervisor).post(DO, data=form)
    assert statuses(mine, elsewhere, draft) == ["approved", "pending", "draft"]
    form = {"action": "approve", "all": "1", "query": "status=returned"}
    sign_in(supervisor).post(DO, data=form)
    assert statuses(elsewhere) == ["pending"]


def test_more_than_a_browser_waits_for_goes_to_a_worker(
    app_context: Flask, sign_in: Callable[..., Any], run_jobs: Callable[[], None]
) -> None:
    supervisor = make_user("supervisor")
    pg = make_user("pg", supervisor=supervisor)
    for _ in range(201):
        make_entry(pg, status="pending")
    form = {"action": "approve", "all": "1", "query": ""}
    client = sign_in(supervisor)
    answer = client.post(DO, data=form)
    number = last().id
    assert answer.location == f"/bulk/{number}"
    told = client.get(f"/bulk/{number}/progress").json
    assert (told["state"], told["done"], told["total"]) == ("pending", 0, 201)
    run_jobs()
    done = fresh(number)
    assert (done.status, done.success) == ("completed", 201)
    count = sa.select(sa.func.count()).where(LogbookEntry.status == "approved")
    assert db.session.scalar(count) == 201


def test_words_a_decision_needs_are_asked_for_before_anything_is_done(
    app_context: Flask, sign_in: Callable[..., Any]
) -> None:
    supervisor = make_user("supervisor")
    entry = make_entry(make_user("pg", supervisor=supervisor), status="pending").id
    client = sign_in(supervisor)
    page = client.post(DO, data={"action": "return", "id": entry}, follow_redirects=True).text
    assert "Write what has to change" in page
    assert statuses(entry) == ["pending"]
    client.post(DO, data={"action": "return", "id": entry, "feedback": "Which side?"})
    assert statuses(entry) == ["returned"]


def test_who_may_not_do_it_to_one_row_finds_no_way_to_do_it_to_many(
    app_context: Flask, sign_in: Callable[..., Any]
) -> None:
    supervisor = make_user("supervisor")
    pg = make_user("pg", supervisor=supervisor)
    entry = make_entry(pg, status="pending").id
    trainee, reviewer = sign_in(pg), sign_in(supervisor)
    for client, path, form in (
        (trainee, DO, {"action": "approve", "id": entry}),
        (trainee, DO, {"action": "nonsense", "id": entry}),
        (trainee, "/bulk/do/users.user", {"action": "assign", "id": pg.id}),
        (trainee, "/bulk/do/no.such", {"action": "approve", "id": entry}),
        (trainee, "/bulk/imports/rotations.hospital", {}),
        (reviewer, "/bulk/imports/rotations.hospital", {}),
        (reviewer, "/bulk/imports/logbook.entry", {}),
    ):
        assert client.post(path, data=form).status_code == 404
    commit()
    assert last() is None
    assert trainee.get("/bulk/imports").status_code == 404
    assert statuses(entry) == ["pending"]


def test_nobody_sees_the_operations_of_others(
    app_context: Flask, sign_in: Callable[..., Any]
) -> None:
    supervisor = make_user("supervisor")
    entry = make_entry(make_user("pg", supervisor=supervisor), status="pending").id
    sign_in(supervisor).post(DO, data={"action": "approve", "id": entry})
    number = last().id
    stranger = sign_in(make_user("supervisor"))
    for path in (f"/bulk/{number}", f"/bulk/{number}/progress"):
        assert stranger.get(path).status_code == 404
    for act in ("stop", "undo", "again", "confirm"):
        assert stranger.post(f"/bulk/{number}/{act}").status_code == 404
    assert sign_in(make_user("admin")).get(f"/bulk/{number}").status_code == 200
