"""Bulk assignment: every conflict is known before anything is saved, and what is saved is what was seen."""

import re
import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.notifications.models import Notification
from plugins.rotations import placing
from plugins.rotations.models import Rotation
from plugins.rotations.placing import Step, arrange, preview, save
from plugins.users.models import User
from sims.clock import today
from sims.database import commit, db
from sims.errors import Conflict, Denied, Invalid
from sims.versioning import version_class
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_hospital, make_rotation

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def plan_of(*departments, weeks=4, **given):
    """Steps that follow one another from tomorrow."""
    start, steps = today() + DAY, []
    for department in departments:
        end = start + weeks * WEEK - DAY
        steps.append(Step(department.id, start, end, **given))
        start = end + DAY
    return steps


def placed():
    query = sa.select(Rotation).order_by(Rotation.pg_id, Rotation.start_date)
    return db.session.scalars(query).all()


def codes(found):
    return [[problem.code.rpartition(".")[2] for problem in p.problems] for p in found.placements]


@settings(max_examples=25, deadline=None)
@given(
    pgs=st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True),
    departments=st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True),
)
def test_taking_turns_everybody_passes_everywhere_and_no_two_meet_while_there_is_room(
    pgs, departments
):
    steps = [
        Step(number, date(2027, 1, 1) + nth * WEEK, date(2027, 1, 7) + nth * WEEK)
        for nth, number in enumerate(departments)
    ]
    found = arrange(pgs, steps, rotate=True)
    for turn, pg in enumerate(pgs):
        theirs = [p for p in found if p.pg_id == pg]
        assert sorted(p.department_id for p in theirs) == sorted(departments)
        assert [p.start_date for p in theirs] == [step.start_date for step in steps]
        assert theirs[0].department_id == departments[turn % len(departments)]
    for step in steps:
        there = [p.department_id for p in found if p.start_date == step.start_date]
        if len(pgs) <= len(departments):
            assert len(there) == len(set(there))
    straight = arrange(pgs, steps, rotate=False)
    assert [p.department_id for p in straight] == departments * len(pgs)


SPANS = st.lists(st.tuples(st.integers(0, 14), st.integers(1, 7)), min_size=1, max_size=5)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    planned=SPANS,
    standing=SPANS,
    status=st.sampled_from(["planned", "ongoing", "pending", "completed"]),
)
@pytest.mark.database("sqlite")
def test_exactly_those_conflict_that_share_a_day(app_context, planned, standing, status):
    admin, pg, department = make_user("admin"), make_user(), make_department()
    for starts, days in standing[:1] if status in ("planned", "ongoing") else standing:
        make_rotation(pg, starts=starts, days=days + 1, status=status, department=department)
    steps = [
        Step(department.id, today() + start * DAY, today() + (start + days) * DAY)
        for start, days in planned
    ]
    found = preview([pg.id], steps, rotate=False, actor=admin)
    taken = standing[:1] if status in ("planned", "ongoing") else []
    spans = [set(range(start, start + days + 1)) for start, days in planned]
    for nth, (placement, days) in enumerate(zip(found.placements, spans, strict=True)):
        others = [span for place, span in enumerate(spans) if place != nth]
        stands = any(days & set(range(start, start + length + 1)) for start, length in taken)
        assert placement.fits is not (stands or any(days & other for other in others))
    db.session.rollback()


def test_a_plan_is_saved_whole_by_the_usual_rules_with_history(app_context):
    admin, supervisor = make_user("admin"), make_user("supervisor")
    pgs = [make_user(supervisor=supervisor) for _ in range(3)]
    one, two = make_department(), make_department()
    ids, steps = [pg.id for pg in pgs], plan_of(one, two, supervisor_id=supervisor.id)
    seal = preview(ids, steps, rotate=True, actor=admin).seal
    assert placed() == []
    assert save(ids, steps, rotate=True, seal=seal, actor=admin) == 6
    commit()
    rows = placed()
    assert {(row.status, row.approved_by_id, row.created_by_id) for row in rows} == {
        ("planned", admin.id, admin.id)
    }
    assert [row.department_id for row in rows] == [one.id, two.id, two.id, one.id, one.id, two.id]
    hospitals = {one.id: one.hospital_id, two.id: two.hospital_id}
    assert all(row.hospital_id == hospitals[row.department_id] for row in rows)
    versions = version_class(Rotation)
    kept = db.session.scalars(
        sa.select(versions).where(versions.end_transaction_id.is_(None))
    ).all()
    assert sorted(version.id for version in kept) == sorted(row.id for row in rows)
    assert {version.status for version in kept} == {"planned"}


