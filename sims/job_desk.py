"""What the programme office sees and does about jobs: queues, workers, what runs, waits, failed, and mails."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from croniter import croniter
from flask import current_app
from redis.exceptions import RedisError
from rq import Worker
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.utils import import_attribute

from sims import jobs
from sims.clock import local, now
from sims.contracts import Schedule
from sims.database import db
from sims.errors import Conflict, Missing
from sims.mail import TRIES, Mail, deliver
from sims.plugin import provided

FEW = 50
MOVED = "This job has moved on meanwhile. Look again."
SILENT = "Redis does not answer just now. Try again when it does."


@dataclass(frozen=True)
class JobLine:
    """One job as the page shows it: what it does in words, for whom, and what stands with it."""

    id: str
    words: str
    queue: str
    asked_by: int | None
    since: datetime | None
    error: str
    trace: str
    repeatable: bool


@dataclass(frozen=True)
class WorkerLine:
    """One worker: where it runs, what it is at, and when it was last heard of."""

    name: str
    where: str
    state: str
    heard: datetime | None


@dataclass(frozen=True)
class Desk:
    """Everything in Redis that matters, as of one moment."""

    workers: list[WorkerLine]
    running: list[JobLine]
    waiting: list[JobLine]
    waiting_count: int
    scheduled: list[JobLine]
    failed: list[JobLine]


def look() -> Desk | None:
    """How the queues stand, or None where Redis does not answer."""
    try:
        found = [jobs.queue(name) for name in current_app.config["QUEUES"]]
        return Desk(
            workers=[
                WorkerLine(
                    w.name[:8], f"{w.hostname}, {w.pid}", str(w.get_state()), w.last_heartbeat
                )
                for w in Worker.all(connection=jobs.connection())
            ],
            running=_lines(found, "started_job_registry"),
            waiting=[line(job) for queue in found for job in queue.get_jobs(0, FEW)],
            waiting_count=sum(queue.count for queue in found),
            scheduled=_lines(found, "scheduled_job_registry"),
            failed=_lines(found, "failed_job_registry"),
        )
    except RedisError:
        return None


def _lines(queues: list[Any], registry: str) -> list[JobLine]:
    """The jobs of one of RQ's registries, over all queues, the newest first."""
    found = []
    for queue in queues:
        ids = getattr(queue, registry).get_job_ids(desc=True)[:FEW]
        found += [job for job in map(queue.fetch_job, ids) if job is not None]
    return sorted(map(line, found), key=lambda entry: entry.since or now(), reverse=True)[:FEW]


def line(job: Job) -> JobLine:
    """A job as the page shows it."""
    result = job.latest_result() if job.is_failed else None
    trace = (result.exc_string or "") if result else ""
    function = _function(job)
    doc = (getattr(function, "__doc__", "") or "").strip().partition("\n")[0]
    arguments = ", ".join(str(value) for value in job.args or ())
    name = str(job.func_name).removeprefix("sims.").removeprefix("plugins.")
    return JobLine(
        id=job.id,
        words=f"{doc or name} ({name}{f': {arguments}' if arguments else ''})"[:300],
        queue=str(job.origin),
        asked_by=job.meta.get("actor_id"),
        since=job.ended_at or job.started_at or job.enqueued_at or job.created_at,
        error=trace.strip().rpartition("\n")[2][:300],
        trace=trace[-4000:],
        repeatable=function is not None and jobs.is_repeatable(function),
    )


def _function(job: Job) -> Any:
    """The function a job runs, or None where its plugin is off or it is gone."""
    try:
        jobs.check_allowed(str(job.func_name))
        return import_attribute(str(job.func_name))
    except (jobs.JobRefused, ValueError, AttributeError, ImportError):
        return None


def find(job_id: str) -> Job:
    """A job by its id. Raises `Missing`, and `Conflict` where Redis does not answer."""
    try:
        for name in current_app.config["QUEUES"]:
            job = jobs.queue(name).fetch_job(job_id)
            if job is not None:
                return job
    except RedisError as error:
        raise Conflict(SILENT) from error
    raise Missing("There is no such job any more.")


def retry(job: Job) -> None:
    """Put a failed job, or one that is put off, into its queue again.

    Raises `Conflict` for one that must not run twice, runs or waits already, or where Redis does not answer.
    """
    try:
        if job.is_failed:
            if not line(job).repeatable:
                raise Conflict(
                    "This job may have done part of its work; it is not run a second time."
                )
            job.requeue()
        elif job.is_scheduled:
            queue = jobs.queue(str(job.origin))
            queue.scheduled_job_registry.remove(job)
            queue.enqueue_job(job)
        else:
            raise Conflict("This job runs or waits already.")
    except (InvalidJobOperation, NoSuchJobError) as error:
        raise Conflict(MOVED) from error
    except RedisError as error:
        raise Conflict(SILENT) from error


def cancel(job: Job) -> None:
    """Stop a job that runs, take one that waits out of its queue, forget one that failed. Raises `Conflict`."""
    try:
        if job.is_started:
            send_stop_job_command(jobs.connection(), job.id, serializer=job.serializer)
        else:
            job.delete()
    except (InvalidJobOperation, NoSuchJobError) as error:
        raise Conflict(MOVED) from error
    except RedisError as error:
        raise Conflict(SILENT) from error


def schedules(*, answers: bool) -> list[tuple[Schedule, datetime, bool]]:
    """What runs by the clock: its next time, and whether its last one has been queued, if Redis `answers`."""
    moment = local(now())
    found = []
    for entry in provided(Schedule):
        due = croniter(entry.cron, moment)
        last = croniter(entry.cron, moment + timedelta(seconds=1)).get_prev(datetime)
        found.append((entry, due.get_next(datetime), answers and _was_queued(entry, last)))
    return sorted(found, key=lambda row: row[1])


def _was_queued(entry: Schedule, due: datetime) -> bool:
    try:
        return bool(jobs.connection().exists(f"sims:schedule:{entry.name}-{due:%Y%m%d-%H%M}"))
    except RedisError:
        return False


def run_now(name: str) -> None:
    """Queue a scheduled job at once. Raises `Missing`, and `Conflict` where Redis does not answer."""
    for entry in provided(Schedule):
        if entry.name == name:
            try:
                jobs.put(entry.job)
            except RedisError as error:
                raise Conflict(SILENT) from error
            return
    raise Missing("There is no such schedule.")


def mails(*, given_up: bool) -> list[Mail]:
    """The mails that were not sent: those SIMS has given up, or those it will try again. Never their text."""
    query = sa.select(Mail).where(Mail.sent_at.is_(None), Mail.attempts > 0)
    query = query.where(Mail.attempts >= TRIES if given_up else Mail.attempts < TRIES)
    columns = (Mail.recipient, Mail.subject, Mail.attempts, Mail.error, Mail.next_try_at)
    loaded = query.options(sa.orm.load_only(*columns))
    return list(db.session.scalars(loaded.order_by(Mail.id.desc()).limit(FEW)))


def send_again(mail_id: int | None) -> int:
    """Try a mail again from the first try on, or all that were given up (None); returns how many."""
    query = sa.select(Mail.id).where(Mail.sent_at.is_(None), Mail.attempts > 0)
    query = query.where(Mail.attempts >= TRIES if mail_id is None else Mail.id == mail_id)
    ids = list(db.session.scalars(query.limit(1000)))
    if ids:
        db.session.execute(
            sa.update(Mail).where(Mail.id.in_(ids)).values(attempts=0, next_try_at=now())
        )
    for number in ids:
        jobs.enqueue(deliver, number, on="high")
    return len(ids)
