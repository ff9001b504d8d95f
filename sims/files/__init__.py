"""Files people attach to a record: stored under random names, typed by content, served only after a check.

The bytes lie in a folder or an S3-compatible bucket (`FILES_URL`); what they are and to which row they
belong stands in `core_file`. Nobody reaches a file whose record they may not see.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import filetype
import obstore
import sqlalchemy as sa
from flask import current_app
from werkzeug.datastructures import FileStorage

from sims import access
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Record
from sims.database import after_commit, db
from sims.errors import Invalid, Missing, Problem
from sims.events import Deleted
from sims.files.names import disposition, tidy_name
from sims.files.place import FAILURES, delete, put, store
from sims.files.table import File, token_of

__all__ = [
    "TYPES",
    "File",
    "Lost",
    "attach",
    "disposition",
    "find",
    "forget",
    "keep",
    "of",
    "read",
    "remove",
    "store",
    "sweep",
    "tidy_name",
]

TYPES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
"""What may be uploaded: types that a browser shows without running anything (domain.md, certificates)."""

log = logging.getLogger(__name__)


class Lost(Missing):
    """The file is known and may be seen, but its bytes are gone: worth saying, unlike other `Missing`."""


def attach(record: Record, row: Any, upload: FileStorage, *, actor: Actor) -> File:
    """Store `upload` with `row`. Raises `Invalid` for an empty, too large or unwelcome file, and where the
    store does not take it (full, not reached)."""
    limit = current_app.config["FILES_MAX_BYTES"]
    content = upload.stream.read(limit + 1)
    name = tidy_name(upload.filename or "")
    if not content:
        raise _refused("empty", f"{name} is empty. Choose the file again.")
    if len(content) > limit:
        raise _refused("size", f"{name} is larger than {limit // 2**20} MB. Make it smaller.")
    kind = filetype.guess(content)
    if kind is None or kind.mime not in TYPES:
        raise _refused(
            "type", f"{name} is not a {', '.join(TYPES.values())} file, whatever its name says."
        )
    return keep(record, row, name, content, kind.mime, actor)


def keep(
    record: Record, row: Any, name: str, content: bytes, content_type: str, actor: Actor | None
) -> File:
    """Store bytes that need no check (SIMS made them itself, a PDF for one) with `row`, which must have its id.

    `actor` is None where SIMS acts by the clock. Raises `Invalid` where the store does not take them; a
    rollback of the transaction takes them away again.
    """
    stored = File(
        token=secrets.token_urlsafe(24),
        table=record.table,
        row_id=row.id,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by_id=actor.id if actor else None,
    )
    try:
        put(stored.token, content)
    except FAILURES as error:
        log.error("file not stored: %s", error)
        raise _refused(
            "store", f"{name} could not be stored just now; nothing was saved. Try again later."
        ) from error
    db.session.add(stored)
    db.session.flush()
    return stored


def of(record: Record, row: Any) -> list[File]:
    """The files attached to `row`, oldest first."""
    query = sa.select(File).where(File.table == record.table, File.row_id == row.id)
    return list(db.session.scalars(query.order_by(File.id)))


def find(token: str, actor: Actor) -> File:
    """The file behind `token`. Raises `Missing` unless the actor sees the record it belongs to."""
    stored = db.session.scalar(sa.select(File).where(File.token == token))
    record = access.record_of(stored.table) if stored else None
    if stored is None or record is None:
        raise Missing("There is no such file.")
    access.find(record, actor, stored.row_id)
    return stored


def remove(stored: File) -> None:
    """Take a file off its record; its bytes go once that is committed."""
    names, place = stored.objects, store()

    def go() -> None:
        for name in names:
            delete(place, name)

    db.session.delete(stored)
    after_commit(go)


def forget(event: Deleted) -> None:
    """Subscriber: what is thrown away takes its files along."""
    query = sa.select(File).where(File.table == event.table, File.row_id == event.row_id)
    for stored in db.session.scalars(query):
        remove(stored)


def read(stored: File) -> Iterator[bytes]:
    """The bytes of a file, in chunks. Raises `Lost` where the store has lost them."""
    try:
        chunks = obstore.get(store(), stored.token).stream(min_chunk_size=256 * 1024)
    except FileNotFoundError as error:
        log.error("file %s (%s) is missing from the store", stored.id, stored.token)
        raise Lost(f"The file {stored.name} is not in the store any more.") from error
    return (bytes(chunk) for chunk in chunks)


def sweep() -> int:
    """The scheduled job that deletes bytes no row refers to, a day after they were stored. Returns how many."""
    known = set(db.session.scalars(sa.select(File.token)))
    lost = [
        entry["path"]
        for batch in obstore.list(store())
        for entry in batch
        if token_of(entry["path"]) not in known
        and entry["last_modified"] < now() - timedelta(days=1)
    ]
    if lost:
        obstore.delete(store(), lost)
    return len(lost)


def _refused(what: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"files.{what}", message=message, fields=("file",))])
