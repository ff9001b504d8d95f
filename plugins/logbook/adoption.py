"""Logbook entries of a Django SIMS, with their procedures, skills and reviews."""

from collections.abc import Mapping
from typing import Any

from plugins.logbook.models import EntryProcedure, EntrySkill, LogbookEntry, LogbookReview
from sims.adopting.old import Old, carry, review_of, stamps
from sims.contracts import Adopted

TEXTS = (
    "location", "topic", "case_reference", "chief_complaint", "history_summary", "primary_diagnosis", "secondary_diagnoses",
    "investigations", "management", "reasoning", "learning_points", "challenges", "follow_up", "supervisor_feedback",
)  # fmt: skip
FACTS = {
    "observed": ("watched", "scrubbed", False),
    "assisted": ("assisted", "scrubbed", False),
    "performed_supervised": ("me", "scrubbed", False),
    "performed_unsupervised": ("me", "elsewhere", False),
    "taught": ("me", "elsewhere", True),
}
"""The roles of the Django SIMS as the facts they follow from here: who did the key steps, where the trainer was, taught or not."""


def entry(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """An entry; one that was ever submitted is in its first round."""
    columns = (
        "title", "date", "pg_id", "supervisor_id", "rotation_id", "patient_age", "patient_sex", "self_score",
        "supervisor_score", "status", "submitted_at", "reviewed_at", "verified_at", "verified_by_id",
    )  # fmt: skip
    pg = old.all("users_user").get(row["pg_id"])
    return {
        **dict(carry(row, *columns, *TEXTS)),
        "pg_year": pg["year"] if pg else None,
        "round": int(row["status"] != "draft"),
        **stamps(row),
    }


def procedure(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A procedure of an entry, by the name it had. Raises `ValueError` for a role that says nothing here."""
    if row["role"] not in FACTS:
        raise ValueError(f"The role '{row['role']}' is none of {', '.join(FACTS)}.")
    named = old.all("logbook_procedure").get(row["procedure_id"])
    if named is None:
        raise ValueError(f"Its procedure {row['procedure_id']} is not there.")
    steps, trainer, taught = FACTS[row["role"]]
    return {
        "entry_id": row["logbookentry_id"],
        "procedure_id": old.new_id("logbook_procedure", row["procedure_id"]),
        "name": named["name"],
        "key_steps": steps,
        "trainer": trainer,
        "taught": taught,
    }


def skill(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A skill that an entry shows."""
    return {
        "entry_id": row["logbookentry_id"],
        "skill_id": old.new_id("logbook_skill", row["skill_id"]),
    }


def review(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A review."""
    scores = ("knowledge_score", "skills_score", "professionalism_score", "overall_score")
    words = ("strengths", "improvements", "recommendations", "needs_follow_up")
    return review_of("entry_id", row, *scores, *words)


ADOPTED = (
    Adopted(
        source="logbook_logbookentry",
        model=LogbookEntry,
        values=entry,
        history="logbook_historicallogbookentry",
    ),
    Adopted(source="logbook_logbookentry_procedures", model=EntryProcedure, values=procedure),
    Adopted(source="logbook_logbookentry_skills", model=EntrySkill, values=skill),
    Adopted(source="logbook_logbookreview", model=LogbookReview, values=review),
)
