"""Signing in and out: who gets in, who doesn't, and what guessing costs. All by real requests."""

from datetime import timedelta

import pytest
import time_machine

from plugins.users import credentials
from plugins.users.events import LoggedIn, LoggedOut, LoginFailed
from sims import passwords
from sims.database import commit, db
from tests.factories import PASSWORD, make_user

WRONG = "The username or the password is wrong."


def sign_in_as(client, username: str, password: str = PASSWORD, **options):
    return client.post("/login", data={"username": username, "password": password}, **options)


@pytest.fixture
def pg(app_context):
    return make_user("pg", username="trainee", email="Trainee@example.com")


@pytest.fixture
def limited(app):
    app.config.update(RATELIMIT_ENABLED=True)
    return app


@pytest.fixture
def told(app, monkeypatch):
    """The events that a request publishes."""
    events = []
    for module in ("account", "credentials"):
        monkeypatch.setattr(f"plugins.users.{module}.publish", events.append)
    return events


@pytest.mark.parametrize(
    "name", ["trainee", "TRAINEE", " trainee ", "trainee@example.com", "TRAINEE@EXAMPLE.COM"]
)
def test_username_or_address_whatever_the_case(client, pg, name):
    assert sign_in_as(client, name).location == "/"
    assert client.get("/").status_code == 200


def test_signing_in_is_remembered_without_a_new_version_of_the_person(client, pg):
    version, updated = pg.version, pg.updated_at
    sign_in_as(client, "trainee")
    assert (pg.last_login_ip, pg.version, pg.updated_at) == ("127.0.0.1", version, updated)
    assert pg.last_login_at is not None


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("trainee", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("trainee", ""),
        ("nobody", "x" * 5000),
        ("tr\x00x", "\x00"),
    ],
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_words(client, pg, name, password):
    answer = sign_in_as(client, name, password)
    assert answer.status_code == 422
    assert answer.text.count(WRONG) == 1
    assert client.get("/").status_code == 302


def test_an_unknown_name_costs_as_much_as_a_wrong_password(app, client, pg, monkeypatch):
    """Counted at the library, not timed: every refusal costs one argon2 run, whoever was named."""
    runs: list[str] = []

    class Counting(passwords.PasswordHasher):
        def hash(self, *arguments, **options):
            runs.append("hash")
            return super().hash(*arguments, **options)

        def verify(self, *arguments, **options):
            runs.append("verify")
            return super().verify(*arguments, **options)

    invited = make_user("pg", password_hash="")
    commit()
    monkeypatch.setattr(passwords, "PasswordHasher", Counting)
    for name in ("trainee", "nobody", invited.username):
        runs.clear()
        sign_in_as(client, name, "wrong password")
        assert len(runs) == 1, name


@pytest.mark.parametrize("state", [{"is_archived": True}, {"is_active": False}])
def test_a_closed_account_gets_nobody_in_and_only_its_owner_learns_why(client, sign_in, pg, state):
    supervisor = pg.supervisor_id
    for name, value in state.items():
        setattr(pg, name, value)
    commit()
    assert credentials.CLOSED in sign_in_as(client, "trainee").text
    assert WRONG in sign_in_as(client, "trainee", "wrong").text
    assert client.get("/").status_code == 302
    theirs = sign_in(db.session.get(type(pg), supervisor))
    assert theirs.get(f"/people/{pg.id}").status_code == 200, "the record stays readable"


@pytest.mark.parametrize("state", [{"is_archived": True}, {"is_active": False}])
def test_closing_an_account_ends_its_sessions_at_once(client, pg, state):
    sign_in_as(client, "trainee")
    for name, value in state.items():
        setattr(pg, name, value)
    commit()
    assert "/login" in client.get("/").location


def test_a_session_ends_when_nothing_is_asked_for_hours(client, app, pg):
    with time_machine.travel("2026-11-22 08:00", tick=False) as clock:
        sign_in_as(client, "trainee")
        clock.shift(timedelta(hours=app.config["SESSION_HOURS"] - 1))
        assert client.get("/").status_code == 200
        clock.shift(timedelta(hours=app.config["SESSION_HOURS"], minutes=1))
        assert client.get("/").status_code == 302


def test_a_forged_session_is_nobody(app, client, pg):
    for forged in (f"{pg.id}.0000000000000000", str(pg.id), "", "x.y", "9" * 40, "²"):
        with client.session_transaction() as session:
            session["_user_id"] = forged
        assert client.get("/").status_code == 302


def test_what_was_in_the_session_before_does_not_live_on(client, pg):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in_as(client, "trainee")
    with client.session_transaction() as session:
        assert "planted" not in session


