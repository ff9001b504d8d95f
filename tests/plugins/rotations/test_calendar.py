"""The calendar: where every bar stands, who sees whose, what the page says and costs."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.rotations import calendar, queries, roster
from plugins.rotations.calendar import DAY, lanes, period
from sims.clock import today
from sims.database import commit
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_rotation

NOVEMBER = "2026-11-23 12:00:00+00:00"


@dataclass(frozen=True)
class Stay:
    """A rotation as far as the arrangement knows it."""

    start_date: date
    end_date: date


def days_of(first, last):
    return {first + number * DAY for number in range((last - first).days + 1)}


def in_order(drawn):
    return sorted((stay.start_date, stay.end_date, sorted(days)) for stay, days in drawn)


STAYS = st.lists(
    st.builds(
        lambda start, length: Stay(start, start + length * DAY),
        st.dates(date(2027, 11, 1), date(2028, 4, 30)),
        st.integers(1, 90),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(
    stays=STAYS,
    first=st.dates(date(2027, 12, 1), date(2028, 3, 15)),
    length=st.integers(0, 60),
    marked=st.sets(st.dates(date(2027, 12, 1), date(2028, 5, 15)), max_size=8),
)
def test_every_rotation_stands_on_its_own_days_once_and_in_as_few_lanes_as_can_be(
    stays, first, length, marked
):
    last = first + length * DAY
    found = lanes(stays, first, last, marked)
    drawn = []
    for lane in found:
        day = first
        for cell in lane:
            days = days_of(day, day + (cell.span - 1) * DAY)
            assert cell.marked is (day in marked)
            if cell.stay is None:
                assert not (days - {day}) & marked, "an empty cell goes past a line"
            else:
                drawn.append((cell.stay, days))
                assert cell.begins is (cell.stay.start_date == day)
                assert cell.ends is (cell.stay.end_date == max(days))
            day += cell.span * DAY
        assert day == last + DAY, "a lane covers every day, and no other"
    window = days_of(first, last)
    expected = [(stay, days_of(stay.start_date, stay.end_date) & window) for stay in stays]
    assert in_order(drawn) == in_order([pair for pair in expected if pair[1]])
    most = max((sum(s.start_date <= day <= s.end_date for s in stays) for day in window), default=0)
    assert len(found) == max(1, most)


@settings(max_examples=40, deadline=None)
@given(day=st.dates(date(1971, 1, 1), date(2198, 12, 31)), view=st.sampled_from(["month", "year"]))
def test_periods_follow_one_another_without_gap_and_the_address_leads_back(day, view):
    here = calendar.covering(view, day)
    assert here.holds(day)
    assert here.next.first == here.last + DAY
    assert here.previous.last == here.first - DAY
    assert period(view, here.of) == here
    assert sum(days for _, days, _ in calendar.heads(here)) == (here.last - here.first).days + 1


@settings(max_examples=25, deadline=None)
@given(day=st.dates(date(1971, 1, 1), date(2198, 12, 31)), stays=STAYS)
def test_a_month_is_whole_weeks_from_monday_that_hold_every_day_of_it_once(day, stays):
    here = calendar.covering("month", day)
    weeks = calendar.weeks(stays, here)
    days = [day for week in weeks for day in week.days]
    assert all(week.days[0].weekday() == 0 and len(week.days) == 7 for week in weeks)
    assert days == sorted(set(days))
    assert days_of(here.first, here.last) <= set(days)
    assert len(days) < 31 + 13
    for week in weeks:
        assert all(sum(cell.span for cell in lane) == 7 for lane in week.lanes)


@time_machine.travel(NOVEMBER, tick=False)
@pytest.mark.parametrize(
    "of", ["", "nonsense", "2026-13", "2026-00", "1066-01", "99999-01", "²⁰²⁶-11", "-1", "2026-1²"]
)
def test_an_address_nobody_can_read_shows_this_month(of, app_context):
    assert period("month", of).of == "2026-11"
    assert period("decade", "2026").view == "month"


def test_leap_day_year_end_and_one_week_stand_right():
    leap = Stay(date(2028, 2, 28), date(2028, 2, 29))
    [[before, bar, after]] = lanes([leap], date(2028, 2, 1), date(2028, 2, 29) + DAY)
    assert (before.span, bar.span, bar.begins, bar.ends, after.span) == (27, 2, True, True, 1)
    new_year = Stay(date(2026, 12, 28), date(2027, 1, 3))
    for view, of, spans in (("year", "2026", (361, 4)), ("year", "2027", (3, 362))):
        here = period(view, of)
        [lane] = lanes([new_year], here.first, here.last)
        assert tuple(cell.span for cell in lane) == spans
    [week] = [
        w for w in calendar.weeks([new_year], period("month", "2026-12")) if w.lanes[0][0].stay
    ]
    assert week.lanes[0][0].span == 7
    assert week.label == "28 Dec – 3 Jan"
    assert calendar.dates(new_year) == "28 Dec 2026 – 3 Jan 2027"


@time_machine.travel(NOVEMBER, tick=False)
def test_a_pg_sees_their_month_with_today_and_links_to_each_rotation(app_context, sign_in):
    pg = make_user()
    mine = make_rotation(pg, starts=0, days=7)
    other = make_rotation(make_user(), starts=0, days=7)
    page = sign_in(pg).get("/rotations/calendar").text
    assert "<h1>November 2026</h1>" in page
    assert f'href="/rotations/{mine.id}"' in page
    assert f'href="/rotations/{other.id}"' not in page
    assert re.search(r'aria-current="date"><time datetime="2026-11-23">23</time> <span>Today', page)
    assert 'aria-label="Narrow the calendar"' not in page
    for of in ("2026-10", "2026-12"):
        assert f"of={of}" in page
    december = sign_in(pg).get("/rotations/calendar?view=year&of=2025").text
    assert f'href="/rotations/{mine.id}"' not in december
    assert "Today" in december  # the way back


def test_nobody_sees_the_calendar_of_somebody_they_may_not(app_context, sign_in):
    supervisor, head = make_user("supervisor"), make_user("supervisor")
    pg = make_user(supervisor=supervisor)
    rotation = make_rotation(pg, supervisor_id=head.id)
    link, path = f'href="/rotations/{rotation.id}"', f"/rotations/calendar?pg={pg.id}"
    for person in (make_user("admin"), supervisor, head, pg):
        assert link in sign_in(person).get(path).text
        assert link in sign_in(person).get("/rotations/calendar").text
    for person in (make_user(), make_user("supervisor")):
        assert sign_in(person).get(path).status_code == 404
        assert link not in sign_in(person).get("/rotations/calendar").text
        by_department = f"/rotations/calendar?department={rotation.department_id}"
        assert link not in sign_in(person).get(by_department).text
    assert sign_in(pg).get("/rotations/calendar?department=999").status_code == 404
    assert sign_in(pg).get(f"/rotations/calendar?pg={supervisor.id}").status_code == 404


def test_a_department_shows_who_is_there_and_nobody_elsewhere(app_context, sign_in):
    here, there = make_department(), make_department()
    one, two = make_user(first_name="Hina", last_name="Here"), make_user(last_name="Elsewhere")
    inside, outside = make_rotation(one, department=here), make_rotation(two, department=there)
    client = sign_in(make_user("admin"))
    for view in ("month", "year"):
        page = client.get(f"/rotations/calendar?department={here.id}&view={view}").text
        assert f'href="/rotations/{inside.id}"' in page
        assert "Hina Here" in page
        assert f'href="/rotations/{outside.id}"' not in page
        assert "Elsewhere" not in page


def test_cancelled_rotations_come_only_when_asked_for_and_every_status_has_its_word(
    app_context, sign_in
):
    pg = make_user()
    rotation = make_rotation(pg, status="cancelled")
    client = sign_in(make_user("admin"))
    link = f'href="/rotations/{rotation.id}"'
    assert link not in client.get(f"/rotations/calendar?pg={pg.id}").text
    page = client.get(f"/rotations/calendar?pg={pg.id}&cancelled=1").text
    bar = re.search(rf"<a [^>]*{link}.*?</a>", page, re.DOTALL).group()
    assert "<i>Cancelled</i>" in bar
    assert "<svg" in bar


def test_everybody_is_paged_by_name_forwards_and_back(app_context, monkeypatch):
    monkeypatch.setattr(roster, "PAGE", 2)
    admin, supervisor = make_user("admin"), make_user("supervisor")
    people = [make_user(supervisor=supervisor, last_name=name, first_name="A") for name in "CABED"]
    gone = make_user(supervisor=supervisor, last_name="F", is_archived=True)
    first, last = today(), today() + timedelta(days=30)

    def names(**asked):
        found = roster.roster(admin, roster.Asked(**asked), first, last)
        return "".join(p.last_name for p, _ in found.rows), found.more_before, found.more_after

    by_name = {person.last_name: person.id for person in people}
    assert names() == ("AB", False, True)
    assert names(after=by_name["B"]) == ("CD", True, True)
    assert names(after=by_name["D"]) == ("E", True, False)
    assert names(before=by_name["C"]) == ("AB", False, True)
    assert names(name="A D") == ("D", False, False)
    assert names(after=-5)[0] == ""
    make_rotation(gone)
    assert names(after=by_name["D"]) == ("EF", True, False)


def test_the_calendar_costs_the_same_with_ten_rotations_and_many(
    app_context, sign_in, count_queries
):
    supervisor, admin, department = make_user("supervisor"), make_user("admin"), make_department()
    paths = (
        "/rotations/calendar",
        "/rotations/calendar?view=year",
        f"/rotations/calendar?department={department.id}&view=year",
    )

    def add(count):
        place = queries.department(department.id)
        for _ in range(count):
            pg = make_user(supervisor=supervisor)
            for nth in range(4):
                make_rotation(pg, starts=nth * 10, days=10, department=place)
        commit()

    def cost(path, person):
        client = sign_in(person)
        client.get(path)
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        return len(sent)

    add(3)
    few = [cost(path, person) for path in paths for person in (admin, supervisor)]
    add(30)
    many = [cost(path, person) for path in paths for person in (admin, supervisor)]
    assert many == few
    assert max(many) <= 16
