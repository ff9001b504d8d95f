"""The reports of cases, and what they add to a PG's portfolio."""

from collections.abc import Iterator
from typing import Any

from plugins.cases.records import CASE
from sims import figures
from sims.contracts import Chapter, Report
from sims.tables import Asked, Table, grouped, listing

VIEW = "cases.case.view"
LISTED = (
    "date_encountered",
    "title",
    "category",
    "complexity",
    "supervisor",
    "status",
    "reviewed_at",
)


def tables(asked: Asked) -> Iterator[Table]:
    """The cases by category, complexity, status, department and month, and each of them."""
    page = asked.page()
    for name in ("category", "complexity", "status", "department"):
        dimension = CASE.dimension(name)
        yield grouped(page, [dimension], title=f"By {dimension.label.lower()}")
    yield grouped(page, [figures.month(CASE)], title="By month written")
    yield listing(page, name="cases", title="Cases")


def chapter(pg: Any, asked: Asked) -> Iterator[Table]:
    """A PG's cases: how many of which category, and each of them by its title."""
    page = asked.page(CASE, {"person": pg.id})
    yield grouped(
        page, [CASE.dimension("category"), CASE.dimension("status")], title="Cases by category"
    )
    columns = {column.name: column for column in CASE.columns}
    yield listing(page, [columns[name] for name in LISTED], name="cases", title="Cases")


def facts(pg: Any, asked: Asked) -> list[tuple[str, str]]:
    """How many cases are approved."""
    return [("Cases approved", f"{asked.page(CASE, {'person': pg.id, 'counted': '1'}).count():,}")]


REPORTS = (
    Report(
        name="cases.list",
        label="Clinical cases",
        about="Cases by category, complexity, status, department and month, and every one of them.",
        record=CASE,
        permission=VIEW,
        tables=tables,
        main="cases",
        icon="stethoscope",
        order=60,
    ),
)
CHAPTERS = (
    Chapter(name="cases.cases", title="Clinical cases", permission=VIEW, tables=chapter, facts=facts, order=50),
)  # fmt: skip
