"""The main job, by real requests: log, submit, decide, mend, resubmit; and who is kept out."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.logbook.models import EntryProcedure, LogbookEntry, LogbookReview
from sims.clock import today
from sims.database import db
from tests.factories import make_user
from tests.plugins.logbook.factories import form_of, make_entry, make_review, make_template


@pytest.fixture
def people(app_context):
    supervisor = make_user(role="supervisor")
    pg = make_user(role="pg", supervisor=supervisor)
    make_template()
    return pg, supervisor


def entries():
    return db.session.scalars(sa.select(LogbookEntry).order_by(LogbookEntry.id)).all()


def test_a_quick_entry_is_submitted_in_one_request(people, sign_in):
    pg, supervisor = people
    answer = sign_in(pg).post(
        "/logbook/quick", data=form_of(supervisor_id=supervisor.id, then="submit")
    )
    [entry] = entries()
    assert answer.location == f"/logbook/entries/{entry.id}"
    assert (entry.status, entry.title, entry.round) == ("pending", "Appendicectomy", 1)
    assert (entry.pg_id, entry.supervisor_id, entry.pg_year) == (pg.id, supervisor.id, pg.year)


def test_without_a_supervisor_named_the_pgs_own_is_asked(people, sign_in):
    pg, supervisor = people
    sign_in(pg).post("/logbook/quick", data=form_of(then="submit"))
    assert entries()[0].supervisor_id == supervisor.id


def test_a_double_clicked_submit_makes_one_submission(people, sign_in):
    pg, _ = people
    client = sign_in(pg)
    page = client.get("/logbook/quick").text
    token = re.search(r'name="draft"[^>]*value="([^"]+)"', page).group(1)
    first = client.post("/logbook/quick", data=form_of(draft=token, then="submit"))
    second = client.post("/logbook/quick", data=form_of(draft=token, then="submit"))
    assert len(entries()) == 1
    assert first.location == second.location


def test_an_empty_quick_entry_is_refused_with_every_word_at_its_field(people, sign_in):
    answer = sign_in(people[0]).post("/logbook/quick", data={"date": "", "then": "submit"})
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert 'href="#date"' in answer.text
    assert entries() == []


def test_a_refused_submission_keeps_all_input_and_saves_nothing(people, sign_in):
    tomorrow = (today() + timedelta(days=1)).isoformat()
    answer = sign_in(people[0]).post(
        "/logbook/quick", data=form_of(date=tomorrow, learning_points="Look twice", then="submit")
    )
    assert answer.status_code == 422
    assert "The date is in the future" in answer.text
    assert "Look twice" in answer.text
    assert entries() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EntryProcedure)) == 0


def test_the_supervisor_approves_and_is_led_to_the_next(people, sign_in):
    pg, supervisor = people
    first = make_entry(pg, status="pending", submitted_at=None)
    second = make_entry(pg, status="pending")
    first.submitted_at = second.submitted_at - timedelta(days=1)
    client = sign_in(supervisor)
    assert "1 of 2" in client.get(f"/logbook/entries/queue/{first.id}").text
    answer = client.post(
        f"/logbook/entries/queue/{first.id}", data={"decision": "approve", "overall_score": "8"}
    )
    assert answer.location == f"/logbook/entries/queue/{second.id}"
    db.session.refresh(first)
    assert (first.status, first.verified_by_id) == ("approved", supervisor.id)
    review = db.session.scalar(sa.select(LogbookReview))
    assert (review.outcome, review.overall_score, review.round) == ("approved", 8, 1)
    assert first.supervisor_score == 8


def test_a_made_up_score_sent_with_a_plain_approval_is_not_taken(people, sign_in):
    pg, supervisor = people
    entry = make_entry(pg, status="pending")
    answer = sign_in(supervisor).post(
        f"/logbook/entries/{entry.id}/do/approve", data={"overall_score": "abc"}
    )
    assert answer.status_code == 302
    db.session.refresh(entry)
    assert (entry.status, entry.supervisor_score) == ("approved", None)


def test_returning_needs_words(people, sign_in):
    pg, supervisor = people
    entry = make_entry(pg, status="pending")
    answer = sign_in(supervisor).post(
        f"/logbook/entries/queue/{entry.id}", data={"decision": "return", "feedback": " "}
    )
    assert answer.status_code == 422
    assert "Write what has to change" in answer.text
    db.session.refresh(entry)
    assert entry.status == "pending"


def test_what_was_returned_is_mended_resubmitted_and_shows_both_rounds(people, sign_in):
    pg, supervisor = people
    entry = make_entry(pg, status="pending")
    sign_in(supervisor).post(
        f"/logbook/entries/queue/{entry.id}",
        data={"decision": "return", "feedback": "Which approach was it?"},
    )
    client = sign_in(pg)
    assert "Which approach was it?" in client.get(f"/logbook/entries/{entry.id}").text
    db.session.refresh(entry)
    answer = client.post(
        f"/logbook/entries/{entry.id}/edit",
        data=form_of(
            title="Open appendicectomy", version=str(entry.version), supervisor_id=str(supervisor.id),
            patient_sex="U", then="submit",
        ),
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    sign_in(supervisor).post(
        f"/logbook/entries/queue/{entry.id}", data={"decision": "approve", "feedback": "Clear now."}
    )
    page = client.get(f"/logbook/entries/{entry.id}").text
    assert "Which approach was it?" in page
    assert "Clear now." in page
    assert "Submission 1" in page
    assert "Submission 2" in page
    history = client.get(f"/logbook/entries/{entry.id}/history").text
    assert "<ins>" in history
    assert pg.name in history
    assert supervisor.name in history


def test_a_stale_edit_gets_409_with_both_texts(people, sign_in):
    pg, _ = people
    entry = make_entry(pg, learning_points="first words")
    stale = str(entry.version)
    client = sign_in(pg)
    sent = form_of(version=stale, patient_sex="U", learning_points="second words")
    assert client.post(f"/logbook/entries/{entry.id}/edit", data=sent).status_code == 302
    answer = client.post(
        f"/logbook/entries/{entry.id}/edit", data=sent | {"learning_points": "third words"}
    )
    assert answer.status_code == 409
    assert "second words" in answer.text
    assert "third words" in answer.text
    db.session.refresh(entry)
    assert entry.learning_points == "second words"


def test_a_second_decision_is_told_that_somebody_was_faster(people, sign_in):
    pg, supervisor = people
    entry = make_entry(pg, status="approved")
    answer = sign_in(supervisor).post(
        f"/logbook/entries/queue/{entry.id}",
        data={"decision": "return", "feedback": "Too late"},
        follow_redirects=True,
    )
    assert "Somebody was faster" in answer.text
    db.session.refresh(entry)
    assert entry.status == "approved"


@pytest.mark.parametrize("part", ["", "/edit", "/history", "/files/x/remove"])
def test_strangers_do_not_learn_that_an_entry_exists(people, sign_in, client, part):
    pg, _ = people
    entry = make_entry(pg, status="draft", title="Very particular title")
    path = f"/logbook/entries/{entry.id}{part}"
    for stranger in (make_user(role="pg", supervisor=people[1]), make_user(role="supervisor")):
        answer = sign_in(stranger).post(path) if "files" in part else sign_in(stranger).get(path)
        assert answer.status_code == 404
        assert "Very particular title" not in answer.text
        listing = sign_in(stranger).get("/logbook/entries")
        assert "Very particular title" not in listing.text
    if "files" not in part:
        assert "/login" in client.get(path).location


@pytest.mark.parametrize("name", ["submit", "approve", "return", "reject", "reopen", "archive"])
def test_strangers_move_nothing(people, sign_in, name):
    pg, supervisor = people
    entry = make_entry(pg, status="pending")
    for stranger in (make_user(role="pg", supervisor=supervisor), make_user(role="supervisor")):
        answer = sign_in(stranger).post(
            f"/logbook/entries/{entry.id}/do/{name}", data={"feedback": "mine"}
        )
        assert answer.status_code == 404
    db.session.refresh(entry)
    assert entry.status == "pending"


def test_a_former_reviewer_still_sees_what_they_reviewed(people, sign_in):
    pg, _ = people
    former = make_user(role="supervisor")
    entry = make_entry(pg, status="approved")
    assert sign_in(former).get(f"/logbook/entries/{entry.id}").status_code == 404
    make_review(entry, former)
    assert sign_in(former).get(f"/logbook/entries/{entry.id}").status_code == 200


def test_a_supervisor_bulk_approves_their_own_and_nobody_elses(people, sign_in):
    pg, supervisor = people
    other = make_user(role="pg", supervisor=make_user(role="supervisor"))
    mine, foreign = make_entry(pg, status="pending"), make_entry(other, status="pending")
    draft = make_entry(pg)
    answer = sign_in(supervisor).post(
        "/bulk/do/logbook.entry",
        data={"action": "approve", "id": [mine.id, foreign.id, draft.id]},
        follow_redirects=True,
    )
    assert "1 entry approved" in answer.text
    assert "1 skipped: There is no entry" in answer.text
    assert "1 skipped: This entry is draft by now" in answer.text
    for row in (mine, foreign, draft):
        db.session.refresh(row)
    assert [mine.status, foreign.status, draft.status] == ["approved", "pending", "draft"]
    review = db.session.scalar(sa.select(LogbookReview))
    assert (review.entry_id, review.reviewer_id) == (mine.id, supervisor.id)


def test_an_approved_entry_is_changed_only_after_an_admin_reopened_it_with_a_reason(
    people, sign_in
):
    pg, _supervisor = people
    entry = make_entry(pg, status="approved")
    assert sign_in(pg).get(f"/logbook/entries/{entry.id}/edit").status_code == 403
    admin = sign_in(make_user(role="admin"))
    assert admin.post(f"/logbook/entries/{entry.id}/do/reopen", data={}).status_code == 422
    admin.post(f"/logbook/entries/{entry.id}/do/reopen", data={"feedback": "Wrong patient"})
    db.session.refresh(entry)
    assert entry.status == "returned"
    assert entry.verified_at is None
    assert sign_in(pg).get(f"/logbook/entries/{entry.id}/edit").status_code == 200


def test_only_a_draft_is_deleted_and_only_by_its_owner(people, sign_in):
    pg, supervisor = people
    draft, pending = make_entry(pg), make_entry(pg, status="pending")
    assert sign_in(supervisor).post(f"/logbook/entries/{draft.id}/delete").status_code == 404
    assert sign_in(pg).post(f"/logbook/entries/{pending.id}/delete").status_code == 403
    assert sign_in(pg).post(f"/logbook/entries/{draft.id}/delete").status_code == 302
    assert [entry.id for entry in entries()] == [pending.id]


def test_the_list_keeps_its_number_of_queries(people, sign_in, count_queries):
    pg, supervisor = people
    client = sign_in(supervisor)
    counts = []
    for more in (10, 40):
        for _ in range(more):
            make_entry(pg, status="pending")
        client.get("/logbook/entries")
        with count_queries() as sent:
            assert client.get("/logbook/entries").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 10


def test_pages_of_a_list_follow_one_another_without_gap_or_repeat(people, sign_in, app):
    pg, _ = people
    app.config["PAGE_SIZE"] = 7
    for number in range(30):
        make_entry(pg, title=f"Entry {number:02}", date=today() - timedelta(days=number // 4))
    client, path, seen = sign_in(pg), "/logbook/entries", []
    while path:
        page = client.get(path).text
        seen += re.findall(r"Entry \d\d(?=</a>|\s*</a>)", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else None
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize(
    "query",
    ["from=abc", "q=%00", "status=nonsense", "after=%%%", "after=eyJ4", "sort=password", "role=x",
     "person=abc", "person=" + "9" * 40, "columns=nothing", "q=" + "x" * 5000],
)  # fmt: skip
def test_odd_filters_never_break_a_list(people, sign_in, query):
    assert sign_in(people[0]).get(f"/logbook/entries?{query}").status_code == 200


def test_the_export_holds_all_matching_rows_and_no_formula(people, sign_in):
    pg, _ = people
    make_entry(pg, title="=cmd|' /C calc'!A0")
    make_entry(pg, title="Plain", status="pending")
    answer = sign_in(pg).get("/logbook/entries/export.csv")
    text = answer.get_data().decode("utf-8-sig")
    assert "'=cmd" in text
    assert len(text.strip().splitlines()) == 3
    assert len(sign_in(pg).get("/logbook/entries/export.csv?status=pending").text.splitlines()) == 2


def test_statistics_agree_with_the_lists_behind_them(people, sign_in):
    pg, supervisor = people
    for status in ("approved", "approved", "pending", "draft"):
        make_entry(pg, status=status)
    client = sign_in(pg)
    assert client.get("/logbook/statistics").status_code == 200
    listed = client.get(f"/logbook/entries/export.csv?counted=1&person={pg.id}").text
    assert len(listed.strip().splitlines()) - 1 == 2
    assert sign_in(supervisor).get(f"/logbook/statistics?pg={pg.id}").status_code == 200
    stranger = make_user(role="supervisor")
    assert sign_in(stranger).get(f"/logbook/statistics?pg={pg.id}").status_code == 404


def test_without_javascript_a_button_adds_a_procedure(people, sign_in):
    client = sign_in(people[0])
    assert 'name="procedures-1-name"' not in client.get("/logbook/entries/new").text
    page = client.post("/logbook/entries/new", data=form_of(add_row="procedures", title="Kept"))
    assert page.status_code == 200
    assert 'name="procedures-1-name"' in page.text
    assert 'value="Kept"' in page.text
    assert entries() == []