def test_everybody_concerned_gets_one_notice(app_context):
    admin, supervisor = make_user("admin"), make_user("supervisor")
    pgs = [make_user(supervisor=supervisor) for _ in range(2)]
    steps = plan_of(make_department(name="Urology"), make_department(), supervisor_id=supervisor.id)
    ids = [pg.id for pg in pgs]
    seal = preview(ids, steps, rotate=False, actor=admin).seal
    save(ids, steps, rotate=False, seal=seal, actor=admin)
    commit()
    rows = db.session.scalars(sa.select(Notification).where(Notification.channel == "in_app")).all()
    told = {row.recipient_id: row for row in rows}
    assert set(told) == {*ids, supervisor.id}
    assert len(told) == len(rows)
    assert told[ids[0]].title == "Planned: 2 rotations"
    assert "Urology" in told[ids[0]].body
    assert told[supervisor.id].title == "Planned: 4 rotations"
    assert pgs[0].name in told[supervisor.id].body
    assert not placing.told_together()


def test_everything_that_speaks_against_a_rotation_is_said(app_context):
    admin, own, other = make_user("admin"), make_user("supervisor"), make_user("supervisor")
    pg = make_user(supervisor=own)
    gone, off = make_user(is_archived=True), make_user(is_active=False)
    left = make_user("supervisor", is_archived=True)
    open_, closed = make_department(), make_department(is_active=False)
    in_closed = make_department(make_hospital(is_active=False))
    make_rotation(pg, starts=5, days=10, department=make_department(name="Urology"))
    make_rotation(pg, starts=60, days=10, status="pending")

    def said(person, department=open_, starts=20, days=10, **given):
        start = today() + starts * DAY
        department_id = department if isinstance(department, int) else department.id
        step = Step(department_id, start, start + (days - 1) * DAY, **given)
        found = preview(
            [person if isinstance(person, int) else person.id], [step], rotate=False, actor=admin
        )
        return codes(found)[0], found.placements[0].fits

    assert said(pg) == ([], True)
    assert said(pg, starts=14) == (["overlap"], False)
    assert said(pg, starts=15) == ([], True)
    assert said(pg, starts=55) == (["proposed"], True)
    assert said(pg, days=1) == (["dates"], False)
    assert said(gone) == (["left"], False)
    assert said(off) == (["inactive"], True)
    assert said(admin) == (["pg"], False)
    assert said(999999) == (["pg"], False)
    assert said(pg, closed) == (["closed"], False)
    assert said(pg, in_closed) == (["closed"], False)
    assert said(pg, 999999) == (["department"], False)
    assert said(pg, supervisor_id=own.id) == ([], True)
    assert said(pg, supervisor_id=other.id) == (["foreign"], True)
    assert said(pg, supervisor_id=admin.id) == (["supervisor"], False)
    assert said(pg, supervisor_id=left.id) == (["supervisor_left"], False)


def test_with_a_conflict_nothing_is_saved_unless_the_rest_was_asked_for(app_context):
    admin, one, two, department = make_user("admin"), make_user(), make_user(), make_department()
    make_rotation(two, starts=10)
    ids, steps = [one.id, two.id], plan_of(department)
    seal = preview(ids, steps, rotate=False, actor=admin).seal
    commit()
    with pytest.raises(Invalid, match="in conflict"):
        save(ids, steps, rotate=False, seal=seal, actor=admin)
    assert len(placed()) == 1
    assert save(ids, steps, rotate=False, seal=seal, partly=True, actor=admin) == 1
    commit()
    assert [row.pg_id for row in placed()].count(one.id) == 1
    seal = preview([two.id], steps, rotate=False, actor=admin).seal
    with pytest.raises(Invalid):
        save([two.id], steps, rotate=False, seal=seal, partly=True, actor=admin)


