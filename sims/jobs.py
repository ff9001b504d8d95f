"""Work behind the scenes: `enqueue()` after commit, a worker that knows who asked, a scheduler.

Arguments are JSON, never pickle. What must not be lost has a row in the database; Redis only carries ids.
"""

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from croniter import croniter
from flask import Flask, current_app, g
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker, get_current_job
from rq.exceptions import DuplicateJobError
from rq.job import Job, Retry
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

from sims import actor, clock
from sims.contracts import Schedule
from sims.database import after_commit, db
from sims.plugin import provided

log = logging.getLogger(__name__)

T = TypeVar("T")


_told_to_stop = threading.Event()

KEPT_DONE, KEPT_FAILED = timedelta(minutes=10), timedelta(days=30)
"""How long Redis keeps a job that is done, and one that failed."""


class JobRefused(RuntimeError):
    """The job's function belongs to a plugin that is off, or to no plugin at all."""


def repeatable(job: Callable[..., T]) -> Callable[..., T]:
    """Mark a job that may run twice without harm: it is tried again, ever later (`JOB_RETRIES`), where it fails."""
    vars(job)["sims_repeatable"] = True
    return job


def is_repeatable(job: Callable[..., object]) -> bool:
    """Whether a job may run twice without harm."""
    return bool(getattr(job, "sims_repeatable", False))


def stopping() -> bool:
    """Whether the worker of the running job was told to stop: long work ends where it can be taken up again."""
    return _told_to_stop.is_set()


def connection() -> Redis:
    """The Redis-protocol server of this application."""
    return current_app.extensions["sims.redis"]


def queue(name: str = "default") -> Queue:
    """The queue called `name`, one of `QUEUES`. Raises `ValueError` for one nobody listens to."""
    if name not in current_app.config["QUEUES"]:
        raise ValueError(f"No worker listens to a queue '{name}'; use one of QUEUES.")
    return Queue(name, connection=connection(), serializer=JSONSerializer, job_class=_Job)


def enqueue(
    job: Callable[..., object],
    *arguments: Any,
    on: str = "default",
    job_id: str | None = None,
    timeout: int | None = None,
    delay: int = 0,
) -> None:
    """Run `job(*arguments)` in a worker once this transaction is committed; never, if it is rolled back.

    `arguments` must be JSON (ids, names). `delay` puts it off by so many seconds. `job_id` makes it unique: a second one waits for nothing and is
    dropped. A server that is down is logged, not raised: what matters has a row, and a sweep finds it.
    Raises `TypeError` for arguments that are not JSON.
    """
    target, kept = queue(on), _as_json(job, arguments)
    meta: dict[str, object] = {
        "actor_id": actor.current_id(),
        "request_id": actor.request_id(),
    }

    def send() -> None:
        try:
            _put(target, job, kept, meta=meta, job_id=job_id, timeout=timeout, delay=delay)
        except RedisError as error:
            log.warning("could not enqueue %s: %s", job.__qualname__, error)

    after_commit(send)


def put(
    job: Callable[..., object], *arguments: Any, on: str = "default", timeout: int | None = None
) -> None:
    """Put `job(*arguments)` into its queue at once, whatever becomes of the transaction: for what has a row already.

    Raises `RedisError`, and `TypeError` for arguments that are not JSON.
    """
    _put(queue(on), job, _as_json(job, arguments), timeout=timeout)


