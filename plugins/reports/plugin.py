"""The manifest of reports: what they do to the rest of SIMS."""

from plugins.reports import views  # noqa: F401 - its pages are on the blueprint
from plugins.reports.adoption import ADOPTED
from plugins.reports.blueprint import blueprint
from plugins.reports.demo import fill
from plugins.reports.events import ReportEnded
from plugins.reports.kinds.portfolio import PORTFOLIO
from plugins.reports.kinds.workload import WORKLOAD_REPORT
from plugins.reports.permissions import MAKE, PERMISSIONS
from plugins.reports.proving import CHECK
from plugins.reports.records import RUN, WORKFLOW
from plugins.reports.running import WORK, forget
from plugins.reports.schedules import PROVIDES
from sims.contracts import Demo, MenuItem, Notice, Schedule, Setting
from sims.plugin import Plugin

plugin = Plugin(
    name="reports",
    label="Reports",
    requires=("users",),
    blueprints=(blueprint,),
    settings={
        "REPORTS_AT_ONCE": Setting(
            2_000,
            "Rows of a report that is made while its reader waits; a worker makes longer ones.",
        ),
        "REPORTS_PDF_ROWS": Setting(
            5_000,
            "Rows of a PDF at most: with a dozen columns 5,000 take 5 seconds and 1 GB of memory, 20,000 four times as much.",
            least=1,
        ),
        "REPORTS_KEEP_DAYS": Setting(
            30, "Days after which a report that was made is deleted.", least=1
        ),
    },
    provides=(
        *PERMISSIONS,
        *ADOPTED,
        RUN,
        WORK,
        PORTFOLIO,
        WORKLOAD_REPORT,
        CHECK,
        *PROVIDES,
        MenuItem(
            label="Reports",
            endpoint="reports.reports",
            icon="file-chart-column",
            permission=MAKE,
            order=60,
        ),
        Notice(
            kind="reports.ready",
            label="A report of yours is ready, or could not be made",
            event=ReportEnded,
            recipients=lambda event: () if event.schedule_id else (event.user_id,),
            subject=lambda event: f"{WORKFLOW.status(event.status).label}: {event.title}",
            body=lambda event: event.said,
            link=lambda event: f"/reports/made/{event.run_id}",
            mail="at_once",
        ),
        Schedule(name="reports-forget", cron="45 3 * * *", job=forget),
        Demo(label="reports", fill=fill),
    ),
)
