"""People from a file: the samples as they come, and files that are broken in every way we have seen."""

import csv
import html
import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from plugins.users import importing
from plugins.users.models import Supervision, User
from sims.database import db
from sims.errors import Invalid
from sims.mail import Mail
from tests.factories import make_user

SUPERVISORS = """\
email,full_name,phone_number,role,specialty,department_code,hospital_code,designation,registration_number,username,password,active,start_date
dr.asim@example.com,Dr. Asim Shahzad,03001234567,supervisor,medicine,MED,FMUH,Senior Registrar,PMC-12345,asim.shahzad,,true,2026-01-01
dr.fatima@example.com,Dr. Fatima Zahra,03007654321,supervisor,surgery,SURG,FMUH,Associate Professor,PMC-67890,fatima.zahra,,true,2026-01-01
"""
RESIDENTS = """\
email,full_name,phone_number,role,specialty,year,pgr_id,training_start,training_end,training_level,department_code,hospital_code,supervisor_email,username,password,active
ali.pgr@example.com,Dr. Ali Raza,03331112223,pg,medicine,1,PGR-2026-001,2026-01-01,,Y1,MED,FMUH,dr.asim@example.com,ali.raza,,true
zainab.pgr@example.com,Dr. Zainab Bibi,03334445556,pg,surgery,2,PGR-2026-002,2025-01-01,,Y2,SURG,FMUH,dr.fatima@example.com,zainab.bibi,,true
"""
PEOPLE = """\
username,email,full_name,role,specialty,year,supervisor_email
pg,pg@example.com,Amna Tariq,pg,Medicine,3,prof@example.com
prof,prof@example.com,Prof. Dr. Umar Shah,supervisor,Medicine,,
"""


@pytest.fixture
def office(app_context, sign_in):
    return sign_in(make_user("admin", username="office"))


def look(client, content: str | bytes, **given: object):
    content = content.encode() if isinstance(content, str) else content
    data = {"file": (io.BytesIO(content), "people.csv"), "invite": "y", **given}
    return client.post("/people/import", data=data, content_type="multipart/form-data")


def confirm(client, page: str):
    text = re.search(r'<textarea name="text"[^>]*>\n(.*?)</textarea>', page, re.S).group(1)
    data = {"text": html.unescape(text), "invite": "y" if 'name="invite"' in page else ""}
    return client.post("/people/import", data=data, content_type="multipart/form-data")


def people() -> dict[str, User]:
    return {person.username: person for person in db.session.scalars(sa.select(User))}


def test_both_sample_files_are_taken_as_they_are(office):
    page = look(office, SUPERVISORS)
    assert page.status_code == 200
    assert set(people()) == {"office"}, "looking saves nothing"
    assert confirm(office, page.text).location == "/people"
    page = look(office, RESIDENTS)
    assert confirm(office, page.text).status_code == 302
    found = people()
    ali, asim = found["ali.raza"], found["asim.shahzad"]
    assert (ali.first_name, ali.last_name, ali.year, ali.role) == ("Ali", "Raza", 1, "pg")
    assert ali.supervisor_id == asim.id
    assert (asim.registration_number, asim.phone_number) == ("PMC-12345", "03001234567")
    rows = db.session.scalars(sa.select(Supervision).where(Supervision.pg_id == ali.id)).all()
    assert [row.supervisor_id for row in rows] == [asim.id]
    invited = set(db.session.scalars(sa.select(Mail.recipient)))
    assert invited == {person.email for person in found.values() if person.username != "office"}


def test_the_samples_here_are_the_samples_there():
    folder = Path("/work/shared/samples")
    if not folder.is_dir():
        pytest.skip("the sample files are not on this machine")
    assert (folder / "supervisors.csv").read_text().strip() == SUPERVISORS.strip()
    assert (folder / "residents.csv").read_text().strip() == RESIDENTS.strip()


def test_columns_that_are_not_used_are_named(office):
    page = look(office, SUPERVISORS).text
    assert "department_code, hospital_code, designation, start_date" in page
    make_user("supervisor", email="dr.asim@example.com")
    page = look(office, RESIDENTS).text
    assert (
        "pgr_id, training_start, training_end, training_level, department_code, hospital_code"
        in page
    )


