"""What a valid person is (domain.md, users), and what a good password is."""

from typing import Any

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from plugins.users.models import YEARS, User
from sims.contracts import Rule
from sims.database import db

SHORTEST_PASSWORD = 12
COMMON = frozenset(
    [
        "123456789012",
        "password1234",
        "passwordpassword",
        "qwertyuiop12",
        "qwerty123456",
        "letmeinletmein",
        "iloveyou1234",
        "administrator",
        "welcome12345",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "111111111111",
    ]
)
SOURCE = "domain.md, users"


def password_fault(password: str, person: User) -> str | None:
    """Why `password` won't do for `person`, in words; None where it will (NIST SP 800-63B: long, not common)."""
    plain = password.lower()
    if len(password) < SHORTEST_PASSWORD:
        return (
            f"Use at least {SHORTEST_PASSWORD} characters; a few words in a row are easy to keep."
        )
    if plain in COMMON or len(set(plain)) < 5:
        return "This password is among the first that are guessed. Choose another."
    for known in (person.username, person.email.partition("@")[0]):
        if known and known.lower() in plain and len(plain) < len(known) + 6:
            return "Don't build the password on your own name or address."
    return None


def _supervised_well(person: User) -> bool:
    if person.role != "pg" or person.supervisor_id is None:
        return True
    supervisor = db.session.get(User, person.supervisor_id)
    return supervisor is not None and supervisor.role == "supervisor" and not supervisor.is_archived


def _email_readable(person: User) -> bool:
    try:
        validate_email(person.email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _taken(column: Any, person: User, value: str) -> bool:
    same = sa.select(User.id).where(
        sa.func.lower(column) == value.lower(), User.id != (person.id or 0)
    )
    return db.session.scalar(same.limit(1)) is not None


def _not_the_last_admin(person: User) -> bool:
    """Somebody can still act as administrator when this is saved."""
    if person.role == "admin" and person.is_active and not person.is_archived:
        return True
    others = sa.select(User.id).where(
        User.role == "admin", User.is_active, ~User.is_archived, User.id != (person.id or 0)
    )
    if db.session.scalar(others.limit(1)) is not None:
        return True
    before = sa.inspect(person).attrs
    was = [before[name].history for name in ("role", "is_active", "is_archived")]
    old = [
        history.deleted[0] if history.deleted else getattr(person, name)
        for name, history in zip(("role", "is_active", "is_archived"), was, strict=True)
    ]
    return not (person.id and old == ["admin", True, False])


def _leaves_nobody_behind(person: User) -> bool:
    if person.role == "supervisor" and not person.is_archived:
        return True
    theirs = sa.select(User.id).where(User.supervisor_id == (person.id or 0), ~User.is_archived)
    return db.session.scalar(theirs.limit(1)) is None


RULES = (
    Rule(code="users.username", message="Enter a username.", fields=("username",),
         holds=lambda person: bool(person.username), source=SOURCE),
    Rule(code="users.username_taken", message="Somebody else has this username. Choose another.",
         fields=("username",), holds=lambda person: not _taken(User.username, person, person.username or ""),
         source=f"{SOURCE}: unique, case-insensitive"),
    Rule(code="users.name", message="Enter the first and the last name.", fields=("first_name", "last_name"),
         holds=lambda person: bool(person.first_name and person.last_name), source=SOURCE),
    Rule(code="users.email", message="Enter an e-mail address, such as name@example.org.", fields=("email",),
         holds=_email_readable, source=SOURCE),
    Rule(code="users.email_taken", message="Somebody else has this e-mail address.", fields=("email",),
         holds=lambda person: not _taken(User.email, person, person.email or ""),
         source=f"{SOURCE}: unique, case-insensitive"),
    Rule(code="users.specialty", message="Enter the specialty.", fields=("specialty",),
         holds=lambda person: person.role == "admin" or bool(person.specialty),
         source=f"{SOURCE}: a pg and a supervisor have a specialty"),
    Rule(code="users.year", message="Choose the training year, 1 to 6.", fields=("year",),
         holds=lambda person: person.role != "pg" or person.year in YEARS,
         source=f"{SOURCE}: training year 1–6"),
    Rule(code="users.supervisor", message="Choose the PG's supervisor.", fields=("supervisor_id",),
         holds=lambda person: person.role != "pg" or person.supervisor_id is not None,
         source=f"{SOURCE}: a pg has a supervisor"),
    Rule(code="users.supervisor_role", message="Choose somebody who is a supervisor.", fields=("supervisor_id",),
         holds=_supervised_well, source=f"{SOURCE}: whose role is supervisor"),
    Rule(code="users.no_supervisor", message="Only a PG has a supervisor. Leave it empty.", fields=("supervisor_id",),
         holds=lambda person: person.role == "pg" or person.supervisor_id is None,
         source=f"{SOURCE}: an admin has no supervisor"),
    Rule(code="users.not_own_supervisor", message="Nobody supervises themself.", fields=("supervisor_id",),
         holds=lambda person: person.supervisor_id is None or person.supervisor_id != person.id, source=SOURCE),
    Rule(code="users.last_admin", fields=("role",), holds=_not_the_last_admin,
         message="This is the last active administrator. Make somebody else one first.", source=SOURCE),
    Rule(code="users.pgs_left", fields=("role",), holds=_leaves_nobody_behind,
         message="PGs are assigned to this supervisor. Assign them to somebody else first.",
         source=f"{SOURCE}: a pg has a supervisor"),
)  # fmt: skip
