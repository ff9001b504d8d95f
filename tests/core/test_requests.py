"""What every answer carries: strict headers, an id, a line in the log; static files are cached for a year."""

import gzip
import json
import logging
import re
import sys

import pytest
from flask import Flask, g

from sims import migrate
from sims.database import db
from sims.logs import Lines
from tests.factories import make_user

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def pg(app_context: Flask):
    return make_user("pg")


def static_address(page: str, name: str) -> str:
    return re.search(rf'(/static/{re.escape(name)}\?v=[0-9a-f]+)"', page).group(1)


def line_of(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    """What the log says of the one request made."""
    [line] = [entry.msg for entry in caplog.records if entry.name == "sims.requests"]
    return line


# -- headers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/logbook/entries/export.csv", 200),
        ("POST", "/drafts/0123456789abcdef/discard", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/logbook/entries/1", 404),
        ("GET", f"/logbook/entries/{10**30}", 404),
        ("DELETE", "/", 405),
        ("POST", "/drafts", 415),
        ("POST", "/logbook/entries/new", 422),
        ("GET", "/static/sims.css", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/../sims.css", 404),
    ],
)
def test_every_kind_of_answer_carries_the_headers(pg, sign_in, method, path, status):
    answer = sign_in(pg).open(path, method=method)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "Server" not in answer.headers


def test_a_redirect_to_the_login_carries_them_too(client, app_context):
    answer = client.get("/")
    assert answer.status_code == 302
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_page_that_breaks_says_so_and_carries_them_too(app, pg, sign_in, monkeypatch):
    """Outside the tests a fault is a page with a number to quote, not a traceback."""

    def fault() -> None:
        raise RuntimeError("the secret inner workings")

    monkeypatch.setitem(app.view_functions, "core.healthz", fault)
    vars(fault)["sims_access"] = "public"
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    answer = sign_in(pg).get("/healthz", headers={"X-Request-ID": "quote-me-1234"})
    assert answer.status_code == 500
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "quote-me-1234" in answer.text
    assert "secret inner workings" not in answer.text


def test_without_its_database_sims_says_that_it_is_busy(make_app, valkey_url):
    app = make_app(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "1.0123456789abcdef", True
    answer = client.get("/")
    assert answer.status_code == 503
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "Nothing was half saved" in answer.text
    assert client.get("/healthz").status_code == 200


def test_https_is_remembered_by_the_browser(client, app_context):
    plain, secure = client.get("/healthz"), client.get("/healthz", base_url="https://localhost")
    assert "Strict-Transport-Security" not in plain.headers
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_pages_are_never_cached(pg, sign_in):
    for path in ("/", "/logbook/entries", "/nowhere"):
        assert sign_in(pg).get(path).headers["Cache-Control"] == "no-store"


# -- the id and the log ------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["12345678", "a-b_c.D9" * 8])
def test_a_request_keeps_the_id_it_came_with(client, app_context, given):
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'quote"d<script>', "ends with space "])
def test_an_odd_id_is_replaced(client, app_context, given):
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_an_address_that_is_not_there_has_an_id_and_a_line_in_the_log(client, app_context, caplog):
    with caplog.at_level(logging.INFO, "sims.requests"):
        answer = client.get("/nowhere?a=b", headers={"X-Request-ID": "0123456789"})
    line = line_of(caplog)
    assert answer.headers["X-Request-ID"] == "0123456789"
    assert (line["request"], line["path"], line["status"]) == ("0123456789", "/nowhere", 404)


def test_the_log_says_who_and_how_long_but_not_what_was_asked(pg, sign_in, caplog):
    with caplog.at_level(logging.INFO, "sims.requests"):
        sign_in(pg).get("/logbook/entries?title=secret")
    line = line_of(caplog)
    assert (line["method"], line["actor"], line["by"]) == ("GET", pg.id, "127.0.0.1")
    assert line["ms"] >= 0
    assert "secret" not in json.dumps(line)


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_proxys_word_counts_only_where_proxies_are_declared(make_app, caplog, proxies, seen):
    client = make_app(PROXIES=proxies).test_client()
    with caplog.at_level(logging.INFO, "sims.requests"):
        client.get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert line_of(caplog)["by"] == seen


# -- static files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sims.css", "sims.js"])
def test_static_files_carry_a_hash_and_are_cached_for_a_year(client, app_context, name):
    page = client.get("/login", follow_redirects=True).text
    answer = client.get(static_address(page, name))
    caching = answer.cache_control
    assert (caching.max_age, caching.public, caching.immutable) == (365 * 24 * 3600, True, True)
    assert not caching.no_cache
    assert not caching.no_store


def test_without_its_hash_a_static_file_is_asked_for_again(client, app_context):
    assert client.get("/static/sims.css").cache_control.max_age is None


def test_a_hash_that_is_not_the_files_own_is_not_cached_for_ever(client, app_context):
    """A page of the next release, answered by a host that still runs this one."""
    assert client.get("/static/sims.css?v=000000000000").cache_control.max_age is None


@pytest.mark.parametrize("name", ["sims.css", "sims.js"])
def test_static_text_travels_compressed(client, app_context, name):
    plain = client.get(f"/static/{name}").data
    packed = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain
    assert len(packed.data) < len(plain) / 2


def test_pages_travel_compressed(pg, sign_in):
    answer = sign_in(pg).get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<html" in gzip.decompress(answer.data)


def test_a_static_file_is_not_sent_again_to_who_has_it(client, app_context):
    first = client.get("/static/sims.css")
    again = client.get("/static/sims.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_static_files_neither_set_cookies_nor_depend_on_them(pg, sign_in, count_queries):
    client = sign_in(pg)
    client.get("/")
    with client.session_transaction() as session:
        session.permanent = True
    db.session.rollback()
    with count_queries() as queries:
        answer = client.get("/static/sims.css")
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert queries == []


def test_every_line_of_the_log_is_json_with_request_actor_and_trace(app):
    with app.test_request_context():
        g.request_id, g.seen_id = "quote-me-1234", 7
        try:
            raise ValueError("broken")
        except ValueError:
            record = logging.LogRecord(
                "sims.x", logging.ERROR, "", 0, "it is %s", ("so",), sys.exc_info()
            )
        line = json.loads(Lines().format(record))
        mapped = json.loads(
            Lines().format(logging.LogRecord("sims.x", 20, "", 0, {"ms": 3}, None, None))
        )
    assert (line["says"], line["request"], line["actor"]) == ("it is so", "quote-me-1234", 7)
    assert "ValueError: broken" in line["trace"]
    assert "\n" not in Lines().format(record)
    assert (mapped["ms"], mapped["level"]) == (3, "INFO")


def test_a_host_is_ready_when_the_database_has_every_revision(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")


def test_without_redis_a_host_still_serves_and_says_so(make_app, new_database):
    app = make_app(DATABASE_URL=new_database("sqlite"), REDIS_URL="redis://127.0.0.1:1/0")
    assert (
        app.test_client().get("/readyz").json["database"].startswith("The database lacks revisions")
    )
    with app.app_context():
        migrate.upgrade(quiet=True)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json["redis"] == "Redis does not answer; jobs wait."


def test_without_a_database_a_host_is_not_ready_and_tells_no_secret(make_app):
    app = make_app(DATABASE_URL="postgresql+psycopg://sims:geheim@127.0.0.1:1/sims")
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] == "The database can't be reached."
