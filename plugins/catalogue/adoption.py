"""Procedures, diagnoses and skills of a Django SIMS: those the catalogue has already stay what they are here."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from plugins.catalogue import queries
from plugins.catalogue.matching import key_of
from plugins.catalogue.models import (
    CATEGORIES,
    LEVELS,
    SKILL_CATEGORIES,
    Diagnosis,
    Procedure,
    Skill,
)
from sims.adopting.old import Old, carry
from sims.contracts import Adopted
from sims.database import db


def procedure(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A procedure by its name."""
    category = row.get("category") if row.get("category") in CATEGORIES else "surgical"
    return {"name": row["name"], "key": key_of(row["name"]), "category": category} | dict(
        carry(row, "difficulty")
    )


def diagnosis(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A diagnosis by its name and category."""
    said = dict(carry(row, "icd_code"))
    return {
        "name": row["name"],
        "key": key_of(row["name"]),
        "category": row.get("category") or "Other",
    } | said


def skill(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A skill by its name."""
    category = row.get("category") if row.get("category") in SKILL_CATEGORIES else "technical"
    level = row.get("level") if row.get("level") in LEVELS else "basic"
    return {"name": row["name"], "key": key_of(row["name"]), "category": category, "level": level}


def _known_procedure(values: Mapping[str, Any]) -> int | None:
    found = queries.resolve(values["name"])
    return found.id if found else None


def _known_diagnosis(values: Mapping[str, Any]) -> int | None:
    query = sa.select(Diagnosis.id).where(Diagnosis.key == values["key"])
    return db.session.scalar(query.where(Diagnosis.category == values["category"]))


def _known_skill(values: Mapping[str, Any]) -> int | None:
    return db.session.scalar(sa.select(Skill.id).where(Skill.key == values["key"]))


ADOPTED = (
    Adopted(source="logbook_procedure", model=Procedure, values=procedure, same=_known_procedure),
    Adopted(source="logbook_diagnosis", model=Diagnosis, values=diagnosis, same=_known_diagnosis),
    Adopted(source="logbook_skill", model=Skill, values=skill, same=_known_skill),
)
