"""Who sees what: the one place every list, page, export, job and file download asks.

The rule itself (roles, supervision) is the `users` plugin's `Access`; here it meets the records.
"""

from typing import Any

import sqlalchemy as sa

from sims.actor import Actor
from sims.contracts import Access, Record
from sims.database import db
from sims.errors import Hidden, Missing
from sims.permissions import allowed
from sims.plugin import PluginError, provided


def rule() -> Access:
    """The rule in force. Raises `PluginError` unless exactly one plugin provides it."""
    found = provided(Access)
    if len(found) != 1:
        raise PluginError(
            f"{len(found)} plugins provide Access; exactly one must. Is 'users' in PLUGINS?"
        )
    return found[0]


def record_named(name: str) -> Record:
    """The record called `name`. Raises `Missing` where its plugin is off."""
    for record in provided(Record):
        if record.name == name:
            return record
    raise Missing(f"No record called {name}.")


def record_of(table: str) -> Record | None:
    """The record kept in `table`, or None: its plugin is off, or it is no record."""
    return next((record for record in provided(Record) if record.table == table), None)


def visible(record: Record, actor: Actor, *columns: Any) -> sa.Select:
    """`select(model)` (or `select(*columns)`) limited to the rows `actor` may see."""
    chosen = sa.select(*columns) if columns else sa.select(record.model)
    if columns:
        chosen = chosen.select_from(record.model)
    if not allowed(actor, record.permission("view")):
        return chosen.where(sa.false())
    if record.owner is None:
        return chosen
    return chosen.where(rule().sees(record, actor))


def find(record: Record, actor: Actor, row_id: int, *options: Any) -> Any:
    """One row with its list relationships loaded (and `options`). Raises `Missing` unless it is visible."""
    query = visible(record, actor).where(record.model.id == row_id)
    row = db.session.scalar(query.options(*record.load, *options))
    if row is None:
        there = db.session.scalar(sa.select(record.model.id).where(record.model.id == row_id))
        refusal = Missing if there is None else Hidden
        raise refusal(f"There is no {record.label} number {row_id} that you may see.")
    return row


def owner_id(record: Record, row: Any) -> int | None:
    """Whose record it is, or None where it is everybody's."""
    return getattr(row, record.owner) if record.owner else None


def author_id(record: Record, row: Any) -> int | None:
    """Who writes the row: its owner, unless the record names somebody else."""
    return getattr(row, record.author) if record.author else owner_id(record, row)
