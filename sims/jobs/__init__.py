"""Work behind the scenes: `enqueue()` after commit, a worker that knows who asked, a scheduler.

Arguments are JSON, never pickle. What must not be lost has a row in the database; Redis only carries ids.
"""

from sims.jobs.queueing import (
    KEPT_DONE,
    KEPT_FAILED,
    RAN,
    JobRefused,
    check_allowed,
    connection,
    enqueue,
    fault,
    init_app,
    is_repeatable,
    progress,
    put,
    queue,
    repeatable,
)
from sims.jobs.scheduler import enqueue_due, enqueue_put_off, last_due, run_now, schedule, tidy
from sims.jobs.worker import stopping, work

__all__ = [
    "KEPT_DONE",
    "KEPT_FAILED",
    "RAN",
    "JobRefused",
    "check_allowed",
    "connection",
    "enqueue",
    "enqueue_due",
    "enqueue_put_off",
    "fault",
    "init_app",
    "is_repeatable",
    "last_due",
    "progress",
    "put",
    "queue",
    "repeatable",
    "run_now",
    "schedule",
    "stopping",
    "tidy",
    "work",
]
