"""Disciplines: what departments of several hospitals have in common, kept by the office."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from plugins.rotations.models import Department, Discipline
from sims.database import db
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_discipline, make_hospital


def test_the_office_adds_a_discipline_and_its_code_stands_once_whatever_case(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    client = sign_in(make_user("admin"))
    form = {"name": "Internal Medicine", "code": "MED", "is_active": "y"}
    assert client.post("/rotations/disciplines/new", data=form).status_code == 302
    again = client.post("/rotations/disciplines/new", data={"name": "Medicine", "code": "med"})
    assert again.status_code == 422
    assert "Another discipline has this code." in again.text
    assert list(db.session.scalars(sa.select(Discipline.code))) == ["MED"]


def test_a_department_is_of_a_discipline_and_the_disciplines_page_says_where(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    medicine = make_discipline(name="Internal Medicine")
    hospital = make_hospital(name="Allied Hospital")
    form = {
        "hospital_id": str(hospital.id),
        "discipline_id": str(medicine.id),
        "name": "Medical Unit II",
        "is_active": "y",
    }
    client = sign_in(make_user("admin"))
    assert client.post("/rotations/departments/new", data=form).status_code == 302
    assert db.session.scalars(sa.select(Department.discipline_id)).one() == medicine.id
    page = client.get(f"/rotations/disciplines/{medicine.id}").text
    assert "Allied Hospital" in page
    assert "Medical Unit II" in page
    listed = client.get(f"/rotations/departments?discipline={medicine.id}").text
    assert "Medical Unit II" in listed


def test_disciplines_are_the_offices_business_alone(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    make_department(discipline=make_discipline())
    client = sign_in(make_user("pg"))
    assert client.get("/rotations/disciplines").status_code == 404
    page = client.get("/rotations/departments").text
    assert "/rotations/hospitals" in page
    assert "/rotations/disciplines" not in page
