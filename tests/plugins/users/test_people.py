"""The programme office's pages: list, create, edit, open and close accounts; and who sees whom."""

import contextvars
import csv
import io
import re
import threading

import pytest
import sqlalchemy as sa

from plugins.users import services
from plugins.users.events import UserActivated, UserArchived, UserDeactivated, UserRestored
from plugins.users.models import Supervision, User
from sims.database import commit, db
from sims.errors import Invalid
from sims.mail import Mail
from tests.factories import make_user


@pytest.fixture
def office(app_context, sign_in):
    admin = make_user("admin", first_name="Office", last_name="Zulu")
    client = sign_in(admin)
    client.person = admin
    return client


def form(**given: object) -> dict[str, object]:
    return {
        "first_name": "Sana", "last_name": "Malik", "username": "sana.malik", "email": "sana@example.com",
        "role": "pg", "specialty": "General Surgery", "year": "1", "invite": "y",
    } | given  # fmt: skip


def only(username: str) -> User | None:
    return db.session.scalar(sa.select(User).where(User.username == username))


def listed(client, path: str) -> set[str]:
    rows = csv.DictReader(io.StringIO(client.get(path).data.decode("utf-8-sig")))
    return {row["Username"] for row in rows}


# -- who sees whom -----------------------------------------------------------------------------------


def test_admins_see_all_supervisors_their_pgs_and_pgs_themselves(sign_in, app_context):
    supervisor, stranger = make_user("supervisor"), make_user("supervisor")
    mine, co, theirs = (
        make_user("pg", supervisor),
        make_user("pg", stranger),
        make_user("pg", stranger),
    )
    former = make_user("pg", stranger)
    today = former.created_at.date()
    db.session.add_all(
        [
            Supervision(pg_id=co.id, supervisor_id=supervisor.id, kind="co", since=today),
            Supervision(
                pg_id=former.id, supervisor_id=supervisor.id, kind="co", since=today, until=today
            ),
        ]
    )
    admin = make_user("admin")
    everybody = {
        person.username for person in (supervisor, stranger, mine, co, theirs, former, admin)
    }
    path = "/people/export.csv"
    assert listed(sign_in(admin), path) == everybody
    assert listed(sign_in(supervisor), path) == {supervisor.username, mine.username, co.username}
    assert listed(sign_in(mine), path) == {mine.username}
    page = sign_in(supervisor).get("/people/mine").text
    assert mine.name in page
    assert co.name in page
    assert theirs.name not in page


def test_lists_and_filters_ask_the_same_number_of_queries_however_many_there_are(
    office, count_queries
):
    def asked() -> int:
        with count_queries() as sent:
            assert office.get("/people").status_code == 200
        return len(sent)

    make_user("pg")
    few = asked()
    supervisor = make_user("supervisor")
    for _ in range(40):
        make_user("pg", supervisor)
    assert asked() == few
    assert few <= 6


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"prof", "ayesha", "bilal", "office"}),
        ("q=khan+ayesha", {"ayesha"}),
        ("q=AYE", {"ayesha"}),
        ("q=bilal@example", {"bilal"}),
        ("q=100%25", set()),
        ("q=%00", {"prof", "ayesha", "bilal", "office"}),
        ("role=pg", {"ayesha", "bilal"}),
        ("role=nonsense", {"prof", "ayesha", "bilal", "office"}),
        ("year=3", {"bilal"}),
        ("year=abc", {"prof", "ayesha", "bilal", "office"}),
        ("specialty=uro", {"bilal"}),
        ("state=archived", {"gone"}),
        ("state=deactivated", {"bilal"}),
        ("state=open", {"prof", "ayesha", "office"}),
        ("supervisor={prof}", {"ayesha", "bilal"}),
        ("supervisor={prof}&year=2", {"ayesha"}),
    ],
)
def test_the_list_narrows_as_the_address_says(app_context, sign_in, query, found):
    prof = make_user("supervisor", username="prof", first_name="Umar")
    make_user("pg", prof, username="ayesha", first_name="Ayesha", last_name="Khan", year=2)
    make_user("pg", prof, username="bilal", first_name="Bilal", last_name="Shah", year=3,
              specialty="Urology", is_active=False, email="bilal@example.com")  # fmt: skip
    make_user("supervisor", username="gone", is_archived=True)
    client = sign_in(make_user("admin", username="office", first_name="Nadia"))
    query = query.format(prof=prof.id)
    assert listed(client, f"/people/export.csv?{query}") == found
    assert client.get(f"/people?{query}").status_code == 200


