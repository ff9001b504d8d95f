"""Taking back a finished operation, row by row: a row that somebody changed since stays as it is, and says so.

The items of an undo are those that were done, in reverse: their numbers are negative.
"""

from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.exc import IntegrityError

from plugins.bulk import items, queries
from plugins.bulk.acting import CHUNK, as_dict, refuse, rows_of
from plugins.bulk.importing import acting
from plugins.bulk.models import BulkItem, BulkOperation
from sims import access, workflow
from sims.actor import Actor
from sims.contracts import BulkAct, Import, Record
from sims.database import db, flush
from sims.errors import Conflict, Denied, DomainError
from sims.events import Deleted, publish
from sims.records import about
from sims.workflow import Transition

CHANGED = "Somebody changed it since. Look at it, and put it right there."
GONE = "It is not there any more."
REFERRED = "Something else refers to it by now, so it stays."


def step(operation: BulkOperation) -> bool:
    """The next rows, the last ones first; whether more are left. Raises `DomainError` where it can't go on."""
    actor = acting(operation)
    done = db.session.get_one(BulkOperation, operation.follows_id)
    record = access.record_named(done.record_type)
    act = what_was_done(done, actor)
    careful = operation.position < g.get("bulk_careful_until", 0)
    chosen = queries.items(
        operation, "waiting", after=operation.position, limit=1 if careful else CHUNK
    )
    if not chosen:
        return _finished(operation, done)
    rows = rows_of(record, actor, [item.row_id for item in chosen])
    last = chosen[-1].number
    try:
        for item in chosen:
            _one(record, act, item, rows.get(item.row_id or 0), actor)
        flush()
    except (Conflict, IntegrityError):
        db.session.rollback()
        if len(chosen) > 1:
            g.bulk_careful_until = last
            return True
        refuse(chosen[0], REFERRED)
    items.count(operation, [as_dict(item) for item in chosen])
    operation.position = last
    return True


def what_was_done(done: BulkOperation, actor: Actor) -> Import | Transition | BulkAct:
    """What an operation did. Raises `Missing` where the actor may not do that, `Denied` where it can't be undone."""
    if done.operation == "import":
        return queries.import_named(done.act, actor)
    act = queries.act_named(done.record_type, done.act, actor)
    if act.undo is None:
        raise Denied("What this did can't be undone all at once.")
    return act


def _finished(operation: BulkOperation, done: BulkOperation) -> bool:
    """The operation that was taken back is undone, unless rows of it stayed."""
    if not operation.failure:
        done.status = "undone"
    undone = sa.select(BulkItem.number).where(
        BulkItem.operation_id == operation.id, BulkItem.status == "undone"
    )
    db.session.execute(
        sa.update(BulkItem)
        .where(BulkItem.operation_id == done.id, (-BulkItem.number).in_(undone))
        .values(status="undone")
        .execution_options(synchronize_session=False)
    )
    return False


def _one(
    record: Record,
    act: Import | Transition | BulkAct,
    item: BulkItem,
    row: Any | None,
    actor: Actor,
) -> None:
    """Take one row back, or note why not. Raises what leaves the transaction unusable."""
    if row is None:
        refuse(item, GONE)
        return
    if getattr(row, "version", None) != item.version:
        refuse(item, CHANGED)
        return
    try:
        if isinstance(act, Import):
            _remove(act, record, row, actor)
        elif isinstance(act, Transition):
            before = (item.before or {}).get("status", "")
            workflow.undo(record, row, act.name, before, actor=actor)
        elif act.undo is not None:
            act.undo(row, item.before or {}, actor)
    except DomainError as error:
        if not db.session.is_active:
            raise
        refuse(item, str(error))
        return
    flush()
    item.status = "undone"


def _remove(act: Import, record: Record, row: Any, actor: Actor) -> None:
    """Take a row out again that an import made; its history stays."""
    removed = Deleted(**about(record, row, actor))
    if act.remove:
        act.remove(row, actor)
    else:
        db.session.delete(row)
    publish(removed)
