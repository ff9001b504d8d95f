"""Every rule of rotations refuses exactly what it is about; a PG is never in two places."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.rotations import services
from plugins.rotations.models import Rotation
from plugins.rotations.records import DEPARTMENT, HOSPITAL, ROTATION
from plugins.users.models import Supervision
from sims import workflow
from sims.clock import today
from sims.database import commit, db
from sims.errors import Conflict, Invalid
from sims.rules import broken
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_hospital, make_rotation

RECORDS = (ROTATION, HOSPITAL, DEPARTMENT)
CASES = {
    "rotations.rotation.pg": lambda row: setattr(row, "pg_id", make_user("admin").id),
    "rotations.rotation.supervisor": lambda row: setattr(
        row, "supervisor_id", make_user("admin").id
    ),
    "rotations.rotation.supervisor_of_pg": lambda row: setattr(
        row, "supervisor_id", make_user("supervisor").id
    ),
    "rotations.rotation.hospital": lambda row: setattr(row, "hospital_id", make_hospital().id),
    "rotations.rotation.dates": lambda row: setattr(row, "end_date", row.start_date),
    "rotations.rotation.overlap": lambda row: setattr(
        row, "end_date", make_rotation(row.pg, starts=30).start_date
    ),
    "rotations.hospital.name_missing": lambda row: setattr(row, "name", ""),
    "rotations.hospital.code_missing": lambda row: setattr(row, "code", ""),
    "rotations.hospital.code_unique": lambda row: setattr(
        row, "code", make_hospital().code.lower()
    ),
    "rotations.hospital.website": lambda row: setattr(row, "website", "javascript:alert(1)"),
    "rotations.department.name_missing": lambda row: setattr(row, "name", ""),
    "rotations.department.name_unique": lambda row: setattr(row, "name", "THE OTHER"),
    "rotations.department.head": lambda row: setattr(row, "head_id", make_user().id),
}
BESIDES = {
    "rotations.rotation.supervisor": {"rotations.rotation.supervisor_of_pg"},
    "rotations.rotation.pg": {"rotations.rotation.supervisor_of_pg"},
}
"""Somebody without a supervisor's role, or without a PG's, supervises nobody and is supervised by nobody."""


@pytest.mark.parametrize("code", CASES)
def test_a_broken_rule_is_named_and_nothing_else(app_context, code):
    hospital = make_hospital(code="CMH")
    make_department(hospital, name="The other")
    rows = {
        ROTATION.name: make_rotation(make_user()),
        HOSPITAL.name: hospital,
        DEPARTMENT.name: make_department(hospital, name="This"),
    }
    for record in RECORDS:
        assert broken(record, rows[record.name]) == ()
    record = next(record for record in RECORDS if code.startswith(record.name))
    with db.session.no_autoflush:
        CASES[code](rows[record.name])
        found = {problem.code for problem in broken(record, rows[record.name])}
    assert code in found
    assert found - {code} <= BESIDES.get(code, set())
    db.session.rollback()


def test_every_rule_has_its_case_and_its_source():
    rules = [rule for record in RECORDS for rule in record.rules]
    assert {rule.code for rule in rules} == set(CASES)
    assert all(rule.source for rule in rules)


def test_only_the_foreign_supervisor_is_a_warning():
    warnings = {rule.code for rule in ROTATION.rules if rule.severity == "warning"}
    assert warnings == {"rotations.rotation.supervisor_of_pg"}


def test_a_co_supervisor_is_no_foreigner(app_context):
    pg, other = make_user(), make_user("supervisor")
    rotation = make_rotation(pg, supervisor_id=other.id)
    assert [problem.severity for problem in broken(ROTATION, rotation)] == ["warning"]
    row = Supervision(pg_id=pg.id, supervisor_id=other.id, since=today(), kind="co")
    db.session.add(row)
    assert broken(ROTATION, rotation) == ()
    row.until = today()
    assert [problem.severity for problem in broken(ROTATION, rotation)] == ["warning"]


@pytest.mark.parametrize("status", ["pending", "completed", "cancelled"])
def test_what_is_not_in_the_calendar_may_overlap(app_context, status):
    pg = make_user()
    make_rotation(pg)
    assert broken(ROTATION, make_rotation(pg, status=status)) == ()


def test_another_pgs_rotation_is_none_of_ones_business(app_context):
    make_rotation(make_user())
    assert broken(ROTATION, make_rotation(make_user())) == ()


DAYS = st.integers(0, 12)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.tuples(DAYS, DAYS), second=st.tuples(DAYS, DAYS))
@pytest.mark.database("sqlite")
def test_two_rotations_overlap_exactly_if_they_share_a_day(app_context, first, second):
    pg = make_user()
    one, two = (
        make_rotation(pg, starts=start, days=length + 2) for start, length in (first, second)
    )

    def days(row):
        count = (row.end_date - row.start_date).days + 1
        return {row.start_date + timedelta(days=day) for day in range(count)}

    shared = bool(days(one) & days(two))
    codes = [problem.code for problem in broken(ROTATION, two)]
    db.session.rollback()
    assert ("rotations.rotation.overlap" in codes) is shared


def test_planning_what_overlaps_by_now_is_refused_and_changes_nothing(app_context):
    admin, pg = make_user("admin"), make_user()
    make_rotation(pg)
    proposed = make_rotation(pg, status="pending")
    with pytest.raises(Invalid, match="another planned or ongoing"):
        workflow.move(ROTATION, proposed, "plan", actor=admin)
    assert proposed.status == "pending"


@pytest.mark.database("postgresql")
def test_of_two_people_planning_at_once_one_wins(app):
    """Both rules ask before either has committed; the PG's calendar is locked by whoever asks first."""
    with app.app_context():
        pg, admin = make_user(), make_user("admin")
        ids = [make_rotation(pg, status="pending").id for _ in range(2)]
        admin_id = admin.id
        commit()
    together, outcomes = threading.Barrier(2), []

    def plan(number):
        with app.app_context():
            me = db.session.get(type(admin), admin_id)
            row = db.session.scalar(
                sa.select(Rotation).where(Rotation.id == number).options(*ROTATION.load)
            )
            together.wait()
            try:
                workflow.move(ROTATION, row, "plan", actor=me)
                commit()
                outcomes.append("planned")
            except (Invalid, Conflict):
                db.session.rollback()
                outcomes.append("refused")

    threads = [threading.Thread(target=plan, args=(number,)) for number in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["planned", "refused"]


def test_the_database_keeps_order_of_dates_and_names_too(app_context):
    pg = make_user()
    for wrong in (
        {"end_date": date(2020, 1, 1)},
        {"status": "nonsense"},
        {"supervisor_id": pg.id},
    ):
        with pytest.raises(sa.exc.IntegrityError):
            make_rotation(pg, **wrong)
        db.session.rollback()
        pg = make_user()


def test_the_hospital_is_the_departments_unless_somebody_says_otherwise(app_context):
    admin, pg, department = make_user("admin"), make_user(), make_department()
    values = {
        "pg_id": pg.id,
        "department_id": department.id,
        "start_date": today(),
        "end_date": today() + timedelta(days=9),
    }
    row, _ = services.create_rotation(values, actor=admin)
    assert row.hospital_id == department.hospital_id
    with pytest.raises(Invalid, match="another hospital"):
        services.create_rotation(values | {"hospital_id": make_hospital().id}, actor=admin)
    with pytest.raises(Invalid, match="Choose a department"):
        services.create_rotation(values | {"department_id": 0}, actor=admin)
