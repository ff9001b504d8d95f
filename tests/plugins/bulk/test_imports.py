"""Imports from the file to the rows and back: checked first, saved by a worker, undone row by row."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from sqlalchemy_continuum import version_class

from plugins.bulk import queries, services
from plugins.rotations.models import Hospital
from sims import runs
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.bulk.factories import faults, fresh, upload

HEAD = "hospital_code,hospital_name,phone,active\n"
GOOD = f"{HEAD}AAA,First Hospital,041-1,true\nBBB,Second Hospital,,no\n"
MIXED = f"{GOOD}aaa,Again,,\n,Nameless code,,\nCCC,Third Hospital,,perhaps\n"


def codes() -> list[str]:
    return list(db.session.scalars(sa.select(Hospital.code).order_by(Hospital.code)))


def test_a_check_tells_every_fault_by_row_and_column_and_saves_nothing(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    check = upload(make_user("admin"), "rotations.hospital", MIXED).id
    run_jobs()
    check = fresh(check)
    assert (check.status, check.total, check.success, check.failure) == (
        "completed_with_errors", 5, 2, 3,
    )  # fmt: skip
    assert faults(check) == [
        (4, "hospital_code", "Row 2 says the same. Each may stand in the file once."),
        (5, "hospital_code", "Code is missing."),
        (6, "active", "Say yes or no."),
    ]
    assert check.error_details[2] == {
        "row": 6, "column": "active", "value": "perhaps", "message": "Say yes or no.",
    }  # fmt: skip
    assert codes() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(version_class(Hospital))) == 0


def test_all_or_nothing_saves_every_row_with_its_history_under_who_asked(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    admin = make_user("admin")
    check = upload(admin, "rotations.hospital", GOOD)
    run_jobs()
    done = services.confirm(fresh(check.id), mode="all", actor=admin)
    commit()
    run_jobs()
    assert (fresh(done.id).status, codes()) == ("completed", ["AAA", "BBB"])
    first, second = db.session.scalars(sa.select(Hospital).order_by(Hospital.code))
    assert (first.is_active, second.is_active, first.created_by_id) == (True, False, admin.id)
    version = db.session.scalars(sa.select(version_class(Hospital))).first()
    assert version.transaction.actor_id == admin.id


def test_all_or_nothing_saves_nothing_where_a_row_became_wrong_since_the_check(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    admin = make_user("admin")
    check = upload(admin, "rotations.hospital", GOOD)
    run_jobs()
    db.session.add(Hospital(name="Faster", code="bbb"))
    done = services.confirm(fresh(check.id), mode="all", actor=admin)
    commit()
    run_jobs()
    done = fresh(done.id)
    assert (done.status, done.error) == (
        "failed",
        "Nothing was saved, because some rows are wrong.",
    )
    assert faults(done) == [(3, "hospital_code", "Another hospital has this code.")]
    assert codes() == ["bbb"]


def test_a_partial_import_saves_what_is_fine(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    admin = make_user("admin")
    check = upload(admin, "rotations.hospital", MIXED)
    run_jobs()
    done = services.confirm(fresh(check.id), mode="partial", actor=admin)
    commit()
    run_jobs()
    done = fresh(done.id)
    assert (done.status, done.success, done.failure) == ("completed_with_errors", 2, 3)
    assert codes() == ["AAA", "BBB"]


def test_undo_takes_the_rows_out_again_and_leaves_what_was_changed_since(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    admin = make_user("admin")
    check = upload(admin, "rotations.hospital", GOOD)
    run_jobs()
    done = services.confirm(fresh(check.id), mode="all", actor=admin)
    commit()
    run_jobs()
    db.session.scalars(sa.select(Hospital).where(Hospital.code == "AAA")).one().phone = "042"
    undo = services.undo(fresh(done.id), actor=admin)
    runs.start(undo)
    commit()
    run_jobs()
    undo = fresh(undo.id)
    assert (undo.status, undo.success, undo.failure) == ("completed_with_errors", 1, 1)
    assert codes() == ["AAA"]
    assert faults(undo) == [
        (-2, "", "Somebody changed it since. Look at it, and put it right there.")
    ]
    assert [item.status for item in queries.items(fresh(done.id))] == ["done", "undone"]
    gone = sa.select(version_class(Hospital)).where(version_class(Hospital).code == "BBB")
    assert len(db.session.scalars(gone).all()) == 2