# -- making and changing -----------------------------------------------------------------------------


def test_somebody_new_is_invited_by_mail_and_supervised_from_today(office, app_context):
    supervisor = make_user("supervisor")
    answer = office.post("/people/new", data=form(supervisor_id=supervisor.id))
    person = only("sana.malik")
    assert answer.location == f"/people/{person.id}"
    assert person.created_by_id == office.person.id
    row = db.session.scalars(sa.select(Supervision).where(Supervision.pg_id == person.id)).one()
    assert (row.supervisor_id, row.kind, row.until) == (supervisor.id, "primary", None)
    invited = db.session.scalars(sa.select(Mail)).one()
    assert invited.recipient == "sana@example.com"
    path = re.search(r"http://localhost(/password/set/\S+)", invited.body).group(1)
    assert "sana.malik" in office.application.test_client().get(path).text


def test_without_an_invitation_nobody_can_sign_in_yet(office, client, app_context):
    office.post("/people/new", data=form(role="supervisor", year="", invite=""))
    assert only("sana.malik").password_hash == ""
    assert db.session.scalars(sa.select(Mail)).all() == []
    assert client.post("/login", data={"username": "sana.malik", "password": ""}).status_code == 422


def test_what_the_rules_refuse_stands_at_its_field_with_everything_typed(office, app_context):
    make_user("supervisor", username="Sana.Malik", email="SANA@example.com")
    answer = office.post("/people/new", data=form(year="", specialty="", first_name=""))
    assert answer.status_code == 422
    for field, words in (
        ("username", "Somebody else has this username."),
        ("email", "Somebody else has this e-mail address."),
        ("first_name", "Enter the first name."),
        ("specialty", "Enter the specialty."),
        ("year", "training year"),
        ("supervisor_id", "supervisor."),
    ):
        assert f'href="#{field}"' in answer.text, field
        assert words in answer.text
    assert 'value="Malik"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 2


def test_a_demoted_supervisor_must_have_no_pgs_left(office, app_context):
    supervisor = make_user("supervisor")
    pg = make_user("pg", supervisor)
    sent = form(
        username=supervisor.username, email=supervisor.email, role="admin", year="", specialty=""
    )
    refused = office.post(f"/people/{supervisor.id}/edit", data=sent)
    assert refused.status_code == 422
    assert "PGs are assigned to this supervisor" in refused.text
    assert supervisor.role == "supervisor"
    pg.is_archived = True
    commit()
    assert office.post(f"/people/{supervisor.id}/edit", data=sent).status_code == 302
    assert supervisor.role == "admin"


def test_a_pg_who_becomes_supervisor_is_supervised_no_more(office, app_context):
    pg = make_user("pg")
    sent = form(username=pg.username, email=pg.email, role="supervisor", year="", supervisor_id="")
    assert office.post(f"/people/{pg.id}/edit", data=sent).status_code == 302
    rows = db.session.scalars(sa.select(Supervision).where(Supervision.pg_id == pg.id)).all()
    assert all(row.until for row in rows)
    assert pg.supervisor_id is None


def test_the_history_says_who_changed_what(office, app_context):
    pg = make_user("pg", first_name="Sana", last_name="Malik", year=1)
    office.get("/people")
    sent = form(username=pg.username, email=pg.email, year="2", supervisor_id=pg.supervisor_id)
    office.post(f"/people/{pg.id}/edit", data=sent)
    page = office.get(f"/people/{pg.id}/history").text
    assert "Office Zulu" in page
    assert "Year" in page


