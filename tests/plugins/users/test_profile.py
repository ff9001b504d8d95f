"""What people change about themselves, and what they can't."""

import pytest
import sqlalchemy as sa

from sims.database import db
from sims.mail import Mail
from tests.factories import PASSWORD, make_user


@pytest.fixture
def pg(app_context):
    return make_user("pg", username="trainee", email="trainee@example.com", phone_number="0300")


def data(person, **given):
    return {"email": person.email, "phone_number": person.phone_number, **given}


@pytest.mark.parametrize("role", ["pg", "supervisor"])
@pytest.mark.parametrize("wanted", ["supervisor", "admin"])
def test_nobody_makes_themself_more_by_sending_a_role_along(sign_in, app_context, role, wanted):
    """In the system before, a PG became supervisor and a supervisor admin by this very request."""
    me = make_user(role)
    before = {
        name: getattr(me, name) for name in ("supervisor_id", "year", "username", "is_active")
    }
    sent = data(me, role=wanted, supervisor_id="", year="6", username="boss", is_active="", id="1",
                must_change_password="y", phone_number="0311", first_name="Lord")  # fmt: skip
    sign_in(me).post("/profile", data=sent)
    assert me.role == role
    assert before == {name: getattr(me, name) for name in before}
    assert me.first_name != "Lord"
    assert me.phone_number == "0311"


@pytest.mark.parametrize("role", ["pg", "supervisor"])
def test_the_offices_pages_are_not_there_for_others(sign_in, app_context, role):
    me = make_user(role)
    client = sign_in(me)
    for path in ("edit", "supervisor", "co-supervisors", "password"):
        assert (
            client.post(f"/people/{me.id}/{path}", data=data(me, role="admin")).status_code == 404
        )
    assert client.post("/people/new", data={}).status_code == 404
    sent = {"action": "archive", "id": make_user(role).id}
    assert client.post("/bulk/do/users.user", data=sent).status_code == 404
    assert me.role == role


def test_an_admin_does_not_change_their_own_role_either(sign_in, app_context):
    make_user("admin")
    me = make_user("admin")
    sent = {
        "first_name": me.first_name, "last_name": me.last_name, "username": me.username,
        "email": me.email, "role": "supervisor", "specialty": "Medicine",
    }  # fmt: skip
    answer = sign_in(me).post(f"/people/{me.id}/edit", data=sent)
    assert answer.status_code == 422
    assert "Nobody changes their own role" in answer.text
    assert me.role == "admin"


def test_another_address_needs_the_password_and_is_told_to_the_old_one(sign_in, pg):
    client = sign_in(pg)
    refused = client.post("/profile", data=data(pg, email="thief@example.com"))
    assert refused.status_code == 422
    assert "Enter your password" in refused.text
    assert pg.email == "trainee@example.com"
    client.post("/profile", data=data(pg, email="new@example.com", current=PASSWORD))
    assert pg.email == "new@example.com"
    told = db.session.scalars(sa.select(Mail)).one()
    assert told.recipient == "trainee@example.com"


def test_an_address_that_is_taken_is_refused_and_what_was_typed_is_kept(sign_in, pg):
    make_user("admin", email="office@example.com")
    sent = data(pg, email="OFFICE@example.com", phone_number="0999", current=PASSWORD)
    answer = sign_in(pg).post("/profile", data=sent)
    assert answer.status_code == 422
    assert "Somebody else has this e-mail address." in answer.text
    assert 'value="0999"' in answer.text
    assert pg.phone_number == "0300"


def test_a_stale_profile_is_a_conflict(sign_in, pg):
    client = sign_in(pg)
    stale = pg.version
    client.post("/profile", data=data(pg, phone_number="0311"))
    answer = client.post("/profile", data=data(pg, phone_number="0322", version=str(stale)))
    assert answer.status_code == 409
    assert pg.phone_number == "0311"


def test_the_profile_shows_what_is_fixed_and_who_supervised(sign_in, pg):
    page = sign_in(pg).get("/profile").text
    supervisor = db.session.get(type(pg), pg.supervisor_id)
    assert supervisor.name in page
    assert 'name="role"' not in page
    assert "Supervision" in page
