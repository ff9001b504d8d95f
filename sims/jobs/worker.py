"""The worker: serves the queues, and sees to it that no job outlives its time or ends without a word."""

import faulthandler
import logging
import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker, worker_registration
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from sims.clock import now
from sims.database import db
from sims.jobs.queueing import SimsJob, queue

log = logging.getLogger("sims.jobs")

TTL = 90
"""Seconds after which a worker nobody hears of any more counts as gone (RQ adds a minute)."""

HEARTBEAT = 10
"""Seconds between two signs of life of a worker and of the job it is at."""

CLEANING = 60
"""Seconds between two looks for jobs whose worker is gone."""

LONGEST_TRACE = 10_000
"""So many characters are kept of what a failed job raised: its end, where the cause stands."""

STOPPED = "Stopped by the programme office."
OVERTIME = "Ended by SIMS: it went on for longer than its limit of {limit} seconds."
KILLED = "Ended by the system (signal {signal}), probably because there was no memory left."
VANISHED = "Its process ended without a word (exit code {code}). The worker's log may say more."

_told_to_stop = threading.Event()


def stopping() -> bool:
    """Whether the worker of the running job was told to stop: long work ends where it can be taken up again."""
    return _told_to_stop.is_set()


def work(app: Flask, *, burst: bool = False) -> None:
    """Serve the queues until told to stop (SIGTERM lets the running job finish); `burst` stops when empty.

    Where Redis goes away, it waits for its return; `burst` raises `RedisError` instead.
    """
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until a job listens to it, see _Worker
    while not _serve(app, burst):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        time.sleep(2)


def _serve(app: Flask, burst: bool) -> bool:
    """Serve the queues; return whether it was told to stop, rather than cut off from Redis."""
    worker = None
    with app.app_context():
        over = Redis.from_url(
            app.config["REDIS_URL"], socket_connect_timeout=2, health_check_interval=30
        )  # of its own, for it waits long for jobs
        try:
            worker = _Worker(
                [queue(name, over) for name in app.config["QUEUES"]],
                connection=over,
                serializer=JSONSerializer,
                job_class=SimsJob,
                worker_ttl=TTL,
                job_monitoring_interval=HEARTBEAT,
                maintenance_interval=CLEANING,
            )
            worker.work(burst=burst, logging_level=app.config["LOG_LEVEL"])
        except RedisError as error:
            if burst:
                raise
            log.warning("worker: Redis does not answer (%s); trying again", error)
        finally:
            if worker:
                worker.kill_horse_left()
            over.close()
    return burst or (worker is not None and worker.told_to_stop)


class _Worker(Worker):
    """A worker whose jobs learn that it was told to stop: those that take long end where they can go on later."""

    told_to_stop = False

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """The start of the process of one job.

        A job that swallows the exception of its time limit, or hangs where no Python runs, is ended all the same: by
        a thread that asks nobody, and writes to the log where it was.
        """
        db.engine.dispose(close=False)  # the parent's connections stay the parent's
        limit = int(job.timeout or current_app.config["JOB_TIMEOUT"])
        grace = current_app.config["JOB_GRACE"]
        faulthandler.dump_traceback_later(limit + grace, exit=True, file=2)
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """Have the process of a job listen to what `handle_warm_shutdown_request` tells it."""
        _told_to_stop.clear()
        signal.signal(signal.SIGUSR1, lambda *_: _told_to_stop.set())
        super().setup_work_horse_signals()

    def handle_warm_shutdown_request(self) -> None:
        """Tell the job in hand that this worker is to stop."""
        super().handle_warm_shutdown_request()
        self.told_to_stop = True
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGUSR1)

    def kill_horse_left(self) -> None:
        """End the process of a job this worker no longer watches: another one will take the job for abandoned."""
        if self.horse_pid:
            self.kill_horse()
            self.wait_for_horse()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that this worker lives; to a Redis that has come back empty, also who it is."""
        super().heartbeat(timeout, pipeline)
        if pipeline is None and not self.connection.sismember(self.redis_workers_keys, self.key):
            with self.connection.pipeline() as sent:
                sent.hset(self.key, mapping=self.serialize() | {"state": self.get_state()})
                worker_registration.register(self, sent)
                sent.execute()

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Say that worker and job live; a job goes on while Redis does not answer."""
        try:
            super().maintain_heartbeats(job, execution)
        except RedisError as error:
            log.warning("worker: Redis does not answer (%s); job %s goes on", error, job.id)

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        """Note how the process of a job ended that could not say so itself."""
        limit = int(job.timeout or 0)
        began = job.started_at or now()
        if (now() - began).total_seconds() > limit:
            job.meta["ended"] = OVERTIME.format(limit=limit)
        elif os.WIFSIGNALED(ret_val):
            job.meta["ended"] = KILLED.format(signal=os.WTERMSIG(ret_val))
        else:
            job.meta["ended"] = VANISHED.format(code=os.WEXITSTATUS(ret_val))
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Execution | None = None,
    ) -> None:
        """Keep why it failed, in words where its process was ended, and not more of it than anybody reads."""
        words = STOPPED if self._stopped_job_id == job.id else job.meta.pop("ended", "")
        super().handle_job_failure(
            job, queue, started_job_registry, words or exc_string[-LONGEST_TRACE:], execution
        )
