"""Which rows of records a transaction wrote: told once, at the end of the transaction, to whoever keeps something by them.

Rows that pass the session are seen as they are flushed; bulk statements say so by `note`, which
`versioning.record_history` does for them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import g, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from sims.contracts import Record, Written
from sims.database import before_commit, db
from sims.plugin import provided


def note(model: type[Any], ids: Iterable[int]) -> None:
    """Rows of `model` with these ids were made or changed in this transaction."""
    for record in provided(Record):
        if record.model is model:
            _noted("written", record.name).update(ids)


def tell() -> None:
    """Call every `Written` with what was noted since the transaction began: record's name → ids, written and gone."""
    written: Mapping[str, set[int]] = g.pop("written", {})
    gone: Mapping[str, set[int]] = g.pop("gone", {})
    if written or gone:
        for follower in provided(Written):
            follower.handler(written, gone)


def _noted(kind: str, name: str) -> set[int]:
    if "written" not in g and "gone" not in g:
        before_commit(tell)
    noted: dict[str, set[int]] = g.setdefault(kind, {})
    return noted.setdefault(name, set())


@event.listens_for(db.session, "after_flush")
def _flushed(session: Session, context: object) -> None:
    if not has_app_context() or not provided(Written):
        return
    links: dict[type[Any], list[tuple[str, str]]] = {}
    for record in provided(Record):
        links.setdefault(record.model, []).append((record.name, "id"))
        for part in record.parts:
            links.setdefault(part.model, []).append((record.name, part.link))
    for row in (*session.new, *session.dirty, *session.deleted):
        for name, link in links.get(type(row), ()):
            if (row_id := vars(row).get(link)) is not None:
                gone = link == "id" and row in session.deleted
                _noted("gone" if gone else "written", name).add(row_id)


@event.listens_for(db.session, "after_rollback")
def _forget(session: object) -> None:
    g.pop("written", None)
    g.pop("gone", None)
