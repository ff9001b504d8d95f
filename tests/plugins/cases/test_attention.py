"""Whose cases need attention: several came back and were not mended."""

from plugins.cases.attention import reasons
from sims.database import commit
from tests.conformance.figures import rows_behind
from tests.factories import make_user
from tests.plugins.cases.factories import make_case


def test_three_returned_cases_are_a_reason_and_its_list_shows_just_them(app_context, sign_in):
    two, three = make_user("pg"), make_user("pg")
    for pg, count in ((two, 2), (three, 3)):
        for _ in range(count):
            make_case(pg, status="returned")
        make_case(pg, status="approved")
    admin = make_user("admin")
    commit()
    found = reasons([two.id, three.id])
    assert set(found) == {three.id}
    [reason] = found[three.id]
    assert reason.words.startswith("3 cases returned")
    assert rows_behind(sign_in(admin), reason.href) == 3


def test_only_those_asked_about_are_told_of(app_context):
    pg = make_user("pg")
    for _ in range(3):
        make_case(pg, status="returned")
    assert reasons([make_user("pg").id]) == {}
    assert reasons([]) == {}


def test_one_query_however_many_pgs(app_context, count_queries):
    pgs = [make_user("pg").id for _ in range(12)]
    with count_queries() as sent:
        reasons(pgs)
    assert len(sent) == 1
