"""The figures as Prometheus reads them.

Processes don't keep numbers of their own: all of them add to Redis, so whichever answers tells of all.
"""

from collections.abc import Iterator

from flask import current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from redis.exceptions import RedisError

from plugins.performance import counting, database, figures


class _Figures:
    """What Prometheus collects: requests, queues, cache and database."""

    def collect(self) -> Iterator[Metric]:
        """Every metric, with what is known of it now."""
        up = GaugeMetricFamily("sims_redis_up", "Whether Redis answers.")
        try:
            counting.flush()
            found = list(self._from_redis())
            up.add_metric([], 1)
        except RedisError:
            found = []
            up.add_metric([], 0)
        yield up
        yield from found
        yield from self._from_database()

    def _from_redis(self) -> Iterator[Metric]:
        requests = HistogramMetricFamily(
            "sims_request_seconds", "Requests by endpoint.", labels=["endpoint"]
        )
        statements = CounterMetricFamily(
            "sims_statements", "SQL statements by endpoint.", labels=["endpoint"]
        )
        errors = CounterMetricFamily(
            "sims_errors", "Answers of 500 and above by endpoint.", labels=["endpoint"]
        )
        for name, each in figures.of_pages(figures.totals()).items():
            seen, buckets = 0, []
            for place, most in enumerate(counting.BUCKETS):
                seen += each.get(f"b{place}", 0)
                buckets.append((str(most / 1000), float(seen)))
            buckets.append(("+Inf", float(each["n"])))
            requests.add_metric([name], buckets, each["us"] / 1e6)
            statements.add_metric([name], each.get("queries", 0))
            errors.add_metric([name], each.get("errors", 0))
        yield from (requests, statements, errors)
        hits, asked = figures.hit_rate()
        cache = CounterMetricFamily("sims_cache", "Questions to the cache.", labels=["answer"])
        cache.add_metric(["hit"], hits)
        cache.add_metric(["miss"], asked - hits)
        yield cache
        waiting = GaugeMetricFamily("sims_queue_jobs", "Jobs that wait.", labels=["queue"])
        oldest = GaugeMetricFamily(
            "sims_queue_oldest_seconds", "How long the oldest job has waited.", labels=["queue"]
        )
        for queue in figures.queues(current_app.config["QUEUES"]):
            waiting.add_metric([queue.name], queue.waiting)
            oldest.add_metric([queue.name], queue.oldest.total_seconds() if queue.oldest else 0)
        yield from (waiting, oldest)

    def _from_database(self) -> Iterator[Metric]:
        sizes = GaugeMetricFamily("sims_table_bytes", "Bytes of a table.", labels=["table", "of"])
        for table in database.tables():
            for of, size in (
                ("rows", table.size.bytes),
                ("indexes", table.size.indexes),
                ("history", table.history),
            ):
                sizes.add_metric([table.name, of], size)
        yield sizes
        connections = GaugeMetricFamily(
            "sims_connections", "Connections to the database.", labels=["state"]
        )
        for state, number in database.connections().items():
            connections.add_metric([state], number)
        yield connections


def text() -> bytes:
    """All of it in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())  # type: ignore[arg-type]
    return generate_latest(registry)
