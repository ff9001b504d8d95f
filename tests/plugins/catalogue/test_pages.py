"""The catalogue's pages, by real requests: who reads, who writes, what a request becomes."""

import pytest
import sqlalchemy as sa

from plugins.catalogue import queries
from plugins.catalogue.models import Procedure, Request
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.catalogue.factories import (
    make_diagnosis,
    make_group,
    make_procedure,
    make_request,
    make_skill,
    make_target,
)

LISTS = ("procedures", "diagnoses", "skills", "targets", "groups")


@pytest.fixture
def rows(app_context):
    group = make_group("hernia")
    procedure = make_procedure("Hernia repair", synonyms=["HR"], groups=[group])
    return {
        "procedures": procedure,
        "diagnoses": make_diagnosis("Hernia"),
        "skills": make_skill("Knots"),
        "groups": group,
        "targets": make_target(group_id=group.id, label="Hernia"),
    }


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("role", ["admin", "supervisor", "pg"])
def test_everybody_reads_and_only_the_office_writes(rows, sign_in, path, role):
    client, number = sign_in(make_user(role)), rows[path].id
    expected = 200 if role == "admin" else 404
    assert client.get(f"/catalogue/{path}").status_code == 200
    assert client.get(f"/catalogue/{path}/{number}").status_code == 200
    assert client.get(f"/catalogue/{path}/export.csv").status_code == 200
    assert client.get(f"/catalogue/{path}/new").status_code == expected
    assert client.get(f"/catalogue/{path}/{number}/edit").status_code == expected


def test_a_visitor_gets_no_suggestion(client):
    assert client.get("/catalogue/procedures/suggest?q=a").status_code != 200


@pytest.mark.parametrize("role", ["admin", "supervisor", "pg"])
def test_everybody_signed_in_gets_suggestions(rows, sign_in, role):
    client = sign_in(make_user(role))
    [found] = client.get("/catalogue/procedures/suggest?q=hr").json
    assert found["value"] == "Hernia repair"
    assert client.get("/catalogue/diagnoses/suggest?q=hern").json[0]["value"] == "Hernia"
    assert client.get("/catalogue/procedures/suggest").json == []
    assert client.get("/catalogue/procedures/suggest?q=%00").json == []


def test_a_procedure_is_found_by_synonym_group_and_state(rows, sign_in):
    client = sign_in(make_user())
    make_procedure("Gone", is_archived=True)
    for query, there in [
        ("q=HR", True),
        ("q=%25", True),
        ("q=zzz", False),
        (f"group={rows['groups'].id}", True),
        ("category=basic", False),
        ("in_use=yes", True),
        ("in_use=no", False),
    ]:
        page = client.get(f"/catalogue/procedures?{query}")
        assert ("Hernia repair" in page.text) is there, query


def test_a_procedure_is_written_with_its_synonyms(rows, sign_in):
    client = sign_in(make_user("admin"))
    fields = {
        "name": "Gastroscopy",
        "synonyms": "OGD\n\n  upper endoscopy \r\n",
        "category": "diagnostic",
        "difficulty": "2",
        "minutes": "20",
        "cme_points": "1.5",
        "specialties": "General surgery, Medicine",
        "groups": [str(rows["groups"].id)],
        "skills": [str(rows["skills"].id)],
    }
    answer = client.post("/catalogue/procedures/new", data=fields)
    made = queries.resolve("upper endoscopy")
    assert answer.location == f"/catalogue/procedures/{made.id}"
    assert made.specialties == ["general-surgery", "medicine"]
    page = client.get(f"/catalogue/procedures/{made.id}").text
    assert "Knots" in page
    assert "10 by the end of year 1" in page
    form = client.get(f"/catalogue/procedures/{made.id}/edit").text
    assert "OGD\nupper endoscopy" in form
    assert "general-surgery, medicine" in form


def test_a_taken_synonym_is_refused_at_its_field(rows, sign_in):
    fields = {"name": "X", "synonyms": "hr", "category": "basic", "difficulty": "1"}
    fields |= {"minutes": "5", "cme_points": "0"}
    answer = sign_in(make_user("admin")).post("/catalogue/procedures/new", data=fields)
    assert answer.status_code == 422
    assert 'href="#synonyms"' in answer.text


