"""People from a CSV file, as a training office sends it: read, checked row by row, then saved all or not at all."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from plugins.users import queries, services
from plugins.users.models import ROLES
from sims.actor import Actor
from sims.errors import DomainError, Invalid, Problem
from sims.records import clean

LARGEST = 2 * 1024 * 1024
COLUMNS = {
    "email": "email",
    "e-mail": "email",
    "full_name": "full_name",
    "name": "full_name",
    "first_name": "first_name",
    "last_name": "last_name",
    "phone_number": "phone_number",
    "phone": "phone_number",
    "role": "role",
    "specialty": "specialty",
    "year": "year",
    "supervisor_email": "supervisor_email",
    "supervisor": "supervisor_email",
    "username": "username",
    "registration_number": "registration_number",
    "pgr_id": "registration_number",
    "active": "active",
}
"""What a column may be called, and what it is. Columns that are not here are named, and not used."""

TITLES = ("dr.", "dr", "prof.", "prof", "professor", "mr.", "mr", "mrs.", "mrs", "ms.", "ms")
FALSE = ("false", "no", "0", "n")


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong in one row: its number in the file, the column, the value and the words."""

    row: int
    column: str
    value: str
    message: str


@dataclass
class Plan:
    """A file as it would be saved. `content` is its text, to be sent again on confirmation."""

    content: str
    rows: list[tuple[int, dict[str, str]]]
    unused: list[str]
    problems: list[RowProblem] = field(default_factory=list)


def read(content: bytes) -> Plan:
    """The rows of an uploaded file. Raises `Invalid` where it can't be read at all."""
    if not content.strip():
        raise _unreadable("The file is empty. Choose another.")
    if len(content) > LARGEST:
        raise _unreadable("The file is larger than 2 MB. Split it.")
    for encoding in (
        "utf-8-sig",
        "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252",
    ):
        try:
            return read_text(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise _unreadable("The file is neither UTF-8 nor Windows-1252 text. Save it as CSV (UTF-8).")


def read_text(text: str) -> Plan:
    """The rows of a file's text. Raises `Invalid` where its columns can't be made out."""
    if "\x00" in text:
        raise _unreadable("The file holds binary data. Save it as CSV.")
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        table = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _unreadable(f"Line {reader.line_num} can't be read ({error}).") from error
    names = [name.strip().lower() for name in table[0][1]]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise _unreadable(f"The column {twice[0]} is there twice. Take one out.")
    known = [COLUMNS.get(name) for name in names]
    for needed in ("email", "role"):
        if needed not in known:
            raise _unreadable(
                f"There is no column '{needed}'. Its first line must name the columns."
            )
    rows = [
        (line, {key: clean(value) for key, value in zip(known, row, strict=False) if key})
        for line, row in table[1:]
        if any(value.strip() for value in row)
    ]
    if not rows:
        raise _unreadable("The file has a first line and nothing below it.")
    unused = [name for name, key in zip(names, known, strict=True) if name and key is None]
    return Plan(content=text, rows=rows, unused=unused)


def check(plan: Plan, *, actor: Actor) -> None:
    """Try every row, note everything wrong in `plan.problems`; the caller rolls back."""
    _save(plan, actor, stop=False)


def run(plan: Plan, *, actor: Actor) -> int:
    """Save every row; return how many. Raises `Invalid` with the first problem, and then nothing is to be kept."""
    _save(plan, actor, stop=True)
    return len(plan.rows)


def _save(plan: Plan, actor: Actor, *, stop: bool) -> None:
    for line, row in plan.rows:
        try:
            values = _values(row)
            services.create(values, actor=actor)
        except Invalid as error:
            for problem in error.problems:
                column = problem.fields[0] if problem.fields else ""
                shown = "supervisor_email" if column == "supervisor_id" else column
                plan.problems.append(RowProblem(line, shown, row.get(shown, ""), problem.message))
            if stop:
                raise
        except DomainError as error:
            plan.problems.append(RowProblem(line, "", "", str(error)))
            if stop:
                raise


def _values(row: Mapping[str, str]) -> dict[str, object]:
    """One row as `services.create` takes it. Raises `Invalid` naming the column."""
    role = row.get("role", "").lower()
    if role not in ROLES:
        raise _wrong("role", f"The role must be one of {', '.join(ROLES)}.")
    first, last = _name(row)
    year = row.get("year", "")
    if year and not year.isdigit():
        raise _wrong("year", "The year must be a whole number.")
    supervisor = None
    if address := row.get("supervisor_email", ""):
        supervisor = queries.by_login(address)
        if supervisor is None:
            raise _wrong(
                "supervisor_id",
                f"There is nobody with the address {address}. Import supervisors first.",
            )
    email = row.get("email", "").lower()
    return {
        "email": email,
        "username": row.get("username") or email.partition("@")[0],
        "first_name": first,
        "last_name": last,
        "role": role,
        "specialty": row.get("specialty", ""),
        "year": int(year) if year and role == "pg" else None,
        "supervisor_id": supervisor.id if supervisor and role == "pg" else None,
        "registration_number": row.get("registration_number", ""),
        "phone_number": row.get("phone_number", ""),
        "is_active": row.get("active", "").lower() not in FALSE,
    }


def _name(row: Mapping[str, str]) -> tuple[str, str]:
    if row.get("first_name") or row.get("last_name"):
        return row.get("first_name", ""), row.get("last_name", "")
    words = [word for word in row.get("full_name", "").split() if word.lower() not in TITLES]
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else ("", " ".join(words))


def _unreadable(message: str) -> Invalid:
    return _wrong("file", message)


def _wrong(column: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"users.import.{column}", message=message, fields=(column,))])
