"""The page of performance, and what Prometheus reads."""

import hmac
import re

from flask import Response, current_app, render_template, request
from jinja2.filters import do_filesizeformat
from markupsafe import Markup
from prometheus_client import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError

from plugins.performance import counting, database, figures, metrics
from plugins.performance.blueprint import blueprint
from plugins.performance.permissions import VIEW
from sims.permissions import public, require


@blueprint.get("/performance")
@require(VIEW)
def index() -> str:
    """What took time in the last 24 hours, how full queues are, how large tables."""
    try:
        counting.flush()
        counted = figures.counts()
        asked_for = figures.pages(counted)
        hits, asked = figures.hit_rate()
        shown = {
            "pages": [_page(page) for page in asked_for[:25]],
            "requests": sum(page.number for page in asked_for),
            "statements": [
                (
                    _folded(statement.text),
                    statement.number,
                    _ms(statement.average),
                    _ms(statement.total),
                )
                for statement in figures.statements(counted)
            ],
            "hits": hits,
            "asked": asked,
            "queues": [
                (
                    queue.name,
                    queue.waiting,
                    f"{queue.oldest.total_seconds():.0f} s" if queue.oldest else "—",
                )
                for queue in figures.queues(current_app.config["QUEUES"])
            ],
        }
    except RedisError:
        shown = {"away": True}
    return render_template(
        "performance/index.html",
        **shown,
        tables=[
            (
                table.name,
                f"{table.size.rows:,}" if table.size.rows else "—",
                do_filesizeformat(table.size.bytes),
                do_filesizeformat(table.size.indexes),
                do_filesizeformat(table.history) if table.history else "—",
                f"{table.dead:.0%}",
            )
            for table in database.tables()[:20]
        ],
        unused=[
            (index.table, index.name, do_filesizeformat(index.bytes)) for index in database.unused()
        ],
        connections=database.connections(),
    )


@blueprint.get("/metrics")
@public
def prometheus() -> Response:
    """The figures for Prometheus, to whoever brings PERFORMANCE_METRICS_TOKEN; without one set, to nobody."""
    token = current_app.config["PERFORMANCE_METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return Response(
            "Bring PERFORMANCE_METRICS_TOKEN as a bearer token.\n",
            401,
            {"WWW-Authenticate": "Bearer"},
        )
    return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _page(page: figures.Page) -> tuple[str, ...]:
    late = f"≤ {page.late} ms" if page.late else f"> {counting.BUCKETS[-1]} ms"
    return (
        page.name, f"{page.number:,}", _ms(page.average), late, f"{page.queries:.1f}", _ms(page.sql),
        str(page.errors),
    )  # fmt: skip


def _folded(statement: str) -> Markup:
    """What a statement does to which tables, and all of it for whoever opens that."""
    tables = dict.fromkeys(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", statement))
    short = f"{statement.partition(' ')[0]} {', '.join(list(tables)[:4])}".strip()
    folded = "<details><summary>{}</summary><code>{}</code></details>"
    return Markup(folded).format(short, statement)


def _ms(number: float) -> str:
    return f"{number:,.1f} ms"
