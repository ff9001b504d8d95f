"""Who lacks what: how a PG stands, the board, its export, what dashboards say."""

import csv
import io

import pytest
import sqlalchemy as sa

from plugins.certificates import compliance
from plugins.certificates.compliance import EXPIRED, EXPIRING, GAP, MISSING, UNDER_REVIEW, VALID
from plugins.users.models import User
from tests.factories import make_user
from tests.plugins.certificates.factories import make_certificate, make_type


@pytest.fixture
def supervisor(app_context):
    return make_user(role="supervisor")


@pytest.fixture
def bls(app_context):
    return make_type("BLS (basic life support)", is_required=True, validity_months=24)


def standing(pg):
    return {kind.short_name: found.standing for kind, found in compliance.of(pg)}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], MISSING),
        ([("pending", 500)], MISSING),
        ([("rejected", 500)], MISSING),
        ([("under_review", 500)], UNDER_REVIEW),
        ([("expired", -5)], EXPIRED),
        ([("approved", -1)], EXPIRED),  # the daily job has not run yet
        ([("approved", 0)], EXPIRING),
        ([("approved", 90)], EXPIRING),
        ([("approved", 91)], VALID),
        ([("expired", -5), ("under_review", 500)], UNDER_REVIEW),
        ([("approved", 20), ("under_review", 500)], EXPIRING),
        ([("approved", 20), ("approved", 500)], VALID),
    ],
)
def test_the_best_certificate_of_a_type_decides(supervisor, bls, held, expected):
    pg = make_user(supervisor=supervisor)
    for status, left in held:
        make_certificate(pg, bls, status=status, left=left)
    assert standing(pg) == {"BLS": expected}
    met, required = compliance.total(User.id == pg.id)
    assert (met, required) == (int(expected in (VALID, EXPIRING)), 1)


def test_one_without_an_end_stays_valid(supervisor):
    pg, kind = make_user(supervisor=supervisor), make_type("Workshop", is_required=True)
    make_certificate(pg, kind, status="approved")
    assert standing(pg) == {"Workshop": VALID}


def test_only_what_applies_to_year_and_specialty_is_required(supervisor, bls):
    make_type("Late", is_required=True, required_from_year=3)
    make_type("Surgeons", is_required=True, specialties=["General-Surgery", "Urology"])
    make_type("Optional")
    make_type("Retired", is_required=True, is_active=False)
    young = make_user(supervisor=supervisor, year=2, specialty="general-surgery")
    senior = make_user(supervisor=supervisor, year=3, specialty="Medicine")
    assert set(standing(young)) == {"BLS", "Surgeons"}
    assert set(standing(senior)) == {"BLS", "Late"}
    everybody = compliance.shares(sa.true())
    assert everybody == {young.id: (0, 2), senior.id: (0, 2)}


def test_those_who_left_count_for_nothing(supervisor, bls):
    make_user(supervisor=supervisor, is_archived=True)
    assert compliance.total(sa.true()) == (0, 0)


def board(client, query=""):
    text = client.get(f"/certificates/board.csv?{query}").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_board_shows_a_supervisor_their_own_pgs_and_the_office_all(supervisor, bls, sign_in):
    own, other = make_user(supervisor=supervisor), make_user()
    left = make_user(supervisor=supervisor, is_archived=True)
    seen = {row["id"] for row in board(sign_in(supervisor))}
    assert seen == {str(own.id)}
    everybody = {row["id"] for row in board(sign_in(make_user("admin")))}
    assert everybody == {str(own.id), str(other.id)}
    assert str(left.id) not in everybody
    assert sign_in(own).get("/certificates/board").status_code == 404


def test_every_sign_leads_to_its_certificate_or_to_what_there_is_of_the_type(
    supervisor, bls, sign_in
):
    pg, lacking = make_user(supervisor=supervisor), make_user(supervisor=supervisor)
    certificate = make_certificate(pg, bls, status="approved", left=30)
    client = sign_in(supervisor)
    page = client.get("/certificates/board").text
    assert f'href="/certificates/{certificate.id}"' in page
    missing = f"/certificates?person={lacking.id}&type={bls.id}"
    assert missing.replace("&", "&amp;") in page
    assert client.get(missing).status_code == 200


