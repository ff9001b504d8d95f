"""The pages of analytics: periods, drawings, comparing, attention; the same number of queries however many rows."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine

from plugins.analytics import drawing, measuring, overview, periods
from plugins.analytics.measuring import Scope
from plugins.logbook.attention import reasons
from sims.clock import now, today
from sims.database import commit
from sims.errors import Invalid
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_template

LOGGED = "/analytics/measures/logbook.entry.logged"


@pytest.fixture
def people(app_context):
    make_template()
    supervisor = make_user("supervisor")
    pg = make_user("pg", supervisor=supervisor)
    for days in (0, 1, 3, 40, 400):
        make_entry(pg, status="approved", created_at=now() - timedelta(days=days), title="<script>")
    found = {"admin": make_user("admin"), "supervisor": supervisor, "pg": pg}
    commit()
    return found


@pytest.mark.database("postgresql")
def test_every_page_of_analytics_opens_for_each_role_that_has_it(people, sign_in, app_context):
    for role, person in people.items():
        client = sign_in(person)
        assert client.get("/analytics").status_code == 200
        for measure in overview.measures_for(person):
            for query in ("", "?period=7", "?by=" + measure.by[-1]):
                page = client.get(f"/analytics/measures/{measure.name}{query}")
                assert page.status_code == 200, measure.name
                assert "<script>" not in page.text.replace("<script src", "")
            assert client.get(f"/analytics/measures/{measure.name}/compare").status_code == 200
        for path, roles in (
            ("attention", ("admin", "supervisor")),
            ("programme", ("admin",)),
            ("learning", tuple(people)),
        ):
            assert client.get(f"/analytics/{path}").status_code == (200 if role in roles else 404)


def test_periods_have_their_days_and_those_before_them(app_context):
    with time_machine.travel("2026-03-15T12:00:00Z"):
        week, year = periods.read({"period": "7"}), periods.read({})
        assert (week.first, week.last, week.days) == (date(2026, 3, 9), date(2026, 3, 15), 7)
        assert (week.before.first, week.before.last) == (date(2026, 3, 2), date(2026, 3, 8))
        assert (year.first, len(year.steps), year.steps[0].label) == (
            date(2025, 4, 1),
            12,
            "Apr 2025",
        )
        assert year.before.first == date(2024, 4, 1)
        own = periods.read({"from": "2026-02-27", "to": "2026-03-02"})
        assert [step.label for step in own.steps] == ["27 Feb", "28 Feb", "1 Mar", "2 Mar"]
        long = periods.read({"from": "2025-01-20", "to": "2026-03-02"})
        assert (long.steps[0].first, long.steps[0].last) == (date(2025, 1, 20), date(2025, 1, 31))
        for wrong in (
            {"period": "5"},
            {"from": "x"},
            {"from": "2026-03-02", "to": "2026-03-01"},
            {"from": "1900-01-01", "to": "2026-01-01"},
        ):
            with pytest.raises(Invalid):
                periods.read(wrong)


@pytest.mark.parametrize("query", ["period=5", "from=yesterday&to=2026-01-01", "f-from=x"])
def test_a_period_or_filter_that_can_not_be_read_is_said(people, sign_in, query):
    answer = sign_in(people["pg"]).get(f"{LOGGED}?{query}")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_the_moving_average_is_that_of_the_last_steps_and_waits_until_there_are_enough():
    assert periods.moving([1, 2, 3, 4], 3) == [None, None, 2.0, 3.0]
    assert periods.moving([1, None, 3], 2) == [None, None, None]


def test_a_day_is_the_hospitals_day_also_when_the_clock_is_put_back(people, app_context):
    """London, 25 October 2026: the day has 25 hours, and its entries are all of that day."""
    app_context.config["TIMEZONE"] = "Europe/London"
    measure = next(
        m for m in overview.measures_for(people["pg"]) if m.name == "logbook.entry.logged"
    )
    pg = people["pg"]
    for moment in (
        "2026-10-24T22:30:00+00:00",
        "2026-10-24T23:30:00+00:00",
        "2026-10-25T23:30:00+00:00",
        "2026-10-26T00:30:00+00:00",
    ):
        make_entry(pg, created_at=now().fromisoformat(moment))
    commit()
    scope = Scope(measure, pg, periods.Period(date(2026, 10, 24), date(2026, 10, 26)))
    if app_context.config["DATABASE_URL"].startswith("postgresql"):
        assert [point.n for point in measuring.by_step(scope)] == [1, 2, 1]
    assert scope.page().count() == 4


def test_figures_are_said_as_of_when_and_counted_anew_after_a_write(people, sign_in):
    client = sign_in(people["pg"])

    def total() -> int:
        rows = list(
            csv.reader(io.StringIO(client.get(f"{LOGGED}?format=csv").data.decode("utf-8-sig")))
        )
        return sum(int(row[1]) for row in rows[1:])

    assert "As of" in client.get(LOGGED).text
    before = total()
    client.post("/logbook/quick", data={})
    from plugins.logbook.records import ENTRY
    from sims import records

    records.create(ENTRY, {"title": "New", "date": today()}, actor=people["pg"])
    commit()
    assert total() == before + 1


def test_two_groups_are_compared_in_words_that_say_how_few_they_are(people, sign_in):
    make_entry(people["pg"], status="draft")
    commit()
    page = sign_in(people["pg"]).get(f"{LOGGED}/compare?by=status&a=approved&b=draft").text
    assert "more than Draft" in page
    assert "chance alone" in page


def test_pages_cost_the_same_queries_however_many_rows(people, sign_in, count_queries):
    client = sign_in(people["admin"])
    paths = (
        "/analytics",
        LOGGED,
        f"{LOGGED}?by=person",
        "/analytics/attention",
        "/analytics/programme",
    )

    def queries() -> list[int]:
        from sims import jobs

        jobs.connection().flushall()
        found = []
        for path in paths:
            with count_queries() as sent:
                assert client.get(path).status_code == 200
            found.append(len(sent))
        return found

    before = queries()
    for _ in range(12):
        other = make_user("pg", supervisor=people["supervisor"])
        make_entry(other, status="returned", created_at=now() - timedelta(days=2))
    commit()
    assert queries() == before
    assert max(before[:4]) <= 18


def test_who_has_logged_nothing_for_long_needs_attention(people):
    with time_machine.travel(now() + timedelta(days=45), tick=True):
        [reason] = reasons([people["pg"].id])[people["pg"].id]
    assert reason.tone == "bad"
    assert "Nothing for" in reason.words
    assert f"person={people['pg'].id}" in reason.href
    assert reasons([people["pg"].id]) == {}


def test_analytics_go_on_without_redis(people, sign_in, app_context, monkeypatch):
    from redis.exceptions import ConnectionError as Away

    from sims import cache

    class Gone:
        def __getattr__(self, name):
            raise Away("no")

    monkeypatch.setattr(cache.jobs, "connection", lambda: Gone())
    assert "As of" in sign_in(people["pg"]).get(LOGGED).text


def test_drawings_escape_what_people_typed_and_mark_what_is_missing():
    evil = "<script>alert('x')</script>"
    for svg in (
        drawing.trend(
            [(evil, [1.0, None, 3.0, 4.0])], [evil, "b", "c", "d"], average=[None, None, 2.0, 3.0]
        ),
        drawing.boxes(
            [
                (
                    evil,
                    {"low": 1, "lower": 2, "median": 3, "upper": 4, "high": 99, "n": 5},
                    "/x?a=1&b=2",
                )
            ]
        ),
        drawing.stack([(evil, [1, 2], ["", "/x"], "")], [evil, "other"]),
        drawing.curve([(evil, 5, 0.4), ("6–10", 0, 0.0)]),
    ):
        assert "<script>" not in svg
        assert " style=" not in svg
    assert drawing.axis(0) == (1.0, 1.0)
    assert drawing.axis(7) == (2.0, 8.0)
    assert drawing.axis(812)[1] >= 812
    assert [drawing.shade(value, 10) for value in (0, 1, 5, 10)] == [0, 1, 3, 5]
