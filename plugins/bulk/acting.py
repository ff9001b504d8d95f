"""Doing one thing with many rows that were chosen from a list: a transition of their workflow, or a bulk act.

Each row goes through the service a single one uses; a row that is refused says why and does not stop the others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g
from sqlalchemy.exc import IntegrityError

from plugins.bulk import items, queries
from plugins.bulk.importing import acting, words_of
from plugins.bulk.models import BulkItem, BulkOperation
from sims import access, workflow
from sims.actor import Actor
from sims.contracts import BulkAct, Record
from sims.database import db, flush
from sims.errors import Conflict, Denied, DomainError, Missing, Problem
from sims.events import Refused, publish
from sims.workflow import Transition

CHUNK = 50


def step(operation: BulkOperation) -> bool:
    """The next rows; whether more are left. Raises `DomainError` where it can't go on at all."""
    actor = acting(operation)
    record = access.record_named(operation.record_type)
    act = queries.act_named(record.name, operation.act, actor)
    careful = operation.position < g.get("bulk_careful_until", 0)
    chosen = queries.items(
        operation, "waiting", after=operation.position, limit=1 if careful else CHUNK
    )
    if not chosen:
        return False
    rows = rows_of(record, actor, [item.row_id for item in chosen])
    last = chosen[-1].number
    try:
        for item in chosen:
            _one(record, act, item, rows.get(item.row_id or 0), operation, actor)
        flush()
    except (Conflict, IntegrityError) as error:
        db.session.rollback()
        if len(chosen) > 1:
            g.bulk_careful_until = last
            return True
        refuse(chosen[0], words_of(error))
    items.count(operation, [as_dict(item) for item in chosen])
    operation.position = last
    return last < operation.total


def _one(
    record: Record,
    act: Transition | BulkAct,
    item: BulkItem,
    row: Any | None,
    operation: BulkOperation,
    actor: Actor,
) -> None:
    """Do it to one row, and note what came of it. Raises what leaves the transaction unusable."""
    values = operation.options.get("values") or {}
    try:
        if row is None:
            raise Missing(f"There is no {record.label} number {item.row_id} that you may see.")
        before, warnings = _do(record, act, row, values, actor)
    except DomainError as error:
        if not db.session.is_active:
            raise
        refuse(item, str(error))
        if isinstance(error, (Denied, Missing)):
            publish(
                Refused(
                    actor_id=actor.id,
                    record=record.name,
                    table=record.table,
                    row_id=item.row_id or 0,
                    owner_id=access.owner_id(record, row) if row is not None else None,
                    title=record.title(row) if row is not None else "",
                    act=act.name,
                    reason=str(error),
                )
            )
        return
    flush()
    item.status = "skipped" if before is None else "done"
    item.before = dict(before or {})
    item.version = getattr(row, "version", None)
    item.problems = [_told(warning.message, "warning") for warning in warnings] or None


def _do(
    record: Record, act: Transition | BulkAct, row: Any, values: Mapping[str, Any], actor: Actor
) -> tuple[Mapping[str, Any] | None, tuple[Problem, ...]]:
    """Do it; return what an undo will need (None where nothing had to change) and what rules and guards say of it."""
    if isinstance(act, Transition):
        source = row.status
        warnings = workflow.move(record, row, act.name, actor=actor, data=values)
        return {"status": source}, warnings
    if act.act is None:
        raise Denied("This is done on a page of its own.")
    return act.act(row, values, actor), ()


def rows_of(record: Record, actor: Actor, ids: Sequence[int | None]) -> dict[int, Any]:
    """The rows with these ids that the actor sees, theirs until the commit."""
    query = access.visible(record, actor).where(record.model.id.in_(ids)).options(*record.load)
    locked = query.order_by(record.model.id).with_for_update(of=record.model)
    return {row.id: row for row in db.session.scalars(locked).unique()}


def refuse(item: BulkItem, message: str) -> None:
    """Note why nothing was done to a row."""
    item.status = "refused"
    item.problems = [_told(message, "error")]


def _told(message: str, severity: str) -> dict[str, str]:
    return {"column": "", "value": "", "message": message, "severity": severity}


def as_dict(item: BulkItem) -> items.Item:
    """An item as it is counted."""
    return {"number": item.number, "status": item.status, "problems": item.problems}
