"""From the paper to its approval, by real requests: add and submit in one press, decide, clarify, reopen, expire."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from plugins.certificates.models import Certificate, CertificateReview
from plugins.certificates.records import CERTIFICATE
from plugins.certificates.shipped import SHIPPED, load_types
from plugins.users import supervision
from sims import files
from sims.clock import today
from sims.database import db
from tests.factories import make_user
from tests.plugins.certificates.factories import (
    form_of,
    make_certificate,
    make_review,
    make_type,
    paper,
    with_paper,
)


@pytest.fixture
def people(app_context):
    supervisor = make_user(role="supervisor")
    return make_user(role="pg", supervisor=supervisor), supervisor


def certificates():
    return db.session.scalars(sa.select(Certificate).order_by(Certificate.id)).all()


def test_a_certificate_is_added_with_its_paper_and_submitted_in_one_press(people, sign_in):
    pg, supervisor = people
    kind = make_type("BLS", validity_months=24)
    issued = date(2026, 1, 31)
    answer = sign_in(pg).post("/certificates/new", data=form_of(kind, issued, then="submit"))
    [certificate] = certificates()
    assert answer.location == f"/certificates/{certificate.id}"
    assert (certificate.status, certificate.round) == ("under_review", 1)
    assert (certificate.pg_id, certificate.supervisor_id) == (pg.id, supervisor.id)
    assert (certificate.title, certificate.expiry_date) == ("BLS", date(2028, 1, 31))
    assert [stored.name for stored in files.of(CERTIFICATE, certificate)] == ["certificate.pdf"]


def test_without_the_paper_nothing_is_submitted_or_kept_and_all_input_stays(people, sign_in):
    form = form_of(make_type(), number="A-17", then="submit")
    form.pop("file")
    answer = sign_in(people[0]).post("/certificates/new", data=form)
    assert answer.status_code == 422
    assert "Add the certificate itself" in answer.text
    assert 'value="A-17"' in answer.text
    assert certificates() == []


def test_what_is_no_paper_is_refused(people, sign_in):
    html = paper("certificate.pdf", b"<html><script>alert(1)</script></html>")
    form = form_of(make_type(), file=(html.stream, html.filename), then="submit")
    assert sign_in(people[0]).post("/certificates/new", data=form).status_code == 422
    assert certificates() == []


def test_the_add_link_chooses_the_type(people, sign_in):
    make_type("ATLS")
    kind = make_type("BLS")
    page = sign_in(people[0]).get(f"/certificates/new?type={kind.id}").text
    assert f'<option selected value="{kind.id}">BLS</option>' in page
    assert sign_in(people[0]).get("/certificates/new?type=no").status_code == 200


@pytest.mark.parametrize(
    ("decision", "status", "outcome"),
    [
        ("approve", "approved", "approved"),
        ("return", "pending", "needs_clarification"),
        ("reject", "rejected", "rejected"),
    ],
)
def test_a_supervisor_decides_in_three_ways(people, sign_in, decision, status, outcome):
    pg, supervisor = people
    certificate = with_paper(make_certificate(pg, status="under_review"), pg)
    sign_in(supervisor).post(
        f"/certificates/queue/{certificate.id}",
        data={"decision": decision, "feedback": "The date can't be read."},
    )
    assert certificate.status == status
    [review] = db.session.scalars(sa.select(CertificateReview)).all()
    assert (review.outcome, review.reviewer_id, review.round) == (outcome, supervisor.id, 1)
    assert (certificate.verified_by_id == supervisor.id) == (status == "approved")


@pytest.mark.parametrize("decision", ["return", "reject"])
def test_asking_for_clarification_and_rejecting_need_words(people, sign_in, decision):
    pg, supervisor = people
    certificate = make_certificate(pg, status="under_review")
    path = f"/certificates/queue/{certificate.id}"
    answer = sign_in(supervisor).post(path, data={"decision": decision, "feedback": " "})
    assert answer.status_code == 422
    assert certificate.status == "under_review"


def test_what_needs_clarification_is_mended_and_submitted_again(people, sign_in):
    pg, supervisor = people
    certificate = with_paper(make_certificate(pg, status="under_review"), pg)
    make_review(certificate, supervisor, "needs_clarification")
    certificate.status = "pending"
    client = sign_in(pg)
    assert "The date can&#39;t be read." in client.get(f"/certificates/{certificate.id}").text
    client.post(f"/certificates/{certificate.id}/do/submit")
    assert (certificate.status, certificate.round) == ("under_review", 2)
    sign_in(supervisor).post(f"/certificates/queue/{certificate.id}", data={"decision": "approve"})
    assert certificate.status == "approved"
    page = sign_in(pg).get(f"/certificates/{certificate.id}").text
    assert "Needs clarification" in page


def test_nobody_approves_their_own_and_strangers_see_nothing(people, sign_in):
    pg, _ = people
    certificate = make_certificate(pg, status="under_review")
    path = f"/certificates/{certificate.id}"
    assert sign_in(pg).post(f"{path}/do/approve").status_code == 403
    for stranger in (make_user(), make_user("supervisor")):
        assert sign_in(stranger).get(path).status_code == 404
        assert sign_in(stranger).post(f"{path}/do/approve").status_code == 404
    assert certificate.status == "under_review"


def test_who_once_reviewed_it_still_sees_it(people, sign_in):
    pg, _ = people
    certificate = make_certificate(pg, status="approved")
    former = make_user("supervisor")
    make_review(certificate, former)
    assert sign_in(former).get(f"/certificates/{certificate.id}").status_code == 200


@pytest.mark.parametrize("status", ["approved", "rejected", "expired"])
def test_what_was_decided_changes_only_after_an_admin_reopened_it_with_a_reason(
    people, sign_in, status
):
    pg, _ = people
    certificate = make_certificate(pg, status=status)
    path = f"/certificates/{certificate.id}"
    assert sign_in(pg).get(f"{path}/edit").status_code == 403
    office = sign_in(make_user("admin"))
    assert office.post(f"{path}/do/reopen").status_code == 422
    office.post(f"{path}/do/reopen", data={"feedback": "The end was misread."})
    assert (certificate.status, certificate.verified_by_id) == ("pending", None)
    assert sign_in(pg).get(f"{path}/edit").status_code == 200


def test_a_new_supervisor_gets_what_waits_and_what_is_still_with_the_pg(people, app):
    pg, old = people
    new = make_user("supervisor")
    waiting, open_, done = (
        make_certificate(pg, status=status) for status in ("under_review", "pending", "approved")
    )
    supervision.assign(pg, new.id, reason="Moved", actor=make_user("admin"))
    db.session.expire_all()
    assert [row.supervisor_id for row in (waiting, open_, done)] == [new.id, new.id, old.id]


def test_filters_narrow_the_list(people, sign_in):
    pg, _ = people
    safety = make_type("Infection control", category="safety")
    make_certificate(pg, safety, title="First one", status="approved", left=10)
    make_certificate(pg, make_type("BLS"), title="Second one", status="approved", left=60)
    make_certificate(pg, safety, title="Third one", left=10, issue_date=today() - timedelta(300))
    client = sign_in(pg)

    def shown(query):
        page = client.get(f"/certificates?{query}").text
        return [name for name in ("First one", "Second one", "Third one") if name in page]

    assert shown("category=safety") == ["First one", "Third one"]
    assert shown(f"type={safety.id}&status=approved") == ["First one"]
    assert shown("expiring=30") == ["First one"]
    assert shown("expiring=60") == ["First one", "Second one"]
    assert shown("expiring=-5") == []
    assert shown(f"to={today() - timedelta(200)}") == ["Third one"]
    assert shown(f"pg={pg.last_name}") == ["First one", "Second one", "Third one"]
    assert client.get("/certificates?expiring=99999999&type=x&category=x").status_code == 200


def test_the_shipped_types_are_loaded_once_and_never_changed_again(app_context):
    mine = make_type("bls (BASIC life support)", validity_months=12)
    assert load_types() == len(SHIPPED) - 1
    assert load_types() == 0
    assert mine.validity_months == 12
