"""What happens to schedules."""

from dataclasses import dataclass

from sims.events import Event


@dataclass(frozen=True, kw_only=True)
class ScheduleStopped(Event):
    """A schedule was stopped by SIMS: after failures, or because its owner may no longer run it."""

    schedule_id: int
    owner_id: int
    tell: tuple[int, ...]
    title: str
    said: str


@dataclass(frozen=True, kw_only=True)
class ScheduledReady(Event):
    """A scheduled report is ready for these people."""

    run_id: int
    tell: tuple[int, ...]
    title: str
    said: str
