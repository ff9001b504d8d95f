"""Whose certificates need attention: what is required of them and missing, expired or about to expire."""

from plugins.certificates.attention import reasons
from sims.database import commit
from tests.conformance.figures import rows_behind
from tests.factories import make_user
from tests.plugins.certificates.factories import make_certificate, make_type


def test_what_is_required_and_missing_or_expired_weighs_more_than_what_expires_soon(app_context):
    life, fire = make_type("Life support", is_required=True), make_type("Fire", is_required=True)
    none, expired, soon, fine = (make_user("pg", year=2) for _ in range(4))
    for pg, left in ((expired, -1), (soon, 20), (fine, 200)):
        make_certificate(pg, life, status="approved", left=left)
        make_certificate(pg, fire, status="approved", left=200)
    found = reasons([pg.id for pg in (none, expired, soon, fine)])
    assert {number: [each.words for each in some] for number, some in found.items()} == {
        none.id: ["Missing or expired: Fire, Life support"],
        expired.id: ["Missing or expired: Life support"],
        soon.id: ["Expiring: Life support"],
    }
    assert found[none.id][0].weight > found[soon.id][0].weight


def test_what_is_not_asked_of_a_pg_is_no_reason(app_context):
    make_type("Later", is_required=True, required_from_year=4)
    make_type("Elsewhere", is_required=True, specialties=["Medicine"])
    make_type("Free")
    assert reasons([make_user("pg", year=2).id]) == {}


def test_many_are_named_by_two_and_a_number(app_context):
    for name in ("A", "B", "C", "D"):
        make_type(name, is_required=True)
    pg = make_user("pg")
    [reason] = reasons([pg.id])[pg.id]
    assert reason.words == "Missing or expired: A, B and 2 more"


def test_it_leads_to_the_certificates_of_that_pg(app_context, sign_in):
    pg, other = make_user("pg"), make_user("pg")
    kind = make_type("Life support", is_required=True)
    for each in (pg, other):
        make_certificate(each, kind, status="approved", left=-1)
    admin = make_user("admin")
    commit()
    [reason] = reasons([pg.id])[pg.id]
    assert rows_behind(sign_in(admin), reason.href) == 1