def test_an_archived_procedure_says_so(rows, sign_in):
    procedure = make_procedure("Gone", is_archived=True)
    assert "Archived." in sign_in(make_user()).get(f"/catalogue/procedures/{procedure.id}").text


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_for_ten_rows_and_a_hundred(
    app_context, sign_in, count_queries, path, app
):
    app.config["PAGE_SIZE"] = 200
    makers = {
        "procedures": lambda n: make_procedure(f"P {n}", synonyms=[f"s {n}"]),
        "diagnoses": lambda n: make_diagnosis(f"D {n}"),
        "skills": lambda n: make_skill(f"S {n}"),
        "groups": lambda n: make_group(f"g-{n}"),
        "targets": lambda n: make_target(procedure_id=make_procedure().id),
    }
    client = sign_in(make_user())
    costs = []
    for rows in (range(10), range(10, 100)):
        for number in rows:
            makers[path](number)
        client.get(f"/catalogue/{path}")
        with count_queries() as sent:
            assert client.get(f"/catalogue/{path}").status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 10


# -- requests ------------------------------------------------------------------------------------------


def test_a_missing_procedure_is_asked_for_and_added(app_context, sign_in):
    pg, admin = make_user(), make_user("admin")
    client, office = sign_in(pg), sign_in(admin)
    answer = client.post(
        "/catalogue/requests/new", data={"name": "Splenic thing", "reason": "Seen"}
    )
    request = db.session.scalars(sa.select(Request)).one()
    assert answer.location == f"/catalogue/requests/{request.id}"
    assert "Seen" in office.get(answer.location).text
    done = office.post(
        f"{answer.location}/do/accept", data={"name": "Splenopexy", "category": "surgical"}
    )
    assert done.status_code == 302
    assert request.status == "accepted"
    assert queries.resolve("Splenic thing").name == "Splenopexy"
    assert request.procedure_id == queries.resolve("splenopexy").id
    assert "Splenopexy" in client.get(answer.location).text


def test_a_request_is_merged_into_what_is_there(app_context, sign_in):
    procedure, request = make_procedure("Gastroscopy"), make_request(make_user(), "Gastro look")
    office = sign_in(make_user("admin"))
    url = f"/catalogue/requests/{request.id}/do/merge"
    refused = office.post(url, data={"procedure": "no such"})
    assert refused.status_code == 422
    assert "There is no procedure of that name" in refused.text
    assert request.status == "pending"
    assert office.post(url, data={"procedure": "gastroscopy"}).status_code == 302
    assert (request.status, request.procedure_id) == ("merged", procedure.id)
    assert queries.resolve("gastro LOOK") is procedure


def test_declining_needs_words_and_they_reach_the_pg(app_context, sign_in):
    pg = make_user()
    request, office = make_request(pg), sign_in(make_user("admin"))
    url = f"/catalogue/requests/{request.id}"
    assert office.post(f"{url}/do/decline", data={}).status_code == 422
    office.post(f"{url}/do/decline", data={"feedback": "Log it under drainage."})
    assert request.status == "declined"
    assert "Log it under drainage." in sign_in(pg).get(url).text
    assert office.post(f"{url}/do/accept", data={"category": "basic"}).status_code == 409


def test_accepting_with_a_nonsense_category_changes_nothing(app_context, sign_in):
    request = make_request(make_user())
    url = f"/catalogue/requests/{request.id}/do/accept"
    answer = sign_in(make_user("admin")).post(url, data={"category": "nonsense"})
    assert answer.status_code == 422
    assert request.status == "pending"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Procedure)) == 0


def test_nobody_else_sees_or_answers_a_request(app_context, sign_in):
    asker = make_user()
    request = make_request(asker)
    url = f"/catalogue/requests/{request.id}"
    for stranger in (make_user(), make_user("supervisor")):
        client = sign_in(stranger)
        for path in (url, f"{url}/edit", f"{url}/history"):
            assert client.get(path).status_code == 404
        assert client.post(f"{url}/do/accept", data={"category": "basic"}).status_code == 404
        assert "Frobnication" not in client.get("/catalogue/requests").text
        assert "Frobnication" not in client.get("/catalogue/requests/export.csv").text
    answer = sign_in(asker).post(f"{url}/do/accept", data={"category": "basic"})
    assert answer.status_code == 403
    assert request.status == "pending"


def test_what_is_there_is_not_asked_for(app_context, sign_in):
    make_procedure("Gastroscopy", synonyms=["OGD"])
    commit()
    answer = sign_in(make_user()).post("/catalogue/requests/new", data={"name": "ogd"})
    assert answer.status_code == 422
    assert "The catalogue has this one already" in answer.text


def test_the_office_sees_how_many_requests_wait(app_context, sign_in):
    make_request(make_user())
    for person, there in ((make_user("admin"), True), (make_user(), False)):
        page = sign_in(person).get("/catalogue/skills").text
        assert ('class="count"' in page) is there
