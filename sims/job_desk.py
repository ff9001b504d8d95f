"""What the programme office sees of jobs: queues, workers, what runs, waits, is put off and failed."""

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from croniter import croniter
from flask import current_app
from redis.exceptions import RedisError
from rq import Worker
from rq.exceptions import DeserializationError
from rq.job import Job, JobStatus
from rq.results import Result
from rq.utils import import_attribute, utcparse

from sims import jobs, runs
from sims.clock import local, now
from sims.contracts import LongWork, Schedule
from sims.jobs.queueing import SimsJob
from sims.jobs.scheduler import LOOKED
from sims.plugin import provided

FEW = 50
ABANDONED = "Its worker was killed, or its machine went down, while it was at it."

RUN_JOB = f"{runs.carry_on.__module__}.{runs.carry_on.__qualname__}"
OPENING = re.compile(r"^The (scheduled )?job( that|:)? ")


@dataclass(frozen=True)
class JobLine:
    """One job as the page shows it. `at` is when it began, was asked for, is due or ended, by what it is."""

    id: str
    words: str
    call: str
    queue: str
    asked_by: int | None
    at: datetime | None
    limit: int
    worker: str
    error: str
    trace: str
    may_run: bool
    may_stop: bool


@dataclass(frozen=True)
class WorkerLine:
    """One worker: where it runs, what it serves and is at, since when, and when it was last heard of."""

    name: str
    where: str
    queues: str
    state: str
    at: str
    since: datetime | None
    heard: datetime | None


@dataclass(frozen=True)
class Desk:
    """Everything in Redis that matters, as of one moment."""

    workers: list[WorkerLine]
    running: list[JobLine]
    waiting: list[JobLine]
    waiting_count: int
    oldest: datetime | None
    put_off: list[JobLine]
    put_off_count: int
    failed: list[JobLine]
    failed_lately: int
    ran: dict[str, datetime]
    has_scheduler: bool


def look() -> Desk | None:
    """How the queues stand, or None where Redis does not answer. Four round trips, however much there is."""
    try:
        return _look()
    except RedisError:
        return None


def _look() -> Desk:
    names = current_app.config["QUEUES"]
    week = (now() + jobs.KEPT_FAILED - timedelta(days=7)).timestamp()
    with jobs.connection().pipeline(transaction=False) as asked:
        for name in names:
            queue = jobs.queue(name)
            asked.llen(queue.key)
            asked.lrange(queue.key, 0, FEW - 1)
            asked.zrange(queue.started_job_registry.key, 0, FEW - 1)
            asked.zcard(queue.scheduled_job_registry.key)
            asked.zrange(queue.scheduled_job_registry.key, 0, FEW - 1, withscores=True)
            asked.zcount(queue.failed_job_registry.key, week, "+inf")
            asked.zrevrange(queue.failed_job_registry.key, 0, FEW - 1)
        asked.smembers(Worker.redis_workers_keys)
        asked.hgetall(jobs.RAN)
        asked.get(LOOKED)
        *each, workers, ran, looked = asked.execute()
    waits, waiting, started, offs, put_off, fails, failed = (each[part::7] for part in range(7))
    due = {key.decode(): score for part in put_off for key, score in part}
    ids = {
        "waiting": [key.decode() for part in waiting for key in part],
        "running": [key.decode().partition(":")[0] for part in started for key in part],
        "put_off": list(due),
        "failed": [key.decode() for part in failed for key in part],
    }
    known = _fetch(set().union(*ids.values()))
    traces = traces_of(ids["failed"])
    lines = {
        kind: [
            line(known[job_id], due.get(job_id), traces.get(job_id, ""))
            for job_id in found
            if job_id in known
        ]
        for kind, found in ids.items()
    }
    return Desk(
        workers=_workers(workers, lines["running"]),
        running=lines["running"],
        waiting=lines["waiting"][:FEW],
        waiting_count=sum(waits),
        oldest=min((entry.at for entry in lines["waiting"] if entry.at), default=None),
        put_off=sorted(lines["put_off"], key=_when)[:FEW],
        put_off_count=sum(offs),
        failed=sorted(lines["failed"], key=_when, reverse=True)[:FEW],
        failed_lately=sum(fails),
        ran={name.decode(): datetime.fromisoformat(at.decode()) for name, at in ran.items()},
        has_scheduler=bool(looked)
        and datetime.fromisoformat(looked.decode()) > now() - timedelta(minutes=1),
    )


def _when(entry: JobLine) -> datetime:
    return entry.at or now()


def _fetch(ids: Iterable[str]) -> dict[str, Job]:
    wanted = sorted(ids)
    found = SimsJob.fetch_many(
        wanted, connection=jobs.connection(), serializer=jobs.queue().serializer
    )
    return {job.id: job for job in found if job is not None}


