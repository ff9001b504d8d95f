"""Entries from a file: as if each PG had written theirs, many at once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy_continuum import version_class

from plugins.bulk import services
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.notifications.models import Notification
from plugins.users.models import User
from sims import runs
from sims.clock import today
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.bulk.factories import faults, fresh, upload
from tests.plugins.logbook.factories import make_review
from tests.plugins.logbook.files import entries_csv

HEAD = "pg,date,procedure,role,status,patient_age\n"


@pytest.fixture
def bring(app_context: Flask, run_jobs: Callable[[], None]) -> Callable[..., Any]:
    """A function that imports a file in the background; returns the operation."""

    def bring(content: str, mode: str = "all", admin: User | None = None) -> Any:
        admin = admin or make_user("admin")
        check = upload(admin, "logbook.entry", content).id
        run_jobs()
        checked = fresh(check)
        if not checked.success:
            return checked
        operation = services.confirm(checked, mode=mode, actor=admin).id
        commit()
        run_jobs()
        return fresh(operation)

    return bring


def test_an_entry_is_its_pgs_own_with_role_year_and_supervisor(bring: Callable[..., Any]) -> None:
    pg = make_user("pg", year=3, training_start=date(2025, 1, 1))
    admin = make_user("admin")
    done = bring(f"{HEAD}{pg.username},2025-03-02,lap chole; Appendix thing,S-TU,,\n", admin=admin)
    assert (done.status, done.success) == ("completed", 1)
    entry = db.session.scalars(sa.select(LogbookEntry)).one()
    assert (entry.pg_id, entry.supervisor_id, entry.created_by_id) == (
        pg.id,
        pg.supervisor_id,
        admin.id,
    )
    assert (entry.status, entry.pg_year, entry.title) == ("draft", 1, "lap chole and 1 more")
    parts = db.session.scalars(sa.select(EntryProcedure).order_by(EntryProcedure.position)).all()
    assert [(p.name, p.role, p.trainer) for p in parts] == [
        ("lap chole", "supervised", "theatre"),
        ("Appendix thing", "supervised", "theatre"),
    ]


def test_submitted_entries_wait_for_each_supervisor_who_is_told_once(
    bring: Callable[..., Any],
) -> None:
    first, second = make_user("pg"), make_user("pg")
    lines = [
        f"{pg.email},{today() - timedelta(days=n)},Hernia,P,pending,40"
        for pg in (first, second)
        for n in range(1, 4)
    ]
    done = bring(HEAD + "\n".join(lines) + "\n")
    assert done.success == 6
    waiting = db.session.scalars(sa.select(LogbookEntry)).all()
    assert {(entry.status, entry.round) for entry in waiting} == {("pending", 1)}
    told = db.session.execute(
        sa.select(Notification.recipient_id, Notification.title).where(
            Notification.channel == "in_app"
        )
    ).all()
    assert sorted(row.recipient_id for row in told) == sorted(
        [first.supervisor_id, second.supervisor_id]
    )
    assert all("3 " in row.title for row in told)


def test_the_rules_and_words_are_those_of_the_form(bring: Callable[..., Any]) -> None:
    pg = make_user("pg")
    lines = [
        f"{pg.email},2199-01-01,Hernia,P,,",
        f"{pg.email},2026-01-01,Hernia,P,,151",
        f"{pg.email},2026-01-01,Hernia,,,",
        f"{pg.email},2026-01-01,Hernia,surgeon,,",
        "nobody,2026-01-01,Hernia,P,,",
        f"{pg.email},03/04/26,Hernia,P,approved,",
    ]
    checked = bring(HEAD + "\n".join(lines) + "\n")
    found = faults(checked)
    assert (2, "date", "The date is in the future. Enter the day it happened.") in found
    assert [(row, column) for row, column, _ in found] == [
        (2, "date"), (3, "patient_age"), (4, "role"), (5, "role"), (6, "pg"), (7, "date"), (7, "status"),
    ]  # fmt: skip


def test_a_file_with_faults_of_every_kind_is_saved_where_it_is_fine(
    bring: Callable[..., Any],
) -> None:
    pgs = [make_user("pg") for _ in range(3)]
    content = "".join(entries_csv([pg.email for pg in pgs], 1200, until=today(), wrong=0.1))
    done = bring(content, mode="partial")
    assert done.success + done.failure == 1200
    assert 60 < done.failure < 180
    count = db.session.scalar(sa.select(sa.func.count()).select_from(LogbookEntry))
    versions = db.session.scalar(
        sa.select(sa.func.count()).select_from(version_class(LogbookEntry))
    )
    assert count == versions == done.success


def test_undo_takes_out_what_nobody_has_reviewed(
    bring: Callable[..., Any], run_jobs: Callable[[], None]
) -> None:
    pg, admin = make_user("pg"), make_user("admin")
    done = bring(
        f"{HEAD}{pg.email},2026-01-01,Hernia,P,,\n{pg.email},2026-01-02,Hernia,P,,\n", admin=admin
    )
    kept = db.session.scalars(sa.select(LogbookEntry).order_by(LogbookEntry.id)).first()
    make_review(kept, db.session.get_one(User, pg.supervisor_id))
    undo = services.undo(done, actor=admin)
    runs.start(undo)
    commit()
    run_jobs()
    assert faults(fresh(undo.id)) == [(-2, "", "It has been reviewed by now, so it stays.")]
    assert db.session.scalars(sa.select(LogbookEntry.id)).all() == [kept.id]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EntryProcedure)) == 1
