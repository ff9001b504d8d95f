"""Rotations by real requests: who sees which, who writes, what the pages cost."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from plugins.rotations import dashboard, office, queries
from plugins.rotations.models import Department, Hospital, Rotation
from plugins.users.models import Supervision
from sims.clock import today
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.rotations.factories import (
    form_of,
    make_department,
    make_hospital,
    make_rotation,
)


def only():
    return db.session.scalars(sa.select(Rotation)).one()


def test_the_office_places_a_pg_in_one_form(app_context, sign_in):
    admin, pg, department = make_user("admin"), make_user(), make_department()
    client = sign_in(admin)
    assert client.get("/rotations/new").status_code == 200
    own = db.session.get(type(pg), pg.supervisor_id)
    fields = form_of(pg, department, supervisor_id=f"{own.name} ({own.username})", then="plan")
    answer = client.post("/rotations/new", data=fields)
    row = only()
    assert answer.location == f"/rotations/{row.id}"
    assert (row.pg_id, row.supervisor_id, row.status) == (pg.id, own.id, "planned")
    assert (row.hospital_id, row.approved_by_id) == (department.hospital_id, admin.id)
    page = client.get(answer.location).text
    assert department.name in page
    assert pg.name in page


def test_an_empty_form_says_everything_that_is_missing(app_context, sign_in):
    answer = sign_in(make_user("admin")).post("/rotations/new", data={})
    assert answer.status_code == 422
    for field in ("pg_id", "department_id", "start_date", "end_date"):
        assert f'href="#{field}"' in answer.text


@pytest.mark.parametrize("typed", ["nobody", "%", "supervisor"])
def test_a_name_that_is_nobodys_is_refused_and_kept(app_context, sign_in, typed):
    make_user("supervisor", username="supervisor")
    fields = form_of(make_user(), make_department(), pg_id=typed)
    answer = sign_in(make_user("admin")).post("/rotations/new", data=fields)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text


def test_two_people_of_one_name_are_told_apart_by_username(app_context):
    one = make_user(first_name="Sana", last_name="Khan", username="sana1")
    make_user(first_name="Sana", last_name="Khan", username="sana2")
    assert queries.person_named("sana khan", "pg") is None
    assert queries.person_named("Sana Khan (sana1)", "pg") == one.id
    assert queries.person_named("SANA1", "pg") == one.id
    assert queries.person_named("sana1", "supervisor") is None
    assert queries.person_named(queries.person_label(one.id), "pg") == one.id


def test_a_foreign_supervisor_is_saved_with_a_warning(app_context, sign_in):
    stranger = make_user("supervisor")
    fields = form_of(make_user(), make_department(), supervisor_id=stranger.username)
    client = sign_in(make_user("admin"))
    page = client.post("/rotations/new", data=fields, follow_redirects=True)
    assert only().supervisor_id == stranger.id
    assert "not one of the PG&#39;s own" in page.text


def test_an_overlap_is_refused_at_the_dates(app_context, sign_in):
    pg = make_user()
    make_rotation(pg)
    client = sign_in(make_user("admin"))
    answer = client.post("/rotations/new", data=form_of(pg, make_department(), then="plan"))
    assert answer.status_code == 422
    assert 'href="#start_date"' in answer.text
    assert only().status == "planned"


def test_who_sees_a_rotation_and_who_does_not(app_context, sign_in):
    pg, theirs, co = make_user(), make_user("supervisor"), make_user("supervisor")
    own = db.session.get(type(pg), pg.supervisor_id)
    db.session.add(Supervision(pg_id=pg.id, supervisor_id=co.id, since=today(), kind="co"))
    department = make_department(name="Burns unit")
    rotation = make_rotation(pg, department=department, supervisor_id=theirs.id)
    url = f"/rotations/{rotation.id}"
    for person in (make_user("admin"), pg, own, co, theirs):
        client = sign_in(person)
        assert client.get(url).status_code == 200
        assert client.get(f"{url}/history").status_code == 200
        assert f'href="{url}"' in client.get("/rotations").text
    for person in (make_user(), make_user("supervisor")):
        client = sign_in(person)
        for path in (url, f"{url}/history", f"{url}/edit"):
            assert client.get(path).status_code == 404
        assert client.post(f"{url}/do/cancel", data={"feedback": "x"}).status_code == 404
        assert f'href="{url}"' not in client.get("/rotations").text
        assert "Burns unit" not in client.get("/rotations/export.csv").text
        assert f'href="{url}"' not in client.get(f"/rotations?person={pg.id}").text


@pytest.mark.parametrize("role", ["supervisor", "pg"])
def test_only_the_office_writes(app_context, sign_in, role):
    pg = make_user()
    person = pg if role == "pg" else db.session.get(type(pg), pg.supervisor_id)
    rotation = make_rotation(pg, status="pending")
    client = sign_in(person)
    for path in ("/rotations/new", f"/rotations/{rotation.id}/edit", "/rotations/people/pg?q=a"):
        assert client.get(path).status_code == 404
    assert client.post(f"/rotations/{rotation.id}/do/plan").status_code == 403
    for thing in ("hospitals", "departments"):
        assert client.get(f"/rotations/{thing}").status_code == 200
        assert client.get(f"/rotations/{thing}/new").status_code == 404
    assert rotation.status == "pending"


def test_a_rotation_follows_its_workflow_and_the_calendar(app_context, sign_in):
    client = sign_in(make_user("admin"))
    later = make_rotation(make_user(), starts=5)
    url = f"/rotations/{later.id}/do"
    assert client.post(f"{url}/start").status_code == 403
    assert client.post(f"{url}/cancel", data={}).status_code == 422
    assert client.post(f"{url}/cancel", data={"feedback": "Unit closed"}).status_code == 302
    assert (later.status, later.notes) == ("cancelled", "Cancelled: Unit closed")
    now = make_rotation(make_user())
    url = f"/rotations/{now.id}/do"
    assert client.post(f"{url}/start").status_code == 302
    assert client.post(f"{url}/complete").status_code == 403
    assert client.post(f"{url}/cancel", data={"feedback": "x"}).status_code == 409
    assert now.status == "ongoing"


def test_many_proposals_are_planned_at_once_and_clashes_are_told(app_context, sign_in):
    pg = make_user()
    rows = [make_rotation(pg, status="pending"), make_rotation(pg, status="pending")]
    rows.append(make_rotation(make_user(), status="pending"))
    page = sign_in(make_user("admin")).post(
        "/bulk/do/rotations.rotation",
        data={"action": "plan", "id": [row.id for row in rows]},
        follow_redirects=True,
    )
    assert [row.status for row in rows] == ["planned", "pending", "planned"]
    assert "1 skipped" in page.text


def test_hospitals_and_departments_are_written_and_leave_the_pick_lists(app_context, sign_in):
    client, head = sign_in(make_user("admin")), make_user("supervisor")
    client.post(
        "/rotations/hospitals/new",
        data={"name": "Civil Hospital", "code": "CHK", "is_active": "y"},
    )
    hospital = db.session.scalars(sa.select(Hospital)).one()
    fields = {"name": "Surgery", "hospital_id": str(hospital.id), "is_active": "y"}
    client.post("/rotations/departments/new", data=fields | {"head_id": head.username})
    department = db.session.scalars(sa.select(Department)).one()
    assert department.head_id == head.id
    assert "Surgery" in client.get(f"/rotations/hospitals/{hospital.id}").text
    assert head.name in client.get(f"/rotations/departments/{department.id}").text
    assert queries.department_choices() == [(department.id, "Civil Hospital: Surgery")]
    again = client.post("/rotations/departments/new", data=fields | {"name": "SURGERY"})
    assert again.status_code == 422
    client.post(f"/rotations/hospitals/{hospital.id}/edit", data={"name": "Civil", "code": "CHK"})
    assert not hospital.is_active
    assert queries.department_choices() == queries.hospital_choices() == []
    assert queries.department_choices(department.id) == [(department.id, "Civil: Surgery")]
    assert queries.hospital_choices(hospital.id) == [(hospital.id, "Civil")]


def test_people_are_suggested_by_role_and_words(app_context, sign_in):
    pg = make_user(first_name="Sana", last_name="Malik", username="smalik")
    make_user("supervisor", first_name="Sana", last_name="Other")
    make_user(first_name="Sana", last_name="Malik", is_archived=True)
    client = sign_in(make_user("admin"))
    [found] = client.get("/rotations/people/pg?q=mal sa").json
    assert found["value"] == "Sana Malik (smalik)"
    assert queries.person_named(found["value"], "pg") == pg.id
    assert client.get("/rotations/people/pg?q=").json == []
    assert client.get("/rotations/people/admin?q=a").status_code == 404


def test_the_filters_narrow_by_days_people_and_places(app_context, sign_in):
    pg = make_user(first_name="Sana", last_name="Malik")
    rotation = make_rotation(pg)
    client = sign_in(make_user("admin"))
    inside, after = today().isoformat(), (today() + timedelta(days=60)).isoformat()
    for query, there in [
        (f"from={inside}&to={inside}", True),
        (f"from={after}", False),
        ("to=2020-01-01", False),
        ("pg=sana+mal", True),
        ("pg=nobody", False),
        (f"department={rotation.department_id}", True),
        (f"hospital={rotation.hospital_id}", True),
        ("status=cancelled", False),
    ]:
        page = client.get(f"/rotations?{query}").text
        assert (f'href="/rotations/{rotation.id}"' in page) is there, query


@pytest.mark.parametrize("path", ["", "/hospitals", "/departments"])
def test_a_list_costs_the_same_for_ten_rows_and_a_hundred(
    app_context, sign_in, count_queries, app, path
):
    app.config["PAGE_SIZE"] = 200
    client, pg, costs = sign_in(make_user("admin")), make_user(), []
    for more in (10, 90):
        for _ in range(more):
            make_rotation(pg, status="completed")
        client.get(f"/rotations{path}")
        with count_queries() as sent:
            assert client.get(f"/rotations{path}").status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 10


# -- what others ask -----------------------------------------------------------------------------------


def test_the_current_rotation_is_the_one_that_fills_today(app_context):
    pg = make_user()
    now = make_rotation(pg)
    later = make_rotation(pg, starts=30)
    make_rotation(pg, starts=-5, status="cancelled")
    assert queries.current(pg.id) is now
    assert queries.current(pg.id, later.start_date) is later
    assert queries.current(pg.id, today() - timedelta(days=50)) is None
    assert queries.current(make_user().id) is None


def test_the_first_and_the_last_day_count(app_context):
    pg = make_user()
    row = make_rotation(pg, starts=0, days=2)
    assert queries.current(pg.id, row.start_date) is queries.current(pg.id, row.end_date) is row
    assert queries.current(pg.id, row.end_date + timedelta(days=1)) is None


def test_ones_own_place_is_offered_first(app_context):
    a, z = make_hospital(name="A"), make_hospital(name="Z")
    make_department(a, name="Medicine")
    make_department(a, name="Closed", is_active=False)
    pg = make_user()
    make_rotation(pg, department=make_department(z, name="Surgery"))
    assert queries.places(pg) == ["Surgery, Z", "Medicine, A"]
    assert queries.places(make_user()) == ["Medicine, A", "Surgery, Z"]


def test_a_pgs_dashboard_shows_the_rotation_and_what_comes_next(
    app_context, sign_in, count_queries
):
    pg = make_user()
    make_rotation(pg, department=make_department(name="Burns unit"), days=34)
    make_rotation(pg, starts=30, department=make_department(name="Trauma"))
    commit()
    client = sign_in(pg)
    page = client.get("/").text
    assert "Burns unit" in page
    assert "Trauma" in page
    assert re.search(r"23 days.*left in Burns unit", page, re.S)
    assert "11 of 34" in page
    assert "Burns unit" not in sign_in(make_user()).get("/").text


@pytest.mark.parametrize(
    ("starts", "days", "value", "note"),
    [
        (-9, 10, "Last day", "in Burns unit"),
        (-9, 11, "1 day", "left in Burns unit"),
        (3, 10, "26 Nov 2026", "Burns unit begins"),
    ],
)
@time_machine.travel("2026-11-23T08:00Z")
def test_the_figure_says_how_long_or_when_it_begins(app, app_context, starts, days, value, note):
    pg = make_user()
    make_rotation(pg, starts=starts, days=days, department=make_department(name="Burns unit"))
    with app.test_request_context():
        figure = dashboard.days_left(pg)
    assert (figure.value, figure.note) == (value, note)


def test_without_a_rotation_there_is_no_figure(app, app_context):
    with app.test_request_context():
        assert dashboard.days_left(make_user()) is None


def test_the_office_sees_who_has_no_rotation_today_and_what_is_proposed(app_context, sign_in):
    placed, done, never = make_user("pg"), make_user("pg"), make_user("pg")
    make_rotation(placed, status="ongoing")
    make_rotation(done, starts=-90, days=30, status="completed")
    make_rotation(placed, starts=200, status="pending")
    admin = make_user("admin")
    db.session.commit()
    with app_context.test_request_context():
        people = [row.id for row in office.nowhere(admin, {})["people"]]
        assert office.proposed(admin).value == 1
    assert people == [never.id, done.id]
    assert "No rotation today" in sign_in(admin).get("/").text
