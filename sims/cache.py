"""What is dear to work out and asked for often, kept in Redis for at most a minute.

A key names what was worked out, for whom, and the state of the data it was worked out from: every table of records
has a count of its changes in Redis, raised after each commit that changed it. Whoever asks after a change asks under
another key. Where Redis is away everything is simply worked out each time.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from redis.exceptions import RedisError

from sims import jobs
from sims.clock import now
from sims.database import after_commit
from sims.events import RecordEvent

log = logging.getLogger(__name__)

SECONDS = 60
"""A figure that people act on is never older than this."""

HITS, MISSES = "sims:cache:hits", "sims:cache:misses"


@dataclass(frozen=True)
class Kept:
    """A value (anything JSON holds) and when it was worked out."""

    value: Any
    as_of: datetime


def kept(
    name: str,
    parts: Sequence[object],
    tables: Iterable[str],
    work_out: Callable[[], Any],
    *,
    seconds: int = SECONDS,
) -> Kept:
    """The value of `work_out`, at most `seconds` old and never older than the last change of these tables.

    `parts` are all it depends on besides: who asks, for what, the day. What it returns must be plain JSON.
    """
    try:
        counts = [_changes(table) for table in sorted(set(tables))]
        states = list(zip(counts, jobs.connection().mget(counts), strict=True)) if counts else []
        digest = hashlib.sha256(repr((parts, states)).encode()).hexdigest()
        key = f"sims:cache:{name}:{digest}"
        found = jobs.connection().get(key)
        jobs.connection().incr(HITS if found else MISSES)
    except RedisError as error:
        log.info("nothing is kept, Redis does not answer: %s", error)
        return Kept(work_out(), now())
    if found:
        held = json.loads(found)
        return Kept(held["value"], datetime.fromisoformat(held["as_of"]))
    as_of = now()
    value = work_out()
    try:
        held = json.dumps({"value": value, "as_of": as_of.isoformat()})
        jobs.connection().set(key, held, ex=seconds)
    except RedisError as error:
        log.info("%s is not kept, Redis does not answer: %s", name, error)
    return Kept(value, as_of)


def changed(event: RecordEvent) -> None:
    """Subscriber: a row was changed; what was worked out from its table counts no more once that is committed."""
    changed_many([event])


def changed_many(events: Sequence[RecordEvent]) -> None:
    """The same, for many rows at once: one count a table and transaction."""
    if _raise_counts not in g.get("after_commit", ()):  # a rollback forgets both
        g.cache_changed = set()
        after_commit(_raise_counts)
    g.cache_changed.update(event.table for event in events)


def _raise_counts() -> None:
    tables = g.pop("cache_changed", set())
    try:
        with jobs.connection().pipeline(transaction=False) as pipe:
            for table in sorted(tables):
                pipe.incr(_changes(table))
            pipe.execute()
    except RedisError as error:
        log.info("what is kept goes on for its minute, Redis does not answer: %s", error)


def _changes(table: str) -> str:
    return f"sims:changes:{table}"
