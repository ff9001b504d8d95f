"""Counting requests and statements: in the process first, then, every PERFORMANCE_FLUSH_SECONDS, in Redis.

A statement is counted by its text without its values: those may be about a patient. Redis being away loses counts and nothing else.
"""

import hashlib
import logging
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, has_app_context, request
from redis.exceptions import RedisError

from sims import jobs
from sims.clock import now
from sims.database import db

log = logging.getLogger("sims.slow")

BUCKETS = (10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
"""Milliseconds up to which requests are counted together; the last bucket holds all that took longer."""

TOTAL, TEXTS = "sims:performance:total", "sims:performance:texts"
KEPT_HOURS = 25
LONGEST_TEXT = 2000


@dataclass
class Counted:
    """What this process has counted and not yet added to Redis."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Counter[str] = field(default_factory=Counter)
    texts: dict[str, str] = field(default_factory=dict)
    since: float = field(default_factory=time.monotonic)


def init_app(app: Flask) -> None:
    """Count every request and statement of this application."""
    app.extensions["performance"] = Counted()
    app.before_request(_begin)
    app.after_request(_request)
    app.teardown_appcontext(lambda error: _flush_if_due(app))
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", _before)
        sa.event.listen(db.engine, "after_cursor_execute", _after)


def hour_key(hours_ago: int = 0) -> str:
    """Under which the counts of an hour are in Redis."""
    return f"sims:performance:{int(now().timestamp()) // 3600 - hours_ago}"


def flush() -> None:
    """Add what was counted to Redis. Raises `RedisError`; what was counted is lost then."""
    counted: Counted = current_app.extensions["performance"]
    with counted.lock:
        numbers, texts = counted.numbers, counted.texts
        counted.numbers, counted.texts, counted.since = Counter(), {}, time.monotonic()
    if not numbers:
        return
    hour = hour_key()
    with jobs.connection().pipeline(transaction=False) as pipe:
        for name, number in numbers.items():
            pipe.hincrby(hour, name, number)
            if not name.startswith("sql|"):
                pipe.hincrby(TOTAL, name, number)
        pipe.expire(hour, KEPT_HOURS * 3600)
        if texts:
            pipe.hset(TEXTS, mapping=texts)
            pipe.expire(TEXTS, KEPT_HOURS * 3600)
        pipe.execute()


@lru_cache(maxsize=2048)
def shape(statement: str) -> str:
    """A statement as it is counted: lists of any length alike, on one line."""
    listed = re.sub(r"\((?:\s*(?:%\(\w+\)s|\?)(?:::\w+)?\s*,?)+\)", "(…)", statement)
    return " ".join(listed.split())[:LONGEST_TEXT]


def _begin() -> None:
    g.sql = [0, 0.0]


def _before(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
    connection.info["began"] = time.perf_counter()


def _after(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
    ms = 1000 * (time.perf_counter() - connection.info["began"])
    if not has_app_context():
        return
    if "sql" in g:
        g.sql[0] += 1
        g.sql[1] += ms
    text = shape(statement)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    counted: Counted = current_app.extensions["performance"]
    with counted.lock:
        counted.numbers[f"sql|{digest}|n"] += 1
        counted.numbers[f"sql|{digest}|us"] += round(1000 * ms)
        counted.texts[digest] = text
    if ms >= current_app.config["PERFORMANCE_SLOW_MS"]:
        log.warning({"slow": text, "ms": round(ms, 1)})


def _request(response: Response) -> Response:
    number, sql = g.get("sql", (0, 0.0))
    ms = 1000 * (time.perf_counter() - g.began) if "began" in g else 0.0
    g.measured = {"queries": number, "sql_ms": round(sql, 1), "endpoint": request.endpoint}
    name = request.endpoint or "(no page)"
    if name.endswith("static"):
        return response
    bucket = next((place for place, most in enumerate(BUCKETS) if ms <= most), len(BUCKETS))
    counted: Counted = current_app.extensions["performance"]
    with counted.lock:
        counted.numbers.update(
            {
                f"page|{name}|n": 1,
                f"page|{name}|us": round(1000 * ms),
                f"page|{name}|sqlus": round(1000 * sql),
                f"page|{name}|queries": number,
                f"page|{name}|b{bucket}": 1,
                f"page|{name}|errors": int(response.status_code >= 500),
            }
        )
    return response


def _flush_if_due(app: Flask) -> None:
    counted: Counted = app.extensions["performance"]
    if time.monotonic() - counted.since < app.config["PERFORMANCE_FLUSH_SECONDS"]:
        return
    try:
        flush()
    except RedisError as error:
        log.info("counts of performance are lost, Redis does not answer: %s", error)
