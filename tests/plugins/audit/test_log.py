"""What is written down, in the transaction of the act; and what is not."""

import pytest
import sqlalchemy as sa

from plugins.audit.models import ActivityLog
from plugins.audit.telling import action, details
from plugins.audit.verifying import faults
from sims import access, events, records, workflow
from sims.database import commit, db
from sims.errors import Denied
from tests.factories import PASSWORD, make_user
from tests.plugins.cases.factories import make_case
from tests.plugins.logbook.factories import make_entry

ENTRY = "logbook.entry"


def log(**given):
    query = (
        sa.select(ActivityLog).filter_by(**given).order_by(ActivityLog.created_at, ActivityLog.id)
    )
    return list(db.session.scalars(query))


@pytest.fixture
def people(app_context):
    supervisor = make_user("supervisor")
    found = {
        "admin": make_user("admin"),
        "supervisor": supervisor,
        "pg": make_user("pg", supervisor),
        "other": make_user("pg"),
    }
    commit()
    return found


def test_every_act_is_in_the_log_with_who_what_and_why(people):
    pg, supervisor = people["pg"], people["supervisor"]
    row = make_entry(pg, supervisor)
    record = access.record_named(ENTRY)
    commit()
    row = access.find(record, pg, row.id)
    records.change(record, row, {"location": "Theatre 9"}, actor=pg)
    workflow.move(record, row, "submit", actor=pg)
    workflow.move(record, row, "return", actor=supervisor, data={"feedback": "Say how it ended."})
    commit()
    said = [(entry.user_id, entry.action, entry.target_id) for entry in log(target_id=row.id)]
    assert said == [
        (pg.id, "update", row.id),
        (pg.id, "submit", row.id),
        (supervisor.id, "review", row.id),
    ]
    *_, last = log(target_id=row.id)
    assert last.details["feedback"] == "Say how it ended."
    assert "pending → returned" in last.verb
    assert list(faults()) == []


def test_what_is_undone_is_not_in_the_log(people):
    pg = people["pg"]
    row = make_entry(pg)
    commit()
    records.change(access.record_named(ENTRY), row, {"location": "Elsewhere"}, actor=pg)
    db.session.rollback()
    commit()
    assert log(action="update") == []
    with pytest.raises(Denied):
        records.change(access.record_named(ENTRY), row, {"location": "X"}, actor=people["other"])


def test_signing_in_out_and_failing_to_is_written_down(people, client):
    pg = people["pg"]
    client.post("/login", data={"username": pg.username, "password": "wrong"})
    client.post("/login", data={"username": "nobody-here", "password": PASSWORD})
    client.post("/login", data={"username": pg.username, "password": PASSWORD})
    client.post("/logout")
    said = [(entry.action, entry.user_id) for entry in log() if "log" in entry.action]
    assert said == [
        ("login_failed", pg.id), ("login_failed", None), ("login", pg.id), ("logout", pg.id),
    ]  # fmt: skip
    assert all(entry.ip and entry.request_id for entry in log())
    assert PASSWORD not in str([entry.details for entry in log()])


def test_looking_at_a_sensitive_row_of_somebody_else_is_written_down(people, sign_in):
    case = make_case(people["pg"], status="pending")
    entry = make_entry(people["pg"], people["supervisor"], status="pending")
    commit()
    for who in ("pg", "supervisor"):
        sign_in(people[who]).get(f"/cases/{case.id}")
        sign_in(people[who]).get(f"/logbook/entries/{entry.id}")
    sign_in(people["supervisor"]).get(f"/cases/{case.id}/history")
    views = log(action="view")
    assert [(view.user_id, view.verb, view.target_id) for view in views] == [
        (people["supervisor"].id, "viewed", case.id),
        (people["supervisor"].id, "viewed: history", case.id),
    ]
    assert all(view.is_sensitive for view in views)


