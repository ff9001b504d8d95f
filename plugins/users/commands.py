"""`flask users …`: what has to work before anybody can sign in."""

import secrets

import click
from flask.cli import with_appcontext

from plugins.users.models import User
from plugins.users.records import USER
from sims.database import commit, db
from sims.errors import Invalid
from sims.passwords import hash_password
from sims.rules import enforce


@click.group()
def users() -> None:
    """People and their accounts."""


@users.command()
@click.option("--username", required=True)
@click.option("--email", required=True)
@click.option("--name", default="Programme Office", help="First and last name.")
@with_appcontext
def create_admin(username: str, email: str, name: str) -> None:
    """Make an administrator and print a password, to be changed at the first sign-in."""
    first, _, last = name.partition(" ")
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    person = User(
        username=username, email=email.lower(), first_name=first, last_name=last or first, role="admin",
        is_active=True, is_archived=False, password_hash=hash_password(password), must_change_password=True,
    )  # fmt: skip
    try:
        with db.session.no_autoflush:
            enforce(USER, person)
    except Invalid as error:
        raise click.ClickException(str(error)) from error
    db.session.add(person)
    commit()
    click.echo(f"{username} {password}")
