"""Which stored records break a rule: found by a worker, shown with their trend, taken up after a kill."""

import pytest
import sqlalchemy as sa

from plugins.validation import checking
from plugins.validation.models import Check, Count, Finding
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry

FUTURE = "logbook.entry.date_not_in_future"


@pytest.fixture
def office(app_context, sign_in):
    admin = make_user("admin")
    pg = make_user("pg")
    client = sign_in(admin)
    client.person, client.pg = admin, pg
    return client


def forge(entry):
    """As somebody does who writes past SIMS."""
    commit()
    db.session.execute(
        sa.text("UPDATE logbook_logbookentry SET date = '2999-01-01' WHERE id = :id"),
        {"id": entry.id},
    )
    commit()


def test_a_check_finds_what_got_past_sims_and_the_page_leads_to_it(office, run_jobs):
    fine, forged = make_entry(office.pg), make_entry(office.pg, title="From tomorrow")
    forge(forged)
    assert "not checked yet" in office.get("/rules").text
    assert office.post("/rules/check").status_code == 302
    run_jobs()
    page = office.get("/rules").text
    assert "1 broken" in page
    rule = office.get(f"/rules/{FUTURE}").text
    assert "From tomorrow" in rule
    assert f"/logbook/entries/{forged.id}" in rule
    assert f'/logbook/entries/{fine.id}"' not in rule
    assert db.session.scalar(sa.select(Check)).status in ("completed", "completed_with_errors")


def test_the_trend_says_how_it_was_before_and_only_the_last_rows_are_kept(office, run_jobs):
    entry = make_entry(office.pg)
    forge(entry)
    for date in ("2999-01-01", "2020-01-01"):
        db.session.execute(
            sa.text("UPDATE logbook_logbookentry SET date = :date WHERE id = :id"),
            {"date": date, "id": entry.id},
        )
        commit()
        office.post("/rules/check")
        run_jobs()
    assert checking.trends()[FUTURE] == [1, 0]
    assert "before: 1" in office.get("/rules").text
    assert "1 → 0" in office.get(f"/rules/{FUTURE}").text
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Finding).where(Finding.code == FUTURE)
        )
        == 0
    )
    rules = sum(len(record.rules) for record in checking.ruled())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Count)) == 2 * rules


def test_drafts_may_lack_what_a_submission_needs(office):
    record = next(record for record in checking.ruled() if record.name == "logbook.entry")
    draft, sent = make_entry(office.pg), make_entry(office.pg, status="pending")
    assert checking.stage(record, draft) == "save"
    assert checking.stage(record, sent) == "submit"


def test_stopped_between_two_steps_it_goes_on_where_it_was(office, monkeypatch):
    monkeypatch.setattr(checking, "CHUNK", 2)
    for _ in range(5):
        forge(make_entry(office.pg))
    check = checking.begin(office.person)
    commit()
    number, steps = check.id, 0
    while checking.step(check):
        steps += 1
        if steps % 3:
            commit()
        else:
            db.session.rollback()  # as a killed worker leaves it
        check = db.session.get(Check, number, populate_existing=True)
    commit()
    query = sa.select(Finding.row_id).where(Finding.code == FUTURE)
    found = list(db.session.scalars(query))
    assert len(found) == len(set(found)) == 5


def test_one_check_at_a_time_and_it_can_be_stopped(office):
    office.post("/rules/check")
    again = office.post("/rules/check")
    assert again.status_code == 409
    assert "going on" in again.text
    number = db.session.scalar(sa.select(Check.id))
    assert office.get(f"/rules/check/{number}/progress").json["state"] == "pending"
    assert "Checking every stored record" in office.get("/rules").text
    office.post(f"/rules/check/{number}/stop")
    assert db.session.get(Check, number, populate_existing=True).status == "cancelled"
    assert checking.nightly() is not None
    assert checking.nightly() is None


def test_without_an_office_nobody_checks_at_night(app_context):
    make_user("pg")
    commit()
    assert checking.nightly() is None


def test_the_rules_are_the_offices_to_see(office, sign_in):
    for path in ("/rules", f"/rules/{FUTURE}"):
        assert sign_in(office.pg).get(path).status_code == 404
        assert office.get(path).status_code == 200
    assert office.get("/rules/no.such").status_code == 404
    assert office.get(f"/rules/{FUTURE}?after=abc").status_code == 200


def test_many_rows_cost_a_page_as_many_queries_as_few(office, count_queries, run_jobs):
    forge(make_entry(office.pg))
    office.post("/rules/check")
    run_jobs()
    office.get(f"/rules/{FUTURE}")
    with count_queries() as few:
        office.get(f"/rules/{FUTURE}")
    for _ in range(10):
        forge(make_entry(office.pg))
    office.post("/rules/check")
    run_jobs()
    with count_queries() as many:
        office.get(f"/rules/{FUTURE}")
    assert len(many) == len(few)
