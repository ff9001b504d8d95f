"""Hospitals, disciplines, departments and rotations from files."""

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.rotations.models import Hospital
from plugins.rotations.records import HOSPITAL
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

IMPORTS = (HOSPITALS,)
