"""The activity log as a report: how much of what, by whom, and every act of the period."""

from collections.abc import Iterator

from plugins.audit.permissions import VIEW
from plugins.audit.records import ENTRY
from sims.contracts import Report
from sims.tables import Asked, Table, grouped, listing


def tables(asked: Asked) -> Iterator[Table]:
    """What was done by action, by person, and act by act."""
    page = asked.page()
    yield grouped(page, (ENTRY.dimension("action"),), name="actions", title="By what was done")
    yield grouped(page, (ENTRY.dimension("person"),), name="people", title="By person")
    yield listing(page, ENTRY.columns)


REPORTS = (
    Report(
        name="audit.activity",
        label="Activity",
        about="Who did what, looked at what sensitive record and was refused what, in a period.",
        record=ENTRY,
        permission=VIEW,
        tables=tables,
        icon="scroll-text",
        order=90,
    ),
)
