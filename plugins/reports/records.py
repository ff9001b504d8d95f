"""Runs as a record: their list and who sees them."""

from sqlalchemy.orm import joinedload

from plugins.reports.models import ReportRun
from plugins.users.queries import NAMES, called
from sims.contracts import Column, Filter, Record
from sims.workflow import Status, Workflow

WORKFLOW = Workflow(
    statuses=(
        Status(name="pending", label="Waiting", icon="clock", tone="info"),
        Status(name="running", label="Being made", icon="loader", tone="info"),
        Status(name="completed", label="Ready", icon="circle-check", tone="good"),
        Status(name="completed_with_errors", label="Ready", icon="circle-check", tone="good"),
        Status(name="failed", label="Failed", icon="circle-x", tone="bad"),
        Status(name="cancelled", label="Stopped", icon="ban", tone="neutral"),
        Status(name="undone", label="Deleted", icon="trash-2", tone="neutral"),
    ),
    transitions=(),
)
"""How the statuses of a run look; nobody moves one but SIMS itself (`sims.runs`)."""

FORMAT_NAMES = {"pdf": "PDF", "xlsx": "Excel (XLSX)", "csv": "CSV"}

RUN = Record(
    name="reports.run",
    model=ReportRun,
    label="report",
    plural="reports made",
    icon="file-chart-column",
    title=lambda run: run.title,
    endpoint="reports.run",
    owner="user_id",
    columns=(
        Column(name="title", label="Report"),
        Column(name="status", label="Status", kind="status"),
        Column(name="format", label="As", value=lambda run: FORMAT_NAMES[run.format]),
        Column(name="total", label="Rows", kind="number"),
        Column(name="user", label="By", kind="person", value=lambda run: run.user.name),
        Column(name="created_at", label="Asked for", kind="datetime", sort="created_at"),
        Column(name="kept_until", label="Kept until", kind="date", shown=False),
    ),
    filters=(
        Filter(name="q", label="Report", column="title"),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
        Filter(
            name="as",
            label="As",
            kind="choice",
            column="format",
            choices=tuple(FORMAT_NAMES.items()),
        ),
        Filter(name="by", label="By", where=lambda text: ReportRun.user_id.in_(called(text))),
        Filter(name="schedule", label="Schedule", kind="id", column="schedule_id"),
        Filter(name="config", label="Saved report", kind="id", column="config_id"),
    ),
    order="-created_at",
    load=(joinedload(ReportRun.user).options(NAMES),),
    workflow=WORKFLOW,
    labels={"user_id": "By"},
    empty="Long reports, and those a schedule has made, stand here for thirty days.",
)
