"""The roster as a report, and what rotations and evaluations add to a PG's portfolio."""

from collections.abc import Iterator
from typing import Any

from plugins.rotations.evaluations.records import EVALUATION
from plugins.rotations.records import ROTATION
from sims.contracts import Chapter, Report
from sims.tables import Asked, Table, grouped, listing

VIEW = "rotations.rotation.view"


def roster(asked: Asked) -> Iterator[Table]:
    """How many rotations there are in each department and status, and who is where from when to when."""
    page = asked.page()
    yield grouped(page, [ROTATION.dimension("hospital")], title="By hospital")
    yield grouped(
        page,
        [ROTATION.dimension("department"), ROTATION.dimension("status")],
        title="By department and status",
    )
    yield listing(page, name="rotations", title="Who is where")


def chapter(pg: Any, asked: Asked) -> Iterator[Table]:
    """A PG's rotations, and the evaluations of them that the reader may see."""
    page = asked.page(ROTATION, {"person": pg.id})
    columns = {column.name: column for column in ROTATION.columns}
    names = ("department", "hospital", "start_date", "end_date", "supervisor", "status")
    yield listing(page, [columns[name] for name in names], name="rotations", title="Rotations")
    written = asked.page(EVALUATION, {"person": pg.id})
    yield listing(
        written,
        [column for column in EVALUATION.columns if column.name != "pg"],
        name="evaluations",
        title="Evaluations",
    )


def facts(pg: Any, asked: Asked) -> list[tuple[str, str]]:
    """How many rotations are completed."""
    count = asked.page(ROTATION, {"person": pg.id, "status": "completed"}).count()
    return [("Rotations completed", f"{count:,}")]


REPORTS = (
    Report(
        name="rotations.roster",
        label="Rotation roster",
        about="Who is in which department, from when to when. “On or after” and “on or before” give all who are there then.",
        record=ROTATION,
        permission=VIEW,
        tables=roster,
        main="rotations",
        icon="calendar-range",
        order=50,
    ),
)  # fmt: skip
CHAPTERS = (
    Chapter(name="rotations.rotations", title="Rotations", permission=VIEW, tables=chapter, facts=facts, order=20),
)  # fmt: skip
