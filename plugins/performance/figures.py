"""What was counted in the last 24 hours, and what queues and caches say now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rq.job import Job

from plugins.performance.counting import BUCKETS, KEPT_HOURS, TEXTS, TOTAL, hour_key
from sims import cache, jobs
from sims.clock import now
from sims.jobs.queueing import SimsJob


@dataclass(frozen=True)
class Page:
    """An endpoint's requests: how many, milliseconds on average, below which 95 of 100 stay (None: beyond the last
    bucket), how many statements and how much of the time was theirs, and how many failed."""

    name: str
    number: int
    average: float
    late: int | None
    queries: float
    sql: float
    errors: int

    @property
    def total(self) -> float:
        """Milliseconds of all of them."""
        return self.number * self.average


@dataclass(frozen=True)
class Statement:
    """A statement's text without its values, how often it was sent, and milliseconds on average."""

    text: str
    number: int
    average: float

    @property
    def total(self) -> float:
        """Milliseconds of all of them."""
        return self.number * self.average


@dataclass(frozen=True)
class Queue:
    """A queue: how many jobs wait, and for how long the oldest has."""

    name: str
    waiting: int
    oldest: timedelta | None


def counts(hours: int = KEPT_HOURS - 1) -> dict[str, int]:
    """What was counted in so many hours. Raises `RedisError`."""
    with jobs.connection().pipeline(transaction=False) as pipe:
        for ago in range(hours):
            pipe.hgetall(hour_key(ago))
        found: dict[str, int] = defaultdict(int)
        for hour in pipe.execute():
            for name, number in hour.items():
                found[name.decode()] += int(number)
    return found


def totals() -> dict[str, int]:
    """What was counted of requests since Redis was last emptied. Raises `RedisError`."""
    return {name.decode(): int(number) for name, number in jobs.connection().hgetall(TOTAL).items()}


def of_pages(counted: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """The counts of every endpoint: name → what → number."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for key, number in counted.items():
        kind, name, what = key.split("|")
        if kind == "page":
            found[name][what] = number
    return dict(found)


def pages(counted: Mapping[str, int]) -> list[Page]:
    """Every endpoint that was asked, the one that took most time in all first."""
    found = [
        Page(
            name=name,
            number=each["n"],
            average=each["us"] / each["n"] / 1000,
            late=_late(each),
            queries=each["queries"] / each["n"],
            sql=each["sqlus"] / each["n"] / 1000,
            errors=each.get("errors", 0),
        )
        for name, each in of_pages(counted).items()
    ]
    return sorted(found, key=lambda page: -page.total)


def statements(counted: Mapping[str, int], most: int = 15) -> list[Statement]:
    """The statements that took most time in all."""
    times: dict[str, dict[str, int]] = defaultdict(dict)
    for key, number in counted.items():
        kind, digest, what = key.split("|")
        if kind == "sql":
            times[digest][what] = number
    first = sorted(times, key=lambda digest: -times[digest]["us"])[:most]
    texts = jobs.connection().hmget(TEXTS, first) if first else []
    return [
        Statement(
            (text or b"(forgotten)").decode(),
            times[digest]["n"],
            times[digest]["us"] / times[digest]["n"] / 1000,
        )
        for digest, text in zip(first, texts, strict=True)
    ]


def hit_rate() -> tuple[int, int]:
    """How often the cache had what was asked for, and how often it was asked."""
    hits, misses = (int(number or 0) for number in jobs.connection().mget(cache.HITS, cache.MISSES))
    return hits, hits + misses


def queues(names: tuple[str, ...]) -> list[Queue]:
    """Every queue, as it is now."""
    found = []
    for name in names:
        queue = jobs.queue(name)
        ids = queue.get_job_ids(0, 1)
        oldest: Job | None = None
        if ids:
            (oldest,) = SimsJob.fetch_many(
                ids, connection=jobs.connection(), serializer=queue.serializer
            )
        asked = oldest.enqueued_at if oldest else None
        found.append(Queue(name, queue.count, now() - asked if asked else None))
    return found


def _late(each: Mapping[str, int]) -> int | None:
    """The end of the bucket in which the 95th of 100 requests lies."""
    seen, wanted = 0, each["n"] * 0.95
    for place, most in enumerate(BUCKETS):
        seen += each.get(f"b{place}", 0)
        if seen >= wanted:
            return most
    return None
