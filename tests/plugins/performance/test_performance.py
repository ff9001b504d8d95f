"""What requests and statements cost, told by the page and to Prometheus; counting never gets in the way."""

import logging

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from plugins.performance import counting, database, figures
from sims import jobs
from sims.database import commit, db
from tests.factories import make_user

TOKEN = "only-prometheus-knows"


@pytest.fixture
def office(app_context, app, sign_in):
    app.config["PERFORMANCE_FLUSH_SECONDS"] = 0
    app.extensions["performance"].numbers.clear()
    return sign_in(make_user("admin"))


def metrics(client):
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_page_says_what_took_time(office):
    for _ in range(3):
        office.get("/rotations/hospitals")
    page = office.get("/performance")
    assert page.status_code == 200
    assert "rotations.hospital_list" in page.text
    (listed,) = [
        each for each in figures.pages(figures.counts()) if each.name == "rotations.hospital_list"
    ]
    assert listed.number == 3
    assert listed.queries >= 1
    assert 0 < listed.sql < listed.average
    assert "FROM rotations_hospital" in page.text
    assert "logbook_logbookentry" in page.text


def test_statements_are_counted_by_their_text_and_never_by_their_values(office):
    db.session.execute(sa.text("SELECT :secret AS told").bindparams(secret="Mrs Khan"))
    for ids in ((1, 2), (1, 2, 3)):
        db.session.execute(sa.select(sa.literal(1).label("listed")).where(sa.literal(1).in_(ids)))
    counting.flush()
    texts = {each.text: each.number for each in figures.statements(figures.counts(), 1000)}
    assert not any("Khan" in text for text in texts)
    assert [number for text, number in texts.items() if "listed" in text] == [2]


def test_a_slow_statement_is_in_the_log_with_its_request_and_without_values(office, app, caplog):
    app.config["PERFORMANCE_SLOW_MS"] = 0
    with caplog.at_level(logging.WARNING, "sims.slow"):
        office.get("/rotations/hospitals?f=Nishtar")
    told = [entry.msg for entry in caplog.records if entry.name == "sims.slow"]
    assert any("rotations_hospital" in line["slow"] for line in told)
    assert "Nishtar" not in str(told)


def test_prometheus_reads_what_the_page_shows(office, app):
    app.config["PERFORMANCE_METRICS_TOKEN"] = TOKEN
    for _ in range(2):
        office.get("/rotations/hospitals")
    found = metrics(office)
    name = "rotations.hospital_list"
    assert found["sims_request_seconds_count", name] == 2
    assert found["sims_request_seconds_bucket", name, "+Inf"] == 2
    assert found["sims_statements_total", name] >= 2
    assert found["sims_errors_total", name] == 0
    assert found["sims_redis_up",] == 1
    assert found["sims_queue_jobs", "default"] >= 0
    assert found["sims_table_bytes", "rows", "users_user"] > 0


def test_nobody_reads_metrics_without_the_token(office, app):
    assert office.get("/metrics").status_code == 401
    app.config["PERFORMANCE_METRICS_TOKEN"] = TOKEN
    assert office.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert office.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_only_the_office_sees_the_page(app_context, sign_in):
    assert sign_in(make_user("supervisor")).get("/performance").status_code in (403, 404)


def test_a_waiting_job_is_seen_with_its_age(office):
    jobs.put(jobs.tidy, on="low")
    (low,) = figures.queues(("low",))
    assert low.waiting == 1
    assert low.oldest.total_seconds() >= 0


def test_redis_being_away_costs_counts_and_nothing_else(office, app, monkeypatch):
    away = jobs.queueing.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    monkeypatch.setitem(app.extensions, "sims.redis", away)
    page = office.get("/performance")
    assert page.status_code == 200
    assert "Redis is away" in page.text
    app.config["PERFORMANCE_METRICS_TOKEN"] = TOKEN
    assert metrics(office)["sims_redis_up",] == 0


@pytest.mark.database("postgresql")
def test_an_index_nobody_uses_is_named(office):
    db.session.execute(sa.text("CREATE INDEX ix_users_nobody ON users_user (created_at)"))
    commit()
    try:
        assert "ix_users_nobody" in [index.name for index in database.unused()]
        assert database.connections()["active"] >= 1
    finally:
        db.session.execute(sa.text("DROP INDEX ix_users_nobody"))
        commit()