def traces_of(ids: list[str]) -> dict[str, str]:
    """What each of these jobs left when it failed."""
    with jobs.connection().pipeline(transaction=False) as asked:
        for job_id in ids:
            asked.xrevrange(Result.get_key(job_id), count=1)
        answers = asked.execute()
    found = {}
    for job_id, answer in zip(ids, answers, strict=True):
        for key, payload in answer:
            result = Result.restore(job_id, key.decode(), payload, connection=jobs.connection())
            found[job_id] = result.exc_string or ""
    return found


def _workers(keys: Iterable[bytes], running: list[JobLine]) -> list[WorkerLine]:
    """The workers that were heard of lately: Redis forgets the others."""
    with jobs.connection().pipeline(transaction=False) as asked:
        names = sorted(key.decode() for key in keys)
        for key in names:
            asked.hgetall(key)
        answers = asked.execute()
    found = []
    for key, answer in zip(names, answers, strict=True):
        told = {name.decode(): value.decode() for name, value in answer.items()}
        if "birth" not in told or "death" in told:
            continue
        name = key.removeprefix(Worker.redis_worker_namespace_prefix)
        found.append(
            WorkerLine(
                name=name[:8],
                where=f"{told.get('hostname')}, process {told.get('pid')}",
                queues=told.get("queues", "").replace(",", ", "),
                state=told.get("state", "?"),
                at=next((job.words for job in running if job.worker == name), ""),
                since=utcparse(told["birth"]),
                heard=utcparse(told["last_heartbeat"]) if "last_heartbeat" in told else None,
            )
        )
    return found


def line(job: Job, due: float | None = None, trace: str = "") -> JobLine:
    """A job as the page shows it; `due` is when one that was put off runs, `trace` what one that failed left."""
    call, function = _call(job), _function(job)
    status = job.get_status(refresh=False)
    ended = status in (JobStatus.FAILED, JobStatus.STOPPED)
    may_run = due is not None or (ended and may_run_again(job, trace))
    trace = ABANDONED if "AbandonedJobError" in trace else trace.strip()
    at = job.ended_at if ended else job.started_at if status == JobStatus.STARTED else None
    return JobLine(
        id=job.id,
        words=_words(job, function) or call.partition("(")[0],
        call=call[:200],
        queue=str(job.origin),
        asked_by=job.meta.get("actor_id"),
        at=datetime.fromtimestamp(due, UTC) if due else at or job.enqueued_at or job.created_at,
        limit=int(job.timeout or 0),
        worker=job.worker_name or "",
        error=trace.rpartition("\n")[2].removeprefix("sims.jobs.queueing.")[:300],
        trace=trace if "\n" in trace else "",
        may_run=may_run,
        may_stop=not is_run(job),
    )


def _call(job: Job) -> str:
    """Its function with its arguments, as a programmer writes it."""
    try:
        return f"{job.func_name}({', '.join(map(repr, job.args or ()))})"
    except DeserializationError:
        return "what nobody can read any more"


def _function(job: Job) -> Any:
    """The function a job runs, or None where its plugin is off or it is gone."""
    try:
        jobs.check_allowed(str(job.func_name))
        return import_attribute(str(job.func_name))
    except (jobs.JobRefused, DeserializationError, ValueError, AttributeError, ImportError):
        return None


def is_run(job: Job) -> bool:
    """Whether it carries on long work, which has a page of its own."""
    return _call(job).startswith(f"{RUN_JOB}(")


def _words(job: Job, function: Any) -> str:
    """What it does: the first sentence of its function's description, or which long work it carries on."""
    if is_run(job):
        labels = {work.name: work.label for work in provided(LongWork)}
        name, run_id = cast("tuple[str, int]", job.args)
        return f"Carry on {labels.get(name, name)} no. {run_id}"
    told = " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())
    first = OPENING.sub("", re.split(r"(?<=[.!?]) ", told)[0]).rstrip(".")
    return first[:1].upper() + first[1:]


def may_run_again(job: Job, trace: str) -> bool:
    """Whether running it does no harm: it is marked so, or was refused before it began."""
    function = _function(job)
    return "JobRefused" in trace or (function is not None and jobs.is_repeatable(function))


def schedules(ran: dict[str, datetime]) -> list[tuple[Schedule, datetime, datetime | None]]:
    """What runs by the clock, the next one first: its next time, and when it was last done."""
    moment = local(now())
    found = [
        (entry, croniter(entry.cron, moment).get_next(datetime), ran.get(entry.name))
        for entry in provided(Schedule)
    ]
    return sorted(found, key=lambda row: row[1])
