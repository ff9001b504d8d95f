"""Certificates that the office brings from a file for PGs."""

from datetime import date, timedelta

import pytest
from flask import Flask

from plugins.certificates import imports, services
from plugins.certificates.models import Certificate
from plugins.certificates.records import CERTIFICATE
from sims import workflow
from sims.clock import today
from sims.database import db, flush
from sims.errors import Denied, Invalid
from tests.factories import make_user
from tests.imports import faults, import_named, saved
from tests.plugins.certificates.factories import make_type, with_paper


def test_a_certificate_is_made_for_the_pg_and_stays_with_them_until_they_submit_it(
    app_context: Flask,
) -> None:
    admin, pg = make_user("admin"), make_user("pg", registration_number="PGR-7")
    kind = make_type("BLS (basic life support)", validity_months=24, cme_points=3)
    rows = saved(
        "certificates.certificate",
        "PG,Type,Issued,Issuer,Number\npgr-7,bls,15/01/2026,AHA,B-1\n",
        admin,
    )
    assert faults(rows) == []
    made = rows[0].made
    assert (made.pg_id, made.supervisor_id, made.created_by_id) == (
        pg.id,
        pg.supervisor_id,
        admin.id,
    )
    assert (made.status, made.title, made.type_id, made.organisation, made.number) == (
        "pending", kind.name, kind.id, "AHA", "B-1",
    )  # fmt: skip
    assert (made.issue_date, made.expiry_date, made.cme_points) == (
        date(2026, 1, 15), date(2028, 1, 15), 3,
    )  # fmt: skip
    with pytest.raises(Invalid, match="Add the certificate itself"):
        workflow.move(CERTIFICATE, made, "submit", actor=pg)
    with_paper(made, pg)
    workflow.move(CERTIFICATE, made, "submit", actor=pg)
    assert made.status == "under_review"


def test_what_a_file_says_of_the_certificate_wins_over_its_type(app_context: Flask) -> None:
    pg = make_user("pg")
    make_type("ACLS", validity_months=24, cme_points=3, cpd_credits=2)
    rows = saved(
        "certificates.certificate",
        "pg,type,title,issue_date,expiry_date,cme,cpd\n"
        f"{pg.username},acls,ACLS provider,2026-01-15,2027-01-15,0,1.5\n",
        make_user("admin"),
    )
    made = rows[0].made
    assert (made.title, made.expiry_date, made.cme_points, float(made.cpd_credits)) == (
        "ACLS provider", date(2027, 1, 15), 0, 1.5,
    )  # fmt: skip


def test_what_is_unknown_or_breaks_a_rule_is_refused_at_its_column(app_context: Flask) -> None:
    pg, supervisor = make_user("pg"), make_user("supervisor")
    make_type("ACLS")
    make_type("Old course", is_active=False)
    future = (today() + timedelta(days=3)).isoformat()
    rows = saved(
        "certificates.certificate",
        "pg,type,issue_date,expiry_date,number\n"
        f"{supervisor.email},ACLS,2026-01-15,,\n"
        f"{pg.email},Old course,2026-01-15,,\n"
        f"{pg.email},ACLS,{future},,\n"
        f"{pg.email},ACLS,2026-01-15,2026-01-14,\n"
        f"{pg.email},ACLS,2026-01-15,,A-1\n"
        f"{pg.email},ACLS,2026-01-15,,a-1\n",
        make_user("admin"),
    )
    assert [(number, column, words[:40]) for number, column, words in faults(rows)] == [
        (2, "pg", "No PG has the e-mail address, username o"),
        (3, "type", "No type in use is called Old course. Kno"),
        (4, "issue_date", "The date of issue is in the future. Ente"),
        (5, "expiry_date", "It can't end before it begins. Enter an "),
    ]
    assert [(row.number, row.warnings[0].column) for row in rows if row.warnings] == [(7, "number")]
    assert rows[1].problems[0].message.endswith("Known are: ACLS.")


def test_only_the_office_brings_certificates_of_others(app_context: Flask) -> None:
    pg, other, kind = make_user("pg"), make_user("pg"), make_type()
    values = {"type_id": kind.id, "issue_date": today(), "title": "", "pg_id": other.id}
    for actor in (pg, make_user("supervisor")):
        with pytest.raises(Denied):
            services.create_certificate(values, actor=actor)
    with pytest.raises(Denied):
        services.create_certificate({**values, "pg_id": None}, actor=make_user("admin"))
    with pytest.raises(Invalid, match="only a PG has certificates"):
        services.create_certificate(
            {**values, "pg_id": make_user("supervisor").id}, actor=make_user("admin")
        )


def test_one_is_taken_out_again_unless_its_paper_is_there(app_context: Flask) -> None:
    pg, admin = make_user("pg"), make_user("admin")
    make_type("ACLS")
    text = "pg,type,issue_date,number\n{0},ACLS,2026-01-15,1\n{0},ACLS,2026-01-16,2\n"
    first, second = (
        row.made for row in saved("certificates.certificate", text.format(pg.email), admin)
    )
    with_paper(second, pg)
    db.session.commit()
    assert import_named("certificates.certificate").remove is imports.remove
    imports.remove(first, admin)
    flush()
    with pytest.raises(Denied, match="added the paper"):
        imports.remove(second, admin)
    assert [row.number for row in db.session.query(Certificate)] == ["2"]
