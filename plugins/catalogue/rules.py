"""What a valid row of the catalogue is (domain.md, catalogue)."""

import re

import sqlalchemy as sa

from plugins.catalogue import queries
from plugins.catalogue.models import CATEGORIES, Diagnosis, Group, Procedure, Skill
from sims.contracts import Rule
from sims.database import db
from sims.rules import text_needed

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SOURCE = "domain.md, catalogue"


def _is_free(row: Skill | Diagnosis) -> bool:
    model = type(row)
    query = sa.select(model.id).where(model.key == row.key, model.id != (row.id or 0))
    if isinstance(row, Diagnosis):
        query = query.where(Diagnosis.category == row.category)
    return db.session.scalar(query.limit(1)) is None


def _slug_is_free(group: Group) -> bool:
    query = sa.select(Group.id).where(Group.slug == group.slug, Group.id != (group.id or 0))
    return db.session.scalar(query) is None


def _own_synonyms_differ(procedure: Procedure) -> bool:
    keys = [synonym.key for synonym in procedure.synonyms]
    return len(keys) == len(set(keys)) and procedure.key not in keys


def _named(code: str) -> Rule:
    return Rule(
        code=f"catalogue.{code}.name",
        message="Enter a name with at least one letter or digit.",
        fields=("name",),
        holds=lambda row: bool(row.key),
        source=SOURCE,
    )


PROCEDURE_RULES = (
    _named("procedure"),
    Rule(
        code="catalogue.procedure.name_unique",
        message="Another procedure already has this name or synonym. Change that one instead.",
        fields=("name",),
        holds=lambda row: not queries.taken_keys([row.key], row.id),
        source=f"{SOURCE}: name unique",
    ),
    Rule(
        code="catalogue.procedure.synonyms_unique",
        message="One of these is already the name or a synonym of another procedure. "
        "A synonym leads to one procedure only.",
        fields=("synonyms",),
        holds=lambda row: not queries.taken_keys([s.key for s in row.synonyms], row.id),
        source=f"{SOURCE}: a procedure can be found by synonym",
    ),
    Rule(
        code="catalogue.procedure.synonyms_differ",
        message="A synonym stands twice, or is the name itself. Leave it out once.",
        fields=("synonyms",),
        holds=_own_synonyms_differ,
        source=f"{SOURCE}: a procedure can be found by synonym",
    ),
    Rule(
        code="catalogue.procedure.synonyms_named",
        message="A synonym needs at least one letter or digit.",
        fields=("synonyms",),
        holds=lambda row: all(synonym.key for synonym in row.synonyms),
        source=f"{SOURCE}: a procedure can be found by synonym",
    ),
    Rule(
        code="catalogue.procedure.category",
        message="Choose a category.",
        fields=("category",),
        holds=lambda row: row.category in CATEGORIES,
        source=f"{SOURCE}: category",
    ),
    Rule(
        code="catalogue.procedure.difficulty",
        message="The difficulty is a whole number from 1 (simplest) to 5.",
        fields=("difficulty",),
        holds=lambda row: row.difficulty is None or 1 <= row.difficulty <= 5,
        source=f"{SOURCE}: difficulty 1–5",
    ),
    Rule(
        code="catalogue.procedure.minutes",
        message="Enter how many minutes it usually takes, at least 1.",
        fields=("minutes",),
        holds=lambda row: row.minutes is None or row.minutes > 0,
        source=f"{SOURCE}: typical minutes",
    ),
    Rule(
        code="catalogue.procedure.cme_points",
        message="CME points are between 0 and 999.9.",
        fields=("cme_points",),
        holds=lambda row: row.cme_points is None or 0 <= row.cme_points < 1000,
        source=f"{SOURCE}: CME points",
    ),
)

DIAGNOSIS_RULES = (
    _named("diagnosis"),
    text_needed(
        "catalogue.diagnosis", "category", "Enter a category.", source=f"{SOURCE}: name + category"
    ),
    Rule(
        code="catalogue.diagnosis.unique",
        message="This category already has a diagnosis of that name.",
        fields=("name",),
        holds=_is_free,
        source=f"{SOURCE}: diagnosis name + category unique",
    ),
)

SKILL_RULES = (
    _named("skill"),
    Rule(
        code="catalogue.skill.unique",
        message="There is already a skill of that name.",
        fields=("name",),
        holds=_is_free,
        source=SOURCE,
    ),
)

GROUP_RULES = (
    text_needed(
        "catalogue.group", "name", "Enter a name.", source="plugins/catalogue/data/README.md"
    ),
    Rule(
        code="catalogue.group.slug",
        message="Write the short name in small letters and digits with hyphens, such as skin-soft-tissue.",
        fields=("slug",),
        holds=lambda row: bool(SLUG.fullmatch(row.slug or "")),
        source="plugins/catalogue/data/README.md",
    ),
    Rule(
        code="catalogue.group.slug_unique",
        message="Another group has this short name.",
        fields=("slug",),
        holds=_slug_is_free,
        source="plugins/catalogue/data/README.md",
    ),
)

TARGET_RULES = (
    text_needed("catalogue.target", "label", "Enter a name.", source=f"{SOURCE}: targets"),
    Rule(
        code="catalogue.target.minimum",
        message="The minimum is at least 1.",
        fields=("minimum",),
        holds=lambda row: row.minimum is not None and row.minimum > 0,
        source=f"{SOURCE}: targets",
    ),
    Rule(
        code="catalogue.target.by_year",
        message="The training year is between 1 and 6.",
        fields=("by_year",),
        holds=lambda row: row.by_year is not None and 1 <= row.by_year <= 6,
        source="domain.md, users: training year 1–6",
    ),
    Rule(
        code="catalogue.target.one_subject",
        message="Choose a group or a procedure, not both; neither means all procedures.",
        fields=("procedure_id",),
        holds=lambda row: row.group_id is None or row.procedure_id is None,
        source=f"{SOURCE}: how many of a procedure or category",
    ),
    Rule(
        code="catalogue.target.specialty",
        message="Enter the specialty.",
        fields=("specialty",),
        holds=lambda row: bool(SLUG.fullmatch(row.specialty or "")),
        source=f"{SOURCE}: targets per specialty",
    ),
)

REQUEST_RULES = (
    text_needed(
        "catalogue.request",
        "name",
        "Enter a name.",
        source=f"{SOURCE}: anyone may ask for a missing one",
    ),
    Rule(
        code="catalogue.request.missing",
        message="The catalogue has this one already. Look for it in the list of procedures.",
        fields=("name",),
        holds=lambda row: row.status not in (None, "pending") or queries.resolve(row.name) is None,
        source=f"{SOURCE}: anyone may ask for a missing one",
    ),
)
