"""Certificates from a file, brought by the office for PGs.

There is no column for the status: each stays with its PG, who adds the paper and submits it, and a supervisor
approves it. What nobody has looked at never counts.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from plugins.certificates import queries, services
from plugins.certificates.models import Certificate, Type
from plugins.certificates.records import CERTIFICATE
from plugins.users.lookup import People
from sims.actor import Actor
from sims.contracts import Import, ImportColumn
from sims.database import db
from sims.errors import Denied, Problem
from sims.imports import ImportRow, one_by_one

TEXTS = ("title", "number", "organisation", "description", "verification_url", "verification_code")
FOLLOWING = ("issue_date", "expiry_date", "cme_points", "cpd_credits")


def save(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Make certificates of PGs, each still with its PG. What a row leaves open follows from the type."""
    people = People(rows, pg="pg")
    known = types_by_name()
    for row in rows:
        pg, kind = people.of(row, "pg"), known.get(row.values["type"].lower())
        if kind is None:
            names = ", ".join(sorted(each.name for each in set(known.values()))) or "none yet"
            row.refuse(
                "type", f"No type in use is called {row.values['type']}. Known are: {names}."
            )
        if pg is None or kind is None:
            continue
        values: dict[str, Any] = {name: row.values[name] or "" for name in TEXTS}
        values |= {name: row.values[name] for name in FOLLOWING}
        values |= {"pg_id": pg.id, "type_id": kind.id}
        columns = {"pg_id": "pg", "type_id": "type"}
        one_by_one([row], partial(_create, values), actor=actor, columns=columns)


def types_by_name() -> dict[str, Type]:
    """The types in use by their names in small letters, and by what stands before the brackets where only one does."""
    types = queries.types()
    shorts = [kind.short_name.lower() for kind in types]
    found = {
        short: kind for short, kind in zip(shorts, types, strict=True) if shorts.count(short) == 1
    }
    return found | {kind.name.lower(): kind for kind in types}


def _create(
    values: Mapping[str, Any], row: ImportRow, actor: Actor
) -> tuple[Certificate, tuple[Problem, ...]]:
    return services.create_certificate(values, actor=actor)


def remove(certificate: Certificate, actor: Actor) -> None:
    """Take one out again. Raises `Denied` where the PG has added the paper by now."""
    if queries.has_file(certificate):
        raise Denied("Its PG has added the paper by now, so it stays.")
    db.session.delete(certificate)


CERTIFICATES = Import(
    name="certificates.certificate",
    label="Certificates of PGs",
    record=CERTIFICATE,
    permission="certificates.certificate.import",
    columns=(
        ImportColumn(
            name="pg", label="PG", required=True, example="ali.pgr@example.com",
            synonyms=("pg_email", "email", "username", "resident", "resident_email", "pgr", "pgr_id", "registration_number"),
            hint="E-mail address, username or registration number.",
        ),
        ImportColumn(
            name="type", label="Type", synonyms=("certificate_type",), required=True, example="BLS",
            hint="The name of a type in use.",
        ),
        ImportColumn(
            name="issue_date", label="Issued", kind="date", synonyms=("issued_on", "date_of_issue", "date"), required=True,
            example="2026-01-15",
        ),
        ImportColumn(
            name="expiry_date", label="Expires", kind="date", synonyms=("expires_on", "expiry", "valid_until"),
            example="2028-01-15", hint="Empty: it follows from the type.",
        ),
        ImportColumn(name="title", label="Title", synonyms=("certificate", "name"), hint="Empty: as the type."),
        ImportColumn(name="number", label="Number", synonyms=("certificate_number",), example="BLS-1234"),
        ImportColumn(
            name="organisation", label="Issued by",
            synonyms=("organization", "issuing_organisation", "issuing_organization", "issuer"), example="AHA",
        ),
        ImportColumn(
            name="cme_points", label="CME points", kind="decimal", synonyms=("cme",), hint="Empty: those of the type.",
        ),
        ImportColumn(
            name="cpd_credits", label="CPD credits", kind="decimal", synonyms=("cpd", "cpd_points"),
            hint="Empty: those of the type.",
        ),
        ImportColumn(name="verification_url", label="Verification address", synonyms=("verification_link",)),
        ImportColumn(name="verification_code", label="Verification code"),
        ImportColumn(name="description", label="Notes"),
    ),
    save=save,
    remove=remove,
    note="Each stays with its PG, who adds the paper and submits it; a supervisor approves it.",
    order=80,
)  # fmt: skip
