"""Supervisors who are away: their deputy sees and decides what they would, for as long as they are away."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from plugins.logbook.models import LogbookReview
from plugins.logbook.records import ENTRY
from plugins.notifications.models import Notification
from plugins.users import absences, access
from plugins.users.models import Absence
from sims import queues
from sims.clock import today
from sims.database import commit, db
from sims.errors import Invalid
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry

WEEK = timedelta(days=7)


@pytest.fixture
def cast(app_context):
    absent, deputy = make_user("supervisor"), make_user("supervisor")
    return absent, deputy, make_user("pg", absent)


def away(person, deputy, *, by=None, since=None, until=None, note=""):
    first = since or today()
    days = {"since": first, "until": until or first + WEEK, "note": note}
    return absences.plan(person, {"deputy_id": deputy.id, **days}, actor=by or person)


def codes(caught) -> set[str]:
    return {problem.code for problem in caught.value.problems}


# -- what a deputy sees and decides ------------------------------------------------------------------


def test_a_deputy_sees_the_pgs_and_their_rows_only_while_it_lasts(cast, sign_in):
    absent, deputy, pg = cast
    entry = make_entry(pg, absent, status="approved")
    away(absent, deputy, since=today() + WEEK)
    pages = (f"/people/{pg.id}", f"/logbook/entries/{entry.id}")
    first = today()
    for later, status in ((0, 404), (6, 404), (7, 200), (14, 200), (15, 404)):
        with time_machine.travel(f"{first + timedelta(days=later)} 06:00"):
            found = {sign_in(deputy).get(page).status_code for page in pages}
        assert found == {status}, later


def test_what_waits_for_the_absent_waits_for_the_deputy_and_says_for_whom(cast, sign_in):
    absent, deputy, pg = cast
    make_entry(pg, absent, status="pending")
    make_entry(make_user("pg", deputy), deputy, status="pending")
    away(absent, deputy)
    queue = sign_in(deputy).get("/logbook/entries/queue").text
    cells = re.findall(r'data-label="Waits for">([^<]*)<', queue)
    assert sorted(cells) == sorted([absent.name, "You"])
    assert 'data-label="Supervisor"' not in queue, "it would say the same twice"
    assert f"for {absent.name}" in sign_in(deputy).get("/").text
    assert queues.total(deputy) == 2


def test_who_stands_in_for_nobody_has_no_such_column(cast, sign_in):
    absent, _, pg = cast
    make_entry(pg, absent, status="pending")
    queue = sign_in(absent).get("/logbook/entries/queue").text
    assert "Waits for" not in queue
    assert 'data-label="Supervisor"' in queue


def test_the_deputy_decides_and_stands_in_the_review_by_name(cast, sign_in):
    absent, deputy, pg = cast
    entry = make_entry(pg, absent, status="pending")
    away(absent, deputy)
    answer = sign_in(deputy).post(
        f"/logbook/entries/queue/{entry.id}", data={"decision": "approve"}
    )
    assert answer.status_code == 302
    assert (entry.status, entry.verified_by_id) == ("approved", deputy.id)
    assert db.session.scalar(sa.select(LogbookReview.reviewer_id)) == deputy.id
    assert deputy.name in sign_in(absent).get(f"/logbook/entries/{entry.id}/history").text


def test_when_it_is_over_the_deputy_decides_nothing_any_more(cast, sign_in):
    absent, deputy, pg = cast
    entry = make_entry(pg, absent, status="pending")
    absence, _ = away(absent, deputy)
    absences.end(absent, absence.id, actor=absent)
    sign_in(deputy).post(f"/logbook/entries/queue/{entry.id}", data={"decision": "approve"})
    assert entry.status == "pending"


def test_nobody_stands_in_for_their_deputys_own_absent_colleague(cast):
    absent, deputy, _ = cast
    third = make_user("supervisor")
    away(absent, deputy)
    assert access.ACCESS.acts_for(deputy) == {deputy.id, absent.id}
    assert access.ACCESS.acts_for(absent) == {absent.id}
    assert access.ACCESS.acts_for(third) == {third.id}


def test_deputies_names_who_stands_in_on_a_day_and_leaves_out_who_has_left(cast):
    absent, deputy, _ = cast
    away(absent, deputy)
    here = make_user("supervisor")
    ids = [absent.id, here.id]
    assert absences.deputies(ids, today()) == {absent.id: deputy.id}
    assert absences.deputies(ids, today() + WEEK) == {absent.id: deputy.id}
    assert absences.deputies(ids, today() + WEEK + timedelta(days=1)) == {}
    assert absences.deputies([], today()) == {}
    deputy.is_active = False
    db.session.flush()
    assert absences.deputies(ids, today()) == {}


def test_standing_in_costs_the_queue_one_query_more_however_many_rows_wait(
    cast, sign_in, count_queries
):
    absent, deputy, pg = cast
    counts = []
    make_entry(make_user("pg", deputy), deputy, status="pending")
    for _ in range(2):
        make_entry(pg, absent, status="pending")
        client = sign_in(deputy)
        with count_queries() as sent:
            client.get("/logbook/entries/queue")
        counts.append(len(sent))
        assert sum("FROM users_absence" in statement for statement in sent) == 1
        if not absences.coming(absent.id):
            away(absent, deputy)
    assert counts[1] <= counts[0] + 1


@pytest.mark.database("postgresql")
def test_the_queue_is_read_by_its_index_for_one_person_and_for_two(cast):
    absent, deputy, pg = cast
    make_entry(pg, absent, status="pending")
    other = make_user("pg")
    for _ in range(40):
        make_entry(other, status="pending")
    db.session.execute(sa.text("ANALYZE logbook_logbookentry"))
    db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))

    def plan() -> str:
        query = sa.select(ENTRY.model.id).where(queues.waiting(ENTRY, deputy))
        dialect = db.engine.dialect
        options = {"literal_binds": True, "render_postcompile": True}
        text = query.compile(dialect=dialect, compile_kwargs=options)
        return "\n".join(db.session.scalars(sa.text(f"EXPLAIN {text}")))

    assert "ix_logbook_entry_queue" in plan()
    away(absent, deputy)
    assert "ix_logbook_entry_queue" in plan()


# -- what a valid absence is -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "first", "last", "code"),
    [
        ("self", 0, 7, "users.absence.somebody_else"),
        ("pg", 0, 7, "users.absence.deputy"),
        ("closed", 0, 7, "users.absence.deputy"),
        ("deputy", 7, 6, "users.absence.order"),
        ("deputy", -7, -1, "users.absence.not_over"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(cast, who, first, last, code):
    absent, deputy, pg = cast
    people = {"self": absent, "pg": pg, "deputy": deputy}
    chosen = people.get(who) or make_user("supervisor", is_active=False)
    with pytest.raises(Invalid) as caught:
        away(absent, chosen, since=today() + timedelta(first), until=today() + timedelta(last))
    assert code in codes(caught)


def test_two_absences_of_one_person_share_no_day(cast):
    absent, deputy, _ = cast
    away(absent, deputy, until=today() + WEEK)
    with pytest.raises(Invalid) as caught:
        away(absent, make_user("supervisor"), since=today() + WEEK)
    assert codes(caught) == {"users.absence.overlap"}
    away(absent, deputy, since=today() + WEEK + timedelta(1))


def test_a_deputy_who_is_away_in_these_days_is_refused(cast):
    absent, deputy, _ = cast
    away(deputy, make_user("supervisor"), since=today() + WEEK)
    with pytest.raises(Invalid) as caught:
        away(absent, deputy, until=today() + WEEK)
    assert codes(caught) == {"users.absence.chain"}
    away(absent, deputy, until=today() + WEEK - timedelta(1))


def test_a_deputy_who_falls_ill_may_be_away_and_is_told_that_somebody_has_nobody_then(cast):
    absent, deputy, _ = cast
    away(absent, deputy)
    _, warnings = away(deputy, make_user("supervisor"))
    assert [warning.code for warning in warnings] == ["users.absence.stands_in"]


def test_who_is_no_supervisor_needs_no_deputy(cast, sign_in):
    _, deputy, pg = cast
    office = make_user("admin")
    for person in (pg, office):
        sent = {"since": today(), "until": today(), "deputy_id": deputy.id}
        answer = sign_in(office).post(f"/people/{person.id}/absences", data=sent)
        assert answer.status_code == 403
    assert db.session.scalar(sa.select(sa.func.count(Absence.id))) == 0


# -- the pages ---------------------------------------------------------------------------------------


def test_one_plans_ones_own_absence_on_the_profile_and_the_deputy_is_told(cast, sign_in):
    absent, deputy, _ = cast
    client = sign_in(absent)
    sent = {"since": today(), "until": today() + WEEK, "deputy_id": deputy.id, "note": "Course"}
    assert client.post(f"/people/{absent.id}/absences", data=sent).location == "/profile"
    page = client.get("/profile").text
    assert deputy.name in page
    assert "Course" in page
    assert f"You stand in for {absent.name}" in sign_in(deputy).get("/profile").text
    told = sa.select(Notification.title).where(Notification.recipient_id == deputy.id)
    assert db.session.scalar(told).startswith(f"You stand in for {absent.name} from ")


def test_the_office_plans_and_ends_it_for_anybody(cast, sign_in):
    absent, deputy, _ = cast
    office = sign_in(make_user("admin"))
    sent = {"since": today(), "until": today() + WEEK, "deputy_id": deputy.id}
    there = f"/people/{absent.id}"
    assert office.post(f"{there}/absences", data=sent).location == there
    assert deputy.name in office.get(there).text
    absence = db.session.scalar(sa.select(Absence))
    office.post(f"{there}/absences/{absence.id}/end")
    assert access.ACCESS.acts_for(deputy) == {deputy.id}


def test_who_is_back_early_was_away_until_yesterday_and_history_keeps_who_said_so(cast, sign_in):
    absent, deputy, _ = cast
    absence, _ = away(absent, deputy)
    commit()
    number = absence.id
    with time_machine.travel(f"{today() + timedelta(days=3)} 06:00"):
        sign_in(absent).post(f"/people/{absent.id}/absences/{number}/end")
        assert absence.until == today() - timedelta(days=1)
        assert absences.coming(absent.id) == []


def test_an_absence_that_has_not_begun_is_called_off(cast, sign_in):
    absent, deputy, _ = cast
    absence, _ = away(absent, deputy, since=today() + WEEK)
    sign_in(absent).post(f"/people/{absent.id}/absences/{absence.id}/end")
    assert db.session.scalar(sa.select(sa.func.count(Absence.id))) == 0


def test_a_supervisor_plans_for_nobody_else_and_ends_nobody_elses(cast, sign_in):
    absent, deputy, _ = cast
    absence, _ = away(absent, deputy)
    number, until = absence.id, absence.until
    other = sign_in(deputy)
    sent = {"since": today(), "until": today(), "deputy_id": deputy.id}
    assert other.post(f"/people/{absent.id}/absences", data=sent).status_code in (403, 404)
    assert other.post(f"/people/{absent.id}/absences/{number}/end").status_code in (403, 404)
    other.post(f"/people/{deputy.id}/absences/{number}/end")
    assert absence.until == until


@pytest.mark.parametrize("missing", ["since", "until", "deputy_id"])
def test_the_form_says_what_is_missing_and_keeps_the_rest(cast, sign_in, missing):
    absent, deputy, _ = cast
    sent = {
        "since": date(2030, 1, 1), "until": date(2030, 1, 5), "deputy_id": deputy.id, "note": "Leave",
    }  # fmt: skip
    answer = sign_in(absent).post(f"/people/{absent.id}/absences", data=sent | {missing: ""})
    assert answer.status_code == 422
    assert 'value="Leave"' in answer.text


def test_two_absences_in_the_same_days_are_refused_on_the_page_with_words(cast, sign_in):
    absent, deputy, _ = cast
    away(absent, deputy)
    sent = {"since": today(), "until": today(), "deputy_id": deputy.id}
    answer = sign_in(absent).post(f"/people/{absent.id}/absences", data=sent)
    assert answer.status_code == 422
    assert "There is an absence in these days already." in answer.text