def test_filters_of_the_board_work_together(supervisor, bls, sign_in):
    atls = make_type("ATLS", is_required=True)
    lacks_bls, lacks_atls, full = (
        make_user(supervisor=supervisor, specialty=specialty)
        for specialty in ("Urology", "Medicine", "Medicine")
    )
    for pg, kinds in ((lacks_bls, [atls]), (lacks_atls, [bls]), (full, [bls, atls])):
        for kind in kinds:
            make_certificate(pg, kind, status="approved", left=500)
    client = sign_in(make_user("admin"))

    def ids(query):
        return {int(row["id"]) for row in board(client, query)}

    assert ids(f"state={GAP}") == {lacks_bls.id, lacks_atls.id}
    assert ids(f"state=missing&type={bls.id}") == {lacks_bls.id}
    assert ids(f"state=valid&type={bls.id}") == {lacks_atls.id, full.id}
    assert ids(f"type={bls.id}") == {lacks_bls.id, lacks_atls.id, full.id}
    assert ids("specialty=Medicine") == {lacks_atls.id, full.id}
    assert ids(f"specialty=Medicine&state={GAP}") == {lacks_atls.id}
    assert ids(f"supervisor={supervisor.id}") == {lacks_bls.id, lacks_atls.id, full.id}
    assert ids("state=nonsense&type=x&year=77") == {lacks_bls.id, lacks_atls.id, full.id}


def test_the_export_says_how_each_stands_and_holds_no_formula(supervisor, bls, sign_in):
    pg = make_user(supervisor=supervisor, first_name="=1+1", last_name="Khan")
    certificate = make_certificate(pg, bls, status="approved", left=30)
    [row] = board(sign_in(supervisor))
    assert row["PG"] == "'=1+1 Khan"
    assert (row["Valid"], row["Required"], row[bls.name]) == ("1", "1", "Expiring")
    assert row[f"{bls.name}: until"] == certificate.expiry_date.isoformat()


def test_pages_of_the_board_follow_one_another_by_name(supervisor, bls, sign_in, app):
    app.config["PAGE_SIZE"] = 3
    names = [make_user(supervisor=supervisor, last_name=f"Khan {n}").last_name for n in range(7)]
    client, path, seen = sign_in(supervisor), "/certificates/board", []
    while path:
        page = client.get(path).text
        seen += [name for name in names if f"{name}</a>" in page]
        after = [part for part in page.split('"') if "after=" in part]
        path = after[0].replace("&amp;", "&") if after else ""
    assert seen == names


@pytest.mark.parametrize("path", ["/certificates/board", "/certificates", "/"])
def test_the_number_of_queries_does_not_grow(supervisor, bls, sign_in, count_queries, path):
    client = sign_in(supervisor)

    def asked(people):
        for _ in range(people):
            pg = make_user(supervisor=supervisor)
            make_certificate(pg, bls, status="approved", left=30)
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        return len(sent)

    first = asked(2)
    assert asked(10) == first


def test_a_pg_sees_what_they_need_with_a_way_to_add_it(supervisor, bls, sign_in):
    pg = make_user(supervisor=supervisor)
    client = sign_in(pg)
    for path in ("/certificates/mine", "/"):
        assert f'href="/certificates/new?type={bls.id}"' in client.get(path).text
    make_certificate(pg, bls, status="approved", left=12)
    page = client.get("/certificates/mine").text
    assert "12 days left" in page
    assert "1 of 1" in page
    assert sign_in(supervisor).get("/certificates/mine").status_code == 404


def test_dashboards_and_the_pgs_page_agree_with_the_board(supervisor, bls, sign_in):
    pg, other = make_user(supervisor=supervisor), make_user(supervisor=supervisor)
    make_certificate(other, bls, status="approved", left=500)
    office = sign_in(make_user("admin"))
    page = office.get("/").text
    assert "50 %" in page
    assert f"/certificates/board?state={GAP}" in page
    page = sign_in(supervisor).get("/").text
    assert "0 of 1 valid" in page
    assert (
        f"{other.first_name} {other.last_name}</a><small>"
        not in page.split("Certificates lacking")[-1]
    )
    assert "0 of 1 required are valid" in sign_in(supervisor).get(f"/people/{pg.id}").text
    assert "1 of 1 required are valid" in office.get(f"/people/{other.id}").text


def test_nothing_required_is_said_in_words(supervisor, sign_in):
    pg = make_user(supervisor=supervisor)
    assert "Nothing required" in sign_in(pg).get("/certificates/mine").text
    for person in (pg, supervisor, make_user("admin")):
        assert sign_in(person).get("/").status_code == 200
    assert sign_in(supervisor).get(f"/certificates/board?state={GAP}").status_code == 200
