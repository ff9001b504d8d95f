"""The catalogue SIMS ships, and how it gets into the database: `flask seed`, `flask catalogue load`.

What is missing is added; what is there is the installation's own and stays as it is, unless a refresh is
asked for, which sets it to the shipped values again and still takes nothing away.
"""

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from plugins.catalogue.matching import key_of
from plugins.catalogue.models import (
    Diagnosis,
    Group,
    Procedure,
    ProcedureGroup,
    ProcedureSkill,
    Skill,
    Synonym,
    Target,
)
from sims.database import db

FOLDER = Path(__file__).parent / "data"


def load(refresh: bool = False) -> int:
    """Add what is missing from the shipped files; return how many rows of skills, groups, procedures,
    diagnoses and targets were added. The caller commits.
    """
    skills, added_skills = _skills(refresh)
    groups, added_groups = _groups()
    procedures, added_procedures = _procedures(skills, groups, refresh)
    db.session.flush()
    return (
        added_skills + added_groups + added_procedures + _diagnoses() + _targets(groups, procedures)
    )


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one shipped file, by column."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def listed(cell: str) -> list[str]:
    """The values of a cell that holds several."""
    return [value.strip() for value in cell.split(";") if value.strip()]


def _skills(refresh: bool) -> tuple[dict[str, Skill], int]:
    known = {skill.key: skill for skill in db.session.scalars(sa.select(Skill))}
    before = len(known)
    for row in rows("skills"):
        skill = known.get(key_of(row["name"]))
        if skill is None:
            skill = known[key_of(row["name"])] = Skill(**row)
            db.session.add(skill)
        elif refresh:
            skill.category, skill.level = row["category"], row["level"]
    return known, len(known) - before


def _groups() -> tuple[dict[str, Group], int]:
    """Groups are called as the target that counts them, or by their slug in plain words."""
    known = {group.slug: group for group in db.session.scalars(sa.select(Group))}
    before = len(known)
    names = {row["group"]: row["label"] for row in rows("targets")}
    slugs = {slug: None for row in rows("procedures") for slug in listed(row["code_group"])}
    for slug in slugs:
        if slug not in known:
            name = names.get(slug, slug.replace("-", " ").capitalize())
            known[slug] = Group(slug=slug, name=name)
            db.session.add(known[slug])
    return known, len(known) - before


def _procedures(
    skills: Mapping[str, Skill], groups: Mapping[str, Group], refresh: bool
) -> tuple[dict[str, Procedure], int]:
    """A shipped procedure is there if its name leads to one: an administrator may have renamed it."""
    query = sa.select(Procedure).options(
        selectinload(Procedure.synonyms),
        selectinload(Procedure.skills).selectinload(ProcedureSkill.skill),
        selectinload(Procedure.groups).selectinload(ProcedureGroup.group),
    )
    known: dict[str, Procedure] = {}
    for procedure in db.session.scalars(query):
        known[procedure.key] = procedure
        known.update(dict.fromkeys((synonym.key for synonym in procedure.synonyms), procedure))
    added = 0
    for row in rows("procedures"):
        procedure = known.get(key_of(row["name"]))
        if procedure is None:
            procedure = Procedure(name=row["name"])
            db.session.add(procedure)
            known[procedure.key] = procedure
            added += 1
        elif not refresh:
            continue
        procedure.category = row["category"]
        procedure.difficulty, procedure.minutes = int(row["difficulty"]), int(row["minutes"])
        procedure.cme_points = Decimal(row["cme_points"])
        procedure.specialties = listed(row["specialties"])
        for text in listed(row["synonyms"]):
            if key_of(text) not in known:
                known[key_of(text)] = procedure
                procedure.synonyms.append(Synonym(text=text))
        has = {part.skill for part in procedure.skills}
        needs = (skills[key_of(name)] for name in listed(row["required_skills"]))
        procedure.skills.extend(ProcedureSkill(skill=skill) for skill in needs if skill not in has)
        belongs = {part.group for part in procedure.groups}
        counts = (groups[slug] for slug in listed(row["code_group"]))
        procedure.groups.extend(
            ProcedureGroup(group=group) for group in counts if group not in belongs
        )
    return known, added


def _diagnoses() -> int:
    known = set(db.session.execute(sa.select(Diagnosis.key, Diagnosis.category)))
    missing = [
        row for row in rows("diagnoses") if (key_of(row["name"]), row["category"]) not in known
    ]
    db.session.add_all(Diagnosis(**row) for row in missing)
    return len(missing)


def _targets(groups: Mapping[str, Group], procedures: Mapping[str, Procedure]) -> int:
    """An edition of a specialty comes as a whole, where the installation has none of it."""
    there = set(db.session.execute(sa.select(Target.specialty, Target.edition)))
    added = 0
    for row in rows("targets"):
        if (row["specialty"], int(row["version"])) in there:
            continue
        subject, _, name = row["group"].partition(":")
        db.session.add(
            Target(
                specialty=row["specialty"],
                edition=int(row["version"]),
                label=row["label"],
                group_id=groups[subject].id if subject in groups else None,
                procedure_id=procedures[key_of(name)].id if subject == "procedure" else None,
                minimum=int(row["minimum"]),
                role=row["role"],
                by_year=int(row["by_year"]),
            )
        )
        added += 1
    return added
