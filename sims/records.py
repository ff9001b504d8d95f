"""Making and changing a row of any record: rules, ownership, versions and events in one place.

A plugin's own services call these and add what is theirs; a plain record needs nothing else.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sims import access, guards
from sims.actor import Actor
from sims.contracts import Record
from sims.database import db, flush
from sims.errors import Conflict, Denied, Problem
from sims.events import Changed, Created, Deleted, publish
from sims.permissions import allowed
from sims.rules import enforce


def clean(value: Any) -> Any:
    """Text as SIMS stores it: trimmed and in NFC, NUL taken out (no database takes it); all else as is."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value.replace("\x00", "").replace("\r\n", "\n")).strip()


def create(
    record: Record, values: Mapping[str, Any], *, actor: Actor, act: str = "create"
) -> tuple[Any, tuple[Problem, ...]]:
    """Make a row from `values` (attribute → value); return it, flushed, and its warnings, suspicious words
    among them (`sims.guards`).

    `act` names the permission it takes: "import" where the office brings what belongs to others. Where `values` does not say whose it is (or, where the record has one, who its author is), it is the actor's. Raises `Denied`, `Invalid`.
    """
    if not allowed(actor, record.permission(act)):
        raise Denied(f"Your role does not make a new {record.label}.")
    if record.defaults:
        values = {**record.defaults(actor), **values}
    row = record.model()
    for name, value in values.items():
        setattr(row, name, clean(value))
    writer = record.author or record.owner
    if writer not in (None, "id") and access.author_id(record, row) is None:
        setattr(row, writer, actor.id)
    if hasattr(record.model, "created_by_id"):
        row.created_by_id = actor.id
    if record.workflow and row.status is None:
        row.status = record.workflow.statuses[0].name
    with db.session.no_autoflush:
        warnings = (*enforce(record, row), *guards.look(record, row))
    db.session.add(row)
    flush()
    publish(Created(**about(record, row, actor)))
    return row, warnings


def change(
    record: Record,
    row: Any,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
) -> tuple[Problem, ...]:
    """Change `row` to `values`; return the warnings. A value that is the same changes nothing.

    `version` is the one the writer started from. Raises `Denied` (not theirs, or no longer editable),
    `Conflict` (changed since), `Invalid` (then the row in the database is as before).
    """
    require_editable(record, row, actor)
    if version is not None and version != row.version:
        raise Conflict(
            f"This {record.label} was changed while you were writing. Both texts are below; "
            "keep what is right and save again.",
            current=row,
        )
    changed = []
    with db.session.no_autoflush:
        for name, value in values.items():
            value = clean(value)
            if getattr(row, name) != value:
                setattr(row, name, value)
                changed.append(name)
        try:
            warnings = (*enforce(record, row), *guards.look(record, row))
        except Exception:
            db.session.refresh(row)
            raise
    flush()
    if changed:
        publish(Changed(**about(record, row, actor), fields=tuple(changed)))
    return warnings


def sync(parts: list[Any], model: type[Any], wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Make a row's `parts` (a loaded relationship to `model`) what is wanted, one by one, so that history shows
    what changed; return whether anything did."""
    there = list(parts)
    changed = len(wanted) != len(there)
    for part, values in zip(there, wanted, strict=False):
        for name, value in values.items():
            if getattr(part, name) != value:
                setattr(part, name, value)
                changed = True
    parts.extend(model(**values) for values in wanted[len(there) :])
    for part in there[len(wanted) :]:
        parts.remove(part)
    return changed


def delete(record: Record, row: Any, *, actor: Actor) -> None:
    """Throw away a draft, by who wrote it; nothing else with history is ever deleted. Raises `Denied`."""
    if not may_delete(record, row, actor):
        raise Denied("Only a draft nobody has decided on can be deleted, and only by who wrote it.")
    publish(Deleted(**about(record, row, actor)))
    db.session.delete(row)
    flush()


def may_delete(record: Record, row: Any, actor: Actor) -> bool:
    """Whether this is a draft of the actor's that no reviewer has ever decided on (domain.md, conventions)."""
    return bool(
        record.workflow
        and row.status in record.workflow.deletable
        and not getattr(row, "round", 0)
        and access.author_id(record, row) == actor.id
    )


def edit_refusal(record: Record, row: Any, actor: Actor) -> str | None:
    """Why `actor` may not edit `row` now, in words; None where they may."""
    if not allowed(actor, record.permission("edit")):
        return f"Your role does not change a {record.label}."
    if record.workflow and record.workflow.editable:
        if row.status not in record.workflow.editable:
            label = record.workflow.status(row.status).label.lower()
            return f"This {record.label} is {label} and can't be changed now."
        if access.author_id(record, row) != actor.id:
            return "Only who wrote it changes it."
    return None


def require_editable(record: Record, row: Any, actor: Actor) -> None:
    """Raise `Denied` with the reason where `actor` may not edit `row` now."""
    if reason := edit_refusal(record, row, actor):
        raise Denied(reason)


def about(record: Record, row: Any, actor: Actor | None) -> dict[str, Any]:
    """What every event about a row says: who, which record, which row, whose, and what it is called."""
    return {
        "actor_id": actor.id if actor else None,
        "record": record.name,
        "table": record.table,
        "row_id": row.id,
        "owner_id": access.owner_id(record, row),
        "title": record.title(row),
    }
