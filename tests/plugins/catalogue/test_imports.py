"""Procedures, diagnoses and skills from files."""

import sqlalchemy as sa
from flask import Flask

from plugins.catalogue import queries
from plugins.catalogue.models import Diagnosis, ProcedureGroup, ProcedureSkill, Skill
from plugins.catalogue.shipped import FOLDER
from sims.database import db, flush
from tests.factories import make_user
from tests.imports import faults, saved
from tests.plugins.catalogue.factories import make_group, make_procedure, make_skill


def test_a_procedure_comes_with_its_synonyms_groups_skills_and_defaults(app_context: Flask) -> None:
    group, skill = make_group("appendix").id, make_skill("Suturing and knot tying").id
    rows = saved(
        "catalogue.procedure",
        "Procedure,Category,Also called,Difficulty,CME points,Specialties,Group,Required skills\n"
        "Appendectomy,Surgical,appendicectomy; appy|lap appy,2,1.5,General Surgery; emergency,appendix,"
        "suturing and  Knot tying\n"
        "Fasciotomy,emergency,,,,,,\n",
        make_user("admin"),
    )
    assert faults(rows) == []
    db.session.expunge_all()
    found = queries.resolve("Lap Appy")
    assert (found.name, found.difficulty, found.minutes, float(found.cme_points)) == (
        "Appendectomy", 2, 30, 1.5,
    )  # fmt: skip
    assert found.specialties == ["general-surgery", "emergency"]
    parts = sa.select(ProcedureGroup.group_id, ProcedureSkill.skill_id).where(
        ProcedureGroup.procedure_id == found.id, ProcedureSkill.procedure_id == found.id
    )
    assert [tuple(part) for part in db.session.execute(parts)] == [(group, skill)]


def test_unknown_groups_and_skills_and_names_that_are_taken_are_refused_with_what_is_known(
    app_context: Flask,
) -> None:
    make_group("appendix")
    make_group("hernia")
    make_procedure("Appendectomy", synonyms=["appendicectomy"])
    rows = saved(
        "catalogue.procedure",
        "name,category,synonyms,groups,skills,minutes\n"
        "Appendicectomy,surgical,,,,\n"
        "Herniotomy,surgical,appendectomy,,,\n"
        "Hernioplasty,surgical,,hernias;colon,,\n"
        "Excision,surgical,,,Juggling,\n"
        "Incision,surgical,,,,0\n"
        "Drainage,surgical,drain;Drain,,,\n"
        "Lavage,surgical,,hernia,,5\n",
        make_user("admin"),
    )
    known = "Known are appendix, hernia."
    assert faults(rows) == [
        (2, "name", "Another procedure already has this name or synonym. Change that one instead."),
        (3, "synonyms", "One of these is already the name or a synonym of another procedure. "
         "A synonym leads to one procedure only."),
        (4, "groups", f"No group is called hernias. {known}"),
        (4, "groups", f"No group is called colon. {known}"),
        (5, "skills", "No skill is called Juggling. Import the skills first, or correct it."),
        (6, "minutes", "Enter how many minutes it usually takes, at least 1."),
        (7, "synonyms", "A synonym stands twice, or is the name itself. Leave it out once."),
    ]  # fmt: skip
    assert queries.resolve("Lavage")
    assert queries.resolve("drain") is None


def test_what_was_imported_can_be_deleted_with_its_parts(app_context: Flask) -> None:
    make_group("hernia")
    text = "name,category,synonyms,groups\nHerniotomy,surgical,ligation of the sac,hernia\n"
    row = saved("catalogue.procedure", text, make_user("admin"))[0]
    db.session.commit()
    db.session.delete(row.made)
    flush()
    assert queries.resolve("ligation of the sac") is None


def test_a_diagnosis_stands_once_in_its_category(app_context: Flask) -> None:
    rows = saved(
        "catalogue.diagnosis",
        "diagnosis,category,ICD-10\n"
        "Inguinal hernia,Abdominal wall,K40\n"
        "inguinal Hernia,Abdominal wall,\n"
        "Inguinal hernia,Paediatric,\n",
        make_user("admin"),
    )
    assert faults(rows) == [(3, "name", "This category already has a diagnosis of that name.")]
    codes = sa.select(Diagnosis.icd_code).order_by(Diagnosis.id)
    assert list(db.session.scalars(codes)) == ["K40", ""]


def test_the_shipped_files_can_be_imported_as_well(app_context: Flask) -> None:
    admin = make_user("admin")
    skills = saved("catalogue.skill", (FOLDER / "skills.csv").read_text(), admin)
    lines = (FOLDER / "procedures.csv").read_text().splitlines()[:11]
    for slug in ("skin-soft-tissue", "emergency", "minor"):
        make_group(slug)
    procedures = saved("catalogue.procedure", "\n".join(lines), admin)
    unknown = {words for _, column, words in faults(procedures) if column != "groups"}
    assert faults(skills) == []
    assert unknown == set()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Skill)) == len(skills)
