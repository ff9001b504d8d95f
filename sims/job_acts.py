"""What the programme office does about jobs: run one again, stop or discard one, run what is due by the clock now."""

from redis.exceptions import RedisError
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus

from sims import jobs
from sims.errors import Conflict, Missing
from sims.job_desk import is_run, may_run_again, traces_of
from sims.jobs.queueing import SimsJob
from sims.jobs.scheduler import move

MOVED = "This job has moved on meanwhile. Look again."
SILENT = "Redis does not answer just now. Try again when it does."
NOT_TWICE = "This job may have done part of its work; it is not run a second time."
A_RUN = "This belongs to long work, which is stopped on its own page."


def _find(job_id: str) -> Job:
    try:
        return SimsJob.fetch(
            job_id, connection=jobs.connection(), serializer=jobs.queue().serializer
        )
    except NoSuchJobError as error:
        raise Missing("There is no such job any more.") from error


def run_again(job_id: str) -> str:
    """Queue a job that failed, or one that is put off, now; return what was done, in words.

    Raises `Missing`, and `Conflict` for one that must not run twice, that has moved on, or where Redis is silent.
    """
    try:
        job = _find(job_id)
        queue = jobs.queue(str(job.origin))
        status = job.get_status(refresh=False)
        if status == JobStatus.SCHEDULED:
            if not move(queue.name, job.id):
                raise Conflict(MOVED)
        elif status not in (JobStatus.FAILED, JobStatus.STOPPED):
            raise Conflict("This job runs or waits already.")
        elif not may_run_again(job, traces_of([job.id]).get(job.id, "")):
            raise Conflict(NOT_TWICE)
        else:
            job.retries_left = len(job.retry_intervals or ()) or None
            queue.failed_job_registry.requeue(job)
    except InvalidJobOperation as error:
        raise Conflict(MOVED) from error
    except RedisError as error:
        raise Conflict(SILENT) from error
    return "It is queued."


def cancel(job_id: str) -> str:
    """Stop a job that runs, take one out that waits, forget one that failed; return what was done, in words.

    Raises `Missing`, and `Conflict` for one that has moved on or is stopped elsewhere, or where Redis is silent.
    """
    try:
        job = _find(job_id)
        queue, status = jobs.queue(str(job.origin)), job.get_status(refresh=False)
        if is_run(job) and status not in (JobStatus.FAILED, JobStatus.STOPPED):
            raise Conflict(A_RUN)
        if status == JobStatus.STARTED:
            send_stop_job_command(jobs.connection(), job.id, serializer=job.serializer)
            return "It is told to stop."
        if status == JobStatus.QUEUED:
            taken, said = jobs.connection().lrem(queue.key, 1, job.id), "It is out of the queue."
        elif status == JobStatus.SCHEDULED:
            registry = queue.scheduled_job_registry
            taken, said = jobs.connection().zrem(registry.key, job.id), "It will not run."
        else:
            registry = queue.failed_job_registry
            taken, said = jobs.connection().zrem(registry.key, job.id), "It is forgotten."
        if not taken:  # whoever takes it from where it stands may have it
            raise Conflict(MOVED)
        job.delete()
    except InvalidJobOperation as error:
        raise Conflict(MOVED) from error
    except RedisError as error:
        raise Conflict(SILENT) from error
    return said


def run_now(name: str) -> None:
    """Queue the job of a schedule at once. Raises `Missing`, and `Conflict` where Redis does not answer."""
    try:
        jobs.run_now(name)
    except RedisError as error:
        raise Conflict(SILENT) from error
