"""People as a report, and the first chapter of a PG's portfolio: who they are, and who supervised them."""

from collections.abc import Iterator
from typing import Any

from plugins.users import queries
from plugins.users.models import KIND_LABELS
from plugins.users.records import USER
from sims.contracts import Chapter, Column, Report
from sims.tables import Asked, Table, grouped, listing
from sims.web.templating import plain_date

VIEW = "users.user.view"


def people(asked: Asked) -> Iterator[Table]:
    """People by role, specialty, year and supervisor, and each of them."""
    page = asked.page()
    for name in ("role", "specialty", "year", "supervisor"):
        dimension = USER.dimension(name)
        yield grouped(page, [dimension], title=f"By {dimension.label.lower()}")
    yield listing(page, name="people", title="People")


def chapter(pg: Any, asked: Asked) -> Iterator[Table]:
    """Who the PG is, and who supervised them from when to when."""
    asked.page(USER, {"state": ""}, USER.model.id == pg.id)
    facts = [
        ("Name", pg.name),
        ("Registration number", pg.registration_number),
        ("Specialty", pg.specialty),
        ("Training year", str(pg.year or "")),
        ("Training begins", plain_date(pg.training_start) if pg.training_start else ""),
        ("Training ends", plain_date(pg.training_end) if pg.training_end else ""),
    ]
    yield Table(
        name="person",
        title="The PG",
        columns=(Column(name="what", label="What"), Column(name="value", label="In the record")),
        rows=[fact for fact in facts if fact[1]],
    )
    yield Table(
        name="supervision",
        title="Supervision",
        columns=(
            Column(name="supervisor", label="Supervisor", kind="person"),
            Column(name="kind", label="As"),
            Column(name="since", label="From", kind="date"),
            Column(name="until", label="To", kind="date"),
        ),
        rows=[
            (row.supervisor.name, KIND_LABELS[row.kind].capitalize(), row.since, row.until)
            for row in queries.supervision_history(pg.id)
        ],
    )


REPORTS = (
    Report(
        name="users.people",
        label="People",
        about="People by role, specialty, year and supervisor, and every one of them.",
        record=USER,
        permission="users.user.manage",
        tables=people,
        main="people",
        icon="users",
        order=70,
    ),
)
CHAPTERS = (
    Chapter(name="users.person", title="The PG", permission=VIEW, tables=chapter, order=10),
)
