"""The certificate of a completed rotation, and the page on which anybody checks it."""

import io
import struct
from datetime import date

import pytest
from pypdf import PdfReader

from plugins.rotations import completion
from sims import access, pdf, proofs
from sims.database import db
from tests.factories import make_user
from tests.plugins.rotations.factories import make_rotation


@pytest.fixture
def rotation(app_context):
    pg = make_user("pg", first_name="Zoë", last_name="#strong[Khan] \\ $x$")
    row = make_rotation(
        pg, start_date=date(2026, 1, 1), end_date=date(2026, 3, 31), status="completed",
        supervisor_id=pg.supervisor_id, notes="Known to argue.",
    )  # fmt: skip
    db.session.commit()
    return row


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_office_issues_it_and_the_paper_says_what_the_public_page_says(
    rotation, sign_in, client
):
    number = rotation.id
    office = sign_in(make_user("admin"))
    answer = office.post(f"/rotations/{number}/certificate", follow_redirects=True)
    assert "The certificate is issued" in answer.text
    proof = proofs.about("rotations_rotation", number, kind=completion.KIND)[0]
    db.session.refresh(rotation)
    paper = completion.files.of(completion.ROTATION, rotation)[0]
    downloaded = office.get(f"/files/{paper.token}")
    assert downloaded.mimetype == "application/pdf"
    said = text_of(downloaded.data)
    page = client.get(f"/verify/{proof.shown_code}").text
    for words in (proof.shown_code, "1 Jan 2026", "31 Mar 2026"):
        assert words in said
        assert words in page
    assert "#strong[Khan]" in said, "what people typed is text, never code"
    assert "Known to argue." not in page + said
    assert len(PdfReader(io.BytesIO(downloaded.data)).pages) == 1


def test_its_pg_downloads_it_and_others_do_not(rotation, sign_in):
    number, pg, other = rotation.id, db.session.get(type(make_user()), rotation.pg_id), make_user()
    sign_in(make_user("admin")).post(f"/rotations/{number}/certificate")
    db.session.refresh(rotation)
    token = completion.files.of(completion.ROTATION, rotation)[0].token
    assert "Download PDF" in sign_in(pg).get(f"/rotations/{number}").text
    assert sign_in(pg).get(f"/files/{token}").status_code == 200
    assert sign_in(other).get(f"/files/{token}").status_code == 404


def test_only_the_office_and_the_rotations_supervisor_issue_it(rotation, sign_in):
    pg = db.session.get(type(make_user()), rotation.pg_id)
    path = f"/rotations/{rotation.id}/certificate"
    assert sign_in(pg).post(path).status_code == 404
    co = make_user("supervisor")
    pg.supervisor_id, rotation.supervisor_id = co.id, make_user("supervisor").id
    db.session.commit()
    assert sign_in(co).post(path).status_code == 403
    supervisor = db.session.get(type(co), rotation.supervisor_id)
    assert sign_in(supervisor).post(path).status_code == 302


def test_a_rotation_that_is_not_completed_has_none(rotation, sign_in):
    rotation.status = "ongoing"
    db.session.commit()
    answer = sign_in(make_user("admin")).post(
        f"/rotations/{rotation.id}/certificate", follow_redirects=True
    )
    assert "not completed yet" in answer.text
    assert not proofs.about("rotations_rotation", rotation.id, kind=completion.KIND)


def test_a_new_one_withdraws_the_old_one_and_its_file(rotation):
    admin = make_user("admin")
    rotation = access.find(completion.ROTATION, admin, rotation.id)
    old = completion.issue(rotation, actor=admin)
    new = completion.issue(rotation, actor=admin)
    assert old.revoked_at is not None
    assert new.revoked_at is None
    names = [file.name for file in completion.files.of(completion.ROTATION, rotation)]
    assert names == [f"completion-{new.shown_code}.pdf"]


def test_a_rotation_changed_afterwards_makes_the_public_page_say_so(rotation, sign_in, client):
    office = sign_in(make_user("admin"))
    office.post(f"/rotations/{rotation.id}/certificate")
    code = proofs.about("rotations_rotation", rotation.id, kind=completion.KIND)[0].shown_code
    db.session.refresh(rotation)
    pg = db.session.get(type(make_user()), rotation.pg_id)
    form = {
        "pg_id": pg.username, "department_id": str(rotation.department_id), "version": str(rotation.version),
        "start_date": "2026-01-01", "end_date": "2026-03-30",
    }  # fmt: skip
    answer = office.post(f"/rotations/{rotation.id}/edit", data=form)
    assert answer.status_code == 302, answer.text
    page = client.get(f"/verify/{code}").text
    assert "No longer valid" in page
    assert "changed after it was issued" in page


def test_a_template_that_can_not_be_set_is_named(tmp_path):
    template = tmp_path / "broken.typ"
    template.write_text("#nothing(")
    with pytest.raises(pdf.Unprintable, match=r"broken\.typ could not be printed"):
        pdf.render(template, {})


def test_the_paper_fits_one_page_with_the_longest_names(app_context):
    said = {
        "title": completion.TITLE, "site": "A National College with a Rather Long Name " * 2,
        "name": "Maximiliana Alexandrovna von und zu Hohenstein-Langenfeld " * 2, "department": "Surgery " * 20,
        "hospital": "Hospital " * 20, "start": "1 Jan 2026", "end": "2 Jan 2026", "supervisor": "Somebody " * 8,
        "issued": "23 Nov 2026", "code": "7KQM-4PXD-92TW", "address": "https://sims.example/verify/7KQM-4PXD-92TW",
    }  # fmt: skip
    assert len(PdfReader(io.BytesIO(pdf.render(completion.TEMPLATE, said))).pages) == 1
    picture = pdf.render(completion.TEMPLATE, said, format="png")
    width, height = struct.unpack(">II", picture[16:24])
    assert 1.40 < height / width < 1.43, "A4, upright"
