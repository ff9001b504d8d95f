"""What the entries of a list are, counted in every way, and each of them."""

from collections.abc import Iterator

from plugins.logbook.records import ENTRY
from sims import figures
from sims.contracts import Report
from sims.tables import Asked, Table, grouped, listing

BY = ("status", "role", "category", "department", "year")


def tables(asked: Asked) -> Iterator[Table]:
    """A table for each way to divide them, one by month, and every entry."""
    page = asked.page()
    for name in BY:
        dimension = ENTRY.dimension(name)
        yield grouped(page, [dimension], title=f"By {dimension.label.lower()}")
    yield grouped(page, [figures.month(ENTRY)], title="By month logged")
    yield grouped(
        page, [ENTRY.dimension("procedure"), ENTRY.dimension("role")], title="By procedure and role"
    )
    yield listing(page, name="entries", title="Entries")


SUMMARY = Report(
    name="logbook.summary",
    label="Logbook summary",
    about="Entries by status, role, category, department, year, month and procedure, and every one of them.",
    record=ENTRY,
    permission="logbook.entry.view",
    tables=tables,
    main="entries",
    icon="notebook-pen",
    order=10,
)
