"""Into the queues: `enqueue()` after commit, as the person who asks; what runs is known to an enabled plugin."""

import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry as Tries
from rq import Queue, get_current_job
from rq.exceptions import DuplicateJobError
from rq.job import Job, Retry
from rq.serializers import JSONSerializer

from sims import actor
from sims.clock import now
from sims.database import after_commit

log = logging.getLogger("sims.jobs")

T = TypeVar("T")

KEPT_DONE, KEPT_FAILED = timedelta(minutes=10), timedelta(days=30)
"""How long Redis keeps a job that is done, and one that failed."""

PATIENCE = 2
"""Seconds Redis has to answer whoever is not a worker waiting for jobs."""

PAUSE = 5
"""Seconds a Redis that did not answer in time is left alone: a page asks it several times."""

RAN = "sims:schedules:ran"
"""Where Redis keeps when the job of each `Schedule` was last done."""


class JobRefused(RuntimeError):
    """The job's function belongs to a plugin that is off, or to no plugin at all."""


def repeatable(job: Callable[..., T]) -> Callable[..., T]:
    """Mark a job that may run twice without harm: it is tried again, ever later (`JOB_RETRIES`), where it fails."""
    vars(job)["sims_repeatable"] = True
    return job


def is_repeatable(job: Callable[..., object]) -> bool:
    """Whether a job may run twice without harm."""
    return bool(getattr(job, "sims_repeatable", False))


def connection() -> Redis:
    """The Redis-protocol server of this application."""
    return current_app.extensions["sims.redis"]


def fault() -> str:
    """Why Redis can't be used, in words; "" where it can."""
    try:
        connection().ping()
    except RedisError:
        return "Redis does not answer; jobs wait."
    return ""


def queue(name: str = "default", over: Redis | None = None) -> Queue:
    """The queue called `name`, one of `QUEUES`, perhaps over a connection of one's own.

    Raises `ValueError` for one nobody listens to.
    """
    if name not in current_app.config["QUEUES"]:
        raise ValueError(f"No worker listens to a queue '{name}'; use one of QUEUES.")
    return Queue(
        name, connection=over or connection(), serializer=JSONSerializer, job_class=SimsJob
    )


def enqueue(
    job: Callable[..., object],
    *arguments: Any,
    on: str = "default",
    job_id: str | None = None,
    timeout: int | None = None,
    delay: int = 0,
) -> None:
    """Run `job(*arguments)` in a worker once this transaction is committed; never, if it is rolled back.

    `arguments` must be JSON (ids, names). `delay` puts it off by so many seconds. `job_id` makes it unique: a second
    one is dropped while Redis knows the first. `timeout` is the most seconds it may take (else `JOB_TIMEOUT`). A
    server that is down is logged, not raised: what matters has a row, and a sweep finds it.
    Raises `TypeError` for arguments that are not JSON, and `ValueError` for a queue nobody listens to.
    """
    target, kept, meta = queue(on), _as_json(job, arguments), cause()

    def send() -> None:
        try:
            send_to(target, job, kept, meta=meta, job_id=job_id, timeout=timeout, delay=delay)
        except RedisError as error:
            log.warning("could not enqueue %s: %s", job.__qualname__, error)

    after_commit(send)


def put(
    job: Callable[..., object], *arguments: Any, on: str = "default", timeout: int | None = None
) -> None:
    """Put `job(*arguments)` into its queue at once, whatever becomes of the transaction: for what has a row already.

    Raises `RedisError`, and `TypeError` for arguments that are not JSON.
    """
    send_to(queue(on), job, _as_json(job, arguments), meta=cause(), timeout=timeout)


def cause() -> dict[str, object]:
    """Who asks, and in which request: what a job remembers of where it came from."""
    return {"actor_id": actor.current_id(), "request_id": actor.request_id()}


def _as_json(job: Callable[..., object], arguments: tuple[Any, ...]) -> list[Any]:
    """The arguments as the worker will read them, whatever becomes of the caller's own."""
    try:
        return list(json.loads(json.dumps(arguments, allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{job.__qualname__} can't be enqueued with {arguments!r}: that is not JSON ({error}). "
            "Give it ids and names."
        ) from error


def send_to(
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


def check_allowed(function: str) -> None:
    """Refuse a job of a plugin that is off. Raises `JobRefused` saying which are on."""
    packages = ("sims", *current_app.extensions["sims.packages"])
    if not any(function.startswith(f"{package}.") for package in packages):
        raise JobRefused(
            f"{function} belongs to no enabled plugin (enabled: {', '.join(packages)})."
        )


class SimsJob(Job):
    """A job as SIMS runs it: in an application context of its own, as the person who asked for it."""

    def perform(self) -> None:
        """Run it, and say in one line of the log what, whose request it stems from, and how it ended."""
        with current_app.app_context(), actor.acting_as(self.meta.get("actor_id")):
            g.request_id = self.meta.get("request_id")
            began, outcome = time.perf_counter(), "done"
            try:
                check_allowed(str(self.func_name))
                super().perform()
            except JobRefused:
                outcome, self.retries_left = "refused", 0  # it would be refused again
                raise
            except BaseException as error:
                outcome = type(error).__name__
                raise
            finally:
                line = {
                    "job": self.id,
                    "function": str(self.func_name),
                    "outcome": outcome,
                    "ms": round((time.perf_counter() - began) * 1000, 1),
                    "request": g.request_id,
                    "actor": self.meta.get("actor_id"),
                }
                log.info(json.dumps(line))
            if name := self.meta.get("schedule"):
                with suppress(RedisError):
                    self.connection.hset(RAN, name, now().isoformat())


def progress(done: int, total: int) -> None:
    """Store how far the running job is, for whoever watches."""
    with suppress(RedisError):
        if job := get_current_job(connection=connection()):
            job.meta |= {"done": done, "total": total}
            job.save_meta()


class _OneTry(Tries):
    """One try and no second; a server that has just let somebody wait for nothing is not asked for a while."""

    def __init__(self) -> None:
        super().__init__(NoBackoff(), 0)
        self.until = 0.0

    def __deepcopy__(self, memo: object) -> "_OneTry":
        return self  # every connection learns what one of them has found

    def call_with_retry(self, *arguments: Any, **options: Any) -> Any:
        if time.monotonic() < self.until:
            raise NotConnected("it did not answer a moment ago")
        try:
            return super().call_with_retry(*arguments, **options)
        except NoAnswer:
            self.until = time.monotonic() + PAUSE
            raise


def init_app(app: Flask) -> None:
    """Connect to `REDIS_URL` (lazily: SIMS starts, and pages work, while the server is down)."""
    app.extensions["sims.redis"] = Redis.from_url(
        app.config["REDIS_URL"],
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        health_check_interval=30,
        retry=_OneTry(),
    )
