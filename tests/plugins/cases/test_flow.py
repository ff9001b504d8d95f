"""A case by real requests: write, submit, decide, mend; and who is kept out."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from plugins.cases.models import CaseReview, ClinicalCase
from plugins.cases.services import SHIPPED_CATEGORIES, load_categories
from plugins.catalogue.models import Diagnosis, Procedure
from plugins.users import supervision
from sims import files
from sims.database import db
from tests.factories import make_user
from tests.plugins.cases.factories import form_of, make_case, make_category, make_review
from tests.plugins.rotations.factories import make_rotation


@pytest.fixture
def people(app_context):
    supervisor = make_user("supervisor")
    return make_user("pg", supervisor=supervisor), supervisor


def cases():
    return db.session.scalars(sa.select(ClinicalCase).order_by(ClinicalCase.id)).all()


def test_a_case_is_written_and_submitted_in_one_request(people, sign_in):
    pg, supervisor = people
    category = make_category()
    form = form_of(category_id=category.id, supervisor_id=supervisor.id, then="submit")
    answer = sign_in(pg).post("/cases/new", data=form)
    [case] = cases()
    assert answer.location == f"/cases/{case.id}"
    assert (case.status, case.pg_id, case.supervisor_id) == ("pending", pg.id, supervisor.id)
    assert case.category_id == category.id


def test_a_draft_needs_little_and_has_the_pgs_own_supervisor_and_the_diagnosis_as_title(
    people, sign_in
):
    pg, supervisor = people
    data = {"date_encountered": form_of()["date_encountered"], "complexity": "simple"}
    sign_in(pg).post("/cases/new", data=data | {"patient_sex": "U", "diagnosis": "Gallstones"})
    [case] = cases()
    assert (case.status, case.title) == ("draft", "Gallstones")
    assert case.supervisor_id == supervisor.id


def test_names_the_catalogue_knows_are_linked_and_others_kept_as_written(people, sign_in):
    pg, _ = people
    db.session.add(Diagnosis(name="Acute appendicitis", category="surgical"))
    db.session.add(
        Procedure(
            name="Appendicectomy", category="surgical", difficulty=2, minutes=45, cme_points=1
        )
    )
    form = form_of(**{"diagnosis": "acute  Appendicitis", "procedures-1-name": "Something new"})
    sign_in(pg).post("/cases/new", data=form)
    [case] = db.session.scalars(
        sa.select(ClinicalCase).options(
            sa.orm.selectinload(ClinicalCase.procedures),
            sa.orm.joinedload(ClinicalCase.primary_diagnosis),
        )
    )
    assert case.diagnosis == "acute  Appendicitis"
    assert case.primary_diagnosis.name == "Acute appendicitis"
    assert [(p.name, bool(p.procedure_id)) for p in case.procedures] == [
        ("Appendicectomy", True),
        ("Something new", False),
    ]


def test_a_refused_submission_names_every_missing_part_and_saves_nothing(people, sign_in):
    form = form_of(then="submit", learning_points="", management="")
    answer = sign_in(people[0]).post("/cases/new", data=form)
    assert answer.status_code == 422
    for words in ("Choose a category", "Enter the management", "Enter what you learned"):
        assert words in answer.text
    assert "Guarding above the iliac fossa" in answer.text
    assert cases() == []


def test_somebody_elses_rotation_is_refused(people, sign_in):
    pg, _ = people
    own, foreign = make_rotation(pg), make_rotation(make_user("pg"))
    client = sign_in(pg)
    assert client.post("/cases/new", data=form_of(rotation_id=foreign.id)).status_code == 422
    assert client.post("/cases/new", data=form_of(rotation_id=own.id)).status_code == 302
    assert [case.rotation_id for case in cases()] == [own.id]


def test_the_supervisor_approves_with_scores_and_the_case_keeps_the_overall_one(people, sign_in):
    pg, supervisor = people
    case = make_case(pg, status="pending")
    data = {
        "decision": "approve", "overall_score": "8", "knowledge_score": "7", "reasoning_score": "6",
        "documentation_score": "9",
    }  # fmt: skip
    client = sign_in(supervisor)
    assert client.get(f"/cases/queue/{case.id}").status_code == 200
    assert client.post(f"/cases/queue/{case.id}", data=data).status_code == 302
    db.session.refresh(case)
    assert (case.status, case.supervisor_score, case.verified_by_id) == (
        "approved",
        8,
        supervisor.id,
    )
    review = db.session.scalar(sa.select(CaseReview))
    found = (review.knowledge_score, review.reasoning_score, review.documentation_score)
    assert (*found, review.overall_score) == (7, 6, 9, 8)
    assert "overall 8, knowledge 7, reasoning 6, documentation 9" in (
        sign_in(pg).get(f"/cases/{case.id}").text
    )


def test_what_was_returned_is_mended_and_its_history_shows_the_procedures(people, sign_in):
    pg, supervisor = people
    case = make_case(pg, status="pending")
    back = {"decision": "return", "feedback": "Which approach was it?"}
    sign_in(supervisor).post(f"/cases/queue/{case.id}", data=back)
    client = sign_in(pg)
    assert "Which approach was it?" in client.get(f"/cases/{case.id}").text
    db.session.refresh(case)
    form = form_of(
        version=str(case.version), category_id=case.category_id, supervisor_id=supervisor.id,
        **{"procedures-0-name": "Open appendicectomy", "then": "submit"},
    )  # fmt: skip
    answer = client.post(f"/cases/{case.id}/edit", data=form)
    assert answer.status_code == 302, answer.text
    db.session.refresh(case)
    assert (case.status, case.round) == ("pending", 2)
    history = client.get(f"/cases/{case.id}/history").text
    assert "Open" in history
    assert "Procedures" in history


def test_reopening_takes_the_score_away(people, sign_in):
    pg, _ = people
    case = make_case(pg, status="approved", supervisor_score=9)
    data = {"feedback": "The wrong patient"}
    sign_in(make_user("admin")).post(f"/cases/{case.id}/do/reopen", data=data)
    db.session.refresh(case)
    assert (case.status, case.supervisor_score) == ("returned", None)


def test_another_supervisor_gets_what_waits(people):
    pg, supervisor = people
    waiting, decided = make_case(pg, status="pending"), make_case(pg, status="approved")
    new = make_user("supervisor")
    supervision.assign(pg, new.id, actor=make_user("admin"))
    for case in (waiting, decided):
        db.session.refresh(case)
    assert (waiting.supervisor_id, decided.supervisor_id) == (new.id, supervisor.id)


def test_a_supervisor_sees_cases_of_rotations_they_supervise_and_of_reviews_they_wrote(
    people, sign_in
):
    pg, _ = people
    stranger, former = make_user("supervisor"), make_user("supervisor")
    case = make_case(pg, status="approved", rotation=make_rotation(pg, supervisor=stranger))
    assert sign_in(stranger).get(f"/cases/{case.id}").status_code == 200
    assert sign_in(former).get(f"/cases/{case.id}").status_code == 404
    make_review(case, former)
    assert sign_in(former).get(f"/cases/{case.id}").status_code == 200


def test_a_case_comes_with_several_files_that_only_who_sees_it_may_open(people, sign_in):
    pg, supervisor = people
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    picture.seek(0)
    uploads = [(picture, "scan.png"), (io.BytesIO(b"%PDF-1.4 letter %%EOF"), "letter.pdf")]
    client = sign_in(pg)
    assert client.post("/cases/new", data=form_of(file=uploads)).status_code == 302
    [case] = cases()
    page = client.get(f"/cases/{case.id}").text
    assert "scan.png" in page
    assert "letter.pdf" in page
    token = db.session.scalar(sa.select(files.File.token).limit(1))
    assert sign_in(supervisor).get(f"/files/{token}").status_code == 200
    assert sign_in(make_user("supervisor")).get(f"/files/{token}").status_code == 404


def test_the_list_is_narrowed_by_everything_in_the_address(people, sign_in):
    pg, _ = people
    here = make_case(pg, title="Hernia case", diagnosis="Inguinal hernia", complexity="simple")
    make_case(pg, title="Other case", status="pending", complexity="complex")
    client = sign_in(pg)
    day = here.date_encountered.isoformat()
    for query in (
        f"category={here.category_id}", "complexity=simple", "status=draft", "q=hernia",
        f"person={pg.id}&from={day}&to={day}&complexity=simple", f"pg={pg.last_name}&status=draft",
    ):  # fmt: skip
        text = client.get(f"/cases?{query}").text
        assert "Hernia case" in text, query
        assert "Other case" not in text, query


@pytest.mark.parametrize("query", ["category=x", "complexity=x", "condition=x", "from=x", "q=%00"])
def test_odd_filters_never_break_the_list(people, sign_in, query):
    assert sign_in(people[0]).get(f"/cases?{query}").status_code == 200


def test_list_and_queue_keep_their_number_of_queries(people, sign_in, count_queries):
    pg, supervisor = people
    client, category = sign_in(supervisor), make_category()
    counts = []
    for more in (5, 25):
        for _ in range(more):
            make_case(pg, status="pending", category_id=category.id)
        for path in ("/cases", "/cases/queue"):
            client.get(path)
            with count_queries() as sent:
                assert client.get(path).status_code == 200
            counts.append(len(sent))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 12


def test_shipped_categories_are_added_once_and_an_admin_makes_more(people, sign_in):
    assert load_categories() == len(SHIPPED_CATEGORIES)
    db.session.flush()
    assert load_categories() == 0
    client = sign_in(make_user("admin"))
    form = {"name": "Oncology", "colour": "info", "position": "90", "is_active": "y"}
    assert client.post("/cases/categories/new", data=form).status_code == 302
    answer = client.post("/cases/categories/new", data=form | {"name": "oncology"})
    assert answer.status_code == 422
    assert "of this name already" in answer.text


def test_a_category_out_of_use_is_not_offered_but_stays_where_it_was(people, sign_in):
    pg, _ = people
    old = make_category(name="Out of fashion", is_active=False)
    case = make_case(pg, category_id=old.id)
    client = sign_in(pg)
    assert "Out of fashion" not in client.get("/cases/new").text
    assert "Out of fashion" in client.get(f"/cases/{case.id}/edit").text


def test_returned_cases_stand_on_the_pgs_start_page(people, sign_in):
    pg, supervisor = people
    case = make_case(pg, status="returned", title="Mend this case")
    make_review(case, supervisor, "returned")
    assert "Mend this case" in sign_in(pg).get("/").text
    assert "1 case" in sign_in(supervisor).get(f"/people/{pg.id}").text


def test_what_is_offered_is_counted_for_the_office_and_listed(people, sign_in):
    pg, _ = people
    make_case(pg, status="approved", teaching_consent=True, title="Lend me")
    make_case(pg, status="pending", teaching_consent=True)
    office = sign_in(make_user("admin"))
    words = "1 approved case is offered for teaching"
    assert words in office.get("/cases/library").text
    assert words not in sign_in(pg).get("/cases/library").text
    listed = office.get("/cases?offered=1").text
    assert "Lend me" in listed
    assert "1 case" in listed
