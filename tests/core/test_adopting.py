"""A Django SIMS read into a fresh one: rows, history, passwords; every fault named, nothing lost, and stopped anywhere it goes on."""

import contextvars
import csv
import re

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from plugins.audit import verifying
from plugins.audit.models import ActivityLog
from plugins.catalogue import shipped
from plugins.catalogue.models import Procedure
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.notifications.models import NotificationPreference
from plugins.reports.models import ReportConfig, ScheduledReport
from plugins.rotations.models import Rotation
from plugins.users.models import Supervision, User
from sims import access, history
from sims.adopting import taking
from sims.adopting.old import Old
from sims.database import commit, db
from sims.versioning import transaction_model
from tests.conftest import in_between
from tests.django_sims import MOMENT, fill


@pytest.fixture
def old(request, app_context, new_database):
    """The URL of a Django SIMS on the same kind of database, and this one with its catalogue."""
    url = new_database(request.node.callspec.params["database"])
    engine = sa.create_engine(url)
    fill(engine)
    engine.dispose()
    shipped.load()
    commit()
    return url


def run(app, *words):
    with in_between():
        return contextvars.Context().run(app.test_cli_runner().invoke, args=["adopt", *words])


def test_a_trial_changes_nothing_and_names_every_fault(old, app, tmp_path):
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Procedure))
    told = run(app, old, "--dry-run", "--report", str(tmp_path / "faults.csv"))
    assert told.exit_code == 0, (told.output, told.exception)
    assert "nothing was changed" in told.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Procedure)) == before
    with (tmp_path / "faults.csv").open(encoding="utf-8-sig") as file:
        faults = {(row["table"], row["id"]): row for row in csv.DictReader(file)}
    assert faults["users_user", "12"]["what"].startswith("The role 'examiner' is none of")
    assert faults["logbook_logbookentry", "901"]["left behind"] == "yes"
    assert faults["logbook_logbookentry", "902"]["left behind"] == "yes"
    future = faults["logbook_logbookentry", "900"]
    assert "future" in future["what"]
    assert future["left behind"] == ""


def test_rows_history_and_passwords_come_over(old, app, client):
    told = run(app, old)
    assert told.exit_code == 1, told.output  # what was left behind is a difference, and is said
    assert "✓ rotations_rotation: 1 there, 1 here" in told.output
    assert "✗ logbook_logbookentry: 8 there, 6 here" in told.output
    strangers = told.output.partition("Not taken")[2].splitlines()[0]
    assert strangers.endswith("their like: bulk_bulkoperation, django_migrations")

    bilal = db.session.scalar(sa.select(User).where(User.username == "bilal"))
    assert (bilal.id, bilal.supervisor_id, bilal.year) == (4, 9, 2)
    assert (
        db.session.scalar(sa.select(Supervision.supervisor_id).where(Supervision.pg_id == 4)) == 9
    )
    rotation = db.session.scalar(sa.select(Rotation))
    assert (rotation.hospital_id, rotation.status) == (3, "completed")

    known = db.session.scalar(sa.select(Procedure.id).where(Procedure.name == "Appendicectomy"))
    made = db.session.scalars(sa.select(EntryProcedure).order_by(EntryProcedure.id)).all()
    assert [(each.procedure_id == known, each.role) for each in made] == [
        (True, "assisted"),
        (False, "unsupervised"),
    ]

    entry = db.session.get(LogbookEntry, 101)
    assert (entry.title, entry.status, entry.history_summary) == ("Entry 1 اردو", "approved", "")
    record = access.record_named("logbook.entry")
    changes = history.of(record, access.find(record, bilal, 101))
    assert len(changes) >= 3
    issued = db.session.scalars(
        sa.select(transaction_model()).order_by(transaction_model().id)
    ).all()
    assert 9 in {each.actor_id for each in issued}

    # the password of old works once, and is kept as ours from then on
    for _ in range(2):
        page = client.get("/login")
        answer = client.post(
            "/login", data={"username": "bilal", "password": "old password of bilal"}
        )
        assert answer.status_code in (302, 303), page.text[:200]
        db.session.expire_all()
        assert db.session.get(User, 4).password_hash.startswith("$argon2")
        client.post("/logout")
    # new rows come behind the adopted ones
    db.session.add(
        User(username="new", email="new@example.org", first_name="N", last_name="E", role="admin")
    )
    commit()
    assert db.session.scalar(sa.select(User.id).where(User.username == "new")) > 9


