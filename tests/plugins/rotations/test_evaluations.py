"""Evaluations: who writes which and when, who reviews, who reads, and that a colleague stays unnamed."""

import csv
import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.notifications.models import Notification
from plugins.rotations.evaluations import queries, services
from plugins.rotations.evaluations.models import KINDS, Evaluation
from plugins.rotations.evaluations.records import EVALUATION
from plugins.rotations.evaluations.rules import RULES, grade, passed, too_early_or_late
from plugins.rotations.models import Rotation
from plugins.users.events import SupervisorChanged
from plugins.users.models import Supervision
from sims import access, history, workflow
from sims.actor import acting_as
from sims.clock import now, today
from sims.database import commit, db
from sims.errors import Conflict, Denied, Invalid, Missing
from sims.events import publish
from sims.rules import broken
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_evaluation, make_rotation

WORDS = {"score": "72", "comments": "Careful hands.", "recommendations": "Read more."}


def kinds_of(actor, rotation):
    about = queries.subject(actor, rotation.id)
    return about.kinds if about else {}


def write(actor, rotation, kind, **given):
    values = {"rotation_id": rotation.id, "type": kind, "score": 72, "comments": "Careful hands."}
    return services.create_evaluation(values | given, actor=actor)[0]


def sees(actor):
    return set(db.session.scalars(access.visible(EVALUATION, actor, Evaluation.id)))


def move(row, name, actor, **data):
    row = access.find(EVALUATION, actor, row.id)
    return workflow.move(EVALUATION, row, name, actor=actor, data=data)


def told(person):
    query = sa.select(Notification.title).where(
        Notification.recipient_id == person.id, Notification.channel == "in_app"
    )
    return [
        title.partition(":")[0] for title in db.session.scalars(query.order_by(Notification.id))
    ]


# -- scores and times --------------------------------------------------------------------------------------


@given(score=st.integers(0, 100))
def test_grades_change_at_90_80_70_and_60_and_60_passes(score):
    bands = {"A": range(90, 101), "B": range(80, 90), "C": range(70, 80), "D": range(60, 70)}
    expected = next((letter for letter, band in bands.items() if score in band), "F")
    assert grade(score) == expected
    assert passed(score) is (score >= 60)
    assert passed(score) is (grade(score) != "F")


def test_without_a_score_there_is_no_grade():
    assert (grade(None), passed(None)) == ("", None)


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    length=st.integers(2, 400),
    offset=st.integers(-40, 500),
    kind=st.sampled_from(list(KINDS)),
)
def test_each_kind_has_its_time(start, length, offset, kind):
    end, day = start + timedelta(days=length - 1), start + timedelta(days=offset)
    rotation = Rotation(start_date=start, end_date=end)
    fits = {
        "mid_rotation": start <= day <= end,
        "final": day >= start and (end - day).days < 30,
        "supervisor": day >= start,
        "self": day >= start,
        "peer": day >= start,
    }
    assert (too_early_or_late(kind, rotation, day) is None) is fits[kind]


# -- who writes what ---------------------------------------------------------------------------------------


def test_supervisors_head_and_office_write_what_supervisors_write(app_context):
    pg, rotations_own, co, head = make_user(), *(make_user("supervisor") for _ in range(3))
    db.session.add(Supervision(pg_id=pg.id, supervisor_id=co.id, since=today(), kind="co"))
    department = make_department(head_id=head.id)
    rotation = make_rotation(pg, department=department, supervisor_id=rotations_own.id)
    own = db.session.get(type(pg), pg.supervisor_id)
    for person in (own, rotations_own, co, head, make_user("admin")):
        assert list(kinds_of(person, rotation)) == ["mid_rotation", "final", "supervisor"]
    assert kinds_of(make_user("supervisor"), rotation) == {}


def test_a_pg_writes_only_self_or_peer(app_context):
    pg, colleague, elsewhere, later = (make_user() for _ in range(4))
    department = make_department()
    rotation = make_rotation(pg, department=department)
    make_rotation(colleague, department=department, starts=-40, days=31)
    make_rotation(elsewhere)
    make_rotation(later, department=department, starts=1, days=90)
    assert kinds_of(pg, rotation) == {"self": None}
    assert kinds_of(colleague, rotation) == {"peer": None}
    assert kinds_of(elsewhere, rotation) == {}
    assert kinds_of(later, rotation) == {}


