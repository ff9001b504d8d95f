"""Passwords: signing in, changing, forgetting, being given one. Nothing here commits."""

import secrets

import sqlalchemy as sa
from flask import current_app

from plugins.users import jobs, mails, queries, tokens
from plugins.users.events import LoggedIn, LoginFailed, PasswordChanged
from plugins.users.models import User
from plugins.users.records import USER
from plugins.users.rules import password_fault
from sims import passwords, records, throttle
from sims.actor import Actor
from sims.clock import now
from sims.database import db
from sims.errors import Denied, Invalid, Problem
from sims.events import publish
from sims.jobs import enqueue
from sims.permissions import allowed

WRONG = "The username or the password is wrong."
CLOSED = "This account is closed. Ask your programme office."
PER_ACCOUNT, PER_ADDRESS, RESETS = "RATELIMIT_LOGIN", "USERS_ADDRESS_LIMIT", "RATELIMIT_RESET"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def check_login(name: str, password: str, *, address: str) -> User:
    """The person who signs in with this username (or e-mail address) and password, from `address`.

    Raises `TooMany`, and `Invalid` for a wrong name or password (the same words, after the same time) and
    for an account that is closed. The caller commits either way: a failed try is an event, too.
    """
    throttle.check(PER_ADDRESS, address)
    person = queries.by_login(records.clean(name))
    account = f"person {person.id}" if person else f"name {records.clean(name).casefold()}"
    throttle.count(PER_ACCOUNT, account)
    right = _right(person, records.clean(password))
    if person is None or not right:
        raise _failed(person, address, WRONG, "password" if person else "name")
    throttle.forget(PER_ACCOUNT, account)
    if not person.may_act:
        raise _failed(person, address, CLOSED, "closed")
    if passwords.outdated(person.password_hash):
        person.password_hash = passwords.hash_password(records.clean(password))
    return person


def note_login(person: User, *, address: str) -> None:
    """Remember when and from where somebody signed in, and say so; their history does not grow by it."""
    db.session.execute(
        sa.update(User)
        .where(User.id == person.id)
        .values(last_login_at=now(), last_login_ip=address[:50], updated_at=User.updated_at)
        .execution_options(synchronize_session=False)
    )
    publish(LoggedIn(**records.about(USER, person, person)))


def change_password(person: User, password: str, *, current: str) -> None:
    """The person's own change. It ends their other sessions. Raises `Invalid`, `TooMany`."""
    account = f"person {person.id}"
    throttle.count(PER_ACCOUNT, account)
    if not passwords.matches(person.password_hash, records.clean(current)):
        raise _refused("current", "This is not your current password.")
    throttle.forget(PER_ACCOUNT, account)
    _set(person, password, way="changed", actor=person)
    mails.password_changed(person)


def choose_first_password(person: User, password: str) -> None:
    """The person's own password in place of the one they were given. Raises `Invalid`."""
    if not person.must_change_password:
        raise Denied("You have chosen your password already. Change it from your profile.")
    if passwords.matches(person.password_hash, records.clean(password)):
        raise _refused("password", "This is the password you were given. Choose another.")
    _set(person, password, way="changed", actor=person)


def give_temporary_password(person: User, *, actor: Actor) -> str:
    """A password to be told to somebody, who has to change it at once. It is returned, and stored nowhere.

    Raises `Denied`.
    """
    _require_managed(person, actor)
    password = one_time_password()
    person.password_hash = passwords.hash_password(password)
    person.must_change_password = True
    db.session.flush()
    throttle.forget(PER_ACCOUNT, f"person {person.id}")
    publish(PasswordChanged(**records.about(USER, person, actor), way="given"))
    return password


def one_time_password() -> str:
    """Sixteen letters and digits that can be told over the telephone (79 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def start_reset(name: str, *, address: str, base: str) -> None:
    """Have a link mailed to whoever has this address or username, if there is such a person.

    A job finds that out, so that neither the answer nor its time tells. Raises `TooMany`.
    """
    name = records.clean(name)
    throttle.check(PER_ADDRESS, address)
    throttle.count(RESETS, f"name {name.casefold()}")
    throttle.count(PER_ADDRESS, address)
    enqueue(jobs.mail_reset, name, base, on="high")


def send_invite(person: User) -> None:
    """Mail somebody new a link to choose their first password."""
    mails.invite(person, tokens.make(person, "invite"), current_app.config["USERS_INVITE_DAYS"])


def invite_again(person: User, *, actor: Actor) -> None:
    """The same on request of the programme office. Raises `Denied`."""
    _require_managed(person, actor)
    if not person.may_act:
        raise Denied(CLOSED)
    send_invite(person)


def finish_reset(person: User, password: str) -> None:
    """The new password of somebody whose token was good; guessing starts afresh. Raises `Invalid`."""
    _set(person, password, way="reset", actor=person)
    throttle.forget(PER_ACCOUNT, f"person {person.id}")
    mails.password_changed(person)


def _set(person: User, password: str, *, way: str, actor: User) -> None:
    password = records.clean(password)
    if fault := password_fault(password, person):
        raise _refused("password", fault)
    person.password_hash = passwords.hash_password(password)
    person.must_change_password = False
    db.session.flush()
    publish(PasswordChanged(**records.about(USER, person, actor), way=way))


def _right(person: User | None, password: str) -> bool:
    """Whether it is the person's password; takes as long where there is no such person, or no password yet."""
    if len(password) > passwords.LONGEST:
        return False
    if person is None or not person.password_hash:
        passwords.waste_time()
        return False
    return passwords.matches(person.password_hash, password)


def _failed(person: User | None, address: str, words: str, reason: str) -> Invalid:
    publish(LoginFailed(person_id=person.id if person else None, address=address, reason=reason))
    throttle.count(PER_ADDRESS, address)
    return _refused("", words)


def _require_managed(person: User, actor: Actor) -> None:
    if not allowed(actor, "users.user.manage"):
        raise Denied("Only the programme office does this.")
    if person.id == actor.id:
        raise Denied("Change your own password from your profile.")


def _refused(field: str, message: str) -> Invalid:
    fields = (field,) if field else ()
    return Invalid([Problem(code=f"users.{field or 'login'}", message=message, fields=fields)])
