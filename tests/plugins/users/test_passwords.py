"""Changing, forgetting and being given a password. All by real requests."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from plugins.users import tokens
from sims import passwords
from sims.database import commit, db
from sims.mail import Mail
from tests.factories import PASSWORD, make_user

NEW = "quite another phrase"


@pytest.fixture
def pg(app_context):
    return make_user("pg", username="trainee", email="trainee@example.com")


def mails() -> list[Mail]:
    return list(db.session.scalars(sa.select(Mail).order_by(Mail.id)))


def sent(app) -> list[str]:
    """The text of every mail that went out."""
    from email import message_from_bytes, policy
    from pathlib import Path

    folder = Path(app.config["INSTANCE"]) / "mail"
    found = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]
    return [message.get_body(["plain"]).get_content() for message in messages]


def link_in(text: str) -> str:
    return re.search(r"https?://[^/]+(/password/set/\S+)", text).group(1)


def works(client, username: str, password: str) -> bool:
    answer = client.post("/login", data={"username": username, "password": password})
    return answer.status_code == 302


# -- changing ----------------------------------------------------------------------------------------


def test_changing_it_ends_every_other_session_and_keeps_this_one(app, sign_in, pg):
    here, elsewhere = sign_in(pg), sign_in(pg)
    answer = here.post("/password", data={"current": PASSWORD, "password": NEW})
    assert answer.status_code == 302
    assert here.get("/").status_code == 200
    assert "/login" in elsewhere.get("/").location
    assert works(app.test_client(), "trainee", NEW)
    assert not works(app.test_client(), "trainee", PASSWORD)
    assert "was changed" in mails()[-1].body


@pytest.mark.parametrize(
    ("current", "password", "words"),
    [
        ("wrong", NEW, "This is not your current password."),
        ("", NEW, "Enter your current password."),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "trainee12345", "own name"),
        (PASSWORD, "", "Enter a new password."),
    ],
)
def test_a_change_that_is_refused_says_why_and_changes_nothing(
    sign_in, pg, current, password, words
):
    answer = sign_in(pg).post("/password", data={"current": current, "password": password})
    assert answer.status_code == 422
    assert words in answer.text
    assert passwords.matches(pg.password_hash, PASSWORD)


def test_a_stolen_session_does_not_guess_the_current_password(app, sign_in, pg):
    app.config["RATELIMIT_ENABLED"] = True
    client = sign_in(pg)
    data = {"current": "wrong", "password": NEW}
    answers = [client.post("/password", data=data).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_no_history_and_no_page_holds_a_hash(sign_in, pg):
    sign_in(pg).post("/password", data={"current": PASSWORD, "password": NEW})
    columns = db.session.execute(sa.text("SELECT * FROM users_user_version")).keys()
    assert "password_hash" not in columns
    office = sign_in(make_user("admin"))
    for page in ("", "/history", "/edit"):
        assert "argon2" not in office.get(f"/people/{pg.id}{page}").text


# -- the first password ------------------------------------------------------------------------------


def test_a_given_password_opens_nothing_but_the_page_to_choose_another(app, client, pg):
    pg.must_change_password = True
    commit()
    assert works(client, "trainee", PASSWORD)
    for path in ("/", "/profile", "/password", f"/people/{pg.id}", "/logbook/quick"):
        assert client.get(path).location == "/password/first", path
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 302
    assert client.post("/profile", data={"email": "x@example.com"}).location == "/password/first"
    assert client.get("/healthz").status_code == 200
    assert client.get("/static/sims.css").status_code == 200
    assert client.post("/password/first", data={"password": PASSWORD}).status_code == 422
    assert client.post("/password/first", data={"password": NEW}).location == "/"
    assert client.get("/").status_code == 200
    assert client.get("/password/first").location == "/password"
    assert works(app.test_client(), "trainee", NEW)


def test_whoever_chose_a_password_does_not_change_it_without_the_old_one(sign_in, pg):
    sign_in(pg).post("/password/first", data={"password": NEW})
    assert passwords.matches(pg.password_hash, PASSWORD)


def test_the_office_gives_a_temporary_password_shown_once(app, sign_in, pg):
    office, theirs = sign_in(make_user("admin")), sign_in(pg)
    page = office.post(f"/people/{pg.id}/password", data={"way": "told"}).text
    given = re.search(r"<code>([a-z2-9-]{19})</code>", page).group(1)
    assert "/login" in theirs.get("/").location, "the old sessions have ended"
    assert given not in office.get(f"/people/{pg.id}/password").text
    fresh = app.test_client()
    assert works(fresh, "trainee", given)
    assert fresh.get("/").location == "/password/first"


def test_the_office_mails_a_link_that_works_for_a_week(app, client, sign_in, run_jobs, pg):
    with time_machine.travel("2026-11-22 08:00", tick=True) as clock:
        sign_in(make_user("admin")).post(f"/people/{pg.id}/password", data={"way": "mail"})
        run_jobs()
        path = link_in(sent(app)[-1])
        clock.shift(timedelta(days=6))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(days=2))
        assert client.get(path).status_code == 410


def test_nobody_resets_their_own_password_as_the_office(sign_in, app_context):
    office = make_user("admin")
    assert sign_in(office).post(f"/people/{office.id}/password").status_code == 403


# -- forgetting --------------------------------------------------------------------------------------


def ask(client, name: str):
    return client.post("/password/forgot", data={"name": name})


@pytest.mark.parametrize("name", ["trainee", "TRAINEE@example.com"])
def test_the_link_in_the_mail_sets_a_new_password_once(app, client, sign_in, run_jobs, pg, name):
    elsewhere = sign_in(pg)
    ask(client, name)
    run_jobs()
    [text] = sent(app)
    path = link_in(text)
    assert "30 minutes" in text
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200, "looking does not spend it"
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": NEW}).location == "/login"
    assert "/login" in elsewhere.get("/").location
    assert client.get(path).status_code == 410
    assert client.post(path, data={"password": "yet another phrase"}).status_code == 410
    assert works(client, "trainee", NEW)


def test_the_answer_is_the_same_for_somebody_and_for_nobody(app, client, run_jobs, pg):
    somebody, nobody = ask(client, "trainee"), ask(client, "nobody")
    assert (somebody.status_code, somebody.text) == (nobody.status_code, nobody.text)
    run_jobs()
    assert len(sent(app)) == 1


def test_the_request_itself_asks_the_database_nothing_about_the_name(client, count_queries, pg):
    ask(client, "trainee")
    with count_queries() as somebody:
        ask(client, "trainee")
    with count_queries() as nobody:
        ask(client, "nobody")
    assert somebody == nobody


def test_the_link_works_for_half_an_hour(app, client, run_jobs, pg):
    with time_machine.travel("2026-11-22 08:00", tick=True) as clock:
        ask(client, "trainee")
        run_jobs()
        path = link_in(sent(app)[0])
        clock.shift(timedelta(minutes=29))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(minutes=2))
        assert client.get(path).status_code == 410
        assert client.post(path, data={"password": NEW}).status_code == 410


@pytest.mark.parametrize(
    "change", [{"is_archived": True}, {"is_active": False}, {"email": "new@example.com"}]
)
def test_the_link_is_spent_once_the_account_is_closed_or_has_another_address(client, pg, change):
    path = f"/password/set/{tokens.make(pg, 'reset')}"
    assert client.get(path).status_code == 200
    for name, value in change.items():
        setattr(pg, name, value)
    commit()
    assert client.get(path).status_code == 410


def test_a_forged_or_broken_link_opens_nothing(app, client, pg):
    good = tokens.make(pg, "reset")
    app.config["SECRET_KEY"] = "another secret of another installation"
    foreign = tokens.make(pg, "reset")
    app.config["SECRET_KEY"] = "only-for-tests-only-for-tests-only"
    for token in (good[:-2], good + "x", foreign, "x", "a.b.c", "%00", "ä"):
        assert client.get(f"/password/set/{token}").status_code in (404, 410), token


@pytest.mark.parametrize("state", [{"is_archived": True}, {"is_active": False}])
def test_a_closed_account_gets_no_link(app, client, run_jobs, pg, state):
    for name, value in state.items():
        setattr(pg, name, value)
    commit()
    ask(client, "trainee")
    run_jobs()
    assert sent(app) == []


def test_asking_often_sends_no_more_mails_whoever_it_is_for(app, client, pg):
    app.config["RATELIMIT_ENABLED"] = True
    for name in ("trainee", "nobody"):
        answers = [ask(client, name).status_code for _ in range(6)]
        assert answers == [200] * 5 + [429]


def test_a_new_password_by_mail_ends_the_lock_that_guesses_made(app, client, pg):
    app.config["RATELIMIT_ENABLED"] = True
    for _ in range(11):
        works(client, "trainee", "wrong")
    assert not works(client, "trainee", PASSWORD)
    client.post(f"/password/set/{tokens.make(pg, 'reset')}", data={"password": NEW})
    assert works(client, "trainee", NEW)


def test_links_in_mails_name_the_site_as_the_office_calls_it(app, client, run_jobs, pg):
    app.config["EXTERNAL_URL"] = "https://sims.example.org/"
    client.post("/password/forgot", data={"name": "trainee"}, headers={"Host": "evil.example"})
    run_jobs()
    assert "https://sims.example.org/password/set/" in sent(app)[0]
    assert "evil.example" not in sent(app)[0]
