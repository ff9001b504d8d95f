"""A module that is switched off is not there; switched on again, everything it held is."""

import pytest
from flask_migrate import upgrade

from sims.database import commit, db
from sims.permissions import PUBLIC, access_of
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry

REST = ("users", "catalogue", "rotations", "notifications")


@pytest.fixture
def without_logbook(app, make_app, database):
    """A second application on the same database, without the logbook."""
    smaller = make_app(DATABASE_URL=database, PLUGINS=REST)
    yield smaller
    with smaller.app_context():
        db.engine.dispose()


def test_nothing_mentions_a_module_that_is_off_and_its_rows_stay(
    app_context, without_logbook, sign_in
):
    supervisor = make_user("supervisor")
    pg = make_user("pg", supervisor=supervisor)
    people = (make_user("admin"), supervisor, pg)
    number = make_entry(pg, title="Very particular title").id
    commit()
    for person in people:
        client = without_logbook.test_client(user=person)
        for rule in without_logbook.url_map.iter_rules():
            if (
                "GET" in rule.methods
                and not rule.arguments
                and not rule.endpoint.endswith("static")
            ):
                with without_logbook.app_context():
                    if access_of(rule.endpoint) == PUBLIC:
                        continue
                text = client.get(rule.rule).text
                assert "/logbook" not in text, rule.rule
                assert "Very particular" not in text, rule.rule
        assert client.get(f"/logbook/entries/{number}").status_code == 404
    assert sign_in(pg).get(f"/logbook/entries/{number}").status_code == 200


def test_the_database_of_a_module_that_is_off_is_upgraded_all_the_same(without_logbook):
    with without_logbook.app_context():
        upgrade(revision="heads")