def test_visitors_come_back_to_where_they_wanted_to_go(client, pg):
    closed = client.get("/profile?from=mail&x=1")
    assert closed.location == "/login?next=/profile?from%3Dmail%26x%3D1"
    assert "go on to the page you asked for" in client.get(closed.location).text
    answer = client.post(closed.location, data={"username": "trainee", "password": PASSWORD})
    assert answer.location == "/profile?from=mail&x=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/%0d%0aSet-Cookie:x", "evil", "", "/\t/evil.example"],
)  # fmt: skip
def test_nobody_is_led_out_of_sims(client, pg, target):
    answer = client.post(
        "/login", query_string={"next": target}, data={"username": "trainee", "password": PASSWORD}
    )
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\", "/\t"))
    assert "evil.example" not in answer.location
    assert "\n" not in answer.location
    again = client.get("/login", query_string={"next": target})
    assert "evil.example" not in again.location


def test_signing_out_ends_the_session_and_needs_a_post(client, pg):
    sign_in_as(client, "trainee")
    assert client.get("/logout").status_code in (404, 405)
    assert client.post("/logout").location == "/login"
    assert client.get("/").status_code == 302


def test_signing_in_needs_the_forms_token(app, client, pg):
    app.config["WTF_CSRF_ENABLED"] = True
    assert sign_in_as(client, "trainee").status_code == 400


def test_signing_in_and_failing_and_leaving_are_events(client, pg, told):
    sign_in_as(client, "nobody", "wrong")
    sign_in_as(client, "trainee", "wrong")
    sign_in_as(client, "trainee")
    client.post("/logout")
    assert [type(event) for event in told] == [LoginFailed, LoginFailed, LoggedIn, LoggedOut]
    assert [event.person_id for event in told[:2]] == [None, pg.id]
    assert [(event.row_id, event.record) for event in told[2:]] == [(pg.id, "users.user")] * 2
    assert "wrong" not in repr(told)


# -- guessing ----------------------------------------------------------------------------------------


def test_ten_wrong_passwords_lock_the_account_whatever_address_they_claim_to_come_from(
    limited, client, pg
):
    for number in range(10):
        forwarded = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"}
        assert sign_in_as(client, "trainee", "wrong", headers=forwarded).status_code == 422
    answer = sign_in_as(client, "Trainee@example.com", headers={"X-Forwarded-For": "203.0.113.99"})
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text
    assert client.get("/").status_code == 302


def test_an_unknown_name_is_locked_alike(limited, client, pg):
    answers = [sign_in_as(client, "nobody", "wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_after_a_quarter_of_an_hour_the_right_password_works_again(limited, client, pg):
    with time_machine.travel("2026-11-22 08:00", tick=False) as clock:
        for _ in range(11):
            sign_in_as(client, "trainee", "wrong")
        clock.shift(timedelta(minutes=15, seconds=1))
        assert sign_in_as(client, "trainee").status_code == 302


def test_who_gets_it_right_starts_afresh(limited, client, pg):
    for _ in range(3):
        for _ in range(9):
            assert sign_in_as(client, "trainee", "wrong").status_code == 422
        assert sign_in_as(client, "trainee").status_code == 302
        client.post("/logout")


def test_one_address_does_not_try_many_accounts(limited, client, pg):
    limited.config["USERS_ADDRESS_LIMIT"] = "3 per minute"
    for number in range(3):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        assert sign_in_as(client, f"guess{number}", "wrong", headers=headers).status_code == 422
    assert (
        sign_in_as(client, "trainee", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 429
    )


def test_signing_in_does_not_use_up_the_address(limited, client, pg):
    limited.config["USERS_ADDRESS_LIMIT"] = "2 per minute"
    for _ in range(5):
        assert sign_in_as(client, "trainee").status_code == 302
        client.post("/logout")


@pytest.mark.database("sqlite")
def test_behind_a_proxy_that_was_named_its_word_counts(database, make_app, app_context):
    make_user("pg", username="trainee")
    commit()
    app = make_app(
        DATABASE_URL=database, PROXIES=1, RATELIMIT_ENABLED=True, USERS_ADDRESS_LIMIT="1 per minute"
    )
    client = app.test_client()
    for number in range(3):
        headers = {"X-Forwarded-For": f"198.51.100.1, 203.0.113.{number}"}
        assert sign_in_as(client, "nobody", "wrong", headers=headers).status_code == 422
    repeated = {"X-Forwarded-For": "198.51.100.77, 203.0.113.0"}
    assert sign_in_as(client, "nobody", "wrong", headers=repeated).status_code == 429


@pytest.mark.database("sqlite")
def test_without_redis_guesses_are_counted_in_memory(database, make_app, app_context, tmp_path):
    make_user("pg", username="trainee")
    commit()
    app = make_app(
        DATABASE_URL=database, REDIS_URL=f"unix://{tmp_path}/nobody.sock", RATELIMIT_ENABLED=True
    )
    client = app.test_client()
    answers = [sign_in_as(client, "trainee", "wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
