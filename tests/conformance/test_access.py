"""Every route × role × owner gives what the permission table says; nobody declares this per page."""

import re

import pytest

from sims import contracts
from sims.permissions import PUBLIC, SIGNED_IN, access_of, roles_of
from sims.plugin import provided
from tests.conformance.rows import ROWS
from tests.factories import make_user

ROLES = ("admin", "supervisor", "pg")
FINE = {200, 302, 303, 400, 401, 409, 422}
"""401: a public page may want a token of its own."""


@pytest.fixture
def cast(app_context):
    """One person of each role, and strangers: a PG of somebody else and a supervisor of nobody."""
    supervisor = make_user(role="supervisor")
    return {
        "admin": make_user(role="admin"),
        "supervisor": supervisor,
        "pg": make_user(role="pg", supervisor=supervisor),
        "other pg": make_user(role="pg", supervisor=make_user(role="supervisor")),
        "other supervisor": make_user(role="supervisor"),
    }


def plain_routes(app):
    """GET routes that need nothing filled in."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and not rule.arguments
        and rule.endpoint.rpartition(".")[2] != "static"
    ]


def test_pages_open_for_the_roles_that_hold_their_permission_and_for_no_other(app, cast, sign_in):
    for rule in plain_routes(app):
        needed = access_of(rule.endpoint)
        for role in ROLES:
            may = needed in (PUBLIC, SIGNED_IN) or role in roles_of(needed)
            status = sign_in(cast[role]).get(rule.rule).status_code
            assert (status in FINE) if may else (status == 404), f"{role} {rule.rule}: {status}"


def test_visitors_are_sent_to_the_login_page(app, client):
    with app.app_context():
        closed = [rule for rule in plain_routes(app) if access_of(rule.endpoint) != PUBLIC]
    assert closed
    for rule in closed:
        answer = client.get(rule.rule)
        assert answer.status_code == 302, rule.rule
        assert "login" in answer.location


def test_every_record_has_a_row_to_be_tested_with(app_context):
    assert {record.name for record in provided(contracts.Record)} == set(ROWS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_rows_are_seen_by_owner_supervisor_and_admin_and_by_nobody_else(app, cast, sign_in, name):
    record = next(record for record in provided(contracts.Record) if record.name == name)
    row = ROWS[name](cast["pg"], cast["supervisor"])
    holders = roles_of(record.permission("view"))
    for who, person in cast.items():
        insider = who in ("admin", "supervisor", "pg") or record.owner is None
        for path, needed in row_paths(app, record, row):
            may = insider and person.role in holders & roles_of(needed)
            status = sign_in(person).get(path).status_code
            if not may:
                assert status == 404, f"{who} {path}: {status}"
            else:
                assert status in {200, 403}, f"{who} {path}: {status}"


def row_paths(app, record, row):
    """The addresses of all GET pages about this row, each with the permission it needs."""
    base = re.sub(r"<int:id>.*", "", rule_of(app, record.endpoint).rule)
    for rule in app.url_map.iter_rules():
        if (
            "GET" in rule.methods
            and rule.arguments == {"id"}
            and rule.endpoint.startswith(record.endpoint)
            and rule.rule.startswith(base)
        ):
            yield rule.rule.replace("<int:id>", str(row.id)), access_of(rule.endpoint)


def rule_of(app, endpoint):
    """The route of an endpoint."""
    return next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_nobody_posts_to_a_row_they_may_not_see(app, cast, sign_in, name):
    record = next(record for record in provided(contracts.Record) if record.name == name)
    if record.owner is None:
        return
    row = ROWS[name](cast["pg"], cast["supervisor"])
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods or "id" not in rule.arguments:
            continue
        if not rule.endpoint.startswith(record.endpoint):
            continue
        path = rule.rule.replace("<int:id>", str(row.id))
        path = re.sub(r"<[^>]+>", "approve", path)
        for stranger in ("other pg", "other supervisor"):
            status = sign_in(cast[stranger]).post(path, data={"feedback": "x"}).status_code
            assert status == 404, f"{stranger} {path}: {status}"


def test_every_form_posted_empty_is_answered_with_words(app, cast, sign_in):
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.arguments:
            continue
        needed = access_of(rule.endpoint)
        for role in ROLES:
            if needed in (PUBLIC, SIGNED_IN) or role in roles_of(needed):
                status = sign_in(cast[role]).post(rule.rule, data={}).status_code
                assert status < 500, f"{role} POST {rule.rule}: {status}"


@pytest.mark.database("sqlite")
def test_every_link_on_every_page_leads_somewhere(app, cast, sign_in):
    for role in ROLES:
        client, followed = sign_in(cast[role]), set()
        for rule in plain_routes(app):
            if access_of(rule.endpoint) not in (PUBLIC, SIGNED_IN) and role not in roles_of(
                access_of(rule.endpoint)
            ):
                continue
            text = client.get(rule.rule).get_data()
            if b"<html" not in text[:200]:
                continue
            links = set(re.findall(r'href="(/[^"#]*)', text.decode()))
            for link in links - followed:
                followed.add(link)
                status = client.get(link.replace("&amp;", "&")).status_code
                assert status in FINE, f"{role} {rule.rule} → {link}: {status}"
