"""Every write about people but passwords (`credentials.py`) and supervision (`supervision.py`)."""

from collections.abc import Callable, Mapping
from typing import Any

from plugins.users import credentials, mails, supervision
from plugins.users.events import (
    AccountEvent,
    UserActivated,
    UserArchived,
    UserDeactivated,
    UserRestored,
)
from plugins.users.models import User
from plugins.users.records import USER
from sims import passwords, records
from sims.actor import Actor
from sims.clock import now
from sims.database import db, flush
from sims.errors import Conflict, Denied, Invalid, Problem
from sims.events import Changed, Created, publish
from sims.permissions import allowed
from sims.rules import enforce

OWN = ("email", "phone_number")
"""What people change about themselves. All else is the programme office's, the role above all."""


def create(
    values: Mapping[str, Any], *, actor: Actor, invite: bool = True
) -> tuple[User, tuple[Problem, ...]]:
    """A new person; a PG's supervision begins today.

    `invite` mails them a link to choose a password; without it they have none until somebody gives them one.
    Raises `Denied`, `Invalid`.
    """
    person, warnings = records.create(USER, values, actor=actor)
    supervision.first(person)
    if invite and person.may_act:
        credentials.send_invite(person)
    return person, warnings


def create_admin(
    *, username: str, email: str, first_name: str, last_name: str, password: str
) -> User:
    """An administrator, made by a command before anybody can sign in; the password is to be changed at once.

    Raises `Invalid`.
    """
    person = User(
        username=records.clean(username),
        email=records.clean(email),
        first_name=records.clean(first_name),
        last_name=records.clean(last_name),
        role="admin",
        is_active=True,
        is_archived=False,
        password_hash=passwords.hash_password(password),
        must_change_password=True,
    )
    enforce(USER, person)
    db.session.add(person)
    flush()
    publish(Created(**records.about(USER, person, None)))
    return person


def change(
    person: User,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
) -> tuple[Problem, ...]:
    """Change what the programme office keeps about a person. Another supervisor also goes into the supervision
    history with the `reason`, and those concerned are told.

    Raises `Denied`, `Conflict`, `Invalid`.
    """
    if person.id == actor.id and values.get("role", person.role) != person.role:
        raise _refused("role", "Nobody changes their own role. Ask another administrator.")
    before, old_address = person.supervisor_id, person.email
    warnings = records.change(USER, person, values, actor=actor, version=version)
    if person.supervisor_id != before:
        supervision.moved(person, before, reason=reason, actor=actor)
    if person.role != "pg":
        supervision.end_all(person)
    if person.email != old_address:
        mails.address_changed(person, old_address)
    return warnings


def change_profile(
    person: User,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    current: str = "",
    version: int | None = None,
) -> tuple[Problem, ...]:
    """Change one's own contact details. What `values` holds besides `OWN` is not even looked at.

    Another e-mail address needs the `current` password: whoever reads the mail can reset it. Raises `Denied`,
    `Conflict`, `Invalid`.
    """
    if actor.id != person.id:
        raise Denied("Only you change your own profile.")
    if version is not None and version != person.version:
        raise Conflict("Your profile was changed meanwhile. Look at it again.", current=person)
    given = {name: records.clean(values[name]) for name in OWN if name in values}
    changed = tuple(name for name, value in given.items() if getattr(person, name) != value)
    old_address = person.email
    if "email" in changed and not passwords.matches(person.password_hash, records.clean(current)):
        raise _refused("current", "Enter your password, because you change your e-mail address.")
    for name in changed:
        setattr(person, name, given[name])
    warnings = _enforced(person)
    flush()
    if changed:
        publish(Changed(**records.about(USER, person, actor), fields=changed))
    if "email" in changed:
        mails.address_changed(person, old_address)
    return warnings


def archive(person: User, *, actor: Actor) -> None:
    """Somebody left: they can't sign in, are offered nowhere, and their record stays as it is.

    Raises `Denied`, `Invalid` (the last administrator, a supervisor who still has PGs).
    """

    def effect() -> None:
        person.is_archived, person.archived_at = True, now()

    _account(person, effect, UserArchived, "is_archived", actor=actor)


def unarchive(person: User, *, actor: Actor) -> None:
    """Somebody is back. Raises `Denied`, `Invalid` (their supervisor has left meanwhile)."""

    def effect() -> None:
        person.is_archived, person.archived_at = False, None

    _account(person, effect, UserRestored, "is_archived", actor=actor)


def deactivate(person: User, *, actor: Actor) -> None:
    """Somebody can't sign in until further notice. Raises `Denied`, `Invalid`."""

    def effect() -> None:
        person.is_active = False

    _account(person, effect, UserDeactivated, "is_active", actor=actor)


def activate(person: User, *, actor: Actor) -> None:
    """Somebody can sign in again. Raises `Denied`, `Invalid`."""

    def effect() -> None:
        person.is_active = True

    _account(person, effect, UserActivated, "is_active", actor=actor)


def _account(
    person: User,
    effect: Callable[[], None],
    event: type[AccountEvent],
    field: str,
    *,
    actor: Actor,
) -> None:
    if not allowed(actor, "users.user.manage"):
        raise Denied("Only the programme office opens and closes accounts.")
    if person.id == actor.id:
        raise Denied("Nobody closes their own account. Ask another administrator.")
    before = getattr(person, field)
    effect()
    if getattr(person, field) == before:
        return
    _enforced(person)
    flush()
    publish(event(**records.about(USER, person, actor)))


def _enforced(person: User) -> tuple[Problem, ...]:
    """The warnings of the rules; where one refuses, the person is as before."""
    with db.session.no_autoflush:
        try:
            return enforce(USER, person)
        except Invalid:
            db.session.refresh(person)
            raise


def _refused(field: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"users.own_{field}", message=message, fields=(field,))])
