"""People from a file: the samples as they come, the rules of a single save, passwords, invitations, and the way back."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy_continuum import version_class

from plugins.bulk import services
from plugins.users.imports import PEOPLE, save_people, split_name
from plugins.users.models import Supervision, User
from sims import runs
from sims.database import commit, db
from sims.imports import ImportRow
from sims.mail import Mail
from sims.passwords import matches
from tests.factories import make_user
from tests.plugins.bulk.factories import faults, fresh, upload

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
PEOPLE_OF_ONE_FILE = """\
username,email,full_name,role,specialty,year,supervisor_email
pg,pg@example.com,Amna Tariq,pg,Medicine,3,prof@example.com
prof,prof@example.com,Prof. Dr. Umar Shah,supervisor,Medicine,,
"""


@pytest.fixture
def office(app_context):
    return make_user("admin", username="office", email="office@example.com")


@pytest.fixture
def bring(office, run_jobs):
    """A function that checks a file and saves it, with a real worker; the operation that saved it."""

    def run(content: str):
        check = upload(office, "users.person", content, filename="people.csv")
        run_jobs()
        assert (fresh(check.id).status, faults(check)) == ("completed", [])
        assert db.session.scalar(sa.select(sa.func.count(Mail.id))) == 0, "a check mails nothing"
        done = services.confirm(fresh(check.id), mode="all", actor=office)
        commit()
        run_jobs()
        return fresh(done.id)

    return run


def row(**cells: Any) -> ImportRow:
    """A row as the bulk plugin hands it over, fine unless `cells` make it otherwise."""
    usual = {
        "email": "new@example.com", "full_name": "Amna Tariq", "role": "supervisor", "specialty": "Medicine",
    }  # fmt: skip
    return ImportRow(2, dict.fromkeys(column.name for column in PEOPLE.columns) | usual | cells)


def saved(office: User, **cells: Any) -> ImportRow:
    given = row(**cells)
    save_people([given], office)
    return given


def people() -> dict[str, User]:
    return {person.username: person for person in db.session.scalars(sa.select(User))}


def test_both_sample_files_are_taken_as_they_are(bring):
    assert bring(SUPERVISORS).success == 2
    assert bring(RESIDENTS).success == 2
    found = people()
    ali, asim = found["ali.raza"], found["asim.shahzad"]
    assert (ali.first_name, ali.last_name, ali.year, ali.role) == ("Ali", "Raza", 1, "pg")
    assert (ali.supervisor_id, ali.registration_number) == (asim.id, "PGR-2026-001")
    assert (ali.training_start, ali.training_end) == (date(2026, 1, 1), None)
    assert (asim.registration_number, asim.phone_number) == ("PMC-12345", "03001234567")
    rows = db.session.scalars(sa.select(Supervision).where(Supervision.pg_id == ali.id)).all()
    assert [row.supervisor_id for row in rows] == [asim.id]
    assert db.session.scalars(sa.select(Mail)).all() == [], (
        "nobody is mailed unless the file says so"
    )


def test_the_samples_here_are_the_samples_there():
    folder = Path("/work/shared/samples")
    if not folder.is_dir():
        pytest.skip("the sample files are not on this machine")
    assert (folder / "supervisors.csv").read_text().strip() == SUPERVISORS.strip()
    assert (folder / "residents.csv").read_text().strip() == RESIDENTS.strip()


def test_supervisors_of_the_same_file_are_found_and_all_are_taken_out_again(
    bring, office, run_jobs
):
    done = bring(PEOPLE_OF_ONE_FILE)
    found = people()
    assert found["pg"].supervisor_id == found["prof"].id
    assert (found["prof"].first_name, found["prof"].last_name) == ("Umar", "Shah")
    for left in ({"office", "prof"}, {"office"}):  # undone from the last row up: the PG stood first
        undo = services.undo(fresh(done.id), actor=office)
        runs.start(undo)
        commit()
        run_jobs()
        assert set(people()) == left
    assert db.session.scalars(sa.select(Supervision)).all() == []
    version = version_class(User)
    kept = sa.select(version.operation_type).where(version.username == "pg").order_by(version.id)
    assert len(db.session.scalars(kept).all()) == 2, "history keeps that there was somebody"


def test_who_has_signed_in_since_is_not_taken_out(bring, office, client, run_jobs):
    done = bring(
        "email,full_name,role,specialty,password\n"
        "given@example.com,Amna Tariq,supervisor,Medicine,told on the telephone\n"
    )
    answer = client.post("/login", data={"username": "given", "password": "told on the telephone"})
    assert answer.status_code == 302
    assert client.get("/").location == "/password/first"
    undo = services.undo(fresh(done.id), actor=office)
    runs.start(undo)
    commit()
    run_jobs()
    assert faults(fresh(undo.id)) == [
        (-2, "", "Amna Tariq has signed in since. Archive the account instead.")
    ]
    assert "given" in people()


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"username": "Taken"}, "username"),
        ({"email": "TAKEN@example.com", "username": "new"}, "email"),
        ({"email": "not an address", "username": "new"}, "email"),
        ({"full_name": "Amna"}, "full_name"),
        ({"full_name": None, "first_name": "Amna"}, "last_name"),
        ({"specialty": None}, "specialty"),
        ({"role": "pg", "year": 7, "supervisor_email": "taken@example.com"}, "year"),
        ({"role": "pg", "training_level": "Y7", "supervisor_email": "taken"}, "training_level"),
        ({"role": "pg", "year": 2}, "supervisor_email"),
        ({"role": "pg", "year": 2, "supervisor_email": "nobody@example.com"}, "supervisor_email"),
        ({"role": "pg", "year": 2, "supervisor_email": "office@example.com"}, "supervisor_email"),
        ({"role": "admin", "supervisor_email": "taken@example.com"}, "supervisor_email"),
        ({"training_start": date(2026, 1, 1), "training_end": date(2025, 1, 1)}, "training_end"),
        ({"password": "short"}, "password"),
    ],
)
def test_an_import_obeys_the_rules_of_a_single_save(office, cells, column):
    make_user("supervisor", username="taken", email="taken@example.com")
    given = saved(office, **cells)
    assert given.made is None
    assert column in {problem.column for problem in given.problems}
    assert set(people()) == {"office", "taken"}


def test_a_refused_password_is_not_shown_in_the_report(office):
    assert "hunter2" not in str(saved(office, password="hunter2").problems)


def test_a_given_password_is_to_be_changed_and_brings_no_invitation(office):
    person = saved(office, password="told on the telephone", invite=True).made
    assert matches(person.password_hash, "told on the telephone")
    assert person.must_change_password
    assert db.session.scalars(sa.select(Mail)).all() == []


def test_a_link_is_mailed_to_whom_the_file_says_and_whose_account_is_open(office):
    for name, cells in {
        "yes": {"invite": True},
        "no": {"invite": False},
        "unsaid": {},
        "closed": {"invite": True, "active": False},
    }.items():
        assert saved(office, email=f"{name}@example.com", **cells).fine
    db.session.flush()
    assert db.session.scalars(sa.select(Mail.recipient)).all() == ["yes@example.com"]
    assert not people()["closed"].may_act


@pytest.mark.parametrize("level", ["Y2", "y 2", "2", "PGY-2", "Year 2"])
def test_a_level_stands_for_the_year_where_that_is_missing(office, level):
    make_user("supervisor", email="boss@example.com")
    given = {"role": "pg", "supervisor_email": "boss@example.com", "training_level": level}
    assert saved(office, **given).made.year == 2
    assert saved(office, **given, email="other@example.com", year=3).made.year == 3


def test_people_are_looked_up_once_for_all_rows_and_new_ones_in_no_history(office, count_queries):
    make_user("supervisor", email="boss@example.com")
    counts = []
    for size in (1, 20):
        rows = [
            row(email=f"{size}-{n}@example.com", role="pg", year=1, supervisor_email="boss@example.com")
            for n in range(size)
        ]  # fmt: skip
        with count_queries() as sent:
            save_people(rows, office)
        assert all(given.fine for given in rows)
        counts.append(sum("registration_number) IN" in statement for statement in sent))
        assert not [
            statement for statement in sent if re.search("FROM users_.*_version", statement)
        ]
    assert counts == [1, 1]


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
    assert split_name(full_name) == parts
