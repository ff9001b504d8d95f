"""The learning curve: each PG's first, second, … time, and a list of exactly the entries in it."""

from datetime import timedelta

import pytest

from plugins.logbook import learning
from sims.clock import today
from sims.database import commit
from tests.conformance.figures import rows_behind
from tests.factories import make_user
from tests.plugins.catalogue.factories import make_procedure as make_known
from tests.plugins.logbook.factories import make_entry, make_procedure


@pytest.fixture
def hernia(app_context):
    """A procedure of the catalogue."""
    return make_known("Herniotomy", category="surgical")


def log(pg, known, *, steps="me", days_ago=0, status="approved", **given):
    """An entry of `pg` with this procedure of the catalogue."""
    part = make_procedure(known.name, procedure_id=known.id, key_steps=steps, **given)
    return make_entry(pg, status=status, procedures=[part], date=today() - timedelta(days=days_ago))


def points(curve):
    """Its points as (label, rows, share)."""
    return [(point.label, point.n, point.value) for point in curve.points]


def test_the_first_times_are_each_pgs_own_by_date(hernia):
    """Two PGs: neither's sixth time is put off or brought forward by what the other does."""
    pg, other = make_user("pg"), make_user("pg")
    for number in range(7):  # written down newest first: the two newest are done by the PG
        log(pg, hernia, steps="me" if number < 2 else "assisted", days_ago=number)
    for number in range(4):
        log(other, hernia, steps="me", days_ago=number)
    drawn = learning.draw(make_user("admin"), str(hernia.id), None)
    assert points(drawn) == [("1–5", 9, 4 / 9), ("6–10", 2, 1.0)]


def test_a_time_the_reader_may_not_see_is_still_practice(hernia):
    """A supervisor who is asked to review only a PG's sixth herniotomy finds it among the sixth to tenth."""
    pg, reader = make_user("pg"), make_user("supervisor")
    for number in range(1, 6):
        log(pg, hernia, steps="assisted", days_ago=number)
    sixth = log(pg, hernia)
    sixth.supervisor_id = reader.id
    commit()
    assert points(learning.draw(reader, str(hernia.id), None)) == [("6–10", 1, 1.0)]


def test_the_steps_hold_every_entry_once_at_their_bounds(hernia):
    pg = make_user("pg")
    for number in range(82):
        log(pg, hernia, days_ago=number)
    drawn = learning.draw(make_user("admin"), str(hernia.id), pg.id)
    assert [point.n for point in drawn.points] == [5, 5, 10, 20, 40, 2]


def test_teaching_is_doing_and_watching_or_assisting_is_not(hernia):
    pg = make_user("pg")
    log(pg, hernia, steps="assisted", taught=True)
    log(pg, hernia, steps="me", trainer="elsewhere")
    log(pg, hernia, steps="watched", taught=True)
    log(pg, hernia, steps="assisted")
    drawn = learning.draw(pg, str(hernia.id), pg.id)
    assert points(drawn) == [("1–5", 4, 0.5)]


def test_an_entry_with_the_procedure_twice_is_one_time_in_the_best_of_its_roles(hernia):
    pg = make_user("pg")
    twice = [
        make_procedure("Herniotomy", procedure_id=hernia.id, key_steps=steps)
        for steps in ("assisted", "me")
    ]
    make_entry(pg, status="approved", procedures=twice)
    assert points(learning.draw(pg, str(hernia.id), None)) == [("1–5", 1, 1.0)]


def test_only_what_counts_is_practice(hernia):
    pg = make_user("pg")
    for status in ("draft", "pending", "returned", "rejected", "approved", "archived"):
        log(pg, hernia, status=status)
    assert [point.n for point in learning.draw(pg, str(hernia.id), None).points] == [2]


@pytest.mark.parametrize("who", ["admin", "supervisor", "pg", "stranger"])
def test_its_numbers_are_those_of_the_list_behind_it_for_every_reader(hernia, sign_in, who):
    supervisor = make_user("supervisor")
    pg, other = make_user("pg", supervisor=supervisor), make_user("pg")
    for number in range(6):
        log(pg, hernia, days_ago=number)
    log(other, hernia)
    log(other, make_known("Appendicectomy"))
    readers = {"admin": make_user("admin"), "supervisor": supervisor, "pg": pg}
    reader = readers.get(who) or make_user("supervisor")
    commit()
    expected = {"admin": 7, "supervisor": 6, "pg": 6, "stranger": 0}[who]
    client = sign_in(reader)
    for person, rows in ((None, expected), (pg.id, min(expected, 6))):
        drawn = learning.draw(reader, str(hernia.id), person)
        assert sum(point.n for point in drawn.points) == rows
        assert rows_behind(client, drawn.href) == rows


def test_what_is_offered_is_what_the_reader_has_seen_most_of_first(hernia):
    pg, other = make_user("pg"), make_user("pg")
    rare, draft = make_known("Thyroidectomy"), make_known("Sleeve")
    log(pg, rare)
    log(pg, draft, status="draft")
    for _ in range(2):
        log(pg, hernia)
    log(other, make_known("Amputation"))
    assert [label for _, label in learning.choices(pg)] == ["Herniotomy", "Thyroidectomy"]
    assert len(learning.choices(make_user("admin"))) == 3


def test_a_curve_costs_one_query(hernia, count_queries):
    pg = make_user("pg")
    for number in range(12):
        log(pg, hernia, days_ago=number)
    with count_queries() as queries:
        learning.draw(pg, str(hernia.id), None)
    assert len(queries) == 1
