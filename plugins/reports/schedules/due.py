"""Running what is due, once; and what becomes of a schedule when its report is made, or can't be."""

import logging
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from plugins.reports import access as reading
from plugins.reports import running
from plugins.reports.events import ReportEnded
from plugins.reports.models import ReportRun, ScheduledReport
from plugins.reports.schedules.dates import following
from plugins.reports.schedules.events import ScheduledReady, ScheduleStopped
from plugins.users.queries import active_admins
from sims import access, jobs
from sims.actor import acting_as
from sims.clock import now
from sims.database import affected, commit, db
from sims.errors import DomainError
from sims.events import publish

log = logging.getLogger(__name__)

MOST_FAILURES = 3
DONE = ("completed", "completed_with_errors")


@jobs.repeatable
def run_due() -> int:
    """The scheduled job: begin every report that is due. Returns how many.

    However long nobody looked, each is begun once; of two schedulers at the same moment one begins it.
    """
    query = sa.select(ScheduledReport.id, ScheduledReport.next_run_at).where(
        ScheduledReport.is_active, ScheduledReport.next_run_at <= now()
    )
    due = db.session.execute(query.order_by(ScheduledReport.next_run_at)).all()
    db.session.rollback()
    return sum(_tried(schedule_id, planned) for schedule_id, planned in due)


def _tried(schedule_id: int, planned: Any) -> bool:
    """Begin one of them; one that SIMS itself fails at is noted as a failure, and holds up no other."""
    try:
        return _run(schedule_id, planned)
    except sa.exc.OperationalError:
        raise
    except Exception as error:
        log.exception("schedule %s could not be begun", schedule_id)
        db.session.rollback()
        schedule = _loaded(schedule_id)
        schedule.next_run_at = now() + timedelta(days=1)
        _failed(
            schedule,
            f"SIMS failed ({type(error).__name__}). The programme office finds the cause in the log.",
        )
        commit()
        return False


def _run(schedule_id: int, planned: Any) -> bool:
    """Begin one of them, unless another scheduler has."""
    moment = now()
    claimed = affected(
        sa.update(ScheduledReport)
        .where(
            ScheduledReport.id == schedule_id,
            ScheduledReport.is_active,
            ScheduledReport.next_run_at == planned,
        )
        .values(last_run_at=moment, next_run_at=None)
        .execution_options(synchronize_session=False)
    )
    if not claimed:
        db.session.rollback()
        return False
    schedule = _loaded(schedule_id)
    schedule.next_run_at = following(schedule.cron, schedule.timezone, moment)
    begin(schedule)
    commit()
    return True


def begin(schedule: ScheduledReport) -> ReportRun | None:
    """A run of the schedule's report as its owner; where there can be none, the schedule notes why."""
    owner = access.rule().find(schedule.owner_id)
    if owner is None:
        _stop(schedule, "Its owner's account is closed.", refused=True)
        return None
    config = schedule.config
    try:
        with acting_as(owner.id):
            return running.begin(
                config.kind,
                dict(config.options),
                config.format,
                actor=owner,
                paper=config.paper,
                title=config.name,
                config_id=config.id,
                schedule_id=schedule.id,
            )
    except DomainError as error:
        _failed(schedule, str(error))
        return None


def ended(event: ReportEnded) -> None:
    """Subscriber: a scheduled report is made, or is not; its people are told."""
    if event.schedule_id is None:
        return
    schedule = _loaded(event.schedule_id)
    if event.status not in DONE:
        if event.status == "failed":
            _failed(schedule, event.said)
        return
    run = db.session.get_one(ReportRun, event.run_id)
    told, left_out = [], 0
    for recipient in schedule.recipients:
        person = access.rule().find(recipient.person_id)
        if person is None:
            continue
        if reading.refusal(run, person) is None:
            told.append(person.id)
        else:
            left_out += 1
    words = f"{run.total:,} rows; {len(told)} told."
    if left_out:
        words += (
            f" {left_out} of {len(schedule.recipients)} people were not: they don't see every row."
        )
    schedule.failures, schedule.last_result, schedule.last_words = 0, "completed", words
    publish(ScheduledReady(run_id=run.id, tell=tuple(told), title=run.title, said=event.said))


def _failed(schedule: ScheduledReport, words: str) -> None:
    schedule.failures += 1
    schedule.last_result, schedule.last_words = "failed", words
    if schedule.failures >= MOST_FAILURES:
        _stop(schedule, f"It failed {MOST_FAILURES} times: {words}", refused=False)


def _stop(schedule: ScheduledReport, words: str, *, refused: bool) -> None:
    """Pause it and say so: to its owner, or to the office where the owner is not there any more."""
    schedule.is_active, schedule.next_run_at = False, None
    schedule.last_words = words
    schedule.last_result = "refused" if refused else "failed"
    tell = tuple(sorted(active_admins())) if refused else (schedule.owner_id,)
    publish(
        ScheduleStopped(
            schedule_id=schedule.id,
            owner_id=schedule.owner_id,
            tell=tell,
            title=schedule.config.name,
            said=words,
        )
    )


def _loaded(schedule_id: int) -> ScheduledReport:
    return db.session.get_one(
        ScheduledReport,
        schedule_id,
        options=[joinedload(ScheduledReport.config), selectinload(ScheduledReport.recipients)],
        populate_existing=True,
    )
