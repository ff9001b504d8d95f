"""Reports by the clock: when they run, as whom, and who is told."""

from plugins.reports.events import ReportEnded
from plugins.reports.schedules.due import ended, run_due
from plugins.reports.schedules.events import ScheduledReady, ScheduleStopped
from sims.contracts import Notice, Schedule, Subscriber

PROVIDES = (
    Schedule(name="reports-due", cron="* * * * *", job=run_due),
    Subscriber(event=ReportEnded, handler=ended),
    Notice(
        kind="reports.scheduled",
        label="A scheduled report is ready",
        event=ScheduledReady,
        recipients=lambda event: event.tell,
        subject=lambda event: f"Ready: {event.title}",
        body=lambda event: event.said,
        link=lambda event: f"/reports/made/{event.run_id}",
        mail="at_once",
    ),
    Notice(
        kind="reports.stopped",
        label="A schedule of reports was stopped",
        event=ScheduleStopped,
        recipients=lambda event: event.tell,
        subject=lambda event: f"No longer made by the clock: {event.title}",
        body=lambda event: event.said,
        link=lambda event: f"/reports/schedules/{event.schedule_id}",
        mail="at_once",
    ),
)
"""What schedules offer to the rest of SIMS."""
