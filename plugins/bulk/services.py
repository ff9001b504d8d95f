"""Starting operations: from a file, from a selection of a list, from an operation that is to be taken back."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from werkzeug.datastructures import FileStorage

from plugins.bulk import queries, undoing
from plugins.bulk.models import BulkItem, BulkMatching, BulkOperation
from plugins.bulk.records import OPERATION
from plugins.bulk.source import headings_of, lacking
from sims import files, runs
from sims.actor import Actor
from sims.contracts import BulkAct, Import, Record
from sims.database import db, flush
from sims.errors import Conflict, Invalid, Problem
from sims.files.names import tidy_name
from sims.workflow import Transition

UNDOABLE = ("completed", "completed_with_errors", "cancelled")


def upload(
    entry: Import, given: FileStorage | None, options: Mapping[str, Any], *, actor: Actor
) -> BulkOperation:
    """Keep a file and have it checked: a dry run tells every fault by row and column. Raises `Invalid`."""
    most = current_app.config["BULK_MAX_BYTES"]
    if given is None or not given.filename:
        raise _refused("Choose a file.")
    content = given.stream.read(most + 1)
    name = tidy_name(given.filename)
    if not content:
        raise _refused(f"{name} is empty. Choose another.")
    if len(content) > most:
        raise _refused(f"{name} is larger than {most // 2**20} MB. Split it in two.")
    operation = BulkOperation(
        user_id=actor.id,
        operation="check",
        record_type=entry.record.name,
        act=entry.name,
        title=f"Check of {name}: {entry.label.lower()}",
        options=dict(options),
        source_name=name,
        source_sha256=hashlib.sha256(content).hexdigest(),
    )
    db.session.add(operation)
    flush()
    stored = files.keep(OPERATION, operation, name, content, "application/octet-stream", actor)
    operation.source_token = stored.token
    runs.start(operation)
    return operation


def match_columns(
    operation: BulkOperation,
    columns: Mapping[str, str],
    options: Mapping[str, Any],
    *,
    actor: Actor,
) -> None:
    """Say which heading means which column (column → heading), remember it for files like this, check again.

    Raises `Invalid` where something the import needs is left out or a heading is used twice, `Conflict` where the
    operation is no check that has ended or waits for this.
    """
    entry = queries.import_named(operation.act, actor)
    if operation.operation != "check" or operation.is_open:
        raise Conflict("The columns are matched before the file is checked.")
    headings = headings_of(operation)
    chosen = {name: heading for name, heading in columns.items() if heading in headings}
    if twice := [h for h in set(chosen.values()) if list(chosen.values()).count(h) > 1]:
        raise _refused(f"{twice[0]} is chosen for two columns. A heading means one thing.")
    if missing := lacking(entry, set(chosen)):
        raise _refused(f"Choose a heading for: {', '.join(missing)}.")
    _remember(entry, headings, chosen, actor)
    db.session.execute(
        sa.delete(BulkItem)
        .where(BulkItem.operation_id == operation.id)
        .execution_options(synchronize_session=False)
    )
    operation.options = {**operation.options, **options, "columns": chosen}
    operation.status, operation.error, operation.error_details = "pending", "", None
    operation.position = operation.total = operation.success = operation.failure = 0
    operation.started_at = operation.finished_at = None
    flush()
    runs.start(operation)


def confirm(check: BulkOperation, *, mode: str, again: bool = False, actor: Actor) -> BulkOperation:
    """Have a file that was checked saved: `mode` is "all" (or nothing) or "partial" (the rows that are fine).

    `again` says it is fine that the same file was imported before. Raises `Invalid`, and `Conflict` where somebody
    is importing it at this moment.
    """
    entry = queries.import_named(check.act, actor)
    if check.operation != "check" or check.status not in ("completed", "completed_with_errors"):
        raise Conflict("Only a file that was checked to its end can be saved.")
    if mode not in ("all", "partial"):
        raise _refused("Choose whether rows with errors stop the whole file.")
    if mode == "all" and check.failure:
        raise _refused("Rows are wrong. Mend them, or save only the rows that are fine.")
    if not check.success:
        raise _refused("There is no row that could be saved.")
    before = queries.earlier(check)
    if before is not None and before.is_open:
        raise Conflict(f"{before.user.name} is importing this file at this moment.")
    if before is not None and not again:
        raise _refused("This file was imported before. Say that you want its rows once more.")
    operation = BulkOperation(
        user_id=actor.id,
        operation="import",
        record_type=check.record_type,
        act=check.act,
        title=f"{entry.label} from {check.source_name}",
        options={**check.options, "mode": mode},
        source_name=check.source_name,
        source_token=check.source_token,
        source_sha256=check.source_sha256,
        total=check.total,
        follows_id=check.id,
    )
    db.session.add(operation)
    flush()
    runs.start(operation)
    return operation


def act_on(
    record: Record,
    act: Transition | BulkAct,
    chosen: Sequence[int] | sa.Select[Any],
    values: Mapping[str, Any],
    *,
    actor: Actor,
) -> BulkOperation:
    """An operation that does `act` to the rows chosen (ids as they came, or the query of all that match).

    It is neither queued nor begun. Raises `Invalid` where nothing is chosen, or too much, or words are missing.
    """
    wanted = {**(act.requires or {})} if isinstance(act, Transition) else {}
    if lacking_words := [words for key, words in wanted.items() if not values.get(key)]:
        raise _refused(lacking_words[0])
    operation = BulkOperation(
        user_id=actor.id,
        operation=_kind(act),
        record_type=record.name,
        act=act.name,
        title=f"{act.label}: {record.plural}",
        options={"values": dict(values)},
    )
    db.session.add(operation)
    flush()
    operation.total = _choose(operation, chosen)
    if not operation.total:
        raise _refused("Nothing was chosen. Tick some rows first.")
    most = current_app.config["BULK_ROWS"]
    if operation.total > most:
        raise _refused(f"These are {operation.total:,} rows; {most:,} go at once. Narrow the list.")
    count = f"{operation.total:,} {record.label if operation.total == 1 else record.plural}"
    operation.title = f"{act.label}: {count}"
    flush()
    return operation


def undo(done: BulkOperation, *, actor: Actor) -> BulkOperation:
    """An operation that takes another one back, row by row. It is neither queued nor begun.

    Raises `Denied`, `Missing` (not theirs to undo), `Conflict` (it has not ended, or is being undone).
    """
    undoing.what_was_done(done, actor)
    if done.operation in ("check", "undo") or done.status not in UNDOABLE:
        raise Conflict("Only what is done can be undone.")
    if any(other.is_open for other in queries.followers(done) if other.operation == "undo"):
        raise Conflict("It is being undone already.")
    operation = BulkOperation(
        user_id=actor.id,
        operation="undo",
        record_type=done.record_type,
        act=done.act,
        title=f"Undo: {done.title}"[:300],
        follows_id=done.id,
    )
    db.session.add(operation)
    flush()
    columns = (BulkItem.row_id, BulkItem.version, BulkItem.before)
    rows = sa.select(
        sa.literal(operation.id), -BulkItem.number, sa.literal("waiting"), *columns
    ).where(BulkItem.operation_id == done.id, BulkItem.status == "done")
    names = ("operation_id", "number", "status", "row_id", "version", "before")
    db.session.execute(sa.insert(BulkItem).from_select(names, rows))
    total, lowest = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(BulkItem.number)).where(
            BulkItem.operation_id == operation.id
        )
    ).one()
    if not total:
        raise Conflict("There is nothing left to undo.")
    operation.total, operation.position = total, lowest - 1
    flush()
    return operation


def _kind(act: Transition | BulkAct) -> str:
    if isinstance(act, BulkAct):
        return act.operation
    return "archive" if act.name == "archive" else "review"


def _choose(operation: BulkOperation, chosen: Sequence[int] | sa.Select[Any]) -> int:
    """Write down the rows as items that wait; returns how many."""
    if isinstance(chosen, sa.Select):
        ids = chosen.order_by(None).subquery()
        number = sa.func.row_number().over(order_by=ids.c.id)
        rows = sa.select(
            sa.literal(operation.id), sa.cast(number, sa.Integer), sa.literal("waiting"), ids.c.id
        )
        names = ("operation_id", "number", "status", "row_id")
        db.session.execute(sa.insert(BulkItem).from_select(names, rows))
        count = sa.select(sa.func.count()).where(BulkItem.operation_id == operation.id)
        return db.session.scalar(count) or 0
    if chosen:
        db.session.execute(
            sa.insert(BulkItem),
            [
                {"operation_id": operation.id, "number": number, "row_id": row_id}
                for number, row_id in enumerate(chosen, start=1)
            ],
        )
    return len(chosen)


def _remember(
    entry: Import, headings: Sequence[str], chosen: Mapping[str, str], actor: Actor
) -> None:
    mark = queries.fingerprint(headings)
    known = db.session.scalar(
        sa.select(BulkMatching).where(BulkMatching.act == entry.name, BulkMatching.headings == mark)
    )
    if known is None:
        known = BulkMatching(act=entry.name, headings=mark)
        db.session.add(known)
    known.columns, known.person_id = dict(chosen), actor.id


def _refused(message: str) -> Invalid:
    return Invalid([Problem(code="bulk.operation", message=message, fields=("file",))])
