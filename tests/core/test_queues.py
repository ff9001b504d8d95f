"""What waits for a reviewer, over all records."""

from datetime import timedelta

from sims import queues
from sims.clock import now
from sims.database import db
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_review


def test_the_menu_counts_what_waits_and_review_leads_there(app_context, sign_in):
    pg = make_user("pg")
    for _ in range(3):
        make_entry(pg, status="pending")
    make_entry(pg, status="draft")
    db.session.commit()
    client = sign_in(pg.supervisor_id and db.session.get(type(pg), pg.supervisor_id))
    assert ">3<" in client.get("/").text.replace(" ", "")
    assert client.get("/review").location == "/logbook/entries/queue"


def test_the_start_page_shows_the_oldest_first_whatever_it_is(app_context, sign_in):
    pg = make_user("pg")
    make_entry(pg, status="pending", title="Newer", submitted_at=now() - timedelta(days=1))
    make_entry(pg, status="pending", title="Older", submitted_at=now() - timedelta(days=9))
    db.session.commit()
    page = sign_in(db.session.get(type(pg), pg.supervisor_id)).get("/").text
    assert 0 < page.index("Older") < page.index("Newer")


def test_who_reviews_nothing_has_no_queue(app_context, sign_in):
    pg = make_user("pg")
    db.session.commit()
    assert queues.of(pg) == []
    client = sign_in(pg)
    assert client.get("/review").status_code == 404
    assert "Waiting for your review" not in client.get("/").text


def test_a_draft_somebody_has_decided_on_is_not_thrown_away(app_context, sign_in):
    pg = make_user("pg")
    entry = make_entry(pg, status="returned")
    make_review(entry, db.session.get(type(pg), pg.supervisor_id), "returned")
    db.session.commit()
    client = sign_in(pg)
    client.post(f"/logbook/entries/{entry.id}/do/submit")
    client.post(f"/logbook/entries/{entry.id}/do/withdraw")
    db.session.refresh(entry)
    assert (entry.status, entry.round) == ("draft", 1)
    assert client.post(f"/logbook/entries/{entry.id}/delete").status_code == 403


def test_what_was_taken_back_before_anybody_decided_may_be_thrown_away(app_context, sign_in):
    pg = make_user("pg")
    entry = make_entry(pg)
    db.session.commit()
    client, number = sign_in(pg), entry.id
    client.post(f"/logbook/entries/{number}/do/submit")
    client.post(f"/logbook/entries/{number}/do/withdraw")
    assert client.post(f"/logbook/entries/{number}/delete").status_code == 302
    db.session.expire_all()
    assert db.session.get(type(entry), number) is None


def test_an_empty_queue_says_that_nothing_waits(app_context, sign_in):
    supervisor = make_user("supervisor")
    page = sign_in(supervisor).get("/logbook/entries/queue").text
    assert "Nothing waits for you" in page
    assert "less than a minute" not in page, "that is for who logs, not for who reviews"
