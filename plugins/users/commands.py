"""`flask users …`: what has to work before anybody can sign in."""

import sys

import click
from flask.cli import with_appcontext

from plugins.users import credentials, services
from plugins.users.models import User
from plugins.users.rules import password_fault
from sims.database import commit
from sims.errors import DomainError


@click.group()
def users() -> None:
    """People and their accounts."""


@users.command()
@click.option("--username", required=True)
@click.option("--email", required=True)
@click.option("--first-name", default="Programme")
@click.option("--last-name", default="Office")
@click.option("--one-time", is_flag=True, help="Make a password and print it, instead of asking.")
@with_appcontext
def create_admin(
    username: str, email: str, first_name: str, last_name: str, one_time: bool
) -> None:
    """Make an administrator. The password is asked for, or made; it is changed at the first sign-in."""
    given = ""
    if not one_time and sys.stdin.isatty():
        given = click.prompt(
            "Password (empty: make one)", default="", hide_input=True, show_default=False
        )
        if fault := given and password_fault(
            given, User(username=username, email=email, first_name=first_name, last_name=last_name)
        ):
            raise click.ClickException(fault)
        if given:
            click.prompt("Once more", hide_input=True, value_proc=lambda again: _same(given, again))
    password = given or credentials.one_time_password()
    try:
        services.create_admin(
            username=username,
            email=email,
            first_name=first_name,
            last_name=last_name,
            password=password,
        )
        commit()
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{username} can sign in now." if given else f"{username} {password}")


def _same(first: str, again: str) -> str:
    if first != again:
        raise click.UsageError("The two are not the same.")
    return again
