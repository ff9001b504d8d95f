"""Procedures, diagnoses and skills from files."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from plugins.catalogue import queries, services
from plugins.catalogue.matching import key_of, slug_of
from plugins.catalogue.models import CATEGORIES, LEVELS, SKILL_CATEGORIES, Procedure
from plugins.catalogue.records import DIAGNOSIS, PROCEDURE, SKILL
from sims import records
from sims.actor import Actor
from sims.contracts import Import, ImportColumn, Record
from sims.errors import Problem
from sims.imports import ImportRow, one_by_one

NUMBERS = ("difficulty", "minutes", "cme_points")


def listed(text: str | None) -> list[str]:
    """What a cell lists: separated by semicolons or bars."""
    return [part.strip() for part in re.split(r"[;|]", text or "") if part.strip()]


def save_procedures(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Add procedures with what belongs to them; groups are named by their short names, skills by their names."""
    groups = queries.ids_by_slug()
    skills = queries.skills_by_key(text for row in rows for text in listed(row.values["skills"]))
    known_groups = f"Known are {', '.join(sorted(groups))}." if groups else "There is none yet."
    for row in rows:
        values = {name: row.values[name] for name in ("name", "category", *NUMBERS)} | {
            "synonyms": listed(row.values["synonyms"]),
            "specialties": list(dict.fromkeys(map(slug_of, listed(row.values["specialties"])))),
            "groups": _ids(row, "groups", groups, slug_of, f"No group is called {{}}. {known_groups}"),
            "skills": _ids(
                row, "skills", skills, key_of, "No skill is called {}. Import the skills first, or correct it."
            ),
        }  # fmt: skip
        one_by_one([row], partial(_create_procedure, values), actor=actor)


def _create_procedure(
    values: Mapping[str, Any], row: ImportRow, actor: Actor
) -> tuple[Procedure, tuple[Problem, ...]]:
    return services.create_procedure(values, actor=actor)


def _ids(
    row: ImportRow, column: str, known: Mapping[str, int], read: Callable[[str], str], words: str
) -> Iterable[int]:
    """The ids of what a cell lists; what is not known is noted, each by its name."""
    found = {}
    for text in listed(row.values[column]):
        if read(text) in known:
            found[known[read(text)]] = text
        else:
            row.refuse(column, words.format(text))
    return found.keys()


def save_plain(
    record: Record, names: Sequence[str], rows: Sequence[ImportRow], actor: Actor
) -> None:
    """Add rows of a record that is nothing but columns; one that is there already is refused by its rule."""

    def create(row: ImportRow, actor: Actor) -> tuple[Any, tuple[Problem, ...]]:
        return records.create(record, {name: row.values[name] or "" for name in names}, actor=actor)

    one_by_one(rows, create, actor=actor)


PROCEDURES = Import(
    name="catalogue.procedure",
    label="Procedures",
    record=PROCEDURE,
    permission="catalogue.procedure.create",
    columns=(
        ImportColumn(name="name", label="Procedure", synonyms=("procedure_name",), required=True, example="Appendectomy"),
        ImportColumn(
            name="category", label="Category", kind="choice", choices=CATEGORIES, required=True, example="surgical",
        ),
        ImportColumn(
            name="synonyms", label="Synonyms", synonyms=("also_called", "abbreviations", "aliases"),
            example="appendicectomy; appy", hint="Separated by ; or |. Each leads to one procedure only.",
        ),
        ImportColumn(
            name="difficulty", label="Difficulty", kind="integer", example="2", hint="1 (simplest) to 5. Empty: 1.",
        ),
        ImportColumn(
            name="minutes", label="Minutes", kind="integer", synonyms=("duration", "usual_duration", "duration_minutes"),
            example="60", hint="Empty: 30.",
        ),
        ImportColumn(name="cme_points", label="CME points", kind="decimal", synonyms=("cme",), example="1.5"),
        ImportColumn(
            name="specialties", label="Specialties", synonyms=("specialty",), example="general-surgery; emergency",
            hint="Separated by ; or |.",
        ),
        ImportColumn(
            name="groups", label="Groups", synonyms=("group", "code_group", "counts_to"), example="appendix",
            hint="The short names of the groups of targets it counts to, separated by ; or |.",
        ),
        ImportColumn(
            name="skills", label="Skills", synonyms=("required_skills", "skill"), example="Aseptic technique",
            hint="By name, separated by ; or |.",
        ),
    ),
    unique=("name",),
    save=save_procedures,
    note="A procedure that is there under this name or as a synonym is refused: change that one instead.",
    order=60,
)  # fmt: skip

DIAGNOSES = Import(
    name="catalogue.diagnosis",
    label="Diagnoses",
    record=DIAGNOSIS,
    permission="catalogue.diagnosis.create",
    columns=(
        ImportColumn(
            name="name", label="Diagnosis", synonyms=("diagnosis_name",), required=True, example="Inguinal hernia",
        ),
        ImportColumn(name="category", label="Category", required=True, example="Abdominal wall and hernia"),
        ImportColumn(
            name="icd_code", label="ICD code", synonyms=("icd", "icd10", "icd_10", "icd_11", "code"), example="K40",
            hint="Of the edition you license.",
        ),
    ),
    save=partial(save_plain, DIAGNOSIS, ("name", "category", "icd_code")),
    order=70,
)  # fmt: skip

SKILLS = Import(
    name="catalogue.skill",
    label="Skills",
    record=SKILL,
    permission="catalogue.skill.create",
    columns=(
        ImportColumn(name="name", label="Skill", synonyms=("skill_name",), required=True, example="Aseptic technique"),
        ImportColumn(
            name="category", label="Category", kind="choice", choices=SKILL_CATEGORIES, required=True, example="technical",
        ),
        ImportColumn(name="level", label="Level", kind="choice", choices=LEVELS, required=True, example="basic"),
    ),
    unique=("name",),
    save=partial(save_plain, SKILL, ("name", "category", "level")),
    order=55,
)  # fmt: skip

IMPORTS = (SKILLS, PROCEDURES, DIAGNOSES)
