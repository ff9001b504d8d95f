"""People from a CSV file, as a training office sends it: read, tried row by row, then saved all or not at all."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from plugins.users import queries, services
from plugins.users.models import ROLES, User
from plugins.users.rules import password_fault
from sims import passwords
from sims.actor import Actor
from sims.errors import DomainError, Invalid, Problem
from sims.lists import FORMULA
from sims.records import clean

LARGEST = 300_000
"""Bytes; the file's text goes through the browser once more on confirmation."""

COLUMNS = {
    "email": "email",
    "e-mail": "email",
    "username": "username",
    "full_name": "full_name",
    "name": "full_name",
    "first_name": "first_name",
    "last_name": "last_name",
    "role": "role",
    "specialty": "specialty",
    "year": "year",
    "supervisor_email": "supervisor_email",
    "registration_number": "registration_number",
    "registration": "registration_number",
    "phone_number": "phone_number",
    "phone": "phone_number",
    "password": "password",
    "active": "active",
}
"""What a column may be called, and what it means. Columns with other names are named, and not used."""

NEEDED = ("email", "role")
TITLES = {
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
YES, NO = {"true", "yes", "y", "1", "active", ""}, {"false", "no", "n", "0", "inactive"}
PREVIEW = ("full_name", "username", "email", "role", "specialty", "year", "supervisor_email")


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong in one row: its number in the file (the first line is 1), the column, value and words."""

    row: int
    column: str
    value: str
    message: str


@dataclass
class Plan:
    """A file as it would be saved. `text` is sent again on confirmation."""

    text: str
    rows: list[tuple[int, dict[str, str]]]
    unused: list[str]
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def wrong_rows(self) -> set[int]:
        """The numbers of the rows that can't be saved."""
        return {problem.row for problem in self.problems}


def read(content: bytes) -> Plan:
    """The rows of an uploaded file. Raises `Invalid` where it can't be read at all."""
    if not content.strip():
        raise _refused("file", "The file is empty. Choose another.")
    if len(content) > LARGEST:
        raise _refused("file", f"The file is larger than {LARGEST // 1000} kB. Split it in two.")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refused("file", "This is an Excel workbook. Save it as CSV (UTF-8) and send that.")
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return read_text(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise _refused(
        "file", "The file is neither UTF-8 nor Windows-1252 text. Save it as CSV (UTF-8)."
    )


def read_text(text: str) -> Plan:
    """The rows of a file's text. Raises `Invalid` where its columns can't be made out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if "\x00" in text:
        raise _refused("file", "The file holds binary data. Save it as CSV (UTF-8).")
    first_line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first_line.count))
    try:
        lines = [[_plain(cell) for cell in line] for line in reader]
    except csv.Error as error:
        raise _refused("file", f"Line {reader.line_num} can't be read ({error}).") from error
    header = [name.lower() for name in lines[0]] if lines else []
    meanings = [COLUMNS.get(name, "") for name in header]
    _check_header(header, meanings)
    rows, problems = [], []
    for number, line in enumerate(lines[1:], start=2):
        if not any(line):
            continue
        if len(line) > len(header):
            problems.append(
                RowProblem(
                    number, "", "", f"This row has {len(line)} cells, the first line {len(header)}."
                )
            )
        cells = zip(meanings, line, strict=False)
        rows.append((number, {meaning: cell for meaning, cell in cells if meaning}))
    most = current_app.config["USERS_IMPORT_ROWS"]
    if not rows:
        raise _refused("file", "The file names its columns and has nothing below them.")
    if len(rows) > most:
        raise _refused("file", f"The file has {len(rows):,} rows; {most:,} go at once. Split it.")
    unused = [name for name, meaning in zip(header, meanings, strict=True) if name and not meaning]
    return Plan(text=text, rows=rows, unused=unused, problems=problems)


def check(plan: Plan, *, actor: Actor) -> None:
    """Try every row and note everything wrong in `plan.problems`. The caller rolls back."""
    _save(plan, actor=actor, invite=False, hashed=False)


def run(plan: Plan, *, actor: Actor, invite: bool) -> int:
    """Save every row and return how many. Where anything is wrong nothing is to be kept: raises `Invalid`."""
    _save(plan, actor=actor, invite=invite, hashed=True)
    if plan.problems:
        raise _refused("file", "The file can't be saved as it is any more. Nothing was added.")
    return len(plan.rows)


def _save(plan: Plan, *, actor: Actor, invite: bool, hashed: bool) -> None:
    """Supervisors first, so that PGs of the same file find them."""
    for number, row in sorted(
        plan.rows, key=lambda entry: entry[1].get("role", "").lower() == "pg"
    ):
        try:
            _save_row(row, actor=actor, invite=invite, hashed=hashed)
        except Invalid as error:
            for problem in error.problems:
                column = _column(problem, row)
                plan.problems.append(
                    RowProblem(number, column, row.get(column, ""), problem.message)
                )
        except DomainError as error:
            plan.problems.append(RowProblem(number, "", "", str(error)))
    plan.problems.sort(key=lambda problem: problem.row)


def _save_row(row: Mapping[str, str], *, actor: Actor, invite: bool, hashed: bool) -> None:
    password = row.get("password", "")
    values, problems = _values(row)
    if password and (fault := password_fault(password, User(**values))):
        problems.append(Problem(code="users.import.password", message=fault, fields=("password",)))
    if problems:
        raise Invalid(problems)
    person, _ = services.create(values, actor=actor, invite=invite and not password)
    if password and hashed:
        person.password_hash = passwords.hash_password(password)
        person.must_change_password = True


def _values(row: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """One row as `services.create` takes it, and what can't be read in it."""
    problems: list[Problem] = []

    def wrong(column: str, message: str) -> None:
        problems.append(Problem(code=f"users.import.{column}", message=message, fields=(column,)))

    first, last = _names(row)
    role, year, active = (
        row.get("role", "").lower(),
        row.get("year", ""),
        row.get("active", "").lower(),
    )
    if role not in ROLES:
        wrong("role", f"The role must be one of {', '.join(ROLES)}.")
    if year and not (year.isascii() and year.isdigit() and len(year) < 4):
        wrong("year", "The training year must be a whole number, 1 to 6.")
        year = ""
    if active not in YES | NO:
        wrong("active", "Say true or false.")
    supervisor_id = None
    if address := row.get("supervisor_email", ""):
        supervisor = queries.by_email(address)
        supervisor_id = supervisor.id if supervisor else None
        if supervisor is None:
            wrong(
                "supervisor_email",
                f"Nobody has the address {address}. Import the supervisors first, or put them into this file.",
            )
    email = row.get("email", "")
    return {
        "first_name": first,
        "last_name": last,
        "username": row.get("username") or email.partition("@")[0],
        "email": email,
        "role": role,
        "specialty": row.get("specialty", ""),
        "year": int(year) if year else None,
        "supervisor_id": supervisor_id,
        "registration_number": row.get("registration_number", ""),
        "phone_number": row.get("phone_number", ""),
        "is_active": active not in NO,
    }, problems


def _names(row: Mapping[str, str]) -> tuple[str, str]:
    """First and last name; of a full name the last word is the last name, and titles are dropped."""
    if row.get("first_name") or row.get("last_name"):
        return row.get("first_name", ""), row.get("last_name", "")
    words = row.get("full_name", "").split()
    while words and words[0].strip(".").casefold() in TITLES:
        words.pop(0)
    return (" ".join(words[:-1]), words[-1]) if words else ("", "")


def _column(problem: Problem, row: Mapping[str, str]) -> str:
    """The file's column a problem is about."""
    name = problem.fields[0] if problem.fields else ""
    if name == "supervisor_id":
        return "supervisor_email"
    if name in ("first_name", "last_name") and name not in row:
        return "full_name"
    return name


def _plain(cell: str) -> str:
    """A cell's text; the apostrophe that our own exports put before a formula is taken off."""
    cell = str(clean(cell))
    return cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA else cell


def _check_header(header: list[str], meanings: list[str]) -> None:
    twice = [meaning for meaning in meanings if meaning and meanings.count(meaning) > 1]
    if twice:
        raise _refused("file", f"The column {twice[0]} is there twice. Take one out.")
    missing = [name for name in NEEDED if name not in meanings]
    if not {"full_name", "first_name", "last_name"} & set(meanings):
        missing.append("full_name")
    if missing:
        found = ", ".join(name for name in header[:20] if name) or "none"
        raise _refused(
            "file",
            f"These columns are missing: {', '.join(missing)}. The first line must name the columns; found: {found[:300]}.",
        )


def _refused(column: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"users.import.{column}", message=message, fields=(column,))])
