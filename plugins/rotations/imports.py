"""Hospitals, disciplines and departments from files."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from plugins.rotations import queries
from plugins.rotations.models import Department, Discipline, Hospital
from plugins.rotations.records import DEPARTMENT, DISCIPLINE, HOSPITAL
from plugins.rotations.rotation_import import ROTATIONS, known
from plugins.users.lookup import People
from sims import records
from sims.actor import Actor
from sims.contracts import Import, ImportColumn
from sims.errors import Problem
from sims.imports import ImportRow, one_by_one

ACTIVE = ImportColumn(
    name="active", label="In use", kind="yes_no", synonyms=("is_active", "in_use"), example="true",
    hint="Empty means yes.",
)  # fmt: skip


def texts(row: ImportRow, names: Mapping[str, str]) -> dict[str, Any]:
    """The texts of a row as a service takes them: column → attribute; what is empty is an empty text."""
    return {attribute: row.values.get(column) or "" for column, attribute in names.items()}


def save_hospitals(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Add hospitals. One whose code is there already is refused by the rule."""
    names = {
        "hospital_code": "code", "hospital_name": "name", "address": "address",
        "phone": "phone", "email": "email", "website": "website",
    }  # fmt: skip

    def create(row: ImportRow, actor: Actor) -> tuple[Hospital, tuple[Problem, ...]]:
        values = texts(row, names) | {"is_active": row.values["active"] is not False}
        return records.create(HOSPITAL, values, actor=actor)

    columns = {attribute: column for column, attribute in names.items()}
    one_by_one(rows, create, actor=actor, columns=columns)