def test_a_stale_edit_shows_both_texts(office, app_context):
    pg = make_user("pg")
    commit()
    sent = form(
        username=pg.username,
        email=pg.email,
        supervisor_id=pg.supervisor_id,
        version=str(pg.version),
    )
    assert (
        office.post(f"/people/{pg.id}/edit", data=sent | {"phone_number": "0300 first"}).status_code
        == 302
    )
    answer = office.post(f"/people/{pg.id}/edit", data=sent | {"phone_number": "0300 second"})
    assert answer.status_code == 409
    assert "0300 first" in answer.text
    assert "0300 second" in answer.text


def test_specialties_are_suggested_from_the_setting_and_from_people(office, app_context):
    make_user("supervisor", specialty="Surgery of the Hand")
    found = [entry["value"] for entry in office.get("/people/specialties?q=surg").json]
    assert found == ["Surgery of the Hand", "General Surgery", "Orthopaedic Surgery"]


# -- accounts ----------------------------------------------------------------------------------------


def test_an_account_is_archived_and_brought_back(office, app_context, told):
    pg = make_user("pg")
    office.post(f"/people/{pg.id}/archive")
    assert pg.is_archived
    assert pg.archived_at is not None
    assert pg.username not in listed(office, "/people/export.csv")
    office.post(f"/people/{pg.id}/unarchive")
    assert not pg.is_archived
    assert pg.archived_at is None
    office.post(f"/people/{pg.id}/deactivate")
    office.post(f"/people/{pg.id}/activate")
    office.post(f"/people/{pg.id}/activate")
    assert [type(event) for event in told] == [
        UserArchived,
        UserRestored,
        UserDeactivated,
        UserActivated,
    ]
    assert {event.row_id for event in told} == {pg.id}


@pytest.fixture
def told(app, monkeypatch):
    events = []
    monkeypatch.setattr("plugins.users.services.publish", events.append)
    return events


@pytest.mark.parametrize("act", ["archive", "deactivate"])
def test_a_supervisor_with_pgs_stays_until_they_are_assigned_to_somebody_else(
    office, app_context, act
):
    supervisor = make_user("supervisor")
    make_user("pg", supervisor)
    answer = office.post(f"/people/{supervisor.id}/{act}")
    assert answer.status_code == 422
    assert "Assign them to somebody else first." in answer.text
    assert f"/people?role=pg&amp;supervisor={supervisor.id}" in answer.text, "the way to do it"
    assert supervisor.may_act


@pytest.mark.parametrize("act", ["archive", "deactivate"])
def test_nobody_closes_their_own_account(office, app_context, act):
    make_user("admin")
    assert office.post(f"/people/{office.person.id}/{act}").status_code == 403
    assert office.person.may_act


def test_two_admins_who_close_each_other_leave_one(office, sign_in, app_context):
    other = make_user("admin")
    theirs = sign_in(other)
    assert office.post(f"/people/{other.id}/archive").status_code == 302
    assert "/login" in theirs.post(f"/people/{office.person.id}/archive").location
    assert office.person.may_act


def test_somebody_whose_supervisor_left_meanwhile_is_not_brought_back_without_another(
    office, app_context
):
    pg = make_user("pg")
    office.post(f"/people/{pg.id}/archive")
    office.post(f"/people/{pg.supervisor_id}/archive")
    answer = office.post(f"/people/{pg.id}/unarchive")
    assert answer.status_code == 422
    assert "Choose a supervisor whose account is open." in answer.text


@pytest.mark.database("postgresql")
def test_two_admins_who_leave_at_the_same_moment_leave_one(app, app_context):
    """Each is allowed while the other is there; the database makes the second wait, and refuses."""
    one, two = make_user("admin"), make_user("admin")
    commit()
    services.archive(two, actor=one)
    refused: list[str] = []
    ids = two.id, one.id

    def leave() -> None:
        with app.app_context():
            actor, other = (db.session.get(User, person) for person in ids)
            try:
                services.archive(other, actor=actor)
                commit()
            except Invalid as error:
                refused.append(str(error))

    thread = threading.Thread(target=contextvars.Context().run, args=(leave,))
    thread.start()
    thread.join(timeout=0.5)
    commit()
    thread.join()
    assert "last administrator" in refused[0]
    assert one.may_act
