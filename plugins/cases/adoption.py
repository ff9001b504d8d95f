"""Clinical cases of a Django SIMS, with their categories and reviews."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from plugins.cases.models import CaseReview, Category, ClinicalCase
from sims.adopting.old import Old, carry, review_of, stamps
from sims.contracts import Adopted
from sims.database import db

TEXTS = (
    "chief_complaint", "history", "examination", "investigations", "diagnosis", "secondary_diagnoses", "management",
    "reasoning", "learning_points", "outcome", "follow_up",
)  # fmt: skip


def category(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A category by its name."""
    return {"name": row["name"]}


def _known(values: Mapping[str, Any]) -> int | None:
    same = sa.func.lower(Category.name) == values["name"].lower()
    return db.session.scalar(sa.select(Category.id).where(same))


def case(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A case; one that was ever submitted is in its first round. Nobody was asked for consent to teach with it."""
    columns = (
        "title", "date_encountered", "pg_id", "supervisor_id", "rotation_id", "patient_age", "patient_sex", "complexity",
        "self_score", "supervisor_score", "status", "submitted_at", "reviewed_at", "verified_at", "verified_by_id",
    )  # fmt: skip
    return {
        **dict(carry(row, *columns, *TEXTS)),
        "category_id": old.new_id("cases_casecategory", row.get("category_id")),
        "round": int(row["status"] != "draft"),
        **stamps(row),
    }


def review(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A review."""
    scores = ("knowledge_score", "reasoning_score", "documentation_score", "overall_score")
    words = ("strengths", "improvements", "recommendations", "needs_follow_up")
    return review_of("case_id", row, *scores, *words)


ADOPTED = (
    Adopted(source="cases_casecategory", model=Category, values=category, same=_known),
    Adopted(
        source="cases_clinicalcase",
        model=ClinicalCase,
        values=case,
        history="cases_historicalclinicalcase",
    ),
    Adopted(source="cases_casereview", model=CaseReview, values=review),
)