def test_supervisors_of_the_same_file_are_found_wherever_they_stand(office):
    confirm(office, look(office, PEOPLE).text)
    found = people()
    assert found["pg"].supervisor_id == found["prof"].id
    assert (found["prof"].first_name, found["prof"].last_name) == ("Umar", "Shah")


def test_every_error_is_named_by_row_and_column(office):
    make_user("supervisor", username="taken", email="taken@example.com")
    content = (
        "username,email,full_name,role,specialty,year,supervisor_email,active,password\n"
        "one,not an address,Amna Tariq,pg,Medicine,3,taken@example.com,true,\n"
        "TAKEN,two@example.com,Amna,owner,Medicine,,,true,\n"
        "\n"
        "four,TAKEN@example.com,Amna Tariq,pg,,9,nobody@example.com,maybe,\n"
        "five,five@example.com,Amna Tariq,supervisor,Medicine,abc,,true,short\n"
        "six,six@example.com,Amna Tariq,supervisor,Medicine,,,true,,extra,cells\n"
    )
    answer = look(office, content)
    assert answer.status_code == 422
    plan = importing.read(content.encode())
    importing.check(plan, actor=db.session.scalar(sa.select(User).where(User.username == "office")))
    db.session.rollback()
    found = {(problem.row, problem.column) for problem in plan.problems}
    assert found == {
        (2, "email"), (3, "role"), (5, "supervisor_email"), (5, "active"), (6, "year"), (6, "password"), (7, ""),
    }  # fmt: skip
    assert all(problem.message in html.unescape(answer.text) for problem in plan.problems)
    assert set(people()) == {"office", "taken"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("taken,new@example.com,Amna Tariq,supervisor,Medicine,,", "username"),
        ("new,taken@example.com,Amna Tariq,supervisor,Medicine,,", "email"),
        ("new,new@example.com,Amna,supervisor,Medicine,,", "full_name"),
        ("new,new@example.com,Amna Tariq,supervisor,,,", "specialty"),
        ("new,new@example.com,Amna Tariq,pg,Medicine,7,taken@example.com", "year"),
        ("new,new@example.com,Amna Tariq,pg,Medicine,2,", "supervisor_email"),
        ("new,new@example.com,Amna Tariq,pg,Medicine,2,office@example.com", "supervisor_email"),
        ("new,new@example.com,Amna Tariq,admin,,,taken@example.com", "supervisor_email"),
    ],
)
def test_an_import_obeys_the_rules_of_a_single_save(office, row, column):
    make_user("supervisor", username="taken", email="taken@example.com")
    people()["office"].email = "office@example.com"
    answer = look(office, f"username,email,full_name,role,specialty,year,supervisor_email\n{row}\n")
    assert answer.status_code == 422
    assert f"Row 2, {column}</strong>" in answer.text


def test_the_same_address_twice_in_a_file_is_found(office):
    line = "{0},same@example.com,Amna Tariq,supervisor,Medicine\n"
    content = "username,email,full_name,role,specialty\n" + line.format("a") + line.format("b")
    answer = look(office, content)
    assert answer.status_code == 422
    assert "Somebody else has this e-mail address." in answer.text


def test_all_or_nothing_also_on_confirmation(office):
    page = look(office, PEOPLE).text
    make_user("supervisor", username="prof")
    answer = confirm(office, page)
    assert answer.status_code == 422
    assert set(people()) == {"office", "prof"}


