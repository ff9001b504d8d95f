"""The scheduler: puts into the queues what is due by the clock, was put off, or was left behind by a dead worker."""

import logging
import time
from datetime import datetime, timedelta
from typing import cast

from croniter import croniter
from flask import Flask, current_app
from redis.exceptions import RedisError, WatchError
from rq.exceptions import NoSuchJobError
from rq.registry import clean_registries
from rq.worker_registration import clean_worker_registry

from sims import clock
from sims.contracts import Schedule
from sims.errors import Missing
from sims.jobs.queueing import SimsJob, cause, connection, queue, send_to
from sims.plugin import provided

log = logging.getLogger("sims.jobs")

LOOKED = "sims:scheduler"
"""Where Redis keeps until when somebody has looked at what is due."""

SENT = "sims:schedules:sent"
"""Where Redis keeps the last job of each `Schedule`."""

MOST_FAILED = 1000
"""So many failed jobs are kept for each queue; older ones go first."""


def schedule(app: Flask, *, once: bool = False) -> None:
    """Enqueue every `Schedule` when it is due, and what was put off, for ever. However many run, each due time runs
    once.

    Redis remembers until when somebody has looked: what fell due while no scheduler ran is made up for.
    """
    tidied = float("-inf")
    with app.app_context():
        while True:
            moment = clock.now()
            try:
                looked = cast("bytes | None", connection().get(LOOKED))
                enqueue_due(datetime.fromisoformat(looked.decode()) if looked else moment, moment)
                connection().set(LOOKED, moment.isoformat())
                enqueue_put_off()
                if time.monotonic() > tidied + 60:
                    tidy()
                    tidied = time.monotonic()
            except RedisError as error:
                log.warning("scheduler: %s; trying again", error)
            if once:
                return
            time.sleep(5)


def enqueue_due(after: datetime, until: datetime) -> list[str]:
    """Enqueue what fell due in (after, until], each schedule at most once; return the ids of the jobs.

    A schedule whose last job still waits for a worker gets no second one. Raises `RedisError`; what is not in its
    queue by then is still due.
    """
    ids = []
    for entry in provided(Schedule):
        due = last_due(entry, until)
        job_id = f"{entry.name}-{due:%Y%m%d-%H%M}"
        mark = f"sims:schedule:{job_id}"
        if due <= clock.local(after) or connection().exists(mark) or _waits(entry):
            continue
        send_to(queue(), entry.job, [], job_id=job_id, meta={"schedule": entry.name})
        if connection().set(mark, "1", nx=True, ex=timedelta(days=7)):
            connection().hset(SENT, entry.name, job_id)
            ids.append(job_id)
    return ids


def last_due(entry: Schedule, until: datetime) -> datetime:
    """When a schedule was last due, in the hospital's time, `until` included."""
    moment = clock.local(until) + timedelta(seconds=1)  # get_prev() leaves its start out
    return cast(datetime, croniter(entry.cron, moment).get_prev(datetime))


def run_now(name: str) -> None:
    """Queue the job of a schedule at once, besides its times. Raises `Missing` and `RedisError`."""
    for entry in provided(Schedule):
        if entry.name == name:
            send_to(queue(), entry.job, [], meta=cause() | {"schedule": name})
            return
    raise Missing("There is no such schedule.")


def _waits(entry: Schedule) -> bool:
    sent = cast("bytes | None", connection().hget(SENT, entry.name))
    return sent is not None and connection().lpos(queue().key, sent.decode()) is not None


def enqueue_put_off() -> None:
    """Queue what was put off, or waits to be tried again, and is due by now. Raises `RedisError`.

    Each is taken from where it waits and queued in one transaction, however many schedulers look.
    """
    for name in current_app.config["QUEUES"]:
        for job_id in queue(name).scheduled_job_registry.get_jobs_to_schedule():
            move(name, job_id)


def move(name: str, job_id: str) -> bool:
    """Put a job that was put off into its queue now; return whether it was still there. Raises `RedisError`."""
    target = queue(name)
    key = target.scheduled_job_registry.key
    with connection().pipeline() as pipeline:
        try:
            pipeline.watch(key)
            if pipeline.zscore(key, job_id) is None:
                return False
            try:
                job = SimsJob.fetch(job_id, connection=connection(), serializer=target.serializer)
            except NoSuchJobError:
                connection().zrem(key, job_id)
                return False
            target.get_redis_server_version()  # asked before the transaction begins
            pipeline.multi()
            pipeline.zrem(key, job_id)
            target.enqueue_job(job, pipeline=pipeline)
            pipeline.execute()
        except WatchError:  # somebody else changed what waits: the next look finds what is left
            return False
    return True


def tidy() -> None:
    """Take up jobs whose worker is gone (run again if repeatable, else failed), and drop the oldest failed ones.

    Workers do the first too, but only between their jobs. Raises `RedisError`.
    """
    for name in current_app.config["QUEUES"]:
        found = queue(name)
        clean_registries(found)
        clean_worker_registry(found)
        failed = found.failed_job_registry
        for job_id in failed.get_job_ids(0, -MOST_FAILED - 1):
            failed.remove(job_id)
            if job := found.fetch_job(job_id):
                job.delete()
