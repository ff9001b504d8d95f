"""Demo data: the same every time, true to every rule, with the history a session would have left."""

import json
import stat
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy_continuum import Operation, version_class

from plugins.logbook import demo as logbook_demo
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.roles import role_sql
from plugins.notifications.models import Notification
from plugins.rotations.models import Rotation
from plugins.users import demo as users_demo
from plugins.users.models import Supervision, User
from sims.clock import today
from sims.contracts import Record
from sims.database import Base, db
from sims.plugin import provided
from sims.rules import broken
from sims.versioning import is_versioned, transaction_model
from tests.factories import make_user

HASH = "password_hash"


@pytest.fixture
def small(monkeypatch):
    """A department of six supervisors and eight PGs who have logged for three months."""
    monkeypatch.setitem(users_demo.COUNTS, "s", (8, 6))
    monkeypatch.setitem(logbook_demo.COUNTS, "s", (20, 90))


def fill(app: Flask, *options: str) -> Any:
    return app.test_cli_runner().invoke(args=["demo", *options])


def models() -> list[type[Any]]:
    """Every mapped class whose rows the demo made or may have made, versions and the core's tables aside."""
    made = {"users", "rotations", "cases", "certificates", "logbook", "notifications"}
    mappers = (
        mapper
        for mapper in Base.registry.mappers
        if mapper.local_table.name.partition("_")[0] in made
    )
    return [mapper.class_ for mapper in mappers if not mapper.local_table.name.endswith("_version")]


def rows(model: type[Any]) -> list[dict[str, Any]]:
    table = model.__table__
    found = db.session.execute(sa.select(table).order_by(table.c.id)).mappings()
    return [{key: value for key, value in row.items() if key != HASH} for row in found]


def test_the_printed_logins_work_and_stand_in_a_file_nobody_else_reads(app, client, small):
    said = fill(app).output
    path = Path(app.config["INSTANCE"]) / "demo-logins.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    logins = json.loads(path.read_text())
    assert list(logins) == ["admin", "supervisor", "pg"]
    for role, (username, password) in logins.items():
        assert f"{role}: {username} {password}" in said
        answer = client.post("/login", data={"username": username, "password": password})
        assert answer.location == "/"
        assert client.get("/").status_code == 200


@pytest.mark.database("sqlite")
def test_the_same_seed_and_day_give_the_same_rows_and_another_seed_others(
    database, make_app, new_database, small
):
    def made(*options: str) -> dict[str, list[dict[str, Any]]]:
        app = make_app(DATABASE_URL=new_database("sqlite"))
        app.test_cli_runner().invoke(args=["db", "upgrade"])
        assert fill(app, "--today", "2026-03-02", *options).exit_code == 0
        with app.app_context():
            found = {model.__tablename__: rows(model) for model in models()}
            db.engine.dispose()
        for shipped in ("logbook_template", "cases_category", "certificates_type"):
            found.pop(shipped)  # by the seeds, at the moment they ran
        return found

    first, again, other = made(), made(), made("--seed", "2")
    assert first == again
    assert first["users_user"] != other["users_user"]
    assert max(row["created_at"] for row in first["logbook_logbookentry"]).date() <= date(
        2026, 3, 1
    )


def test_every_row_keeps_every_rule(app, small):
    fill(app)
    with app.app_context():
        for record in provided(Record):
            for row in db.session.scalars(sa.select(record.model).options(*record.load)).unique():
                stage = "save" if getattr(row, "status", "draft") == "draft" else "submit"
                assert not [p for p in broken(record, row, stage=stage) if p.severity == "error"]


def test_every_row_has_the_history_a_session_would_have_left(app, small):
    fill(app)
    with app.app_context():
        for model in filter(is_versioned, models()):
            history = version_class(model).__table__
            versions: dict[int, list[Any]] = {}
            query = sa.select(history).order_by(history.c.id, history.c.transaction_id)
            for version in db.session.execute(query).mappings():
                versions.setdefault(version["id"], []).append(version)
            for row in rows(model):
                life = versions.pop(row["id"])
                last = {key: life[-1][key] for key in row if key in history.c}
                assert last == {key: row[key] for key in last}
                began = [version["transaction_id"] for version in life]
                assert [version["end_transaction_id"] for version in life] == [*began[1:], None]
                kinds = [version["operation_type"] for version in life]
                assert kinds == [Operation.INSERT, *[Operation.UPDATE] * (len(life) - 1)]
            assert not versions


