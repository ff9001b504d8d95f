"""Every write about people: accounts, passwords, supervision."""

import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from plugins.users import queries
from plugins.users.events import PasswordChanged, SupervisorChanged
from plugins.users.models import Supervision, User
from plugins.users.records import USER
from plugins.users.rules import password_fault
from sims import mail, passwords, records
from sims.actor import Actor
from sims.clock import now, today
from sims.database import db
from sims.errors import Denied, Invalid, Problem
from sims.events import publish
from sims.permissions import allowed
from sims.rules import enforce

RESET_SECONDS = 30 * 60
"""A link to a new password is good for half an hour, once (domain.md, users)."""


def create(values: Mapping[str, Any], *, actor: Actor) -> tuple[User, tuple[Problem, ...]]:
    """A new person; a PG's supervision begins today. They choose their password by a link in a mail."""
    person, warnings = records.create(USER, _tidy(values), actor=actor)
    if person.supervisor_id:
        _supervise(person, person.supervisor_id, "First supervisor")
    send_reset(person, welcome=True)
    return person, warnings


def change(
    person: User, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """Change a person. Another supervisor also goes into the supervision history, and others hear of it."""
    before = person.supervisor_id
    warnings = records.change(USER, person, _tidy(values), actor=actor, version=version)
    if person.supervisor_id != before:
        _move(person, before, "Changed on the person's page", actor)
    return warnings


def change_profile(
    person: User, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """What people change about themselves: names, address, phone; whatever else is sent is not even looked at."""
    if actor.id != person.id:
        raise Denied("Only you change your own profile.")
    own = ("first_name", "last_name", "email", "phone_number")
    for name in own:
        if name in values:
            setattr(person, name, records.clean(values[name]))
    warnings = enforce(USER, person)
    db.session.flush()
    return warnings


def assign_supervisor(
    person: User, supervisor_id: int | None, *, reason: str, actor: Actor
) -> None:
    """Make somebody else the PG's primary supervisor. Raises `Denied`, `Invalid`."""
    _must_manage(actor)
    if person.role != "pg":
        raise Invalid([Problem(code="users.no_supervisor", message=f"{person.name} is no PG.")])
    before = person.supervisor_id
    if supervisor_id == before:
        return
    person.supervisor_id = supervisor_id
    enforce(USER, person)
    _move(person, before, reason, actor)


def set_state(person: User, *, active: bool, archived: bool, actor: Actor) -> None:
    """Activate, deactivate or archive an account. Archived people stay in old records. Raises `Invalid`."""
    _must_manage(actor)
    person.is_active, person.is_archived = active, archived
    person.archived_at = now() if archived else None
    enforce(USER, person)
    db.session.flush()


def change_password(person: User, password: str, *, current: str | None = None) -> None:
    """Give `person` a new password, which ends all their sessions. `current` is checked where it is given.

    Raises `Invalid` for a wrong current password or a new one that won't do.
    """
    if current is not None and not passwords.matches(person.password_hash, current):
        raise _refused("current", "This is not your current password.")
    if fault := password_fault(password, person):
        raise _refused("password", fault)
    person.password_hash = passwords.hash_password(password)
    person.must_change_password = False
    db.session.flush()
    publish(PasswordChanged(actor_id=person.id, person_id=person.id))


def set_temporary_password(person: User, *, actor: Actor) -> str:
    """A password to be told to somebody, who has to change it at once. Returns it; it is stored nowhere."""
    _must_manage(actor)
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    person.password_hash = passwords.hash_password(password)
    person.must_change_password = True
    db.session.flush()
    return password


def check_login(name: str, password: str) -> User | None:
    """The person who may sign in with this; None for a wrong name, a wrong password or a closed account."""
    person = queries.by_login(name)
    if person is None or not person.password_hash:
        passwords.waste_time()
        return None
    if not passwords.matches(person.password_hash, password):
        return None
    if not person.is_active or person.is_archived:
        return None
    if passwords.outdated(person.password_hash):
        person.password_hash = passwords.hash_password(password)
    return person


def note_login(person: User, address: str | None) -> None:
    """Remember when and from where somebody signed in; the history of the person does not grow by it."""
    db.session.execute(
        sa.update(User)
        .where(User.id == person.id)
        .values(last_login_at=now(), last_login_ip=address or "", updated_at=User.updated_at)
    )


def start_reset(email: str) -> None:
    """Send a link to a new password, if there is such a person. The caller can't tell whether there is."""
    person = queries.by_login(email)
    if person is not None and person.is_active and not person.is_archived:
        send_reset(person)


def send_reset(person: User, *, welcome: bool = False) -> None:
    """Mail `person` a link to a new password, good for 30 minutes and once."""
    token = _signer().dumps([person.id, person.get_id()])
    link = _external(url_for("users.reset_with", token=token))
    opening = (
        "An account in SIMS was made for you"
        if welcome
        else "Somebody asked for a new SIMS password for you"
    )
    mail.send(
        person.email,
        "Your SIMS account" if welcome else "A new password for SIMS",
        f"Dear {person.name},\n\n{opening}. Your username is {person.username}.\n"
        f"Choose your password here within 30 minutes; the link works once:\n\n{link}\n\n"
        "If that was not you, do nothing: your password stays as it is. When the link is too old, ask for "
        f"another at {_external(url_for('users.reset'))}\n",
    )


def reader_of(token: str) -> User | None:
    """Whose reset link this is; None once it is used, too old or tampered with."""
    try:
        person_id, fingerprint = _signer().loads(token, max_age=RESET_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    person = db.session.get(User, person_id)
    if (
        person is None
        or person.get_id() != fingerprint
        or person.is_archived
        or not person.is_active
    ):
        return None
    return person


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="users.reset")


def _external(path: str) -> str:
    from flask import request

    base = current_app.config["EXTERNAL_URL"] or (request.url_root if request else "")
    return base.rstrip("/") + path


def _move(person: User, before: int | None, reason: str, actor: Actor) -> None:
    open_rows = sa.select(Supervision).where(
        Supervision.pg_id == person.id, Supervision.kind == "primary", Supervision.until.is_(None)
    )
    for row in db.session.scalars(open_rows):
        row.until = max(today(), row.since)
    if person.supervisor_id:
        _supervise(person, person.supervisor_id, reason)
    db.session.flush()
    publish(
        SupervisorChanged(
            actor_id=actor.id,
            pg_id=person.id,
            old_id=before,
            new_id=person.supervisor_id,
            reason=reason,
        )
    )


def _supervise(person: User, supervisor_id: int, reason: str) -> None:
    db.session.add(
        Supervision(pg_id=person.id, supervisor_id=supervisor_id, since=today(), reason=reason)
    )
    db.session.flush()


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    """Addresses in lower case; a supervisor and an admin have no training year."""
    tidy = dict(values)
    if tidy.get("email"):
        tidy["email"] = records.clean(tidy["email"]).lower()
    if tidy.get("role") in ("supervisor", "admin"):
        tidy["year"] = None
    return tidy


def _must_manage(actor: Actor) -> None:
    if not allowed(actor, "users.user.manage"):
        raise Denied("Only the programme office does this.")


def _refused(field: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"users.{field}", message=message, fields=(field,))])