@pytest.mark.parametrize(
    ("starts", "days", "together"),
    [(-40, 30, False), (-40, 31, True), (20, 9, False), (0, 9, True)],
)
def test_colleagues_shared_at_least_a_day_that_has_come(app_context, starts, days, together):
    """The rotation lasts from ten days ago to nineteen days ahead."""
    pg, colleague, department = make_user(), make_user(), make_department()
    rotation = make_rotation(pg, department=department)
    make_rotation(colleague, department=department, starts=starts, days=days)
    assert (kinds_of(colleague, rotation) == {"peer": None}) is together


@pytest.mark.parametrize("status", ["pending", "cancelled"])
def test_what_does_not_take_place_is_not_evaluated(app_context, status):
    pg = make_user()
    assert kinds_of(pg, make_rotation(pg, status=status)) == {}


def test_nothing_else_is_written_by_going_around_the_page(app_context):
    pg, department = make_user(), make_department()
    rotation = make_rotation(pg, department=department, days=90)
    own = db.session.get(type(pg), pg.supervisor_id)
    for actor, kind in (
        (pg, "final"),
        (pg, "peer"),
        (own, "self"),
        (make_user(), "peer"),
        (own, "x"),
    ):
        with pytest.raises(Missing):
            write(actor, rotation, kind)
    with pytest.raises(Invalid, match="in the last 30 days"):
        write(own, rotation, "final")
    with pytest.raises(Missing):
        write(own, rotation, "final", rotation_id="")


def test_one_each_per_evaluator_and_kind(app_context):
    pg = make_user()
    rotation, own = make_rotation(pg), db.session.get(type(pg), pg.supervisor_id)
    write(own, rotation, "mid_rotation")
    write(own, rotation, "final")
    with pytest.raises(Invalid, match="already"):
        write(own, rotation, "final")
    with pytest.raises(sa.exc.IntegrityError):
        make_evaluation(rotation, own, "final")


@pytest.mark.parametrize("wrong", [{"score": 101}, {"score": -1}, {"kind": "x"}, {"status": "x"}])
def test_the_database_keeps_scores_kinds_and_statuses(app_context, wrong):
    pg = make_user()
    with pytest.raises(sa.exc.IntegrityError):
        make_evaluation(make_rotation(pg), pg, **{"kind": "self"} | wrong)


def test_every_rule_refuses_what_it_is_about(app_context):
    pg, other = make_user(), make_user()
    rotation = make_rotation(pg)
    own = db.session.get(type(pg), pg.supervisor_id)
    make_evaluation(rotation, own, "final")
    row = make_evaluation(rotation, own, "supervisor")
    cases = {
        "pg": {"pg_id": other.id},
        "self": {"type": "self"},
        "once": {"type": "final"},
        "score": {"score": 101},
        "score_missing": {"score": None},
        "comments": {"comments": ""},
    }
    assert {rule.code.rpartition(".")[2] for rule in RULES} == set(cases)
    for code, wrong in cases.items():
        with db.session.no_autoflush:
            before = {name: getattr(row, name) for name in wrong}
            assert broken(EVALUATION, row, stage="submit") == ()
            for name, value in wrong.items():
                setattr(row, name, value)
            found = {problem.code for problem in broken(EVALUATION, row, stage="submit")}
            assert found == {f"rotations.evaluation.{code}"}
            for name, value in before.items():
                setattr(row, name, value)


def test_a_draft_may_lack_words_a_submission_may_not(app_context):
    pg = make_user()
    row = write(pg, make_rotation(pg), "self", comments="", score=None)
    with pytest.raises(Invalid, match="Write what you saw"):
        move(row, "submit", pg)
    row.comments = "I learned to tie."
    move(row, "submit", pg)
    assert row.status == "submitted"


def test_what_is_submitted_too_late_is_refused(app_context):
    pg = make_user()
    rotation, own = make_rotation(pg), db.session.get(type(pg), pg.supervisor_id)
    row = write(own, rotation, "mid_rotation")
    rotation.end_date = today() - timedelta(days=1)
    with pytest.raises(Denied, match="final evaluation instead"):
        move(row, "submit", own)