def test_what_is_sent_on_confirmation_is_checked_again(office):
    forged = PEOPLE.replace(",supervisor,", ",owner,")
    answer = office.post(
        "/people/import", data={"text": forged}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert set(people()) == {"office"}


def test_a_given_password_is_to_be_changed_and_brings_no_invitation(office, client):
    content = (
        "email,full_name,role,specialty,password\n"
        "given@example.com,Amna Tariq,supervisor,Medicine,told on the telephone\n"
    )
    confirm(office, look(office, content).text)
    answer = client.post("/login", data={"username": "given", "password": "told on the telephone"})
    assert answer.status_code == 302
    assert client.get("/").location == "/password/first"
    assert db.session.scalars(sa.select(Mail)).all() == []


def test_somebody_who_is_not_active_comes_in_closed_and_is_not_invited(office):
    content = (
        "email,full_name,role,specialty,active\noff@example.com,Amna Tariq,supervisor,Medicine,No\n"
    )
    confirm(office, look(office, content).text)
    assert not people()["off"].may_act
    assert db.session.scalars(sa.select(Mail)).all() == []


def test_without_invitations_nobody_gets_a_mail(office):
    confirm(office, look(office, PEOPLE, invite="").text)
    assert db.session.scalars(sa.select(Mail)).all() == []
    assert people()["prof"].password_hash == ""


NAMED = PEOPLE.replace("Amna Tariq", "Chloé Señor")


@pytest.mark.parametrize(
    "content",
    [
        NAMED.encode(),
        NAMED.encode("utf-8-sig"),
        NAMED.encode("cp1252"),
        NAMED.encode("utf-16"),
        NAMED.replace("\n", "\r\n").encode(),
        NAMED.replace("\n", "\r").encode(),
        NAMED.replace(",", ";").encode(),
        NAMED.replace(",", "\t").encode("cp1252"),
        ("\n\n" + NAMED.replace("username", " UserName ")).encode(),
    ],
    ids=["utf-8", "bom", "windows", "utf-16", "crlf", "cr", "semicolons", "tabs", "blank lines"],
)
def test_files_as_spreadsheets_write_them(office, content):
    confirm(office, look(office, content).text)
    assert people()["pg"].name == "Chloé Señor"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        (b"\xef\xbb\xbf", "columns are missing"),
        (b"email,full_name,role\n", "nothing below"),
        (b"email,full_name\na@example.com,Amna\n", "missing: role"),
        (b"a;b;c\n1;2;3\n", "missing: email, role, full_name"),
        (b"email,email,role,full_name\n", "twice"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"email,role,full_name\n\x81\x8d,pg,x\n", "neither UTF-8 nor Windows-1252"),
        (b"email,role,full_name\na\x00b,pg,x\n", "binary data"),
        (b'email,role,full_name\n"' + b"x" * 140_000 + b'",pg,x\n', "read"),
        (b"email,role,full_name\n" + b"x" * 300_000, "larger than"),
        (b"email,role,full_name\n" + b"a,pg,b\n" * 501, "501 rows"),
        (b"\xff\xfeabc", "neither"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "missing"),
    ],
)
def test_a_broken_file_is_answered_with_words(office, content, words):
    answer = look(office, content)
    assert answer.status_code == 422
    if words != "PNG":
        assert words in html.unescape(answer.text)
    assert set(people()) == {"office"}


def test_no_file_and_no_text_is_answered_with_words(office):
    for data in ({}, {"text": ""}, {"file": "text instead"}):
        answer = office.post("/people/import", data=data, content_type="multipart/form-data")
        assert answer.status_code == 422


def test_quotes_commas_and_markup_in_cells_survive_the_way_through_the_page(office):
    content = (
        "email,first_name,last_name,role,specialty\n"
        'quoted@example.com,"Amna ""the"" </textarea><b>",Tariq,supervisor,"Medicine, ""general"" & more"\n'
    )
    page = look(office, content)
    assert "</textarea><b>" not in page.text
    confirm(office, page.text)
    assert people()["quoted"].specialty == 'Medicine, "general" & more'
    assert people()["quoted"].first_name == 'Amna "the" </textarea><b>'


def test_what_we_export_can_be_imported(office, sign_in):
    make_user(
        "supervisor",
        username="intl",
        first_name="Amna",
        last_name="Tariq",
        phone_number="+92 300 1234567",
    )
    exported = office.get("/people/export.csv?q=intl").data.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(exported))
    assert row["Phone"] == "'+92 300 1234567"
    plan = importing.read_text(
        f"email,full_name,role,specialty,phone\nx@example.com,A B,supervisor,Medicine,{row['Phone']}\n"
    )
    assert plan.rows[0][1]["phone_number"] == "+92 300 1234567"


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Dr. Ali Raza", ("Ali", "Raza")),
        ("DR Ali Hassan Raza", ("Ali Hassan", "Raza")),
        ("Prof. Dr. Fatima Zahra", ("Fatima", "Zahra")),
        ("Drew Barry", ("Drew", "Barry")),
        ("Madonna", ("", "Madonna")),
        ("Dr.", ("", "")),
    ],
)
def test_a_full_name_is_split_and_its_titles_dropped(full_name, parts):
    assert importing._names({"full_name": full_name}) == parts


def test_refusals_are_of_the_file(app_context):
    with pytest.raises(Invalid) as refusal:
        importing.read(b"")
    assert refusal.value.problems[0].fields == ("file",)
