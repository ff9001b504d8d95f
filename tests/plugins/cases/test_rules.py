"""What a valid case is: dates, ages, scores, whose rotation, what a submission needs."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.cases.models import SCORES, ClinicalCase
from plugins.cases.records import CASE
from plugins.cases.rules import NEEDED, earliest
from plugins.users.models import User
from sims import workflow
from sims.clock import today
from sims.database import db
from sims.errors import Invalid
from sims.rules import broken
from tests.factories import make_user
from tests.plugins.cases.factories import COMPLETE, make_case, make_review
from tests.plugins.rotations.factories import make_rotation

KARACHI = ZoneInfo("Asia/Karachi")
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SQLITE = pytest.mark.database("sqlite")


def codes(case: ClinicalCase, stage: str = "save") -> set[str]:
    """The rules this case breaks, without the record's name."""
    return {problem.code.removeprefix("cases.case.") for problem in broken(CASE, case, stage=stage)}


def plain(**values) -> ClinicalCase:
    """A case that was never stored."""
    return ClinicalCase(**{"pg_id": 1, "title": "A case", "date_encountered": today()} | values)


@SQLITE
@QUICK
@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31)), st.integers(-800, 800))
def test_a_case_is_of_the_last_two_calendar_years(app_context, moment, days):
    with time_machine.travel(moment.replace(tzinfo=KARACHI), tick=False):
        day = moment.date() + timedelta(days=days)
        found = codes(plain(date_encountered=day))
    assert ("date_not_in_future" in found) == (day > moment.date())
    two_years_on = (day.year + 2, day.month, day.day)
    now = (moment.year, moment.month, moment.day)
    if (day.month, day.day) != (2, 29) and (moment.month, moment.day) != (2, 29):
        assert ("date_recent" in found) == (two_years_on < now)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2028, 2, 29), date(2026, 2, 28)),
        (date(2028, 3, 1), date(2026, 3, 1)),
        (date(2030, 2, 28), date(2028, 2, 28)),
        (date(2030, 3, 1), date(2028, 3, 1)),
        (date(2026, 12, 31), date(2024, 12, 31)),
    ],
)
def test_two_years_back_are_calendar_years_also_from_a_leap_day(day, first):
    assert earliest(day) == first


@SQLITE
def test_the_hospitals_midnight_decides_what_is_the_future(app_context):
    tomorrow = plain(date_encountered=date(2026, 3, 2))
    with time_machine.travel(datetime(2026, 3, 1, 23, 59, tzinfo=KARACHI), tick=False):
        assert "date_not_in_future" in codes(tomorrow)
    with time_machine.travel(datetime(2026, 3, 2, 0, 1, tzinfo=KARACHI), tick=False):
        assert "date_not_in_future" not in codes(tomorrow)


@SQLITE
def test_what_was_begun_in_time_may_still_be_mended_years_later(app_context):
    case = make_case(make_user("pg"), date_encountered=today() - timedelta(days=700))
    with time_machine.travel(datetime.now(KARACHI) + timedelta(days=400)):
        assert "date_recent" not in codes(case)
        case.date_encountered = earliest(case.created_at.date()) - timedelta(days=2)
        assert "date_recent" in codes(case)


@SQLITE
@QUICK
@given(st.integers(-5, 200), st.integers(-2, 14))
def test_ages_and_scores_keep_their_ranges(app_context, age, score):
    found = codes(plain(patient_age=age, self_score=score))
    assert ("age" in found) == (not 0 <= age <= 150)
    assert ("self_score" in found) == (not 1 <= score <= 10)


@pytest.mark.parametrize(
    ("column", "value"),
    [("patient_age", 151), ("patient_age", -1), ("self_score", 11), ("supervisor_score", 0),
     ("patient_sex", "X"), ("complexity", "easy"), ("status", "lost"), ("featured", True)],
)  # fmt: skip
def test_the_database_keeps_the_ranges_too(app_context, column, value):
    case = make_case(make_user("pg"))
    setattr(case, column, value)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("column", SCORES)
def test_the_database_keeps_the_scores_of_a_review(app_context, column):
    case = make_case(make_user("pg"), status="approved")
    review = make_review(case, db.session.get_one(User, case.supervisor_id))
    setattr(review, column, 11)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("field", [*NEEDED, "supervisor_id"])
def test_a_submission_needs_every_part_and_a_draft_none(app_context, field):
    pg = make_user("pg")
    case = make_case(pg, **{field: "" if field in COMPLETE else None})
    assert codes(case) == set()
    with pytest.raises(Invalid) as refused:
        workflow.move(CASE, case, "submit", actor=pg)
    assert [problem.fields for problem in refused.value.problems] == [(field,)]
    assert case.status == "draft"


def test_a_complete_case_is_submitted(app_context):
    pg = make_user("pg")
    case = make_case(pg)
    workflow.move(CASE, case, "submit", actor=pg)
    assert (case.status, case.round) == ("pending", 1)


def test_a_rotation_must_be_the_pgs_own(app_context):
    pg = make_user("pg")
    own, foreign = make_rotation(pg), make_rotation(make_user("pg"))
    assert "rotation_own" not in codes(make_case(pg, rotation=own))
    assert "rotation_own" in codes(make_case(pg, rotation=foreign))


def test_nobody_supervises_their_own_case(app_context):
    pg = make_user("pg")
    assert "supervisor_not_self" in codes(plain(pg_id=pg.id, supervisor_id=pg.id))


def test_one_reviewer_decides_once_on_each_submission(app_context):
    case = make_case(make_user("pg"), status="approved")
    reviewer = db.session.get_one(User, case.supervisor_id)
    make_review(case, reviewer)
    with pytest.raises(sa.exc.IntegrityError):
        make_review(case, reviewer)
    db.session.rollback()


@SQLITE
@pytest.mark.parametrize(
    ("values", "code"),
    [({"title": ""}, "title"), ({"date_encountered": None}, "date"), ({"complexity": "easy"}, "complexity")],
)  # fmt: skip
def test_even_a_draft_has_a_title_a_day_and_a_known_complexity(app_context, values, code):
    assert codes(plain(**values)) == {code}
    assert codes(plain()) == set()