# -- the chain ---------------------------------------------------------------------------------------------


def test_from_draft_to_approved_with_everybody_told(app_context):
    pg, admin, first = make_user(), make_user("admin"), make_user("supervisor")
    own = db.session.get(type(pg), pg.supervisor_id)
    row = write(first, make_rotation(pg, supervisor_id=first.id), "final")
    move(row, "submit", first)
    assert (row.status, row.supervisor_id) == ("submitted", own.id)
    assert told(own) == ["Waits for your review"]
    with pytest.raises(Denied, match="wrote themselves"):
        move(row, "review", first)
    move(row, "return", own, feedback="Say which operations.")
    assert (row.status, row.feedback, told(first)) == (
        "draft",
        "Say which operations.",
        ["Sent back"],
    )
    move(row, "submit", first)
    move(row, "review", own)
    assert (row.status, row.reviewed_by_id, told(admin)) == (
        "reviewed",
        own.id,
        ["Waits for approval"],
    )
    with pytest.raises(Denied):
        move(row, "approve", own)
    assert told(pg) == []
    move(row, "approve", admin)
    assert (row.status, row.verified_by_id) == ("approved", admin.id)
    assert (told(pg), told(first)) == (["Approved"], ["Sent back", "Approved"])
    assert len(history.of(EVALUATION, row)) == 1


def test_sending_back_needs_words(app_context):
    pg = make_user()
    own = db.session.get(type(pg), pg.supervisor_id)
    row = write(pg, make_rotation(pg), "self")
    move(row, "submit", pg)
    with pytest.raises(Invalid, match="Write what has to change"):
        move(row, "return", own)


def test_the_office_reviews_and_sends_back_but_never_its_own(app_context):
    pg, admin, other = make_user(), make_user("admin"), make_user("admin")
    row = write(admin, make_rotation(pg), "supervisor")
    move(row, "submit", admin)
    with pytest.raises(Denied):
        move(row, "accept", admin)
    move(row, "accept", other)
    move(row, "send_back", other, feedback="Not yet.")
    assert row.status == "draft"


@pytest.mark.parametrize("case", ["co", "head", "nobody"])
def test_a_supervisors_own_evaluation_is_reviewed_by_another(app_context, case):
    pg, head, co, admin = (
        make_user(),
        make_user("supervisor"),
        make_user("supervisor"),
        make_user("admin"),
    )
    own = db.session.get(type(pg), pg.supervisor_id)
    if case == "co":
        db.session.add(Supervision(pg_id=pg.id, supervisor_id=co.id, since=today(), kind="co"))
    department = make_department(head_id=None if case == "nobody" else head.id)
    row = write(own, make_rotation(pg, department=department), "supervisor")
    move(row, "submit", own)
    expected = {"co": co, "head": head, "nobody": None}[case]
    assert row.supervisor_id == (expected and expected.id)
    if expected is None:
        assert told(admin) == ["Waits for a review by the office"]
        move(row, "accept", admin)
    else:
        move(row, "review", expected)
    assert row.status == "reviewed"


def test_only_its_author_changes_submits_takes_back_and_deletes_a_draft(app_context):
    pg, admin = make_user(), make_user("admin")
    row = write(pg, make_rotation(pg), "self")
    for who in (admin,):
        with pytest.raises(Denied):
            services.change_evaluation(row, {"score": 1}, actor=who)
        with pytest.raises(Denied):
            move(row, "submit", who)
    services.change_evaluation(row, {"score": 55, "type": "final", "pg_id": 1}, actor=pg)
    assert (row.score, row.type, row.pg_id) == (55, "self", pg.id)
    move(row, "submit", pg)
    with pytest.raises(Denied):
        services.change_evaluation(row, {"score": 56}, actor=pg)
    move(row, "withdraw", pg)
    assert (row.status, row.round) == ("draft", 0)
    with pytest.raises(Conflict):
        move(row, "approve", admin)


