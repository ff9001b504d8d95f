"""Documents: written with their rows, made anew, compared."""

import threading
from datetime import date

import pytest
import sqlalchemy as sa

from plugins.rotations.models import Department
from plugins.search import documents
from plugins.search.models import Document
from sims import access, many
from sims.actor import acting_as
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_rotation
from tests.plugins.search.test_finding import entry, titles


def held(record="logbook.entry"):
    query = sa.select(Document.row_id).where(Document.record == record)
    return set(db.session.scalars(query))


def differences():
    return sum(found.total for found in documents.compare())


@pytest.fixture
def people(app_context):
    return {"admin": make_user("admin"), "pg": make_user("pg")}


def test_a_row_is_found_as_soon_as_it_is_committed_and_not_when_it_is_not(people):
    row = entry(people["pg"], "Gastroscopy")
    commit()
    assert titles(people["pg"], "gastroscopy") == ["Gastroscopy"]
    row.title = "Colonoscopy"
    commit()
    assert titles(people["pg"], "gastroscopy") == []
    assert titles(people["pg"], "colonoscopy") == ["Colonoscopy"]
    row.title = "Bronchoscopy"
    db.session.flush()
    db.session.rollback()
    assert titles(people["pg"], "bronchoscopy") == []
    assert differences() == 0
    db.session.delete(db.session.merge(row))
    commit()
    assert held() == set()
    assert differences() == 0


def test_rows_made_and_changed_in_bulk_are_found_too(people):
    record = access.record_named("logbook.entry")
    made = [
        many.draft(
            record.model,
            {
                "pg_id": people["pg"].id,
                "title": f"Bulk {number}",
                "date": date.today(),
                "location": "Theatre",
                "supervisor_id": people["pg"].supervisor_id,
                "procedures": [],
            },
        )
        for number in range(30)
    ]
    many.create(record, made, actor=people["admin"])
    commit()
    assert len(held()) == 30
    assert differences() == 0
    assert len(titles(people["pg"], "bulk", size=50)) == 30


def test_a_rotation_is_found_by_its_departments_new_name(people):
    department = make_department(name="Cardiology")
    make_rotation(people["pg"], department=department)
    commit()
    assert titles(people["pg"], "cardiology")
    with acting_as(people["admin"].id):
        db.session.get(Department, department.id).name = "Heart and lungs"
        commit()
    assert any("Heart and lungs" in title for title in titles(people["pg"], "lungs"))
    assert differences() == 0


def test_the_check_finds_what_went_past_sims_and_a_rebuild_mends_it(people, app):
    one, two, three = (entry(people["pg"], f"Entry {n}") for n in ("one", "two", "three"))
    commit()
    db.session.execute(
        sa.text("UPDATE logbook_logbookentry SET title = 'Forged' WHERE id = :id"), {"id": one.id}
    )
    mine = sa.and_(Document.record == "logbook.entry", Document.row_id == two.id)
    db.session.execute(sa.delete(Document).where(mine))
    db.session.add(Document(record="logbook.entry", row_id=999_999, day=date.today(), key="gone"))
    db.session.add(Document(record="research.project", row_id=1, day=date.today(), key="off"))
    db.session.commit()
    found = {each.record.name: each for each in documents.compare() if each.total}
    assert set(found) == {"logbook.entry"}
    assert (found["logbook.entry"].missing, found["logbook.entry"].orphaned) == (1, 1)
    assert found["logbook.entry"].stale == 1
    said = app.test_cli_runner().invoke(args=["search", "check"])
    assert said.exit_code == 1
    assert "logbook entries: 1 missing, 1 out of date, 1 of rows that are gone" in said.output
    assert "flask search rebuild" in said.output
    assert app.test_cli_runner().invoke(args=["search", "rebuild"]).exit_code == 0
    assert app.test_cli_runner().invoke(args=["search", "check"]).exit_code == 0
    assert held() == {one.id, two.id, three.id}
    assert titles(people["pg"], "forged") == ["Forged"]
    assert (
        db.session.scalar(sa.select(Document).where(Document.record == "research.project")) is None
    )


def test_seeding_after_an_upgrade_makes_what_is_missing(people):
    entry(people["pg"], "Older than search")
    commit()
    db.session.execute(sa.delete(Document))
    db.session.commit()
    assert documents.complete() > 0
    assert documents.complete() == 0
    assert titles(people["pg"], "older search") == ["Older than search"]


def test_a_rebuild_overwrites_nothing_that_is_written_meanwhile(people, app):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    row = entry(people["pg"], "Before")
    commit()
    number = row.id
    record = access.record_named("logbook.entry")
    db.session.execute(
        sa.text("UPDATE logbook_logbookentry SET title = 'After' WHERE id = :id"), {"id": number}
    )
    documents.store(record, [number])
    started = threading.Event()

    def rebuild():
        with app.app_context():
            started.set()
            documents.store(record, [number], lock=True)
            commit()

    thread = threading.Thread(target=rebuild)
    thread.start()
    started.wait()
    thread.join(0.3)  # it waits for the row that is being changed
    assert thread.is_alive()
    db.session.commit()
    thread.join(10)
    assert titles(people["pg"], "after") == ["After"]
    assert differences() == 0


def test_texts_of_any_length_and_kind_are_taken(people):
    row = entry(people["pg"], "Odd")
    row.learning_points = "x" * 3000 + " " + "word " * 50_000 + "’quoted’ \\ 'a:*B' \U0001f600 اردو"
    commit()
    assert titles(people["pg"], "odd") == ["Odd"]
    assert titles(people["pg"], "word") == ["Odd"]
    assert differences() == 0