def save_disciplines(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Add disciplines. One whose code is there already is refused by the rule."""
    names = {"department_code": "code", "department_name": "name", "description": "description"}

    def create(row: ImportRow, actor: Actor) -> tuple[Discipline, tuple[Problem, ...]]:
        values = texts(row, names) | {"is_active": row.values["active"] is not False}
        return records.create(DISCIPLINE, values, actor=actor)

    columns = {attribute: column for column, attribute in names.items()}
    one_by_one(rows, create, actor=actor, columns=columns)


def save_departments(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Add departments to hospitals: of a discipline, by its code, or by a name of their own, or both.

    Without a name of its own a department is called as its discipline is, and a hospital has it once.
    """
    hospitals = queries.by_code(Hospital, [row.values["hospital_code"] for row in rows])
    disciplines = queries.by_code(Discipline, [row.values["department_code"] for row in rows])
    heads = People(rows, head_email="supervisor")
    at = queries.departments_by_hospital([hospital.id for hospital in hospitals.values()])
    there = {
        (hospital_id, key)
        for hospital_id, departments in at.items()
        for department in departments
        for key in (department.name.lower(), department.discipline_id)
    }
    names = {"contact": "contact", "objectives": "objectives", "required_skills": "required_skills"}
    for row in rows:
        hospital = known(row, "hospital_code", hospitals, "hospital", "hospitals")
        discipline = known(row, "department_code", disciplines, "discipline", "disciplines")
        head = heads.of(row, "head_email")
        if not (row.values["department_code"] or row.values["department_name"]):
            row.refuse("department_name", "Give the department's code or its name.")
        if not row.fine:
            continue
        if name := _there_already(row, hospital, discipline, there):
            column = "department_name" if row.values["department_name"] else "department_code"
            row.refuse(column, f"{hospital.code} already has {name}.")
            continue
        values = texts(row, names) | {
            "hospital_id": hospital.id,
            "discipline_id": discipline.id if discipline else None,
            "name": row.values["department_name"] or discipline.name,
            "head_id": head.id if head else None,
            "is_active": row.values["active"] is not False,
        }
        if discipline and not values["objectives"]:
            values["objectives"] = discipline.description
        create = partial(_create_department, values)
        one_by_one([row], create, actor=actor, columns={"name": "department_name"})
        if row.fine:
            keys = (values["name"].lower(), values["discipline_id"])
            there.update((hospital.id, key) for key in keys)


def _create_department(
    values: Mapping[str, Any], row: ImportRow, actor: Actor
) -> tuple[Department, tuple[Problem, ...]]:
    return records.create(DEPARTMENT, values, actor=actor)


def _there_already(
    row: ImportRow,
    hospital: Hospital,
    discipline: Discipline | None,
    there: set[tuple[int, int | str | None]],
) -> str:
    """What the hospital would have twice; empty where nothing."""
    if name := row.values["department_name"]:
        return name if (hospital.id, name.lower()) in there else ""
    assert discipline is not None
    is_there = {(hospital.id, discipline.id), (hospital.id, discipline.name.lower())} & there
    return discipline.name if is_there else ""


HOSPITALS = Import(
    name="rotations.hospital",
    label="Hospitals",
    record=HOSPITAL,
    permission="rotations.hospital.create",
    columns=(
        ImportColumn(name="hospital_code", label="Code", synonyms=("code",), required=True, example="CMH"),
        ImportColumn(
            name="hospital_name", label="Name", synonyms=("name", "hospital"), required=True,
            example="Combined Military Hospital",
        ),
        ImportColumn(name="address", label="Address", example="Mall Road, Lahore"),
        ImportColumn(name="phone", label="Phone", synonyms=("phone_number", "telephone"), example="042-1234567"),
        ImportColumn(name="email", label="E-mail", synonyms=("e-mail", "mail"), example="office@example.com"),
        ImportColumn(name="website", label="Website", synonyms=("url",), example="https://example.com"),
        ACTIVE,
    ),
    unique=("hospital_code",),
    save=save_hospitals,
    note="Their codes name them in all other files. Send these first.",
    order=10,
)  # fmt: skip

DISCIPLINES = Import(
    name="rotations.discipline",
    label="Disciplines",
    record=DISCIPLINE,
    permission="rotations.discipline.create",
    columns=(
        ImportColumn(
            name="department_code", label="Code", synonyms=("code", "discipline_code"), required=True, example="MED",
        ),
        ImportColumn(
            name="department_name", label="Name", synonyms=("name", "discipline", "department", "discipline_name"),
            required=True, example="Internal Medicine",
        ),
        ImportColumn(
            name="description", label="Description", example="General Internal Medicine residency program",
        ),
        ACTIVE,
    ),
    unique=("department_code",),
    save=save_disciplines,
    note="Departments by code and name, without a hospital, such as MED. Which hospital has which of them comes next.",
    order=20,
)  # fmt: skip

DEPARTMENTS = Import(
    name="rotations.department",
    label="Departments of hospitals",
    record=DEPARTMENT,
    permission="rotations.department.create",
    columns=(
        ImportColumn(name="hospital_code", label="Hospital", required=True, example="CMH", hint="Its code."),
        ImportColumn(
            name="department_code", label="Discipline", synonyms=("discipline_code",), example="MED",
            hint="The code of a discipline; the department is called as it is, unless it has a name.",
        ),
        ImportColumn(
            name="department_name", label="Name", synonyms=("department",), example="Medical Unit II",
            hint="Once in its hospital.",
        ),
        ImportColumn(
            name="head_email", label="Head", synonyms=("head_of_department", "hod", "hod_email"), example="asim@example.com",
            hint="A supervisor's e-mail address, username or registration number.",
        ),
        ImportColumn(name="contact", label="Contact", synonyms=("phone",), example="Ext. 214"),
        ImportColumn(
            name="objectives", label="Objectives", example="Managing the acute take",
            hint="Empty: the description of its discipline.",
        ),
        ImportColumn(name="required_skills", label="Skills a PG should bring", example="Basic life support"),
        ACTIVE,
    ),
    one_of=(("department_code", "department_name"),),
    save=save_departments,
    note="Hospitals, disciplines and supervisors that they name are imported before.",
    order=30,
)  # fmt: skip

IMPORTS = (HOSPITALS, DISCIPLINES, DEPARTMENTS, ROTATIONS)