def test_whoever_is_refused_is_written_down_with_what_they_tried(people, sign_in):
    entry = make_entry(people["pg"], status="pending")
    commit()
    other = sign_in(people["other"])
    assert other.get(f"/logbook/entries/{entry.id}").status_code == 404
    assert other.get("/logbook/entries/987654").status_code == 404
    assert other.get("/jobs").status_code == 404
    assert sign_in(people["pg"]).post(f"/logbook/entries/{entry.id}/delete").status_code == 403
    denied = log(action="permission_denied")
    assert [(line.user_id, line.verb) for line in denied] == [
        (people["other"].id, f"GET /logbook/entries/{entry.id}"),
        (people["other"].id, "GET /jobs"),
        (people["pg"].id, f"POST /logbook/entries/{entry.id}/delete"),
    ]
    assert "core.jobs.manage" in denied[1].details["reason"]


def test_an_export_is_written_down_with_its_filters(people, sign_in):
    answer = sign_in(people["pg"]).get("/logbook/entries/export.csv?status=approved")
    assert answer.status_code == 200
    (line,) = log(action="export")
    assert line.target_text == "Logbook entries"
    assert line.details == {"format": "csv", "record": ENTRY, "query": "status=approved"}


def test_a_view_that_cannot_be_written_down_is_not_shown(people, sign_in, monkeypatch):
    case = make_case(people["pg"], status="pending")
    commit()
    supervisor = sign_in(people["supervisor"])

    def full(entries):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("plugins.audit.chain.append", full)
    with pytest.raises(OSError, match="No space"):
        supervisor.get(f"/cases/{case.id}")


def test_every_kind_of_event_has_an_action_and_details_a_database_takes():
    odd = events.Exported(title="\x00 \ud800 list", format="csv", query="q=\x00\udfff")
    assert action(odd) == "export"
    assert details(odd)["query"] == "q="
    for kind in (events.Event, events.RecordEvent):
        for below in kind.__subclasses__():
            assert 0 < len(below.__name__) <= 40


def test_the_log_is_read_by_the_office_alone_and_narrowed_by_who_what_and_when(people, sign_in):
    entry = make_entry(people["pg"])
    commit()
    records.change(access.record_named(ENTRY), entry, {"location": "Ward 7"}, actor=people["pg"])
    commit()
    assert sign_in(people["pg"]).get("/audit/activity").status_code == 404
    assert sign_in(people["supervisor"]).get("/audit/activity").status_code == 404
    office = sign_in(people["admin"])
    page = office.get("/audit/activity?action=update").text
    assert people["pg"].name in page
    assert people["pg"].name not in office.get("/audit/activity?action=update&from=2100-01-01").text
    (line,) = log(action="update")
    shown = office.get(f"/audit/activity/{line.id}").text
    assert "as SIMS wrote it" in shown
    assert f"/logbook/entries/{entry.id}" in shown
    assert "Location" in shown or "location" in shown
    assert "Ward 7" not in office.get("/audit/activity/export.csv").text


def test_the_history_says_why_and_how_it_was_on_a_day(people, sign_in):
    pg, supervisor = people["pg"], people["supervisor"]
    row = make_entry(pg, supervisor, title="First title", status="pending")
    commit()
    number = row.id
    sign_in(supervisor).post(
        f"/logbook/entries/{number}/do/return", data={"feedback": "Say how it ended."}
    )
    history = f"/logbook/entries/{number}/history"
    page = sign_in(pg).get(history).text
    assert '<blockquote class="quote">Say how it ended.</blockquote>' in page
    db.session.execute(
        sa.text(
            "UPDATE core_transaction SET issued_at = '2026-01-10 12:00:00+00:00' WHERE id = (SELECT min(transaction_id) FROM logbook_logbookentry_version)"
        )
    )
    commit()
    then = sign_in(pg).get(f"{history}?on=2026-01-11").text
    assert "First title" in then
    assert "Waiting for review" in then.partition("On ")[2].partition("</dl>")[0]
    assert "no such entry yet" in sign_in(pg).get(f"{history}?on=2026-01-09").text
    assert sign_in(pg).get(f"{history}?on=yesterday").status_code == 422
