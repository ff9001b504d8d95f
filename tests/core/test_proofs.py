"""Papers SIMS has issued, and the public page that says whether one is genuine."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sims import access, proofs
from sims.database import db
from tests.factories import make_user


@pytest.fixture
def pg(app_context):
    return make_user("pg")


def paper(pg, **given):
    facts = [("Name", pg.name), ("Department", "Surgery, Hillside")]
    record = access.record_named("users.user")
    return proofs.issue(
        record, pg, **{"kind": "test", "title": "Completion of a rotation", "facts": facts, "actor": None} | given
    )  # fmt: skip


def test_anybody_with_the_code_reads_what_the_paper_says_and_nothing_else(pg, client):
    proof = paper(pg)
    db.session.commit()
    page = client.get(f"/verify/{proof.shown_code}")
    assert page.status_code == 200
    assert "Genuine and valid" in page.text
    assert pg.name in page.text
    for hidden in (pg.email, pg.username, f"/people/{pg.id}"):
        assert hidden not in page.text


def test_the_code_is_found_as_people_type_it(pg, client):
    proof = paper(pg)
    db.session.commit()
    typed = f" {proof.code[:4].lower()} {proof.code[4:8]}-{proof.code[8:].lower()} "
    answer = client.get("/verify", query_string={"code": typed}, follow_redirects=True)
    assert pg.name in answer.text


def test_a_wrong_code_says_so_and_is_counted(app_context, client, monkeypatch):
    app_context.config.update(RATELIMIT_ENABLED=True, RATELIMIT_VERIFY="2 per 15 minutes")
    for _ in range(2):
        answer = client.get("/verify/2222-3333-4444")
        assert answer.status_code == 404
        assert "issued nothing with this code" in answer.text
    assert client.get("/verify/2222-3333-4444").status_code == 429


def test_a_revoked_paper_says_since_when_and_why(pg, client):
    proof = paper(pg)
    proofs.revoke(proof, "The dates were wrong.", actor=None)
    db.session.commit()
    page = client.get(f"/verify/{proof.shown_code}").text
    assert "No longer valid" in page
    assert "The dates were wrong." in page
    assert "Genuine and valid" not in page


def test_a_newer_paper_takes_the_place_of_the_older(pg):
    older = paper(pg)
    newer = paper(pg)
    assert older.revoked_at is not None
    record = access.record_named("users.user")
    assert list(proofs.of(record, pg, kind="test")) == [newer]


@given(typed=st.text(max_size=200))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_typed_is_answered(client, typed):
    assert client.get("/verify", query_string={"code": typed}, follow_redirects=True).status_code in (200, 404)  # fmt: skip
