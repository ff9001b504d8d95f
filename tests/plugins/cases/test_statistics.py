"""Every number of the statistics is the length of the list behind it, and the parts add up."""

from datetime import timedelta

import pytest

from plugins.cases import stats
from plugins.catalogue.models import Diagnosis
from sims.clock import today
from sims.database import db
from tests.factories import make_user
from tests.plugins.cases.factories import make_case, make_category, make_featured


@pytest.fixture
def people(app_context):
    supervisor = make_user("supervisor")
    return make_user("pg", supervisor=supervisor), supervisor


def listed(client, href: str) -> int:
    """How many rows the list at this address has, all pages together."""
    path, _, query = href.partition("?")
    text = client.get(f"{path}/export.csv?{query}").text
    return len(text.strip().splitlines()) - 1


def test_every_number_is_the_length_of_the_list_behind_it(app, people, sign_in):
    pg, supervisor = people
    known = Diagnosis(name="Inguinal hernia", category="surgical")
    db.session.add(known)
    db.session.flush()
    one, two = make_category(), make_category()
    for place, status in enumerate(("approved", "archived", "pending", "draft", "returned")):
        make_case(
            pg, status=status, category_id=(one.id, two.id, None)[place % 3],
            complexity=("simple", "complex")[place % 2], supervisor_score=place + 1,
            primary_diagnosis_id=known.id if place % 2 else None,
            date_encountered=today() - timedelta(days=70 * place),
        )  # fmt: skip
    make_featured(pg, category_id=one.id)
    other = make_user("pg", supervisor=supervisor)
    make_case(other, status="approved")
    make_case(make_user("pg"))
    for person, pg_id, total in ((pg, pg.id, 6), (supervisor, pg.id, 6), (supervisor, None, 7)):
        client = sign_in(person)
        with app.test_request_context():
            found = stats.of(person, pg_id)
        assert found.total == total == listed(client, found.list_url)
        parts = (found.statuses, found.categories, found.complexities, found.diagnoses)
        for items in parts:
            assert sum(item[1] for item in items) == total
            for item in items:
                assert listed(client, item[-1]) == item[1], item
        months = found.months
        for (_, values), hrefs in zip(months["series"], months["hrefs"], strict=True):
            for value, href in zip(values, hrefs, strict=True):
                assert listed(client, href) == value, href
        assert sum(months["series"][0][1]) == total
        with app.test_request_context():
            figures = {"counted": found.approved, "featured": found.featured}
            urls = {name: found.url(**{name: 1}) for name in figures}
            waiting = found.url(status="pending")
        assert {name: listed(client, url) for name, url in urls.items()} == figures
        assert listed(client, waiting) == found.waiting == 1


def test_the_page_is_for_the_pg_and_for_who_may_see_them(people, sign_in):
    pg, supervisor = people
    make_case(pg, status="approved", supervisor_score=7)
    assert "7.0 of 10" in sign_in(pg).get("/cases/statistics").text
    assert sign_in(supervisor).get(f"/cases/statistics?pg={pg.id}").status_code == 200
    assert sign_in(make_user("admin")).get("/cases/statistics").status_code == 200
    stranger = sign_in(make_user("supervisor"))
    assert stranger.get(f"/cases/statistics?pg={pg.id}").status_code == 404
    assert "No cases yet" in stranger.get("/cases/statistics").text


def test_the_page_keeps_its_number_of_queries(people, sign_in, count_queries):
    pg, _ = people
    client, counts = sign_in(pg), []
    for more in (2, 12):
        for _ in range(more):
            make_case(pg, status="approved")
        client.get("/cases/statistics")
        with count_queries() as sent:
            client.get("/cases/statistics")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 10
