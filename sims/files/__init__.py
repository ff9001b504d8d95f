"""Files people attach to a record: stored under random names, typed by content, served only after a check.

The bytes lie in a folder or an S3-compatible bucket (`FILES_URL`); what they are and to which row they
belong stands in `core_file`. Nobody reaches a file whose record they may not see. Pictures are written anew
(`sims/images.py`); a thumbnail of each lies beside it.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import sqlalchemy as sa
from flask import current_app
from werkzeug.datastructures import FileStorage

from sims import access
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Record
from sims.database import after_commit, db
from sims.errors import Missing
from sims.events import Deleted
from sims.files.content import TYPES, Content, check, check_one, refused
from sims.files.names import disposition, tidy_name
from sims.files.place import FAILURES, delete, get, put, store
from sims.files.table import File, small, token_of
from sims.jobs import repeatable

__all__ = [
    "TYPES",
    "Content",
    "File",
    "Lost",
    "add",
    "attach",
    "by_token",
    "check",
    "disposition",
    "find",
    "forget",
    "hold",
    "keep",
    "of",
    "read",
    "remove",
    "store",
    "sweep",
    "thumbnail",
    "tidy_name",
]

log = logging.getLogger(__name__)


class Lost(Missing):
    """The file is known and may be seen, but its bytes are gone: worth saying, unlike other `Missing`."""


def attach(record: Record, row: Any, upload: FileStorage, *, actor: Actor) -> File:
    """Check and store one `upload` with `row`. Raises `Invalid` as `check` and `add` do."""
    return add(record, row, [check_one(upload)], actor=actor)[0]


def add(record: Record, row: Any, contents: Sequence[Content], *, actor: Actor) -> list[File]:
    """Store what `check` found fit with `row`, which must have its id.

    Raises `Invalid` where the row would have too many files and where the store does not take one.
    """
    if not contents:
        return []
    most = current_app.config["FILES_MAX_COUNT"]
    model = record.model  # who attaches to the same row at the same moment waits here
    db.session.execute(sa.select(model.id).where(model.id == row.id).with_for_update())
    query = sa.select(sa.func.count()).where(File.table == record.table, File.row_id == row.id)
    there = db.session.scalar(query) or 0
    if there + len(contents) > most:
        more = f", and {there} are there already" if there else ""
        raise refused("many", f"There can be {most} files at most{more}. Choose fewer.")
    return [_store(record, row, content, actor) for content in contents]


def keep(
    record: Record, row: Any, name: str, content: bytes, content_type: str, actor: Actor | None
) -> File:
    """Store bytes that need no check (SIMS made them itself, a PDF for one) with `row`, which must have its id.

    `actor` is None where SIMS acts by the clock. Raises `Invalid` where the store does not take them; a
    rollback of the transaction takes them away again.
    """
    return _store(record, row, Content(name, content, content_type), actor)


def hold(table: str, row_id: int, path: Path, *, name: str, content_type: str) -> File:
    """Store a file that SIMS has made, of any size, for a plugin that hands it out itself.

    `table` must be no record's: then nobody reaches it by its address here. Raises `Invalid` where the store does not
    take it; a rollback of the transaction takes it away again.
    """
    if access.record_of(table):
        raise ValueError(f"{table} is a record's table; use keep()")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    stored = File(
        token=secrets.token_urlsafe(24),
        table=table,
        row_id=row_id,
        name=name,
        content_type=content_type,
        size=path.stat().st_size,
        sha256=digest,
    )
    try:
        put(stored.token, path)
    except FAILURES as error:
        log.error("file not stored: %s", error)
        raise refused(
            "store", f"{name} could not be stored just now; nothing was saved. Try again later."
        ) from error
    db.session.add(stored)
    db.session.flush()
    return stored


def by_token(token: str) -> File | None:
    """The file behind `token`, whoever asks: only for what was stored by `hold`, after the plugin's own check."""
    return db.session.scalar(sa.select(File).where(File.token == token))


def _store(record: Record, row: Any, content: Content, actor: Actor | None) -> File:
    stored = File(
        token=secrets.token_urlsafe(24),
        table=record.table,
        row_id=row.id,
        name=content.name,
        content_type=content.content_type,
        size=len(content.data),
        sha256=hashlib.sha256(content.data).hexdigest(),
        width=content.width,
        height=content.height,
        created_by_id=actor.id if actor else None,
    )
    try:
        for name, data in zip(stored.objects, (content.data, content.thumbnail), strict=False):
            put(name, data)
    except FAILURES as error:
        log.error("file not stored: %s", error)
        raise refused(
            "store",
            f"{content.name} could not be stored just now; nothing was saved. Try again later.",
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
    return _read(stored, stored.token)


def thumbnail(stored: File) -> Iterator[bytes]:
    """The small JPEG of a picture, in chunks. Raises `Missing` for other files, `Lost` as `read` does."""
    if not stored.has_thumbnail:
        raise Missing("There is no small picture of this file.")
    return _read(stored, small(stored.token))


def _read(stored: File, name: str) -> Iterator[bytes]:
    try:
        return get(name)
    except FileNotFoundError as error:
        log.error("file %s (%s) is missing from the store", stored.id, name)
        raise Lost(f"The file {stored.name} is not in the store any more.") from error


@repeatable
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
