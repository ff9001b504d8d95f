"""The catalogue's records, declared once."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only, selectinload

from plugins.catalogue import queries
from plugins.catalogue.forms import DiagnosisForm, GroupForm, ProcedureForm, SkillForm, TargetForm
from plugins.catalogue.matching import key_of, slug_of
from plugins.catalogue.models import (
    CATEGORIES,
    LEAST_ROLES,
    LEVELS,
    SKILL_CATEGORIES,
    Diagnosis,
    Group,
    Procedure,
    ProcedureGroup,
    ProcedureSkill,
    Skill,
    Synonym,
    Target,
)
from plugins.catalogue.rules import (
    DIAGNOSIS_RULES,
    GROUP_RULES,
    PROCEDURE_RULES,
    SKILL_RULES,
    TARGET_RULES,
)
from sims.contracts import Column, Filter, Part, Record, Searched

IN_USE = Column(
    name="in_use", label="State", value=lambda row: "Archived" if row.is_archived else "In use"
)


def in_use_filter(model: Any) -> Filter:
    """Narrows a list to what is offered, or to what is archived."""
    return Filter(
        name="in_use",
        label="State",
        kind="choice",
        choices=(("yes", "In use"), ("no", "Archived")),
        where=lambda value: model.is_archived == (value == "no"),
    )


def _called(model: Any) -> Filter:
    return Filter(name="q", label="Name", where=lambda text: model.key.contains(key_of(text)))


def _procedure_called(text: str) -> sa.ColumnElement[bool]:
    key = key_of(text)
    named = sa.select(Synonym.procedure_id).where(Synonym.key.contains(key))
    return sa.or_(Procedure.key.contains(key), Procedure.id.in_(named))


def _in_group(group_id: str) -> sa.ColumnElement[bool]:
    members = sa.select(ProcedureGroup.procedure_id)
    return Procedure.id.in_(members.where(ProcedureGroup.group_id == int(group_id)))


def specialty_label(slug: str) -> str:
    """A specialty's slug as people read it."""
    return slug.replace("-", " ").capitalize()


def subject_of(target: Target) -> str:
    """What a target counts."""
    if target.group:
        return target.group.name
    return target.procedure.name if target.procedure else "All procedures"


PROCEDURE = Record(
    name="catalogue.procedure",
    model=Procedure,
    label="procedure",
    plural="procedures",
    icon="scissors",
    title=lambda procedure: procedure.name,
    endpoint="catalogue.procedure",
    columns=(
        Column(name="name", label="Procedure", sort="key"),
        Column(
            name="synonyms",
            label="Also called",
            value=lambda procedure: ", ".join(synonym.text for synonym in procedure.synonyms),
            sql=lambda joined: queries.synonyms_sql(),
        ),
        Column(name="category", label="Category", value=lambda row: CATEGORIES[row.category]),
        Column(name="difficulty", label="Difficulty", kind="number", sort="difficulty"),
        Column(name="minutes", label="Minutes", kind="number", sort="minutes"),
        Column(
            name="cme_points",
            label="CME points",
            kind="number",
            value=lambda procedure: float(procedure.cme_points),
        ),
        IN_USE,
        Column(
            name="specialties",
            label="Specialties",
            shown=False,
            value=lambda procedure: ", ".join(map(specialty_label, procedure.specialties)),
        ),
    ),
    filters=(
        Filter(name="q", label="Name or abbreviation", where=_procedure_called),
        Filter(name="category", label="Category", kind="choice", choices=tuple(CATEGORIES.items())),
        Filter(
            name="group",
            label="Counts to",
            kind="choice",
            choices=lambda actor: [(str(key), name) for key, name in queries.group_choices()],
            where=_in_group,
        ),
        in_use_filter(Procedure),
    ),
    order="name",
    load=(selectinload(Procedure.synonyms),),
    searched=Searched(title=("name",), codes=("synonyms",)),
    rules=PROCEDURE_RULES,
    parts=(
        Part(name="synonyms", model=Synonym, link="procedure_id", show=lambda part: part.text),
        Part(
            name="skills",
            model=ProcedureSkill,
            link="procedure_id",
            show=lambda part: queries.names_of(Skill).get(part.skill_id, ""),
        ),
        Part(
            name="groups",
            model=ProcedureGroup,
            link="procedure_id",
            show=lambda part: queries.names_of(Group).get(part.group_id, ""),
        ),
    ),
    form=ProcedureForm,
    labels={
        "is_archived": "Archived",
        "synonyms": "Synonyms",
        "skills": "Skills it asks for",
        "groups": "Counts to",
    },
    empty="Load the shipped ones with: flask seed.",
)

