"""Every write of cases beside their review: a case with its procedures, the PG's consent, what follows from events."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from plugins.cases import queries
from plugins.cases.events import CaseUnfeatured
from plugins.cases.models import CaseProcedure, Category, ClinicalCase
from plugins.cases.records import CASE
from plugins.cases.workflow import take_out
from plugins.catalogue import queries as catalogue
from plugins.rotations.models import Rotation
from sims import records
from sims.actor import Actor
from sims.clock import now
from sims.database import db, flush
from sims.errors import Denied, Problem
from sims.events import Changed, Moved, publish
from sims.permissions import allowed
from sims.records import about, clean

SHIPPED_CATEGORIES = (
    ("Emergency", "bad"),
    ("Elective surgery", "info"),
    ("Medical", "good"),
    ("Trauma", "warn"),
    ("Intensive care", "bad"),
    ("Paediatric", "good"),
    ("Complication", "warn"),
    ("Rare or unusual", "info"),
)
"""The categories SIMS ships: name and colour, in their order."""


def create_case(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[ClinicalCase, tuple[Problem, ...]]:
    """A new draft of the actor's. `values` are the form's: columns, and `procedures` (names).

    Without a supervisor it is for the actor's own. Raises `Invalid`, `Denied`.
    """
    columns, procedures = _split(values)
    if columns.get("supervisor_id") is None:
        columns["supervisor_id"] = actor.supervisor_id
    columns["rotation"] = _rotation(columns.get("rotation_id"))
    columns["procedures"] = [CaseProcedure(**procedure) for procedure in procedures]
    return records.create(CASE, _completed(columns), actor=actor)


def change_case(
    case: ClinicalCase, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """Change a case that is a draft or was returned. Raises `Denied`, `Conflict`, `Invalid`."""
    records.require_editable(CASE, case, actor)
    columns, procedures = _split(values)
    if version is not None and version != case.version:
        return records.change(CASE, case, columns, actor=actor, version=version)  # says who was
    if "procedures" in values and records.sync(case.procedures, CaseProcedure, procedures):
        columns["updated_at"] = now()
    if "rotation_id" in columns and columns["rotation_id"] != case.rotation_id:
        case.rotation = _rotation(columns["rotation_id"])
    return records.change(CASE, case, _completed(columns), actor=actor, version=version)


def set_consent(case: ClinicalCase, given: bool, *, actor: Actor) -> bool:
    """Its PG lets others learn from the case, or no longer does; returns whether that changed anything.

    Possible in every status. Taken back, the case leaves the teaching library in the same transaction. Raises `Denied`.
    """
    if actor.id != case.pg_id or not allowed(actor, CASE.permission("consent")):
        raise Denied("Only the PG whose case it is decides whether others may learn from it.")
    if case.teaching_consent == given:
        return False
    case.teaching_consent = given
    was_featured = case.featured
    if not given:
        take_out(case)
    flush()
    publish(Changed(**about(CASE, case, actor), fields=("teaching_consent",)))
    if was_featured and not given:
        publish(_left(case, actor.id))
    return True


def leave_library(event: Moved) -> None:
    """A case that was reopened or archived leaves the teaching library: what was shown may change now."""
    if event.table != CASE.table or event.source != "approved" or event.target == "approved":
        return
    case = db.session.get_one(ClinicalCase, event.row_id)
    if case.featured:
        take_out(case)
        flush()
        publish(_left(case, event.actor_id))


def load_categories() -> int:
    """The categories SIMS ships, added where there is none of their name. Returns how many."""
    known = set(db.session.scalars(sa.select(sa.func.lower(Category.name))))
    missing = [
        Category(name=name, colour=colour, position=10 * place)
        for place, (name, colour) in enumerate(SHIPPED_CATEGORIES, start=1)
        if name.lower() not in known
    ]
    db.session.add_all(missing)
    return len(missing)


def _left(case: ClinicalCase, actor_id: int | None) -> CaseUnfeatured:
    return CaseUnfeatured(
        actor_id=actor_id,
        record=CASE.name,
        table=CASE.table,
        row_id=case.id,
        owner_id=case.pg_id,
        title=case.title,
        source="approved",
        target=case.status,
        reviewer_id=case.supervisor_id,
    )


def _split(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The columns, with the catalogue's entry for the diagnosis; the procedures, each with the catalogue's entry."""
    columns = {key: value for key, value in values.items() if key != "procedures"}
    if "diagnosis" in columns:
        known = queries.diagnosis_named(clean(columns["diagnosis"] or ""))
        columns["primary_diagnosis_id"] = known.id if known else None
    names = [clean(name) for name in values.get("procedures", ())]
    found = catalogue.resolve_many(names)
    procedures = [
        {
            "position": position,
            "procedure_id": found[name].id if name in found else None,
            "name": found[name].name if name in found else name,
        }
        for position, name in enumerate(names)
    ]
    return columns, procedures


def _completed(columns: dict[str, Any]) -> dict[str, Any]:
    """A case without a title is called by its diagnosis."""
    if "title" in columns and not clean(columns["title"] or ""):
        return columns | {"title": columns.get("diagnosis") or ""}
    return columns


def _rotation(rotation_id: int | None) -> Rotation | None:
    return db.session.get(Rotation, rotation_id) if rotation_id is not None else None
