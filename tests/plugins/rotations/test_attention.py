"""Who is in no rotation, or soon will be in none."""

from plugins.rotations.attention import reasons
from tests.factories import make_user
from tests.plugins.rotations.factories import make_rotation


def words(*pgs):
    """What is said of each of them, "" where nothing is."""
    found = reasons([pg.id for pg in pgs])
    return [found[pg.id][0].words if pg.id in found else "" for pg in pgs]


def test_who_is_in_no_rotation_today_is_named_whatever_lies_before_and_after(app_context):
    never, before, after, off, here = (make_user("pg") for _ in range(5))
    make_rotation(before, starts=-40, days=40, status="completed")
    make_rotation(after, starts=1)
    make_rotation(off, starts=-10, days=60, status="cancelled")
    make_rotation(here, starts=-10, days=60, status="ongoing")
    assert words(never, before, after, off, here) == ["In no rotation now"] * 4 + [""]


def test_the_last_day_of_a_rotation_and_the_first_of_the_next_are_in_it(app_context):
    last, first = make_user("pg"), make_user("pg")
    make_rotation(last, starts=-29, days=30, status="ongoing")
    make_rotation(last, starts=1)
    make_rotation(first, starts=0, days=30)
    assert words(last, first) == ["", ""]


def test_an_end_within_two_weeks_is_said_unless_something_follows(app_context):
    near, far, followed = (make_user("pg") for _ in range(3))
    for pg, left in ((near, 14), (far, 15), (followed, 14)):
        make_rotation(pg, starts=-30, days=31 + left, status="ongoing")
    make_rotation(followed, starts=20)
    said = words(near, far, followed)
    assert said[0].startswith("The rotation ends on ")
    assert said[1:] == ["", ""]


def test_one_query_however_many_pgs(app_context, count_queries):
    pgs = [make_user("pg").id for _ in range(12)]
    with count_queries() as sent:
        assert len(reasons(pgs)) == 12
    assert len(sent) == 1