def test_another_supervisor_inherits_what_waits_but_not_what_they_wrote(app_context):
    pg, new, co = make_user(), make_user("supervisor"), make_user("supervisor")
    old = db.session.get(type(pg), pg.supervisor_id)
    db.session.add(Supervision(pg_id=pg.id, supervisor_id=co.id, since=today(), kind="co"))
    rotation = make_rotation(pg, supervisor_id=None)
    waits = make_evaluation(rotation, pg, "self", status="submitted", supervisor_id=old.id)
    news_own = make_evaluation(rotation, new, "final", status="submitted", supervisor_id=old.id)
    done = make_evaluation(rotation, co, "final", status="reviewed", supervisor_id=old.id)
    primary = db.session.scalars(
        sa.select(Supervision).where(Supervision.supervisor_id == old.id)
    ).one()
    primary.until, pg.supervisor_id = today(), new.id
    commit()
    publish(SupervisorChanged(pg_id=pg.id, old_id=old.id, new_id=new.id))
    commit()
    assert [row.supervisor_id for row in (waits, news_own, done)] == [new.id, co.id, old.id]


# -- who reads ---------------------------------------------------------------------------------------------


def cast():
    """A PG with a supervisor, a colleague, an admin, and an evaluation by the colleague in each status."""
    pg, colleague, admin, department = (
        make_user(),
        make_user(),
        make_user("admin"),
        make_department(),
    )
    rotation = make_rotation(pg, department=department)
    make_rotation(colleague, department=department)
    row = make_evaluation(rotation, colleague, "peer")
    own = db.session.get(type(pg), pg.supervisor_id)
    return {"pg": pg, "author": colleague, "admin": admin, "supervisor": own}, row


@pytest.mark.parametrize(
    ("status", "readers"),
    [
        ("draft", {"author", "admin"}),
        ("submitted", {"author", "admin", "supervisor"}),
        ("reviewed", {"author", "admin", "supervisor"}),
        ("approved", {"author", "admin", "supervisor", "pg"}),
    ],
)
def test_who_reads_an_evaluation_in_which_status(app_context, status, readers):
    people, row = cast()
    row.status = status
    db.session.flush()
    assert {who for who, person in people.items() if row.id in sees(person)} == readers
    assert sees(make_user()) == set()
    assert sees(make_user("supervisor")) == set()


def test_ones_own_self_evaluation_one_always_sees(app_context):
    pg = make_user()
    row = make_evaluation(make_rotation(pg), pg, "self")
    assert sees(pg) == {row.id}


def test_the_pg_never_learns_which_colleague_wrote(app_context, sign_in):
    people, row = cast()
    commit()
    with acting_as(people["author"].id):
        row.score = 73
        commit()
    with acting_as(people["admin"].id):
        row.status, row.verified_at = "approved", now()
        commit()
    number, rotation_id, pg = row.id, row.rotation_id, people["pg"]
    name, last = people["author"].name, people["author"].last_name
    paths = (
        f"/rotations/evaluations/{number}",
        f"/rotations/evaluations/{number}/history",
        "/rotations/evaluations",
        "/rotations/evaluations/export.csv",
        f"/rotations/{rotation_id}",
    )
    for path in paths:
        for who in ("pg", "supervisor"):
            answer = sign_in(people[who]).get(path)
            assert answer.status_code == 200, (who, path)
            if who == "pg":
                assert last not in answer.text, path
                assert people["author"].username not in answer.text, path
    assert name in sign_in(people["supervisor"]).get(paths[0]).text
    page = sign_in(pg).get(paths[0]).text
    assert "A colleague" in page
    told_of = sign_in(pg).get(paths[1]).text.partition("<main")[2]
    assert "Status" in told_of
    assert "Score" not in told_of
    assert "Score" in sign_in(people["supervisor"]).get(paths[1]).text
    rows = list(csv.DictReader(io.StringIO(sign_in(pg).get(paths[3]).text.removeprefix("\ufeff"))))
    assert [line["Written by"] for line in rows] == ["A colleague"]
    with acting_as(pg.id):
        changes = history.of(EVALUATION, db.session.get(Evaluation, number))
    assert {(change.actor, change.remote_addr, change.request_id) for change in changes} == {
        ("—", None, None)
    }
    assert {field.label for change in changes for field in change.fields} == {"Status"}


