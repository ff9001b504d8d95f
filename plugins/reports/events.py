"""What happens to reports."""

from dataclasses import dataclass

from sims.events import Event


@dataclass(frozen=True, kw_only=True)
class ReportEnded(Event):
    """A report that was made in the background has ended, well or not. `schedule_id` names the schedule that began it."""

    run_id: int
    user_id: int
    schedule_id: int | None
    title: str
    status: str
    said: str
