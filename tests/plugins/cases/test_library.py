"""The teaching library: who gets in, who gets out, and that nobody is named."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from plugins.cases.library import age_band
from plugins.cases.models import CaseProcedure, ClinicalCase
from plugins.notifications.models import Notification
from sims.clock import now, today
from sims.database import db
from sims.files import File
from tests.factories import make_user
from tests.plugins.cases.factories import make_case, make_category, make_featured, make_review
from tests.plugins.rotations.factories import make_department, make_hospital, make_rotation


@pytest.fixture
def people(app_context):
    supervisor = make_user("supervisor")
    return make_user("pg", supervisor=supervisor), supervisor, make_user("admin")


def shown(client) -> bool:
    return "Appendicitis in pregnancy" in client.get("/cases/library").text


def told(person) -> list[str]:
    query = sa.select(Notification.title).where(
        Notification.recipient_id == person.id, Notification.channel == "in_app"
    )
    return list(db.session.scalars(query.order_by(Notification.id)))


def test_a_case_gets_in_when_approved_agreed_and_chosen(people, sign_in):
    pg, supervisor, admin = people
    case = make_case(pg, status="approved")
    office, reader = sign_in(admin), sign_in(make_user("pg"))
    feature = f"/cases/{case.id}/do/feature"
    assert office.post(feature).status_code == 403  # not agreed
    sign_in(pg).post(f"/cases/{case.id}/teaching", data={"consent": "yes"})
    assert not shown(reader)
    for person in (pg, supervisor):
        assert sign_in(person).post(feature).status_code == 403
    assert office.post(feature).status_code == 302
    for person in (make_user("pg"), make_user("supervisor"), admin):
        assert shown(sign_in(person))
    assert told(pg) == ["In the teaching library now: Appendicitis in pregnancy"]
    history = office.get(f"/cases/{case.id}/history").text
    assert "In the library" in history
    assert admin.name in history


@pytest.mark.parametrize("status", ["draft", "pending", "returned", "rejected", "archived"])
def test_only_approved_cases_are_put_in(people, sign_in, status):
    pg, _, admin = people
    case = make_case(pg, status=status, teaching_consent=True)
    assert sign_in(admin).post(f"/cases/{case.id}/do/feature").status_code == 409
    assert not shown(sign_in(pg))


@pytest.mark.parametrize("missing", ["featured", "teaching_consent", "status"])
def test_the_library_asks_for_all_three(people, sign_in, missing):
    pg, _, _ = people
    case = make_featured(pg)
    key = case.library_key
    reader = sign_in(make_user("pg"))
    assert shown(reader)
    setattr(case, missing, "archived" if missing == "status" else False)
    if missing == "teaching_consent":
        case.featured = False
    db.session.flush()
    assert not shown(reader)
    assert reader.get(f"/cases/library/{key}").status_code == 404


def test_consent_taken_back_takes_the_case_out_at_once_and_for_good(people, sign_in):
    pg, supervisor, _ = people
    case = make_featured(pg)
    key = case.library_key
    owner, reader = sign_in(pg), sign_in(make_user("pg"))
    path = f"/cases/{case.id}/teaching"
    assert sign_in(supervisor).post(path, data={"consent": "no"}).status_code == 404
    assert sign_in(make_user("pg")).post(path, data={"consent": "no"}).status_code == 404
    assert shown(reader)
    owner.post(path, data={"consent": "no"})
    assert not shown(reader)
    assert reader.get(f"/cases/library/{key}").status_code == 404
    owner.post(path, data={"consent": "yes"})
    assert not shown(reader)  # the office has to choose it anew
    assert told(pg) == []  # nobody is told what they did themselves
    db.session.refresh(case)
    assert (case.featured, case.featured_by_id, case.library_key) == (False, None, None)
    assert case.status == "approved"


def test_the_office_takes_it_out_and_the_pg_is_told(people, sign_in):
    pg, _, admin = people
    case = make_featured(pg)
    sign_in(admin).post(f"/cases/{case.id}/do/unfeature")
    assert not shown(sign_in(pg))
    assert told(pg) == ["No longer in the teaching library: Appendicitis in pregnancy"]


@pytest.mark.parametrize("name", ["reopen", "archive"])
def test_what_is_reopened_or_archived_leaves_the_library(people, sign_in, name):
    pg, _, admin = people
    case = make_featured(pg)
    sign_in(admin).post(f"/cases/{case.id}/do/{name}", data={"feedback": "A name stands in it"})
    db.session.refresh(case)
    assert (case.featured, case.library_key) == (False, None)
    assert case.teaching_consent
    assert any(title.startswith("No longer in the teaching library") for title in told(pg))


def test_nobody_and_nothing_is_named(people, sign_in):
    _, _, admin = people
    names = {"first_name": "Zarqa", "last_name": "Quillfeather", "username": "zq-login"}
    boss = make_user("supervisor", first_name="Oswin", last_name="Threlkeld")
    reviewer = make_user("supervisor", first_name="Benedikta", last_name="Vanterpool")
    pg = make_user("pg", supervisor=boss, **names)
    hospital = make_hospital(name="Mirabel Infirmary")
    rotation = make_rotation(pg, department=make_department(hospital, name="Ward of Sighs"))
    day = date(today().year - 1, 11, 17)
    case = make_featured(
        pg, library_key="of-this-one", category_id=make_category(name="Burns", id=81818).id, rotation=rotation, date_encountered=day, patient_age=47, id=91234567,
        submitted_at=now() - timedelta(days=3), supervisor_score=7, self_score=4,
        procedures=[CaseProcedure(name="Laparoscopy")], featured_by_id=admin.id, verified_by_id=boss.id,
    )  # fmt: skip
    make_review(case, reviewer, feedback="Splendid work indeed")
    made = {"table": "cases_clinicalcase", "row_id": case.id, "name": "xray-left.png"}
    more = {
        "content_type": "image/png",
        "size": 1,
        "sha256": "0" * 64,
        "token": "secret-token-of-file",
    }
    db.session.add(File(**made, **more))
    db.session.flush()
    hidden = [
        "Zarqa", "Quillfeather", "zq-login", "Oswin", "Threlkeld", "Benedikta", "Vanterpool", admin.last_name,
        "Mirabel", "Ward of Sighs", "Nov", "17 ", day.isoformat(), "91234567", f"/cases/{case.id}", "47",
        "Splendid", "xray", "secret-token-of-file", "/files/", f"/people/{pg.id}", "of 10",
    ]  # fmt: skip
    reader = sign_in(make_user("pg", first_name="A", last_name="Reader"))
    for path in ("/cases/library", f"/cases/library/{case.library_key}"):
        page = reader.get(path).text
        body = page[page.index("<main") : page.index("</main")]
        for value in hidden:
            assert value not in body, f"{value} on {path}"
        assert "40 to 49 years, female" in body
        assert str(day.year) in body
    assert "Laparoscopy" in body
    assert "Open operation" in body


@given(st.integers(0, 150))
def test_an_age_is_a_decade(age):
    band = age_band(age)
    if age == 0:
        assert band == "Infant"
    elif age > 89:
        assert band == "90 or older"
    else:
        low, high = (int(word) for word in band.split() if word.isdigit())
        assert max(1, age // 10 * 10) == low <= age <= high
        assert high % 10 == 9


def test_the_library_is_narrowed_by_words_category_and_complexity(people, sign_in):
    pg, _, _ = people
    burns = make_category(name="Burns")
    make_featured(pg, title="A scald", category_id=burns.id, complexity="simple", diagnosis="Burn")
    make_featured(
        pg, title="A twist", complexity="complex", learning_points="Look at the mesentery"
    )
    reader = sign_in(make_user("pg"))
    for query, title in (
        ("q=mesentery", "A twist"), ("q=scald", "A scald"), (f"category={burns.id}", "A scald"),
        ("complexity=complex", "A twist"),
    ):  # fmt: skip
        page = reader.get(f"/cases/library?{query}").text
        assert [t for t in ("A scald", "A twist") if t in page] == [title], query
    assert "Nothing matches" in reader.get("/cases/library?q=nonsense").text
    for odd in ("page=0", "page=x", "category=x", "complexity=x", "q=%00", "page=99999999999"):
        assert reader.get(f"/cases/library?{odd}").status_code == 200


def test_the_library_keeps_its_number_of_queries_and_its_pages_follow(
    people, sign_in, count_queries
):
    pg, _, _ = people
    reader, category, counts = sign_in(make_user("pg")), make_category(), []
    for more in (3, 27):
        for number in range(more):
            make_featured(pg, title=f"Lesson {more} {number}", category_id=category.id)
        reader.get("/cases/library")
        with count_queries() as sent:
            first = reader.get("/cases/library").text
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6
    second = reader.get("/cases/library?page=2").text
    titles = db.session.scalars(sa.select(ClinicalCase.title)).all()
    assert sum((f">{t}<" in first) + (f">{t}<" in second) for t in titles) == 30
