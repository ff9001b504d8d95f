"""Whose logbook needs attention: silent for long, or leaves what came back."""

from datetime import timedelta

from plugins.logbook.attention import reasons
from sims.clock import today
from sims.database import commit
from tests.conformance.figures import rows_behind
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry


def test_who_is_silent_is_named_by_how_long_and_weighs_more(app_context, sign_in):
    never, month, fortnight, fresh = (make_user("pg") for _ in range(4))
    for pg, days in ((month, 31), (fortnight, 14), (fresh, 1)):
        make_entry(pg, status="approved", date=today() - timedelta(days=days))
    admin = make_user("admin")
    commit()
    found = reasons([pg.id for pg in (never, month, fortnight, fresh)])
    assert set(found) == {never.id, month.id, fortnight.id}
    assert [found[pg.id][0].weight for pg in (never, month, fortnight)] == [3, 3, 1]
    assert "31 days" in found[month.id][0].words
    assert rows_behind(sign_in(admin), found[month.id][0].href) == 1


def test_three_returned_entries_lead_to_just_those(app_context, sign_in):
    pg, other = make_user("pg"), make_user("pg")
    for each, count in ((pg, 3), (other, 2)):
        for _ in range(count):
            make_entry(each, status="returned")
        make_entry(each, status="approved")
    admin = make_user("admin")
    commit()
    found = reasons([pg.id, other.id])
    assert set(found) == {pg.id}
    assert found[pg.id][0].words.startswith("3 returned")
    assert rows_behind(sign_in(admin), found[pg.id][0].href) == 3


def test_one_query_however_many_pgs(app_context, count_queries):
    pgs = [make_user("pg").id for _ in range(12)]
    with count_queries() as sent:
        assert len(reasons(pgs)) == 12
    assert len(sent) == 1
