"""People from a file, as training offices send them."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from plugins.users import services
from plugins.users.lookup import People
from plugins.users.models import ROLE_LABELS, Supervision, User
from plugins.users.records import USER
from plugins.users.rules import password_fault
from sims import passwords
from sims.actor import Actor
from sims.contracts import Import, ImportColumn
from sims.database import db, flush
from sims.errors import Invalid, Problem
from sims.imports import CellProblem, ImportRow, one_by_one

TITLES = frozenset(
    {
        "dr",
        "prof",
        "professor",
        "assoc",
        "associate",
        "asst",
        "assistant",
        "mr",
        "mrs",
        "ms",
        "miss",
    }
)
LEVEL = re.compile(r"(?:pgy|year|level|y|r)?[\s-]*([1-6])", re.IGNORECASE)
TEXTS = ("specialty", "registration_number", "phone_number")


def save_people(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Add people by the service a form uses.

    A password of the file is to be changed at the first sign-in; hashing it takes about 50 ms, so 1,000 of them take
    a minute, and a file without passwords does not. A link is only mailed where `invite` says so.
    """
    supervisors = People(rows, supervisor_email="supervisor")
    for row in rows:
        given = _values(row, supervisors)
        password = row.values["password"]
        if password and (fault := password_fault(password, User(**given))):
            row.problems.append(CellProblem("password", "", fault))  # the report shows no password
        if password and row.fine:
            given |= {
                "password_hash": passwords.hash_password(password),
                "must_change_password": True,
            }
        invite = row.values["invite"] is True and not password
        create = partial(_create, given, invite)
        one_by_one([row], create, actor=actor, columns=_columns(row))


def remove(person: User, actor: Actor) -> None:
    """Take somebody out again whom an import has added, with their supervision; the history of both stays.

    Raises `Invalid` where they have signed in since; where anything else refers to them, the database refuses.
    """
    if person.last_login_at:
        message = f"{person.name} has signed in since. Archive the account instead."
        raise Invalid([Problem(code="users.import.signed_in", message=message)])
    for row in db.session.scalars(sa.select(Supervision).where(Supervision.pg_id == person.id)):
        db.session.delete(row)
    db.session.delete(person)
    flush()


def split_name(text: str) -> tuple[str, str]:
    """First and last name of a full name: its last word is the last name, and titles are dropped."""
    words = text.split()
    while words and words[0].strip(".").casefold() in TITLES:
        words.pop(0)
    return (" ".join(words[:-1]), words[-1]) if words else ("", "")


def _create(
    values: Mapping[str, Any], invite: bool, row: ImportRow, actor: Actor
) -> tuple[User, tuple[Problem, ...]]:
    return services.create(values, actor=actor, invite=invite)


def _values(row: ImportRow, supervisors: People) -> dict[str, Any]:
    """One row as `services.create` takes it; what can't be read is noted in the row."""
    cells = row.values
    first, last = cells["first_name"] or "", cells["last_name"] or ""
    if not (first or last):
        first, last = split_name(cells["full_name"] or "")
    supervisor = supervisors.of(row, "supervisor_email")
    return {
        "first_name": first,
        "last_name": last,
        "email": cells["email"],
        "username": cells["username"] or cells["email"].partition("@")[0],
        "role": cells["role"],
        "year": _year(row),
        "supervisor_id": supervisor.id if supervisor else None,
        "training_start": cells["training_start"],
        "training_end": cells["training_end"],
        "is_active": cells["active"] is not False,
        **{name: cells[name] or "" for name in TEXTS},
    }


def _year(row: ImportRow) -> int | None:
    """The training year: as it stands, else from a level such as Y2."""
    year: int | None = row.values["year"]
    level = row.values["training_level"]
    if year is not None or not level:
        return year
    read = LEVEL.fullmatch(level)
    if read is None:
        row.refuse("training_level", "Give the training year as a number, 1 to 6, or as in Y2.")
        return None
    return int(read[1])


def _columns(row: ImportRow) -> dict[str, str]:
    """Which columns of this row the service's fields come from."""
    columns = {"supervisor_id": "supervisor_email"}
    if not (row.values["first_name"] or row.values["last_name"]):
        columns |= {"first_name": "full_name", "last_name": "full_name"}
    if row.values["year"] is None and row.values["training_level"]:
        columns["year"] = "training_level"
    return columns


PEOPLE = Import(
    name="users.person",
    label="People",
    record=USER,
    permission="users.user.create",
    columns=(
        ImportColumn(
            name="email", label="E-mail address", synonyms=("e-mail", "mail"), required=True, example="ali.raza@example.com",
        ),
        ImportColumn(
            name="full_name", label="Name", synonyms=("fullname",), example="Dr. Ali Raza",
            hint="The last word is the last name; titles are dropped.",
        ),
        ImportColumn(name="first_name", label="First name", synonyms=("given_name",), hint="In place of the full name."),
        ImportColumn(name="last_name", label="Last name", synonyms=("surname", "family_name")),
        ImportColumn(name="role", label="Role", kind="choice", choices=ROLE_LABELS, required=True, example="pg"),
        ImportColumn(name="specialty", label="Specialty", example="Medicine", hint="Of a PG or a supervisor."),
        ImportColumn(name="year", label="Training year", kind="integer", example="1", hint="Of a PG: 1 to 6."),
        ImportColumn(
            name="training_level", label="Training level", synonyms=("level",), hint="As in Y1; read where the year is empty.",
        ),
        ImportColumn(name="training_start", label="Training begins", kind="date", example="2026-01-01"),
        ImportColumn(name="training_end", label="Training ends", kind="date"),
        ImportColumn(
            name="supervisor_email", label="Supervisor", example="dr.asim@example.com",
            hint="Of a PG: the supervisor's e-mail address, username or registration number. They may stand in the same file.",
        ),
        ImportColumn(
            name="registration_number", label="Registration number", synonyms=("registration", "pgr_id"), example="PGR-2026-001",
        ),
        ImportColumn(name="phone_number", label="Phone", synonyms=("mobile", "telephone"), example="0300 1234567"),
        ImportColumn(name="username", label="Username", hint="Empty: the e-mail address up to the @."),
        ImportColumn(
            name="password", label="Password",
            hint="To be changed at the first sign-in. Better leave it empty, and send invitations.",
        ),
        ImportColumn(
            name="invite", label="Mail a link to choose a password", kind="yes_no",
            hint="Empty means no: invitations can be sent from the list of people later.",
        ),
        ImportColumn(
            name="active", label="Account active", kind="yes_no", synonyms=("is_active",), example="true",
            hint="Empty means yes.",
        ),
    ),
    one_of=(("full_name", "first_name", "last_name"),),
    unique=("email", "username"),
    turn=lambda values: 1 if values["role"] == "pg" else 0,
    turns=2,
    save=save_people,
    remove=remove,
    note="Supervisors before the PGs who name them, or all in one file. Nobody is sent a mail unless the file says so.",
    order=15,
)  # fmt: skip