def test_an_entry_and_its_procedures_are_made_in_one_transaction_by_their_pg(app, small):
    fill(app)
    with app.app_context():
        entry, part, acts = (
            version_class(LogbookEntry),
            version_class(EntryProcedure),
            transaction_model(),
        )
        query = (
            sa.select(sa.func.count())
            .select_from(part)
            .join(
                entry, (entry.id == part.entry_id) & (entry.transaction_id == part.transaction_id)
            )
            .join(acts, acts.id == part.transaction_id)
            .where(entry.operation_type == Operation.INSERT, acts.actor_id == entry.pg_id)
        )
        logged = db.session.scalar(sa.select(sa.func.count()).select_from(EntryProcedure))
        assert db.session.scalar(query) == logged > 0


def test_new_rows_follow_the_demos(app, small):
    fill(app)
    with app.app_context():
        highest = db.session.scalar(sa.select(sa.func.max(User.id)))
        assert make_user("pg").id > highest


def test_it_goes_only_into_an_empty_database(app, small):
    with app.app_context():
        make_user("admin")
        db.session.commit()
    refused = fill(app)
    assert refused.exit_code == 1
    assert "people in this database already" in refused.output


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"ENV": "production"}, (), "not for production"),
        ({}, ("--today", "2999-01-01"), "in the future"),
    ],
)
def test_it_refuses_where_it_would_do_harm(app, small, change, options, words):
    app.config.update(change)
    refused = fill(app, *options)
    assert refused.exit_code == 1
    assert words in refused.output
    with app.app_context():
        assert not db.session.scalar(sa.select(sa.func.count()).select_from(User))


def test_a_fill_that_fails_leaves_nothing(app, small):
    in_the_way = Path(app.config["INSTANCE"]) / "demo-logins.json"
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()
    try:
        assert fill(app).exit_code == 1
    finally:
        in_the_way.rmdir()
    with app.app_context():
        assert not db.session.scalar(sa.select(sa.func.count()).select_from(User))


@pytest.mark.database("sqlite")
def test_a_department_has_something_to_do_for_everybody(app):
    assert fill(app).exit_code == 0
    with app.app_context():
        known = {
            name: db.session.scalar(sa.select(User).where(User.username == name))
            for name in ("supervisor", "pg")
        }
        supervisor, pg = known["supervisor"].id, known["pg"].id

        def count(model: type[Any], *conditions: Any) -> int:
            query = sa.select(sa.func.count()).select_from(model).where(*conditions)
            return db.session.scalar(query) or 0

        assert count(User, User.role == "pg") == 30
        assert 8500 < count(LogbookEntry) < 10_000
        assert (
            20
            <= count(
                LogbookEntry,
                LogbookEntry.status == "pending",
                LogbookEntry.supervisor_id == supervisor,
            )
            <= 55
        )
        assert count(LogbookEntry, LogbookEntry.status == "returned", LogbookEntry.pg_id == pg) >= 2
        assert count(LogbookEntry, LogbookEntry.status == "draft", LogbookEntry.pg_id == pg) > 0
        assert count(Rotation, Rotation.pg_id == pg, Rotation.status == "ongoing") == 1
        assert count(Notification, Notification.recipient_id == pg, ~Notification.is_read) > 0
        assert count(Supervision, Supervision.until.is_not(None)) > 0
        assert count(LogbookEntry, LogbookEntry.date >= today() - timedelta(days=7)) > 50
        assert 1 <= len(_silent()) <= 6
        shares = _shares()
        assert 50 < shares["unsupervised"] + shares["taught"] < 68
        assert 14 < shares["supervised"] < 25
        assert 15 < shares["assisted"] < 27


def _silent() -> list[int]:
    """PGs who have logged nothing for a month."""
    query = sa.select(LogbookEntry.pg_id).group_by(LogbookEntry.pg_id)
    return list(
        db.session.scalars(
            query.having(sa.func.max(LogbookEntry.date) < today() - timedelta(days=30))
        )
    )


def _shares() -> dict[str, float]:
    """The roles in which procedures were done, in per cent of those not just watched (facts.md)."""
    entry = EntryProcedure
    role = role_sql(entry.key_steps, entry.trainer, entry.taught)
    counts = dict(db.session.execute(sa.select(role, sa.func.count()).group_by(role)).all())
    done = sum(number for name, number in counts.items() if name != "observed")
    return {name: 100 * number / done for name, number in counts.items()}