def test_saved_reports_schedules_and_preferences_come_over_and_what_can_not_is_named(
    old, app, tmp_path
):
    told = run(app, old, "--report", str(tmp_path / "faults.csv"))
    assert "✗ reports_reportconfig: 2 there, 1 here" in told.output
    config = db.session.scalar(sa.select(ReportConfig))
    assert (config.id, config.owner_id, config.kind) == (5, 7, "logbook.summary")
    assert config.options == {"filters": {"status": "approved"}}
    schedule = db.session.scalar(
        sa.select(ScheduledReport).options(selectinload(ScheduledReport.recipients))
    )
    assert (schedule.id, schedule.config_id, schedule.owner_id, schedule.is_active) == (
        2,
        5,
        7,
        True,
    )
    assert [each.person_id for each in schedule.recipients] == [9]
    preference = db.session.scalar(sa.select(NotificationPreference))
    assert (preference.person_id, preference.kind, preference.email) == (
        4,
        "review.approved",
        "off",
    )
    with (tmp_path / "faults.csv").open(encoding="utf-8-sig") as file:
        said = {(row["table"], row["id"]): row["what"] for row in csv.DictReader(file)}
    assert "no report called moon_phases" in said["reports_reportconfig", "6"]
    assert "Its time can't be read" in said["reports_scheduledreport", "3"]
    assert "The kind 'moon.phase' is none of" in said["notifications_notificationpreference", "2"]


def test_the_old_log_is_chained_once_and_its_last_entry_can_not_be_altered_unseen(
    old, app, monkeypatch
):
    monkeypatch.setattr(taking, "CHUNK", 2)
    for time in range(2):
        told = run(app, old)
        there, here = re.search(
            r"audit_activitylog: 3 there, 3 here, (\w+) (\w+)", told.output
        ).groups()
        assert there == here
        assert f"audit_activitylog: 3 there, {0 if time else 3} taken" in told.output
    entries = db.session.scalars(
        sa.select(ActivityLog).where(ActivityLog.request_id.startswith("adopted:"))
    ).all()
    by = {entry.request_id: entry for entry in entries}
    assert by["adopted:1"].user_id == 4
    assert (by["adopted:1"].action, by["adopted:1"].created_at) == ("login", MOMENT)
    assert by["adopted:2"].user_id is None  # nobody here: the ghost of the fixture
    assert by["adopted:2"].details == {"fields": ["title"], "user": 12}
    assert list(verifying.faults()) == []
    db.session.rollback()
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text("UPDATE audit_activitylog SET action = 'logout' WHERE request_id = 'adopted:1'")
        )
    assert [fault.kind for fault in verifying.faults()] == ["altered"]


def test_stopped_anywhere_it_goes_on_and_doubles_nothing(old, app, monkeypatch):
    monkeypatch.setattr(taking, "CHUNK", 2)
    real, calls = taking._history, []

    def stop(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(taking, "_history", stop)
    with pytest.raises(KeyboardInterrupt):
        list(taking.take(Old(old)))
    db.session.rollback()
    monkeypatch.setattr(taking, "_history", real)
    for _ in range(2):
        told = run(app, old)
        assert "✓ users_user" in told.output or "✗ users_user: 4 there, 3 here" in told.output
    counted = dict(
        db.session.execute(
            sa.text("SELECT id, count(*) FROM logbook_logbookentry_version GROUP BY id")
        ).all()
    )
    assert counted[101] == 4  # three of old, and what it is now
    assert counted[100] == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogbookEntry)) == 6


def test_a_database_that_is_none_is_said(app):
    told = run(app, "postgresql://nobody@127.0.0.1:1/none")
    assert told.exit_code == 1
    assert "can't be read" in told.output
