"""The bulk operation as a record: its list and who sees it."""

from sqlalchemy.orm import joinedload

from plugins.bulk.models import OPERATIONS, BulkOperation
from plugins.users.queries import NAMES, called
from sims.contracts import Column, Filter, Record
from sims.runs import OPEN
from sims.workflow import Status, Workflow

LABELS = {
    "import": "Import",
    "check": "Check of a file",
    "review": "Review",
    "assignment": "Assignment",
    "archive": "Archive",
    "undo": "Undo",
}

WORKFLOW = Workflow(
    statuses=(
        Status(name="draft", label="Columns to match", icon="columns-3", tone="warn"),
        Status(name="pending", label="Waiting", icon="clock", tone="info"),
        Status(name="running", label="Running", icon="loader", tone="info"),
        Status(name="completed", label="Completed", icon="circle-check", tone="good"),
        Status(
            name="completed_with_errors", label="With errors", icon="triangle-alert", tone="warn"
        ),
        Status(name="failed", label="Failed", icon="circle-x", tone="bad"),
        Status(name="cancelled", label="Stopped", icon="ban", tone="neutral"),
        Status(name="undone", label="Undone", icon="undo-2", tone="neutral"),
    ),
    transitions=(),
)
"""How the statuses look; nobody moves an operation but SIMS itself (`sims.runs`)."""


def share(operation: BulkOperation) -> str:
    """How many of how many rows are done."""
    if operation.status in OPEN:
        return ""
    done = f"{operation.success:,} of {operation.total:,}"
    return done if operation.total else ""


OPERATION = Record(
    name="bulk.operation",
    model=BulkOperation,
    label="bulk operation",
    plural="bulk operations",
    icon="layers",
    title=lambda operation: operation.title,
    endpoint="bulk.operation",
    owner="user_id",
    columns=(
        Column(name="title", label="What"),
        Column(name="status", label="Status", kind="status"),
        Column(name="operation", label="Kind", value=lambda row: LABELS[row.operation]),
        Column(name="share", label="Done", value=share),
        Column(name="failure", label="Wrong", kind="number"),
        Column(name="user", label="By", kind="person", value=lambda row: row.user.name),
        Column(name="created_at", label="Begun", kind="datetime", sort="created_at"),
        Column(name="retry_count", label="Taken up again", kind="number", shown=False),
        Column(name="finished_at", label="Ended", kind="datetime", shown=False),
    ),
    filters=(
        Filter(name="q", label="What", column="title"),
        Filter(
            name="operation",
            label="Kind",
            kind="choice",
            choices=tuple((name, LABELS[name]) for name in OPERATIONS),
        ),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
        Filter(name="by", label="By", where=lambda text: BulkOperation.user_id.in_(called(text))),
    ),
    order="-created_at",
    load=(joinedload(BulkOperation.user).options(NAMES),),
    workflow=WORKFLOW,
    labels={"user_id": "By"},
    empty="Imports, and what is done with many rows of a list at once, stand here with their results.",
)
