"""What the forecast makes of a record: when it begins, what is rejected, where somebody was, when it is asked for."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from plugins.catalogue import queries as catalogue
from plugins.logbook.forecast import cohort
from plugins.logbook.forecast.outlooks import outlooks
from plugins.logbook.models import EntryProcedure
from sims.clock import today
from sims.database import db
from tests.factories import make_user
from tests.plugins.catalogue.factories import make_target
from tests.plugins.logbook.factories import make_entry
from tests.plugins.rotations.factories import make_department, make_rotation


@pytest.fixture
def pg(app_context):
    """A PG of general surgery, in training for a year, six weeks of which are left."""
    first = today() + timedelta(weeks=6) - relativedelta(years=1)
    return make_user("pg", year=1, training_start=first)


def log(pg, weeks, *, each=2, status="approved", **given):
    """Entries of `pg`, so many in each of the last weeks, one of them today."""
    for number in range(weeks * each):
        day = today() - timedelta(days=number * 7 // each)
        make_entry(pg, status=status, date=day, **given)


def rate_ahead(pg):
    """What is expected of the PG a week, from now on."""
    [found] = outlooks(pg)
    sure = found.done + found.waiting
    return (found.expected - sure) / ((found.by - today()).days / 7)


def test_the_time_before_the_first_entry_says_nothing_about_the_pace(pg):
    """A hospital takes SIMS up in the middle of training: the months on paper are no months of idleness."""
    make_target()
    log(pg, 8)
    assert rate_ahead(pg) == pytest.approx(2, rel=0.15)


def test_what_is_rejected_is_taken_off_once(pg):
    make_target()
    log(pg, 8, each=1)
    log(pg, 8, each=1, status="rejected")
    assert rate_ahead(pg) == pytest.approx(1, rel=0.15)


def test_what_waits_counts_as_far_as_it_is_usually_approved(pg):
    make_target()
    log(pg, 3)
    log(pg, 1, each=2, status="rejected")
    log(pg, 2, each=2, status="pending")
    [found] = outlooks(pg)
    assert (found.done, found.waiting) == (6, 4)
    assert found.low >= 6 + 3


def test_drafts_say_nothing(pg):
    make_target()
    log(pg, 8, status="draft")
    [found] = outlooks(pg)
    assert (found.done, found.waiting, found.pace, found.expected) == (0, 0, 0, 0)


def test_an_entry_without_a_rotation_belongs_to_where_its_pg_was_on_that_day(pg):
    """Rates of departments divide what was done in them by the weeks there: both by the calendar."""
    target = make_target()
    there = make_department()
    stay = make_rotation(pg, starts=-69, days=70, department=there, status="ongoing")
    [asked] = catalogue.targets_for_pg(pg)
    assert asked.id == target.id
    log(pg, 5, rotation_id=stay.id)
    log(pg, 10, each=1)
    found = cohort.of(pg.specialty, [asked])
    assert set(found.departments) == {there.id}
    assert found.rate(there.id, 0) == pytest.approx(2, rel=0.1)


def test_years_on_paper_count_as_training(app_context):
    """In the third year, but on record since today: the third year ends this year, not in three."""
    make_target(by_year=3, edition=today().year - 2)
    [found] = outlooks(make_user("pg", year=3))
    assert found.by == date(today().year + 1, 1, 1)


def test_the_years_of_training_are_counted_from_the_day_it_began(app_context):
    make_target(by_year=2)
    begun = today() - timedelta(days=40)
    [found] = outlooks(make_user("pg", year=1, training_start=begun))
    assert found.by == begun + relativedelta(years=2)


def test_the_last_day_to_act_leaves_time_for_what_is_missing_at_the_pace_of_the_strongest(pg):
    """Two a week, a little more, is the most that is done here: eleven take five weeks and some days."""
    make_target(minimum=16 + 11)
    log(pg, 8)
    [found] = outlooks(pg)
    assert 0.3 < found.chance < 0.8
    assert found.act_by is not None
    assert (found.by - found.act_by).days in range(36, 40)
    assert found.act_by >= today()


def test_what_others_did_is_asked_for_once_an_hour(pg, count_queries):
    make_target()
    log(pg, 2)
    db.session.flush()
    with count_queries() as cold:
        first = outlooks(pg)
    with count_queries() as warm:
        assert outlooks(pg) == first
    assert len(cold) <= 12
    assert len(cold) - len(warm) == 4


def test_another_question_of_the_same_target_is_another_answer(pg):
    """A target whose role is changed is not answered from what was kept for the old one."""
    target = make_target(role="observed")
    log(pg, 8)
    [before] = catalogue.targets_for_pg(pg)
    cohort.of(pg.specialty, [before])
    target.role = "performed"
    db.session.execute(sa.update(EntryProcedure).values(key_steps="watched"))
    [after] = catalogue.targets_for_pg(pg)
    assert cohort.of(pg.specialty, [after]).usual == [0]


def test_where_nobody_ever_logged_nothing_is_expected_and_nothing_fails(pg):
    make_target(minimum=5)
    [found] = outlooks(pg)
    assert (found.expected, found.low, found.high, found.chance) == (0, 0, 0, 0)
    assert "arrange for more now" in found.note


def test_a_pg_of_a_specialty_without_targets_has_no_outlook(app_context):
    assert outlooks(make_user("pg", specialty="radiology")) == []
    assert outlooks(make_user("pg", specialty="")) == []
