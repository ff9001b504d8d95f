"""The mails about accounts, and the links in them."""

from flask import current_app

from plugins.users.models import User
from sims import mail
from sims.addresses import path_to, site


def reset(person: User, token: str, minutes: int, base: str) -> None:
    """The mail somebody asked for who forgot their password."""
    _send(
        person,
        "A new password",
        f"Somebody, most likely you, asked for a new password for {person.username}.\n\n"
        f"Choose it here within {minutes} minutes. The link works once:\n{_link(base, token)}\n\n"
        "If it was not you, do nothing. Your password stays as it is.",
    )


def invite(person: User, token: str, days: int) -> None:
    """The first mail to somebody who has an account now."""
    _send(
        person,
        "Your account",
        f"You have an account in {current_app.config['SITE_NAME']}, the training record of postgraduate "
        f"doctors. Your username is {person.username}.\n\n"
        f"Choose your password here within {days} days. The link works once:\n{_link(site(), token)}\n\n"
        f"Later you sign in at {site()}{path_to('users.login')}",
    )


def password_changed(person: User) -> None:
    """What makes a thief's change of password known."""
    _send(
        person,
        "Your password was changed",
        f"The password of {person.username} was changed just now, and every other session has ended.\n\n"
        "If it was not you, tell your programme office at once.",
    )


def address_changed(person: User, old: str) -> None:
    """The same for the e-mail address, sent to the old one."""
    _send(
        person,
        "Your e-mail address was changed",
        f"Mail about {person.username} goes to {person.email} from now on, not to this address.\n\n"
        "If it was not you, tell your programme office at once.",
        to=old,
    )


def _link(base: str, token: str) -> str:
    return f"{base}{path_to('users.set_password', token=token)}"


def _send(person: User, subject: str, text: str, *, to: str = "") -> None:
    site_name = current_app.config["SITE_NAME"]
    greeting = f"Dear {person.short_name},"
    mail.send(
        to or person.email, f"{subject} – {site_name}", f"{greeting}\n\n{text}\n\n{site_name}\n"
    )
