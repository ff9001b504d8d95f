"""Hospitals, disciplines, departments and rotations from files."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy_continuum import version_class

from plugins.rotations.models import Department, Discipline, Rotation
from sims.clock import today
from sims.database import db
from tests.factories import make_user
from tests.imports import faults, saved
from tests.plugins.rotations.factories import (
    make_department,
    make_discipline,
    make_hospital,
    make_rotation,
)

SAMPLES = Path(__file__).parents[2] / "samples"


def day(number: int) -> str:
    """The day so many days from today, as a file has it."""
    return (today() + timedelta(days=number)).isoformat()


def test_departments_come_from_the_matrix_of_hospitals_and_disciplines(app_context: Flask) -> None:
    admin, hospital = make_user("admin"), make_hospital(code="FMUH")
    make_discipline(code="MED", name="Internal Medicine", description="The acute take")
    rows = saved(
        "rotations.department", "hospital_code,department_code,active\nfmuh,med,true\n", admin
    )
    assert faults(rows) == []
    found = db.session.scalars(sa.select(Department)).one()
    assert (found.hospital_id, found.name, found.objectives, found.is_active, found.created_by_id) == (
        hospital.id, "Internal Medicine", "The acute take", True, admin.id,
    )  # fmt: skip
    assert rows[0].made is found


def test_a_department_may_have_a_name_of_its_own_a_head_and_objectives(app_context: Flask) -> None:
    make_hospital(code="FMUH")
    medicine = make_discipline(code="MED", name="Internal Medicine", description="General")
    head = make_user("supervisor", registration_number="PMC-1")
    rows = saved(
        "rotations.department",
        "hospital_code,department_code,department_name,head_email,contact,objectives,active\n"
        "FMUH,MED,Medical Unit I,pmc-1,Ext. 1,Ward rounds,no\n"
        f"FMUH,MED,Medical Unit II,{head.email},,,\n"
        "FMUH,,Radiology,,,,\n",
        make_user("admin"),
    )
    assert faults(rows) == []
    made = [row.made for row in rows]
    assert [(d.name, d.discipline_id, d.head_id, d.objectives, d.is_active) for d in made] == [
        ("Medical Unit I", medicine.id, head.id, "Ward rounds", False),
        ("Medical Unit II", medicine.id, head.id, "General", True),
        ("Radiology", None, None, "", True),
    ]


def test_what_a_hospital_has_already_and_what_nobody_knows_is_refused_in_words(
    app_context: Flask,
) -> None:
    hospital = make_hospital(code="FMUH")
    medicine = make_discipline(code="MED", name="Internal Medicine")
    make_discipline(code="SURG", name="General Surgery")
    make_department(hospital, name="Medical Unit I", discipline=medicine)
    rows = saved(
        "rotations.department",
        "hospital_code,department_code,department_name,head_email\n"
        "FMUH,MED,,\n"
        "FMUH,,medical unit i,\n"
        "FMUH,SURG,,\n"
        "FMUH,surg,,\n"
        "NONE,MED,,\n"
        "FMUH,XYZ,,\n"
        "FMUH,,,\n"
        "FMUH,,Skin,nobody@example.com\n",
        make_user("admin"),
    )
    assert faults(rows) == [
        (2, "department_code", "FMUH already has Internal Medicine."),
        (3, "department_name", "FMUH already has medical unit i."),
        (5, "department_code", "FMUH already has General Surgery."),
        (6, "hospital_code", "No hospital has the code NONE. Import the hospitals first, or correct it."),
        (7, "department_code", "No discipline has the code XYZ. Import the disciplines first, or correct it."),
        (8, "department_name", "Give the department's code or its name."),
        (9, "head_email", "No supervisor has the e-mail address, username or registration number "
         "nobody@example.com. Import the supervisors first, or correct it."),
    ]  # fmt: skip


def test_a_code_that_is_there_already_and_one_that_is_too_long_are_refused(
    app_context: Flask,
) -> None:
    make_discipline(code="MED")
    long = "L" * 21
    rows = saved(
        "rotations.discipline",
        f"department_code,department_name\nmed,Medicine\n{long},Surgery\nPATH,Pathology\n",
        make_user("admin"),
    )
    assert faults(rows) == [
        (2, "department_code", "Another discipline has this code."),
        (3, "department_code", "Keep this to 20 characters."),
    ]
    assert db.session.scalar(sa.select(Discipline.name).where(Discipline.code == "PATH"))


def test_rotations_are_proposed_or_planned_for_whom_the_file_names(app_context: Flask) -> None:
    admin, supervisor = make_user("admin"), make_user("supervisor")
    pg = make_user("pg", supervisor, registration_number="PGR-2026-001")
    medicine = make_discipline(code="MED", name="Internal Medicine")
    place = make_department(make_hospital(code="FMUH"), name="Medical Unit", discipline=medicine)
    rows = saved(
        "rotations.rotation",
        "pg,hospital_code,department,start_date,end_date,supervisor,status,objectives\n"
        f"pgr-2026-001,FMUH,MED,{day(1)},{day(30)},{supervisor.email},planned,Wards\n"
        f"{pg.email},fmuh,medical unit,{day(1)},{day(30)},,,\n",
        admin,
    )
    assert faults(rows) == []
    planned, proposed = (row.made for row in rows)
    assert (planned.pg_id, planned.department_id, planned.hospital_id, planned.supervisor_id) == (
        pg.id, place.id, place.hospital_id, supervisor.id,
    )  # fmt: skip
    assert (planned.status, planned.approved_by_id, planned.objectives) == (
        "planned",
        admin.id,
        "Wards",
    )
    assert (proposed.status, proposed.supervisor_id) == ("pending", None)


def test_an_overlap_with_a_stored_rotation_or_an_earlier_row_is_refused_and_nothing_of_it_is_stored(
    app_context: Flask,
) -> None:
    pg = make_user("pg")
    place = make_department(make_hospital(code="FMUH"), name="Surgery")
    make_rotation(pg, starts=100, days=10, department=place)
    rows = saved(
        "rotations.rotation",
        "pg,hospital_code,department,from,to,status\n"
        f"{pg.username},FMUH,Surgery,{day(105)},{day(120)},planned\n"
        f"{pg.username},FMUH,Surgery,{day(1)},{day(30)},planned\n"
        f"{pg.username},FMUH,Surgery,{day(30)},{day(40)},Planned\n"
        f"{pg.username},FMUH,Surgery,{day(50)},{day(50)},\n",
        make_user("admin"),
    )
    overlap = (
        "The PG has another planned or ongoing rotation in these days. "
        "Change the dates, or cancel the other one."
    )
    assert faults(rows) == [
        (2, "start_date", overlap),
        (4, "start_date", overlap),
        (5, "end_date", "The end must come after the start."),
    ]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Rotation)) == 2


def test_rows_that_name_nobody_or_no_place_in_use_say_what_to_do(app_context: Flask) -> None:
    pg, hospital = make_user("pg"), make_hospital(code="FMUH")
    medicine = make_discipline(code="MED")
    for name in ("Unit I", "Unit II"):
        make_department(hospital, name=name, discipline=medicine)
    make_department(hospital, name="Closed", is_active=False)
    make_user("pg", registration_number=pg.username)
    dates = f"{day(1)},{day(30)}"
    rows = saved(
        "rotations.rotation",
        "pg,hospital_code,department,start_date,end_date\n"
        f"nobody,FMUH,Unit I,{dates}\n"
        f"{pg.username},FMUH,Unit I,{dates}\n"
        f"{pg.email},FMUH,MED,{dates}\n"
        f"{pg.email},FMUH,Closed,{dates}\n"
        f"{pg.email},FMUH,Skin,{dates}\n"
        f"{pg.email},CMH,Skin,{dates}\n",
        make_user("admin"),
    )
    assert [
        (number, column, words.partition(".")[0]) for number, column, words in faults(rows)
    ] == [
        (2, "pg", "No PG has the e-mail address, username or registration number nobody"),
        (3, "pg", f"Several PGs are called {pg.username}"),
        (4, "department", "FMUH has several departments of MED: Unit I, Unit II"),
        (5, "department", "Closed in FMUH is not in use"),
        (6, "department", "FMUH has no department Skin"),
        (7, "hospital_code", "No hospital has the code CMH"),
    ]


@pytest.mark.parametrize("keep", [True, False])
def test_a_dry_run_leaves_nothing_and_the_import_leaves_history(
    app_context: Flask, keep: bool
) -> None:
    make_hospital(code="FMUH")
    make_discipline(code="MED")
    admin = make_user("admin")
    db.session.commit()
    saved("rotations.department", "hospital_code,department_code\nFMUH,MED\n", admin)
    db.session.commit() if keep else db.session.rollback()
    for model in (Department, version_class(Department)):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == int(keep)


def test_the_number_of_lookups_does_not_grow_with_the_rows(
    app_context: Flask, count_queries: Callable[[], Any]
) -> None:
    pgs = [make_user("pg") for _ in range(6)]
    make_department(make_hospital(code="FMUH"), name="Surgery")
    admin = make_user("admin")
    head = "pg,hospital_code,department,start_date,end_date\n"
    lines = [f"{pg.email},FMUH,Skin,2026-01-01,2026-02-01\n" for pg in pgs]
    with count_queries() as few:
        saved("rotations.rotation", head + lines[0], admin)
    with count_queries() as many:
        saved("rotations.rotation", head + "".join(lines), admin)
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("rotations.hospital", "hospitals.csv"),
        ("rotations.discipline", "departments.csv"),
        ("rotations.department", "hospital_department_matrix.csv"),
    ],
)
def test_the_offices_own_files_are_taken_as_they_are(
    app_context: Flask, name: str, file: str
) -> None:
    admin = make_user("admin")
    for before in ("hospitals", "departments"):
        if file != f"{before}.csv" and name == "rotations.department":
            kind = {"hospitals": "rotations.hospital", "departments": "rotations.discipline"}
            saved(kind[before], (SAMPLES / f"{before}.csv").read_text(), admin)
    rows = saved(name, (SAMPLES / file).read_text(), admin)
    assert rows
    assert faults(rows) == []
