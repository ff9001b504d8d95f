"""Saved reports of a Django SIMS, their schedules and recipients. Reports that were made are not taken: they can be made again."""

from collections.abc import Mapping
from typing import Any

from plugins.reports.documents import ROWS, order
from plugins.reports.models import FORMATS, Recipient, ReportConfig, ScheduledReport
from plugins.reports.schedules import cron
from plugins.reports.schedules.dates import following
from sims import access
from sims.adopting.old import Old, carry, chosen, stamps
from sims.clock import now, zone
from sims.contracts import Adopted
from sims.errors import DomainError

KINDS = {
    "logbook_summary": "logbook.summary",
    "procedure_numbers": "logbook.targets",
    "pg_portfolio": "reports.portfolio",
    "rotation_roster": "rotations.roster",
    "certificate_compliance": "certificates.compliance",
    "supervisor_workload": "reports.workload",
    "case_list": "cases.list",
    "audit": "audit.activity",
}
"""The kinds of domain.md by the names of the Django SIMS."""


def config(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A saved report. Raises `ValueError` where its owner could not make it here: a kind, filter or column that is none."""
    kind = KINDS.get(row["kind"], row["kind"])
    owner = access.rule().find(row["owner_id"])
    if owner is None:
        raise ValueError(f"Its owner {row['owner_id']} has no open account here.")
    options = {"filters": row.get("filters") or {}}
    if row.get("columns") and kind.startswith(ROWS):
        options["columns"] = row["columns"]
    try:
        order(kind, options, owner)
    except DomainError as error:
        raise ValueError(str(error)) from error
    return {
        "owner_id": owner.id, "name": row["name"], "kind": kind, "options": options,
        "format": chosen("format", (row.get("format") or FORMATS[0]).lower(), FORMATS), **stamps(row),
    }  # fmt: skip


def schedule(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A schedule; one that ran goes on at its next time by the clock of its zone. Raises `ValueError` as `config`."""
    of = old.all("reports_reportconfig").get(row["config_id"])
    if of is None:
        raise ValueError(f"Its report {row['config_id']} is not there.")
    timezone = row.get("timezone") or str(zone())
    try:
        when = cron.check(row["cron"])
        following(when, timezone, now())
    except (DomainError, LookupError, ValueError) as error:
        raise ValueError(f"Its time can't be read: {error}") from error
    return {
        **dict(carry(row, "config_id", "is_active", "last_run_at", "next_run_at")),
        "owner_id": of["owner_id"], "cron": when, "timezone": timezone, **stamps(row),
    }  # fmt: skip


def recipient(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """Who is told when a scheduled report is ready."""
    return {"schedule_id": row["scheduledreport_id"], "person_id": row["user_id"]}


ADOPTED = (
    Adopted(source="reports_reportconfig", model=ReportConfig, values=config),
    Adopted(source="reports_scheduledreport", model=ScheduledReport, values=schedule),
    Adopted(source="reports_scheduledreport_recipients", model=Recipient, values=recipient),
)
