"""Rotations from a file: proposed, or planned at once."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from plugins.rotations import queries, services
from plugins.rotations.models import Department, Hospital, Rotation
from plugins.rotations.records import ROTATION, WORKFLOW
from plugins.users.lookup import People
from sims.actor import Actor
from sims.contracts import Import, ImportColumn
from sims.errors import Problem
from sims.imports import ImportRow, one_by_one

TEXTS = ("objectives", "learning_outcomes", "requirements", "notes")
FIELDS = {
    "pg_id": "pg", "department_id": "department", "hospital_id": "hospital_code", "supervisor_id": "supervisor",
}  # fmt: skip


def save(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Make rotations of PGs, row by row: one that overlaps an earlier row of the file is refused as any other."""
    people = People(rows, pg="pg", supervisor="supervisor")
    hospitals = queries.by_code(Hospital, [row.values["hospital_code"] for row in rows])
    departments = queries.departments_by_hospital([found.id for found in hospitals.values()])
    for row in rows:
        pg, supervisor = people.of(row, "pg"), people.of(row, "supervisor")
        department = _department(row, hospitals, departments)
        if pg is None or department is None or not row.fine:
            continue
        values: dict[str, Any] = {name: row.values[name] or "" for name in TEXTS} | {
            "pg_id": pg.id,
            "department_id": department.id,
            "supervisor_id": supervisor.id if supervisor else None,
            "start_date": row.values["start_date"],
            "end_date": row.values["end_date"],
        }
        create = partial(_create, values)
        one_by_one([row], create, actor=actor, columns=FIELDS)


def known(row: ImportRow, column: str, found: Mapping[str, Any], one: str, many: str) -> Any:
    """The row of this code; None where the cell is empty, or nothing has it (which is noted)."""
    code = row.values[column]
    if not code:
        return None
    if code.lower() not in found:
        row.refuse(column, f"No {one} has the code {code}. Import the {many} first, or correct it.")
    return found.get(code.lower())


def _create(
    values: Mapping[str, Any], row: ImportRow, actor: Actor
) -> tuple[Rotation, tuple[Problem, ...]]:
    if row.values["status"] == "planned":
        return services.create_planned(values, actor=actor)
    return services.create_rotation(values, actor=actor)


def _department(
    row: ImportRow,
    hospitals: Mapping[str, Hospital],
    departments: Mapping[int, Sequence[Department]],
) -> Department | None:
    """The department in use that a row names, by name or by its discipline's code; None where there is no such one,
    which is noted."""
    text = row.values["department"]
    hospital = known(row, "hospital_code", hospitals, "hospital", "hospitals")
    if hospital is None:
        return None
    there = departments.get(hospital.id, ())
    called = [each for each in there if each.name.lower() == text.lower()]
    found = called or [
        each for each in there if each.discipline and each.discipline.code.lower() == text.lower()
    ]
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        row.refuse(
            "department",
            f"{hospital.code} has several departments of {text}: {names}. Give the name.",
        )
    elif not found:
        row.refuse(
            "department",
            f"{hospital.code} has no department {text}. Import the departments first, or correct it.",
        )
    elif not (found[0].is_active and hospital.is_active):
        row.refuse(
            "department",
            f"{found[0].name} in {hospital.code} is not in use. Put it into use first, or choose another.",
        )
    else:
        return found[0]
    return None


ROTATIONS = Import(
    name="rotations.rotation",
    label="Rotations",
    record=ROTATION,
    permission="rotations.rotation.create",
    columns=(
        ImportColumn(
            name="pg", label="PG", required=True, example="ali.pgr@example.com",
            synonyms=("pg_email", "email", "username", "resident", "resident_email", "pgr", "pgr_id", "registration_number"),
            hint="E-mail address, username or registration number.",
        ),
        ImportColumn(
            name="hospital_code", label="Hospital", synonyms=("hospital",), required=True, example="CMH", hint="Its code.",
        ),
        ImportColumn(
            name="department", label="Department", synonyms=("department_code", "department_name"), required=True,
            example="Internal Medicine", hint="Its name there, or the code of its discipline.",
        ),
        ImportColumn(
            name="start_date", label="First day", kind="date", synonyms=("start", "from", "begins"), required=True,
            example="2026-01-01",
        ),
        ImportColumn(
            name="end_date", label="Last day", kind="date", synonyms=("end", "to", "until", "ends"), required=True,
            example="2026-03-31",
        ),
        ImportColumn(
            name="supervisor", label="Supervisor", synonyms=("supervisor_email", "supervisor_username"),
            example="asim@example.com", hint="E-mail address, username or registration number; may stay empty.",
        ),
        ImportColumn(
            name="status", label="Status", kind="choice", example="planned",
            choices={name: WORKFLOW.status(name).label for name in ("pending", "planned")},
            hint="Empty: proposed. The calendar does the rest.",
        ),
        ImportColumn(name="objectives", label="Objectives", example="Managing the acute take"),
        ImportColumn(name="learning_outcomes", label="Learning outcomes"),
        ImportColumn(name="requirements", label="Requirements"),
        ImportColumn(name="notes", label="Notes"),
    ),
    save=save,
    note="Hospitals, departments and people that they name are imported before. Two planned ones of a PG never overlap.",
    order=50,
)  # fmt: skip
