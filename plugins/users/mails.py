"""The mails about accounts, and the links in them."""

from flask import current_app

from plugins.users.models import User
from sims import mail
from sims.addresses import path_to, site


def reset(person: User, token: str, minutes: int, base: str) -> None:
    """The mail somebody asked for who forgot their password."""
    _send(person, "A new password", "reset", minutes=minutes, link=_link(base, token))


def invite(person: User, token: str, days: int) -> None:
    """The first mail to somebody who has an account now."""
    login = f"{site()}{path_to('users.login')}"
    _send(person, "Your account", "invite", days=days, link=_link(site(), token), login=login)


def password_changed(person: User) -> None:
    """What makes a thief's change of password known."""
    _send(person, "Your password was changed", "password_changed")


def address_changed(person: User, old: str) -> None:
    """The same for the e-mail address, sent to the old one."""
    _send(person, "Your e-mail address was changed", "address_changed", to=old)


def _link(base: str, token: str) -> str:
    return f"{base}{path_to('users.set_password', token=token)}"


def _send(person: User, subject: str, template: str, *, to: str = "", **context: object) -> None:
    text, html = mail.render(f"users/mail/{template}.jinja", person=person, **context)
    site_name = current_app.config["SITE_NAME"]
    mail.send(to or person.email, f"{subject} – {site_name}", text, html=html)
