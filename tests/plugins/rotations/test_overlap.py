"""A PG is never in two places: the rule says it, the database keeps it, however many try at once."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.rotations import services
from plugins.rotations.models import NO_OVERLAP, TAKEN, Rotation
from plugins.rotations.records import ROTATION
from plugins.rotations.rules import ROTATION_RULES
from sims import migrate
from sims.clock import now, today
from sims.database import commit, db, flush
from sims.errors import Conflict, Invalid
from sims.rules import broken
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_rotation

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
START, LENGTH = st.integers(-20, 20), st.integers(2, 15)
STATUS = st.sampled_from(("pending", "planned", "ongoing", "completed", "cancelled"))


def overlap_rule():
    return next(rule for rule in ROTATION_RULES if rule.code == "rotations.rotation.overlap")


@QUICK
@given(first=st.tuples(START, LENGTH, STATUS), second=st.tuples(START, LENGTH, STATUS))
@pytest.mark.database("postgresql")
def test_rule_and_database_refuse_the_same_pairs(app_context, first, second):
    """Two rotations clash exactly where both fill the calendar and share a day."""
    pg, department = make_user(), make_department()
    one, other = (
        {"starts": start, "days": length, "status": status}
        for start, length, status in (first, second)
    )
    clash = (
        one["status"] in TAKEN
        and other["status"] in TAKEN
        and one["starts"] < other["starts"] + other["days"]
        and other["starts"] < one["starts"] + one["days"]
    )
    make_rotation(pg, department=department, **one)
    if clash:
        with pytest.raises(sa.exc.IntegrityError, match=NO_OVERLAP):
            make_rotation(pg, department=department, **other)
    else:
        assert broken(ROTATION, make_rotation(pg, department=department, **other)) == ()
    db.session.rollback()


@QUICK
@given(start=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(-400, 400))
@pytest.mark.database("sqlite")
def test_the_end_comes_after_the_start(app_context, start, days):
    row = Rotation(start_date=start, end_date=start + timedelta(days=days))
    rule = next(rule for rule in ROTATION_RULES if rule.code == "rotations.rotation.dates")
    assert rule.holds(row) is (days > 0)


@pytest.mark.database("postgresql")
def test_what_only_the_database_sees_is_told_in_the_rules_words(app_context):
    pg, department = make_user(), make_department()
    make_rotation(pg, department=department)
    first = make_rotation(pg, department=department, status="pending")
    commit()
    first.status = "planned"
    with pytest.raises(Invalid) as refused:
        commit()
    [problem] = refused.value.problems
    assert (problem.code, problem.message) == (overlap_rule().code, overlap_rule().message)
    assert problem.fields == ("start_date", "end_date")
    assert db.session.scalars(sa.select(Rotation.status).order_by(Rotation.id)).all() == [
        "planned",
        "pending",
    ]


@pytest.mark.database("postgresql")
def test_any_other_broken_constraint_stays_what_it_is(app_context):
    pg = make_user()
    row = make_rotation(pg)
    row.end_date = row.start_date
    with pytest.raises(sa.exc.IntegrityError, match="ck_rotations_rotation_dates"):
        flush()


def test_of_ten_people_placing_one_pg_at_once_exactly_one_does(app):
    with app.app_context():
        pg, admin = make_user(), make_user("admin")
        department = make_department()
        ids = pg.id, admin.id, department.id
        commit()
    together, outcomes = threading.Barrier(10), []

    def book(number):
        pg_id, admin_id, department_id = ids
        with app.app_context():
            values = {
                "pg_id": pg_id,
                "department_id": department_id,
                "start_date": today() + timedelta(days=number),
                "end_date": today() + timedelta(days=30 + number),
                "status": "planned",
            }
            together.wait()
            try:
                actor = db.session.get(type(admin), admin_id)
                services.create_rotation(values, actor=actor)
                commit()
                outcomes.append("placed")
            except (Invalid, Conflict) as error:
                db.session.rollback()
                outcomes.append(str(error))

    threads = [threading.Thread(target=book, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(["placed", *[overlap_rule().message] * 9])
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Rotation)) == 1


# -- the migration -----------------------------------------------------------------------------------------


@pytest.fixture
def before(new_postgres, make_app):
    """A PostgreSQL database that still lacks the constraint, with its application's context."""
    app = make_app(DATABASE_URL=new_postgres())
    with app.app_context():
        migrate.upgrade(quiet=True)
        config = migrate.migrations.get_config()
        config.attributes["quiet"] = True
        command.downgrade(config, "rotations_0001")
        yield app
        db.session.remove()
        db.engine.dispose()


def store(*spans):
    """Rotations as the first revision kept them: `(start, end, status)`, all of one PG."""
    stamps = {"version": 1, "created_at": now(), "updated_at": now()}

    def kept(table, **values):
        """Insert a row with only the columns the table had then; return its id."""
        columns = (sa.column(name) for name in ("id", *values, *stamps))
        there = sa.table(table, *columns)
        query = sa.insert(there).values({**values, **stamps}).returning(there.c.id)
        return db.session.scalar(query)

    pg = make_user(username="aslam")
    blank = {"address": "", "phone": "", "email": "", "website": "", "is_active": True}
    hospital = kept("rotations_hospital", name="Hillside", code="HUH", **blank)
    texts = {"contact": "", "objectives": "", "required_skills": "", "is_active": True}
    department = kept("rotations_department", hospital_id=hospital, name="Surgery", **texts)
    names = ("objectives", "learning_outcomes", "requirements", "feedback", "notes")
    place = {"pg_id": pg.id, "department_id": department, "hospital_id": hospital}
    for start, end, status in spans:
        dates = {"start_date": date.fromisoformat(start), "end_date": date.fromisoformat(end)}
        kept("rotations_rotation", **place, **dates, **dict.fromkeys(names, ""), status=status)
    commit()


@pytest.mark.database("postgresql")
def test_overlaps_already_stored_are_named_and_nothing_is_changed(before):
    store(
        ("2026-01-01", "2026-02-10", "planned"),
        ("2026-02-10", "2026-03-01", "ongoing"),
        ("2026-01-05", "2026-03-01", "cancelled"),
    )
    with pytest.raises(migrate.util.CommandError) as refused:
        migrate.upgrade(quiet=True)
    assert "aslam: rotation" in str(refused.value)
    assert "2026-02-10" in str(refused.value)
    assert str(refused.value).count("aslam") == 1
    columns = {column["name"] for column in sa.inspect(db.engine).get_columns("rotations_rotation")}
    assert "start_told" not in columns
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE rotations_rotation SET status = 'cancelled' WHERE status = 'ongoing'"
        )
    migrate.upgrade(quiet=True)


@pytest.mark.database("postgresql")
def test_a_role_that_may_not_make_the_extension_is_told_who_may(before, make_app):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP EXTENSION btree_gist")
        name = f"plain_{db.engine.url.database}"
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'plain'")
        connection.exec_driver_sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {name}")
        connection.exec_driver_sql(f"ALTER TABLE rotations_rotation OWNER TO {name}")
    plain = db.engine.url.set(username=name, password="plain").render_as_string(hide_password=False)
    try:
        with make_app(DATABASE_URL=plain).app_context():
            with pytest.raises(migrate.util.CommandError, match="CREATE EXTENSION btree_gist"):
                migrate.upgrade(quiet=True)
            db.engine.dispose()
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"REASSIGN OWNED BY {name} TO CURRENT_USER")
            connection.exec_driver_sql(f"DROP OWNED BY {name}")
            connection.exec_driver_sql(f"DROP ROLE {name}")