def _as_json(job: Callable[..., object], arguments: tuple[Any, ...]) -> list[Any]:
    """The arguments as the worker will read them, whatever becomes of the caller's own."""
    try:
        return list(json.loads(json.dumps(arguments, allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{job.__qualname__} can't be enqueued with {arguments!r}: that is not JSON ({error}). "
            "Give it ids and names."
        ) from error


def _put(
    target: Queue,
    job: Callable[..., object],
    arguments: list[Any],
    *,
    meta: dict[str, object] | None = None,
    job_id: str | None = None,
    timeout: int | None = None,
    delay: int = 0,
) -> None:
    """Put the job into the queue, unless one with its id is there. Raises `RedisError`."""
    waits = list(current_app.config["JOB_RETRIES"])
    retry = Retry(max=len(waits), interval=waits) if waits and is_repeatable(job) else None
    options: dict[str, Any] = {
        "args": arguments,
        "meta": meta,
        "job_id": job_id,
        "unique": job_id is not None,
        "job_timeout": timeout or current_app.config["JOB_TIMEOUT"],
        "retry": retry,
        "result_ttl": int(KEPT_DONE.total_seconds()),
        "failure_ttl": int(KEPT_FAILED.total_seconds()),
    }
    name = f"{job.__module__}.{job.__qualname__}"
    try:
        if delay:
            target.enqueue_in(timedelta(seconds=delay), name, **options)
        else:
            target.enqueue(name, **options)
    except DuplicateJobError:
        log.info("job %s is already there", job_id)


def work(app: Flask, *, burst: bool = False) -> None:
    """Serve the queues until told to stop (SIGTERM lets the running job finish); `burst` stops when empty."""
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until a job listens to it, see _Worker
    with app.app_context():
        queues = [queue(name) for name in app.config["QUEUES"]]
        worker = _Worker(queues, connection=connection(), serializer=JSONSerializer, job_class=_Job)
        worker.work(burst=burst, with_scheduler=False, logging_level=app.config["LOG_LEVEL"])


def schedule(app: Flask, *, once: bool = False) -> None:
    """Enqueue every `Schedule` when it is due, for ever. However many run, each due time runs once.

    Redis remembers until when somebody has looked: what fell due while no scheduler ran is made up for.
    """
    with app.app_context():
        while True:
            moment = clock.now()
            try:
                looked = cast("bytes | None", connection().get("sims:scheduler"))
                enqueue_due(datetime.fromisoformat(looked.decode()) if looked else moment, moment)
                connection().set("sims:scheduler", moment.isoformat())
                enqueue_put_off()
            except RedisError as error:
                log.warning("scheduler: %s; trying again", error)
            if once:
                return
            time.sleep(5)


def enqueue_due(after: datetime, until: datetime) -> list[str]:
    """Enqueue what fell due in (after, until], each schedule at most once; return the ids of the jobs.

    Raises `RedisError`; what is not in its queue by then is still due.
    """
    ids = []
    for entry in provided(Schedule):
        moment = clock.local(until) + timedelta(seconds=1)  # get_prev() leaves its start out
        due = croniter(entry.cron, moment).get_prev(datetime)
        job_id = f"{entry.name}-{due:%Y%m%d-%H%M}"
        mark = f"sims:schedule:{job_id}"
        if due <= clock.local(after) or connection().exists(mark):
            continue
        _put(queue(), entry.job, [], job_id=job_id)
        if connection().set(mark, "1", nx=True, ex=timedelta(days=7)):
            ids.append(job_id)
    return ids


def enqueue_put_off() -> None:
    """Queue what was put off, or waits to be tried again, and is due by now. Raises `RedisError`."""
    names = list(current_app.config["QUEUES"])
    scheduler = RQScheduler(names, connection=connection(), serializer=JSONSerializer)
    if scheduler.acquire_locks():
        scheduler.enqueue_scheduled_jobs()
        scheduler.release_locks()


def check_allowed(function: str) -> None:
    """Refuse a job of a plugin that is off. Raises `JobRefused` saying which are on."""
    packages = ("sims", *current_app.extensions["sims.packages"])
    if not any(function.startswith(f"{package}.") for package in packages):
        raise JobRefused(
            f"{function} belongs to no enabled plugin (enabled: {', '.join(packages)})."
        )


class _Job(Job):
    """A job as SIMS runs it: in an application context of its own, as the person who asked for it."""

    def perform(self) -> None:
        with current_app.app_context(), actor.acting_as(self.meta.get("actor_id")):
            g.request_id = self.meta.get("request_id")
            check_allowed(str(self.func_name))
            super().perform()


class _Worker(Worker):
    """A worker whose jobs learn that it was told to stop: those that take long end where they can go on later."""

    def main_work_horse(self, *arguments: Any, **options: Any) -> None:
        db.engine.dispose(close=False)  # the parent's connections stay the parent's
        super().main_work_horse(*arguments, **options)

    def setup_work_horse_signals(self) -> None:
        _told_to_stop.clear()
        signal.signal(signal.SIGUSR1, lambda *_: _told_to_stop.set())
        super().setup_work_horse_signals()

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGUSR1)


def progress(done: int, total: int) -> None:
    """Store how far the running job is, for whoever watches."""
    if job := get_current_job(connection=connection()):
        job.meta |= {"done": done, "total": total}
        job.save_meta()


def init_app(app: Flask) -> None:
    """Connect to `REDIS_URL` (lazily: SIMS starts, and pages work, while the server is down)."""
    app.extensions["sims.redis"] = Redis.from_url(
        app.config["REDIS_URL"], socket_connect_timeout=2, health_check_interval=30
    )