DIAGNOSIS = Record(
    name="catalogue.diagnosis",
    model=Diagnosis,
    label="diagnosis",
    plural="diagnoses",
    icon="stethoscope",
    title=lambda diagnosis: diagnosis.name,
    endpoint="catalogue.diagnosis",
    columns=(
        Column(name="name", label="Diagnosis", sort="key"),
        Column(name="category", label="Category", sort="category"),
        Column(name="icd_code", label="ICD code"),
        IN_USE,
    ),
    filters=(
        _called(Diagnosis),
        Filter(name="category", label="Category"),
        in_use_filter(Diagnosis),
    ),
    order="name",
    searched=Searched(title=("name",), codes=("icd_code",), body=("category",)),
    rules=DIAGNOSIS_RULES,
    form=DiagnosisForm,
    labels={"is_archived": "Archived"},
)

SKILL = Record(
    name="catalogue.skill",
    model=Skill,
    label="skill",
    plural="skills",
    icon="graduation-cap",
    title=lambda skill: skill.name,
    endpoint="catalogue.skill",
    columns=(
        Column(name="name", label="Skill", sort="key"),
        Column(name="category", label="Category", value=lambda row: SKILL_CATEGORIES[row.category]),
        Column(name="level", label="Level", value=lambda row: LEVELS[row.level]),
        IN_USE,
    ),
    filters=(
        _called(Skill),
        Filter(
            name="category",
            label="Category",
            kind="choice",
            choices=tuple(SKILL_CATEGORIES.items()),
        ),
        Filter(name="level", label="Level", kind="choice", choices=tuple(LEVELS.items())),
        in_use_filter(Skill),
    ),
    order="name",
    searched=Searched(title=("name",)),
    rules=SKILL_RULES,
    form=SkillForm,
    labels={"is_archived": "Archived"},
)

GROUP = Record(
    name="catalogue.group",
    model=Group,
    label="group",
    plural="procedure groups",
    icon="layers",
    title=lambda group: group.name,
    endpoint="catalogue.group",
    columns=(
        Column(name="name", label="Group", sort="name"),
        Column(name="slug", label="Short name", sort="slug"),
    ),
    order="name",
    searched=Searched(title=("name",)),
    rules=GROUP_RULES,
    form=GroupForm,
)

TARGET = Record(
    name="catalogue.target",
    model=Target,
    label="target",
    plural="targets",
    icon="target",
    title=lambda target: target.label,
    endpoint="catalogue.target",
    columns=(
        Column(name="label", label="Target", sort="label"),
        Column(name="minimum", label="At least", kind="number", sort="minimum"),
        Column(name="role", label="In the role", value=lambda row: f"{LEAST_ROLES[row.role]} or more"),
        Column(name="by_year", label="By end of year", kind="number", sort="by_year"),
        Column(name="subject", label="Counts", value=subject_of),
        Column(
            name="specialty",
            label="Specialty",
            sort="specialty",
            value=lambda target: specialty_label(target.specialty),
        ),
        Column(
            name="edition",
            label="Cohorts from",
            sort="edition",
            value=lambda target: str(target.edition),
        ),
        replace(IN_USE, shown=False),
    ),
    filters=(
        Filter(name="q", label="Target", column="label"),
        Filter(
            name="specialty",
            label="Specialty",
            where=lambda text: Target.specialty.contains(slug_of(text), autoescape=True),
        ),
        Filter(name="edition", label="Cohorts from", kind="number"),
        in_use_filter(Target),
    ),
    order="specialty",
    load=(
        joinedload(Target.group).load_only(Group.name),
        joinedload(Target.procedure).options(load_only(Procedure.name)),
    ),
    rules=TARGET_RULES,
    form=TargetForm,
    labels={
        "is_archived": "Archived",
        "group_id": "Group",
        "procedure_id": "Procedure",
    },
)  # fmt: skip
