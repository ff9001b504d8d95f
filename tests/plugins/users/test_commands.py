"""The command that makes the first administrator."""

import sqlalchemy as sa

from plugins.users.models import User
from sims.database import db
from tests.factories import make_user


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["users", "create-admin", *arguments])


def test_an_admin_is_made_with_a_password_that_works_once(app, client, app_context):
    result = run(app, "--username", "boss", "--email", "boss@example.com", "--one-time")
    assert result.exit_code == 0, result.output
    username, password = result.output.split()
    db.session.rollback()
    assert (
        client.post("/login", data={"username": username, "password": password}).status_code == 302
    )
    assert client.get("/").location == "/password/first"


def test_without_a_terminal_a_password_is_made(app, app_context):
    result = run(app, "--username", "boss", "--email", "boss@example.com")
    assert len(result.output.split()) == 2


def test_what_the_rules_refuse_is_said_and_nothing_is_made(app, app_context):
    make_user("admin", username="boss")
    db.session.commit()
    for username, email, words in (
        ("BOSS", "new@example.com", "Somebody else has this username."),
        ("new", "no address", "Enter an e-mail address"),
        ("two words", "new@example.com", "Enter a username"),
    ):
        result = run(app, "--username", username, "--email", email)
        assert result.exit_code == 1
        assert words in result.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1