def test_a_colleague_sees_names_and_dates_and_nothing_else(app_context, sign_in):
    people, row = cast()
    rotation = row.rotation
    rotation.objectives, row.comments = "Secret objectives", "Mine"
    other = make_user("supervisor", last_name="Nobodys-business")
    rotation.supervisor_id = other.id
    db.session.delete(row)
    commit()
    client = sign_in(people["author"])
    assert client.get(f"/rotations/{rotation.id}").status_code == 404
    page = client.get("/rotations/evaluate").text
    address = f"/rotations/evaluations/new?rotation_id={rotation.id}&type=peer"
    assert people["pg"].name in page
    assert address.replace("&", "&amp;") in page
    form = client.get(address)
    assert form.status_code == 200
    for text in (page, form.text):
        assert "Secret objectives" not in text
        assert "Nobodys-business" not in text


# -- pages -------------------------------------------------------------------------------------------------


def test_a_rotations_page_leads_to_a_form_that_submits(app_context, sign_in):
    pg = make_user()
    rotation, own = make_rotation(pg), db.session.get(type(pg), pg.supervisor_id)
    client = sign_in(own)
    page = client.get(f"/rotations/{rotation.id}").text
    address = f"/rotations/evaluations/new?rotation_id={rotation.id}&type=final"
    assert address.replace("&", "&amp;") in page
    assert "type=self" not in page
    form = client.get(address).text
    assert pg.name in form
    hidden = {"rotation_id": str(rotation.id), "type": "final", "then": "submit"}
    wrong = client.post(address, data=WORDS | hidden | {"score": "101"})
    assert wrong.status_code == 422
    assert "Score from 0 to 100." in wrong.text
    answer = client.post(address, data=WORDS | hidden)
    row = db.session.scalars(sa.select(Evaluation)).one()
    assert answer.location == f"/rotations/evaluations/{row.id}"
    assert (row.status, row.score, row.pg_id, row.evaluator_id) == ("submitted", 72, pg.id, own.id)
    assert "grade C, passed" in client.get(answer.location).text
    assert client.get(address).location == answer.location
    assert "type=final" not in client.get(f"/rotations/{rotation.id}").text


def test_a_form_for_what_is_not_ones_business_is_not_there(app_context, sign_in):
    pg = make_user()
    rotation = make_rotation(pg, days=90)
    stranger = sign_in(make_user("supervisor"))
    address = f"/rotations/evaluations/new?rotation_id={rotation.id}&type="
    assert stranger.get(f"{address}final").status_code == 404
    assert sign_in(pg).get(f"{address}final").status_code == 404
    assert sign_in(make_user("admin")).get(f"{address}final").status_code == 403
    assert stranger.get("/rotations/evaluations/new?rotation_id=²&type=self").status_code == 404
    assert stranger.get("/rotations/evaluations/new").location == "/rotations/evaluate"


def test_the_reviewer_decides_in_the_common_queue(app_context, sign_in):
    pg = make_user()
    own = db.session.get(type(pg), pg.supervisor_id)
    row = make_evaluation(make_rotation(pg), pg, "self", status="submitted", supervisor_id=own.id)
    number = row.id
    client = sign_in(own)
    assert pg.name in client.get("/rotations/evaluations/queue").text
    path = f"/rotations/evaluations/queue/{number}"
    assert "Careful hands." in client.get(path).text
    assert client.post(path, data={"decision": "return"}).status_code == 422
    assert client.post(path, data={"decision": "review"}).status_code == 302
    assert db.session.scalar(sa.select(Evaluation.status)) == "reviewed"


def test_the_lists_cost_the_same_with_one_and_ten(app_context, sign_in, count_queries):
    admin = make_user("admin")
    department = make_department()
    pg = make_user()
    make_evaluation(make_rotation(pg, department=department), pg, "self")
    client, paths = sign_in(admin), ("/rotations/evaluations", "/rotations/evaluate")

    def cost(path):
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        return len(sent)

    for path in paths:
        client.get(path)
    before = [cost(path) for path in paths]
    place = make_department()
    for _ in range(10):
        make_evaluation(make_rotation(make_user(), department=place), admin)
    assert [cost(path) for path in paths] == before
