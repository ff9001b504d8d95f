"""Saved reports of the demo's people, and a schedule of the office's."""

import sqlalchemy as sa

from plugins.reports.models import Recipient, ReportConfig, ScheduledReport
from plugins.reports.schedules.dates import following
from plugins.users.models import User
from sims.database import db
from sims.demo import Scale

CONFIGS = (
    ("admin", "Approved entries by department", "rows:logbook.entry", {"filters": {"counted": "1"}, "group": ["department"]}, "pdf", "admin"),
    ("admin", "Who reviews late", "reports.workload", {}, "pdf", ""),
    ("admin", "Everybody's entries", "logbook.summary", {}, "xlsx", ""),
    ("supervisor", "My PGs' targets", "logbook.targets", {}, "pdf", "supervisor"),
    ("pg", "My portfolio", "reports.portfolio", {}, "pdf", ""),
)  # fmt: skip
MONDAYS = "0 7 * * 1"


def fill(scale: Scale) -> None:
    """A few reports under a name, and one of them each Monday at seven."""
    people = {
        row.username: row.id
        for row in db.session.execute(
            sa.select(User.username, User.id).where(
                User.username.in_(("admin", "supervisor", "pg"))
            )
        )
    }
    numbers = iter(scale.ids(ReportConfig, len(CONFIGS)))
    rows = [
        {
            "id": next(numbers), "created_at": scale.present, "updated_at": scale.present, "version": 1,
            "created_by_id": people[who], "owner_id": people[who], "name": name, "kind": kind, "options": options,
            "format": format, "paper": "a4", "shared_with": shared,
        }
        for who, name, kind, options, format, shared in CONFIGS
    ]  # fmt: skip
    scale.insert(ReportConfig, rows)
    [number] = scale.ids(ScheduledReport, 1)
    zone = str(scale.zone)
    scale.insert(
        ScheduledReport,
        [
            {
                "id": number, "created_at": scale.present, "updated_at": scale.present, "version": 1,
                "created_by_id": people["admin"], "owner_id": people["admin"], "config_id": rows[1]["id"],
                "cron": MONDAYS, "timezone": zone, "is_active": True, "failures": 0, "last_result": "",
                "last_words": "", "last_run_at": None, "next_run_at": following(MONDAYS, zone, scale.present),
            }
        ],
    )  # fmt: skip
    [place] = scale.ids(Recipient, 1)
    scale.insert(Recipient, [{"id": place, "schedule_id": number, "person_id": people["admin"]}])
