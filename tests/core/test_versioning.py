"""History: what a bulk statement leaves behind is what the session would have left, and says who did it."""

import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy_continuum import Operation, version_class

from plugins.rotations.models import Department, Hospital
from plugins.users.models import User
from sims import actor, versioning
from sims.clock import now
from sims.database import commit, db
from sims.versioning import is_versioned, record_history, transaction_model
from tests.factories import make_user


def history(model: type[Any], row_id: int) -> list[dict[str, Any]]:
    """The version rows of one row, oldest first, without what differs between twins."""
    table = version_class(model).__table__
    query = sa.select(table).where(table.c.id == row_id).order_by(table.c.transaction_id)
    found = [dict(row) for row in db.session.execute(query).mappings()]
    order = {row["transaction_id"]: place for place, row in enumerate(found)}
    for row in found:
        row["transaction_id"] = order[row["transaction_id"]]
        row["end_transaction_id"] = order.get(row["end_transaction_id"])
        for name in ("id", "name", "code", "username", "email", "created_at", "updated_at"):
            row.pop(name, None)
    return found


def last_transaction() -> Any:
    model = transaction_model()
    return db.session.scalars(sa.select(model).order_by(model.id.desc()).limit(1)).one()


@pytest.fixture
def columns(app_context: Flask) -> dict[str, Any]:
    """What a hospital needs besides its name."""
    return {"version": 1, "created_at": now(), "updated_at": now()}


def bulk_made(columns: dict[str, Any], name: str) -> int:
    made = db.session.execute(sa.insert(Hospital.__table__).values(name=name, code=name, **columns))
    record_history(Hospital, [made.inserted_primary_key[0]], created=True)
    return made.inserted_primary_key[0]


def session_made(columns: dict[str, Any], name: str) -> int:
    twin = Hospital(name=name, code=name, **columns)
    db.session.add(twin)
    db.session.flush()
    return twin.id


def test_a_bulk_insert_leaves_the_history_the_session_would_have(columns):
    bulk, twin = bulk_made(columns, "Bulk"), session_made(columns, "Twin")
    assert history(Hospital, bulk) == history(Hospital, twin)
    assert [row["operation_type"] for row in history(Hospital, bulk)] == [Operation.INSERT]


def test_a_bulk_update_leaves_the_history_the_session_would_have(columns):
    bulk, twin = session_made(columns, "Bulk"), session_made(columns, "Twin")
    commit()
    for city in ("Lahore", "Karachi"):
        db.session.execute(
            sa.update(Hospital)
            .where(Hospital.id == bulk)
            .values(address=city, version=Hospital.version + 1)
        )
        record_history(Hospital, [bulk])
        db.session.get_one(Hospital, twin).address = city
        commit()
    assert history(Hospital, bulk) == history(Hospital, twin)
    assert [row["address"] for row in history(Hospital, bulk)][1:] == ["Lahore", "Karachi"]
    assert [row["end_transaction_id"] for row in history(Hospital, bulk)] == [1, 2, None]


def test_after_a_bulk_update_the_session_writes_on(columns):
    """A bulk statement between two changes by hand breaks no chain."""
    row_id = session_made(columns, "Bulk")
    commit()
    db.session.execute(sa.update(Hospital).where(Hospital.id == row_id).values(address="Lahore"))
    record_history(Hospital, [row_id])
    commit()
    db.session.get_one(Hospital, row_id).address = "Karachi"
    commit()
    assert [row["end_transaction_id"] for row in history(Hospital, row_id)] == [1, 2, None]


def test_columns_left_out_of_the_history_stay_out(app_context):
    """Passwords are not versioned, by whatever way a row is changed."""
    person = make_user("pg")
    commit()
    db.session.execute(
        sa.update(User).where(User.id == person.id).values(last_name="B", password_hash="secret")
    )
    record_history(User, [person.id])
    rows = history(User, person.id)
    assert [row["last_name"] for row in rows][1:] == ["B"]
    assert "secret" not in str(rows)


def test_one_transaction_says_who_from_where_and_for_which_request(columns, app_context):
    ids = [session_made(columns, f"Hospital {number}") for number in range(3)]
    commit()
    statement = sa.update(Hospital).where(Hospital.id.in_(ids)).values(address="Lahore")
    with (
        app_context.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.9"}),
        actor.acting_as(42),
    ):
        g.request_id = "0123456789abcdef"
        db.session.execute(statement)
        transaction_id = record_history(Hospital, ids)
        commit()
    found = last_transaction()
    assert (found.id, found.actor_id) == (transaction_id, 42)
    assert (found.remote_addr, found.request_id) == ("203.0.113.9", "0123456789abcdef")
    assert found.issued_at.tzinfo is not None
    versions = version_class(Hospital)
    touched = sa.select(versions.id).where(versions.transaction_id == transaction_id)
    assert sorted(db.session.scalars(touched)) == ids


def test_the_session_says_the_same_of_a_request(app_context, sign_in):
    admin = make_user("admin")
    client = sign_in(admin)
    form = {"name": "Mayo Hospital", "code": "MAYO", "is_active": "y"}
    headers = {"X-Request-ID": "0123456789abcdef"}
    answer = client.post("/rotations/hospitals/new", data=form, headers=headers)
    assert answer.status_code == 302, answer.text
    found = last_transaction()
    assert (found.actor_id, found.remote_addr) == (admin.id, "127.0.0.1")
    assert found.request_id == "0123456789abcdef"


def test_many_rows_are_written_in_portions_a_statement_can_take(columns, monkeypatch):
    """SQLite takes 32,766 parameters, PostgreSQL 65,535."""
    assert versioning.AT_ONCE < 32_000
    monkeypatch.setattr(versioning, "AT_ONCE", 2)
    ids = [session_made(columns, f"Hospital {number}") for number in range(5)]
    commit()
    record_history(Hospital, ids)
    for row_id in ids:
        assert [row["end_transaction_id"] for row in history(Hospital, row_id)] == [1, None]


def test_no_rows_leave_no_trace(app_context):
    before = db.session.scalar(sa.select(sa.func.count()).select_from(transaction_model()))
    assert record_history(Hospital, []) is None
    after = db.session.scalar(sa.select(sa.func.count()).select_from(transaction_model()))
    assert after == before


def test_what_is_versioned_says_so(app_context):
    assert is_versioned(Department)
    assert not is_versioned(transaction_model())


def test_models_imported_before_the_application_keep_their_history():
    """A script that imports a model first must not switch the history off, silently."""
    script = (
        "from plugins.users.models import User\n"
        "import sims.app, sqlalchemy as sa\n"
        "sa.orm.configure_mappers()\n"
        "from sqlalchemy_continuum import version_class\n"
        "print(version_class(User).__table__.name)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "users_user_version", done.stderr


def test_a_flush_looks_at_what_changed_however_many_rows_were_read(
    app_context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        db.session.add(Hospital(name=f"Hospital {number}", code=f"H{number}"))
    commit()
    rows = db.session.scalars(sa.select(Hospital)).all()
    looked: list[Any] = []
    ask = versioning.is_modified_or_deleted
    monkeypatch.setattr(
        versioning, "is_modified_or_deleted", lambda row: looked.append(row) or ask(row)
    )
    rows[7].phone = "042-1"
    db.session.flush()
    rows[8].phone = "042-2"
    db.session.flush()
    assert set(looked) == {rows[7]}
    assert [len(history(Hospital, row.id)) for row in rows[6:10]] == [1, 2, 2, 1]
