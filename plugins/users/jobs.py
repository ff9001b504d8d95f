"""What runs behind the scenes for accounts."""

from flask import current_app

from plugins.users import mails, queries, tokens
from sims.database import commit


def mail_reset(name: str, base: str) -> None:
    """Mail a link to a new password to whoever has this address or username; nothing where nobody has."""
    person = queries.by_login(name)
    if person is None or not person.may_act:
        return
    token = tokens.make(person, "reset")
    mails.reset(person, token, current_app.config["USERS_RESET_MINUTES"], base)
    commit()