def test_only_the_office_places_and_only_so_many_at_once(app_context, monkeypatch):
    admin, pg, department = make_user("admin"), make_user(), make_department()
    for person in (pg, make_user("supervisor")):
        with pytest.raises(Denied):
            preview([pg.id], plan_of(department), rotate=False, actor=person)
    for ids, steps in (
        ([], plan_of(department)),
        ([pg.id], []),
        (range(1, 400), plan_of(department)),
    ):
        with pytest.raises(Invalid):
            preview(list(ids), steps, rotate=False, actor=admin)
    monkeypatch.setattr(placing, "MOST_ROTATIONS", 1)
    with pytest.raises(Invalid, match="at most 1 are planned at once"):
        preview([pg.id], plan_of(department, department), rotate=False, actor=admin)


@pytest.mark.database("postgresql")
def test_of_two_who_save_the_same_preview_at_once_one_wins_and_nothing_is_half_saved(app):
    """In opposite orders of the PGs, too: calendars are locked by id, so neither waits for the other for ever."""
    with app.app_context():
        admin_id, ids = make_user("admin").id, [make_user().id for _ in range(4)]
        steps = plan_of(make_department(), make_department())
        commit()
        admin = db.session.get(User, admin_id)
        orders = (ids, ids[::-1])
        seals = [preview(order, steps, rotate=False, actor=admin).seal for order in orders]
    together, outcomes = threading.Barrier(2), []

    def place(order, seal):
        with app.app_context():
            me = db.session.get(User, admin_id)
            together.wait()
            try:
                save(order, steps, rotate=False, seal=seal, actor=me)
                commit()
                outcomes.append("saved")
            except Conflict as error:
                outcomes.append("refused" if not error.current.fitting else "odd")
                db.session.rollback()

    threads = [
        threading.Thread(target=place, args=pair) for pair in zip(orders, seals, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "saved"]
    with app.app_context():
        assert len(placed()) == 8


def fields_of(pgs, *rows, **more):
    """What a browser sends of the plan: rows of (department, first day, last day, weeks)."""
    found = {"pg": [str(pg.id) for pg in pgs], **more}
    for nth, (department, first, last, weeks) in enumerate(rows):
        found |= {
            f"steps-{nth}-department_id": str(department.id) if department else "",
            f"steps-{nth}-start_date": first.isoformat() if first else "",
            f"steps-{nth}-end_date": last.isoformat() if last else "",
            f"steps-{nth}-weeks": str(weeks or ""),
        }
    return found


def sent_along(page):
    """The hidden fields of a page's preview."""
    form = page[page.index('action="/rotations/place/plan"') :]
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def test_the_office_goes_from_choosing_to_planning_without_javascript(app_context, sign_in):
    client, (one, two) = sign_in(make_user("admin")), [make_user(), make_user()]
    surgery, urology = make_department(), make_department()
    page = client.get("/rotations/place").text
    assert f'name="pg" value="{one.id}"' in page
    page = client.get(f"/rotations/place/plan?pg={one.id}&pg={two.id}").text
    assert "The plan for 2 PGs" in page
    start = today() + DAY
    rows = ((surgery, start, None, 4), (urology, None, None, 2), (None, None, None, None))
    page = client.post("/rotations/place/plan", data=fields_of((one, two), *rows, rotate="y")).text
    assert "Plan 4 rotations for 2 PGs" in page
    assert placed() == []
    kept = sent_along(page)
    assert kept["pg"] == [str(one.id), str(two.id)]
    changing = client.post("/rotations/place/plan", data=kept | {"act": "change"})
    assert changing.status_code == 200
    assert f'value="{start.isoformat()}"' in changing.text
    answer = client.post("/rotations/place/plan", data=kept | {"act": "all"})
    assert answer.location.startswith("/rotations/calendar?view=year")
    found = [(row.pg_id, row.department_id, row.start_date, row.end_date) for row in placed()]
    first, second = (start, start + 4 * WEEK - DAY), (start + 4 * WEEK, start + 6 * WEEK - DAY)
    assert found == [
        (one.id, surgery.id, *first),
        (one.id, urology.id, *second),
        (two.id, urology.id, *first),
        (two.id, surgery.id, *second),
    ]


def test_a_stale_preview_is_refused_and_shows_how_it_stands_now(app_context, sign_in):
    client, pg, department = sign_in(make_user("admin")), make_user(), make_department()
    start = today() + DAY
    page = client.post("/rotations/place/plan", data=fields_of([pg], (department, start, None, 4)))
    kept = sent_along(page.text)
    make_rotation(db.session.get(User, pg.id), starts=10)
    answer = client.post("/rotations/place/plan", data=kept | {"act": "all"})
    assert answer.status_code == 409
    assert "Something changed since you looked" in answer.text
    assert "The PG is planned for" in answer.text
    assert len(placed()) == 1
    again = client.post("/rotations/place/plan", data=sent_along(answer.text) | {"act": "all"})
    assert again.status_code == 422
    assert len(placed()) == 1


def test_a_row_that_says_too_little_or_too_much_is_named_at_its_field(app_context, sign_in):
    client, pg, department = sign_in(make_user("admin")), make_user(), make_department()
    start = today()
    for row, field in (
        ((None, None, None, None), "steps-0-department_id"),
        ((department, None, None, 4), "steps-0-start_date"),
        ((department, start, None, None), "steps-0-end_date"),
        ((department, start, start, None), "steps-0-end_date"),
        ((department, start, start + WEEK, 4), "steps-0-weeks"),
        ((department, start, None, 9999), "steps-0-weeks"),
        ((department, date(9999, 12, 1), None, 500), "steps-0-start_date"),
    ):
        answer = client.post("/rotations/place/plan", data=fields_of([pg], row))
        assert answer.status_code == 422, row
        assert f'href="#{field}"' in answer.text, row
    rows = client.post(
        "/rotations/place/plan",
        data=fields_of([pg], (department, start, None, 4)) | {"add_row": "steps"},
    )
    assert 'id="steps-1-department_id"' in rows.text
    assert placed() == []


def test_nobody_else_finds_the_pages_and_odd_addresses_do_no_harm(app_context, sign_in):
    for person in (make_user(), make_user("supervisor")):
        client = sign_in(person)
        assert client.get("/rotations/place").status_code == 404
        assert client.post("/rotations/place/plan").status_code == 404
        assert "/rotations/place" not in client.get("/rotations").text
    client = sign_in(make_user("admin"))
    assert "/rotations/place" in client.get("/rotations").text
    assert client.get("/rotations/place/plan").location == "/rotations/place"
    assert client.get("/rotations/place/plan?pg=x&pg=²&pg=-1").location == "/rotations/place"
    odd = "/rotations/place?year=x&supervisor=99999999999999999999&specialty=%00&q=%00"
    assert client.get(odd).status_code == 200


def test_filters_narrow_who_is_offered_and_all_of_them_can_be_taken(app_context, sign_in):
    supervisor = make_user("supervisor")
    mine = [make_user(supervisor=supervisor, year=3) for _ in range(2)]
    others = [
        make_user(year=3),
        make_user(supervisor=supervisor, year=1),
        make_user(is_archived=True),
    ]
    client = sign_in(make_user("admin"))
    query = f"supervisor={supervisor.id}&year=3"
    page = client.get(f"/rotations/place?{query}").text
    offered = {int(number) for number in re.findall(r'name="pg" value="(\d+)"', page)}
    assert offered == {pg.id for pg in mine}
    assert not offered & {pg.id for pg in others}
    assert "The plan for 2 PGs" in client.get(f"/rotations/place/plan?{query}&all=1").text


def test_a_preview_costs_the_same_for_two_pgs_and_for_twenty(app_context, count_queries):
    admin, supervisor, department = make_user("admin"), make_user("supervisor"), make_department()
    steps = plan_of(department, department, department, supervisor_id=supervisor.id)

    def cost(count):
        ids = [make_user(supervisor=supervisor).id for _ in range(count)]
        with count_queries() as sent:
            assert len(preview(ids, steps, rotate=True, actor=admin).fitting) == 3 * count
        return len(sent)

    assert cost(2) == cost(20) == 4
