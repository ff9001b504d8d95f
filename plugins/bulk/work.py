"""Bulk operations as long work: which module does the next step of which operation, and what happens at the end."""

import logging
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from plugins.bulk import acting, importing, queries, undoing
from plugins.bulk.events import OperationEnded
from plugins.bulk.models import BulkOperation
from sims import files, jobs
from sims.clock import now
from sims.contracts import LongWork
from sims.database import commit, db
from sims.events import GatheringEnded, gathering, publish

log = logging.getLogger(__name__)

STEPS = {
    "import": importing.step,
    "check": importing.step,
    "review": acting.step,
    "assignment": acting.step,
    "archive": acting.step,
    "undo": undoing.step,
}
QUICK = timedelta(seconds=10)
"""Whoever started what took no longer saw it end; nobody needs to be told."""


def step(operation: BulkOperation) -> bool:
    """Do the next part of an operation; whether more is left. People are told of all of it at its end."""
    with gathering(key_of(operation)):
        return STEPS[operation.operation](operation)


def end(operation: BulkOperation) -> None:
    """People are told of what was done, and whoever started it that it is."""
    if operation.status == "draft":
        operation.finished_at = None
    publish(GatheringEnded(key=key_of(operation), actor_id=operation.user_id))
    if now() - operation.created_at > QUICK:
        publish(
            OperationEnded(
                operation_id=operation.id,
                user_id=operation.user_id,
                title=operation.title,
                status=operation.status,
                said=said(operation),
            )
        )


def said(operation: BulkOperation) -> str:
    """What came of an operation, in a sentence or two."""
    if operation.status == "draft":
        return "Say which column of the file means what."
    done = {"check": "fine", "undo": "undone", "import": "saved"}.get(operation.operation, "done")
    parts = [f"{operation.success:,} of {operation.total:,} rows {done}"]
    if operation.failure:
        parts.append(f"{operation.failure:,} not")
    return f"{operation.error} {', '.join(parts)}.".strip()


def key_of(operation: BulkOperation) -> str:
    """The name under which people are told of all of an operation at once."""
    return f"bulk-{operation.id}"


@jobs.repeatable
def forget_files() -> int:
    """The scheduled job that deletes imported files after `BULK_KEEP_DAYS`: they hold personal data. Returns how many."""
    old = now() - timedelta(days=current_app.config["BULK_KEEP_DAYS"])
    query = sa.select(BulkOperation).where(
        BulkOperation.source_token != "", BulkOperation.created_at < old
    )
    count = 0
    for operation in db.session.scalars(query):
        stored = queries.source(operation)
        if stored is not None:
            files.remove(stored)
            count += 1
        operation.source_token = ""
    commit()
    return count


WORK = LongWork(
    name="bulk.operation",
    label="bulk operations",
    model=BulkOperation,
    step=step,
    end=end,
    title=lambda operation: operation.title,
    endpoint="bulk.operation",
)
