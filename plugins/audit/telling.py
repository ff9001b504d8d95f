"""Every event becomes an entry of the activity log, in the transaction in which it happened."""

import dataclasses
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import g

from plugins.audit import chain
from sims import access, actor, events, review
from sims.clock import now
from sims.database import before_commit
from sims.events import Event, RecordEvent

LONGEST = 500
"""So many characters of a text go along; the whole of it is in the row's history."""

ACTIONS: tuple[tuple[type[Event], str], ...] = (
    (events.Viewed, "view"),
    (events.Created, "create"),
    (events.Changed, "update"),
    (events.Deleted, "delete"),
    (events.Exported, "export"),
    (events.Refused, "permission_denied"),
    (events.Blocked, "permission_denied"),
    (review.Submitted, "submit"),
    (review.Approved, "review"),
    (review.Returned, "review"),
    (review.Rejected, "review"),
    (events.Moved, "status"),
)
"""The action of an event, by the first class it belongs to; of others the name of their own, as in `logged_in`."""

RENAMED = {"logged_in": "login", "logged_out": "logout", "login_failed": "login_failed"}
KNOWN = {field.name for field in dataclasses.fields(RecordEvent)}


def hear(event: Event) -> None:
    """Subscriber: write `event` down at the end of this transaction."""
    hear_many([event])


def hear_many(told: Sequence[Event]) -> None:
    """The same, for many events at once."""
    entries = [entry(event) for event in told if not isinstance(event, events.GatheringEnded)]
    if not entries:
        return
    if _write not in g.get("before_commit", ()):  # a rollback forgets both
        g.audit_entries = []
        before_commit(_write)
    g.audit_entries.extend(entries)


def entry(event: Event) -> chain.Entry:
    """What the log says of an event, all but its place in the log."""
    about = isinstance(event, RecordEvent)
    record = access.record_of(event.table) if isinstance(event, RecordEvent) else None
    return {
        "user_id": event.actor_id or getattr(event, "person_id", None),
        "action": action(event),
        "verb": verb(event)[:200],
        "target_table": event.table if about else "",
        "target_id": event.row_id if about else None,
        "target_text": _text(event.title if about else getattr(event, "title", ""), 300),
        "metadata": details(event),
        "ip": actor.remote_addr() or "",
        "request_id": actor.request_id() or "",
        "is_sensitive": bool(record and record.sensitive),
        "created_at": now(),
    }


def action(event: Event) -> str:
    """One of a few words to filter by."""
    for kind, name in ACTIONS:
        if isinstance(event, kind):
            return name
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    return RENAMED.get(name, name)[:40]


def verb(event: Event) -> str:
    """What was done, in a few words."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(event).__name__).lower()
    if isinstance(event, events.Moved):
        return (
            f"{words}: {event.source} → {event.target}"
            if words != "moved"
            else f"{event.source} → {event.target}"
        )
    if isinstance(event, events.Blocked):
        return f"{event.method} {event.path}"
    if isinstance(event, events.Viewed) and event.what:
        return f"{words}: {event.what}"
    if isinstance(event, events.Refused):
        return f"{words}: {event.act}"
    return words


def details(event: Event) -> dict[str, Any]:
    """What else the event says, as JSON holds it."""
    found: dict[str, Any] = {}
    own = KNOWN - {"owner_id"} if isinstance(event, RecordEvent) else {"actor_id", "title"}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if field.name in own or value in (None, "", ()):
            continue
        if isinstance(value, str):
            found[field.name] = _text(value, LONGEST)
        elif isinstance(value, bool | int | float):
            found[field.name] = value
        elif isinstance(value, date):
            found[field.name] = value.isoformat()
        elif isinstance(value, list | tuple | set | frozenset):
            found[field.name] = [_text(str(each), LONGEST) for each in list(value)[:100]]
    return found


def _text(value: str, longest: int) -> str:
    """`value` as a database takes it."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode()[:longest]


def _write() -> None:
    chain.append(g.pop("audit_entries", []))
