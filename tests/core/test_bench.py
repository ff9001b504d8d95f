"""The benchmark looks at every page of the menu. How fast they are is not for a test to say."""

from flask import url_for

from sims.contracts import MenuItem
from sims.permissions import PUBLIC, SIGNED_IN, roles_of
from sims.plugin import provided
from tests.bench.pages import PAGES


def test_the_benchmark_opens_every_page_of_the_menu(app):
    opened = {page.path for page in PAGES}
    with app.test_request_context():
        assert {url_for(item.endpoint) for item in provided(MenuItem)} <= opened


def test_whoever_opens_a_page_of_the_menu_in_the_benchmark_has_it_in_theirs(app):
    with app.test_request_context():
        for item in provided(MenuItem):
            roles = {page.role for page in PAGES if page.path == url_for(item.endpoint)}
            if item.permission not in (PUBLIC, SIGNED_IN):
                assert roles <= roles_of(item.permission)
