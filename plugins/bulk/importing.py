"""Doing an import, or its dry run, step by step.

A partial import commits chunk by chunk. All-or-nothing, and the dry run of a file whose rows need one another, is
one transaction over the whole file: what is wrong is put aside on the disk, and stored when the rows are not.
"""

from flask import g
from sqlalchemy.exc import IntegrityError

from plugins.bulk import items, queries
from plugins.bulk.models import BulkOperation
from plugins.bulk.source import Source, opened
from sims import access, runs, versioning
from sims.actor import Actor
from sims.contracts import Import
from sims.database import db, flush
from sims.errors import Conflict, Denied
from sims.imports import CellProblem, ImportRow

TAKEN = "Somebody else has just saved the same. Look at what is there now."


def step(operation: BulkOperation) -> bool:
    """The next part of an import or a check; whether more is left. Raises `DomainError` where it can't go on."""
    actor = acting(operation)
    entry = queries.import_named(operation.act, actor)
    source = opened(operation, entry)
    if source is None:
        operation.status = "draft"
        operation.claimed_by = operation.claimed_until = None
        return False
    if operation.total != source.count:
        operation.total, operation.options = source.count, source.options
        return True  # seen by whoever watches before the first row is done
    whole = not entry.independent if operation.operation == "check" else _all_or_nothing(operation)
    if whole:
        return _whole(operation, source, actor)
    return _chunk(operation, source, actor)


def acting(operation: BulkOperation) -> Actor:
    """The person who started the operation. Raises `Denied` where they may not act any more."""
    actor = access.rule().find(operation.user_id)
    if actor is None:
        raise Denied("The account of who started this is closed, so it can't go on.")
    return actor


def _all_or_nothing(operation: BulkOperation) -> bool:
    return operation.options.get("mode") != "partial"


def _chunk(operation: BulkOperation, source: Source, actor: Actor) -> bool:
    """One chunk. Where two rows, or a row and somebody else, get into each other's way: its rows one by one."""
    entry, dry, start = source.entry, operation.operation == "check", operation.position
    careful = start < g.get("bulk_careful_until", 0)
    rows, position = source.batch(start, 1 if careful else entry.chunk)
    found = []
    try:
        _save(rows, entry, actor)
        found = [items.of_row(row, source.headings) for row in rows]
        if dry:
            raise _DryRun
    except _DryRun:
        db.session.rollback()
    except (Conflict, IntegrityError) as error:
        db.session.rollback()
        if len(rows) > 1:
            g.bulk_careful_until = position
            return True
        for row in rows:
            row.problems.append(CellProblem("", "", words_of(error)))
        found = [items.of_row(row, source.headings) for row in rows]
    if dry:
        for item in found:
            item["row_id"] = item["version"] = None
    items.write(operation, found)
    operation.position = position
    return position < source.count * entry.turns


def _whole(operation: BulkOperation, source: Source, actor: Actor) -> bool:
    """The whole file in one transaction, kept only where it is no dry run and nothing is wrong."""
    entry, end, position = source.entry, source.count * source.entry.turns, 0
    dry = operation.operation == "check"
    operation_id = operation.id
    db.session.expunge(operation)  # the claim on it is renewed by a connection of its own meanwhile
    with items.Spool() as spool:
        while position < end:
            rows, position = source.batch(position, entry.chunk)
            try:
                _save(rows, entry, actor)
            except (Conflict, IntegrityError) as error:
                lines = f"{rows[0].number}–{rows[-1].number}" if len(rows) > 1 else rows[0].number
                raise Conflict(f"Rows {lines}: {words_of(error)}") from error
            spool.add(items.of_row(row, source.headings) for row in rows)
            versioning.next_transaction()
            runs.beat(operation, spool.done + spool.refused)
        kept = not dry and not spool.refused
        if not kept:
            db.session.rollback()
        operation = db.session.get_one(BulkOperation, operation_id)
        for part in spool.chunks():
            if not kept:
                for item in part:
                    item["row_id"] = item["version"] = None
                    if not dry and item["status"] == "done":
                        item["status"] = "skipped"
            items.write(operation, part)
        operation.position = end
    if spool.refused and not dry:
        operation.error = "Nothing was saved, because some rows are wrong."
        operation.status = "failed"
    return False


def _save(rows: list[ImportRow], entry: Import, actor: Actor) -> None:
    """Have the plugin save what is fine so far; what it made has ids and versions then."""
    fine = [row for row in rows if row.fine]
    if fine:
        entry.save(fine, actor)
        flush()


def words_of(error: Exception) -> str:
    """What the database said, for people."""
    return str(error) if isinstance(error, Conflict) else TAKEN


class _DryRun(Exception):
    """What was saved in a dry run is not kept."""
