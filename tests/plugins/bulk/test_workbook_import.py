"""A workbook from the upload to its rows: what is wrong in it is told by row and column like in any file."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from plugins.bulk import services
from plugins.rotations.models import Hospital
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.bulk.factories import faults, fresh, upload
from tests.plugins.bulk.test_reading_workbook import made


def hospitals(book: Any) -> None:
    sheet = book.add_worksheet("Hospitals")
    sheet.write_row(2, 1, ["Hospital Code", "hospital-name", "Phone", "ACTIVE"])
    sheet.write_row(3, 1, ["AAA", "First Hospital", 3331112223, True])
    sheet.write_row(5, 1, ["BBB", "Second Hospital", "+92 41 1", "no"])
    sheet.write_row(6, 1, ["CCC"])
    sheet.merge_range("C6:C7", "Second Hospital")
    sheet.write_row(7, 1, ["DDD", "Fourth Hospital"])
    sheet.write_formula(7, 3, "=A0", None, "#REF!")
    sheet.write_row(8, 1, ["EEE", "Fifth Hospital", "", "perhaps"])


def test_a_workbook_is_imported_and_its_faults_are_told_by_row_and_column(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    admin = make_user("admin")
    check = upload(admin, "rotations.hospital", made(hospitals), filename="hospitals.xlsx")
    run_jobs()
    assert fresh(check.id).options["note"] == "Excel workbook, sheet Hospitals"
    assert faults(fresh(check.id)) == [
        (7, "hospital-name", "C6:C7 are merged. Unmerge them and give each row its own value."),
        (8, "Phone", "The formula of this cell has no value, only an error such as #REF!."),
        (9, "ACTIVE", "Say yes or no."),
    ]
    services.confirm(fresh(check.id), mode="partial", actor=admin)
    commit()
    run_jobs()
    found = db.session.scalars(sa.select(Hospital).order_by(Hospital.code)).all()
    assert [(row.code, row.name, row.phone, row.is_active) for row in found] == [
        ("AAA", "First Hospital", "3331112223", True),
        ("BBB", "Second Hospital", "+92 41 1", False),
    ]


def test_a_file_that_can_not_be_read_ends_the_check_in_words(
    app_context: Flask, run_jobs: Callable[[], None]
) -> None:
    check = upload(make_user("admin"), "rotations.hospital", 'code,name\n"A,B\n')
    run_jobs()
    check = fresh(check.id)
    assert check.status == "failed"
    assert "a quotation mark that opens in line 2 is never closed" in check.error
