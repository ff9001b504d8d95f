"""Files people attach to a record: stored under random names, typed by content, served only after a check.

The bytes lie in a folder or an S3-compatible bucket (`FILES_URL`); what they are and to which row they
belong stands in `core_file`. Nobody reaches a file whose record they may not see.
"""

import hashlib
import logging
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

import filetype
import obstore
import sqlalchemy as sa
from flask import current_app
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage
from werkzeug.http import dump_options_header

from sims import access
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Record
from sims.database import Base, after_commit, db, person
from sims.errors import Invalid, Missing, Problem
from sims.events import Deleted

TYPES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
"""What may be uploaded: types that a browser shows without running anything (domain.md, certificates)."""


FAILURES = (OSError, BaseError)
"""What a store that is full, gone or refusing raises."""

log = logging.getLogger(__name__)


class Lost(Missing):
    """The file is known and may be seen, but its bytes are gone: worth saying, unlike other `Missing`."""


class File(Base):
    """One uploaded file. `token` names the stored object; `name` is what the person called it."""

    __tablename__ = "core_file"
    __table_args__ = (sa.Index("ix_core_file_row", "table", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(64), unique=True)
    table: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(255))
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = person(nullable=True)


def attach(record: Record, row: Any, upload: FileStorage, *, actor: Actor) -> File:
    """Store `upload` with `row`. Raises `Invalid` for an empty, too large or unwelcome file, and where the
    store does not take it (full, not reached).

    If the transaction does not come through, the stored bytes are unreferenced and the daily sweep takes
    them away.
    """
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
    stored = File(
        token=secrets.token_urlsafe(24),
        table=record.table,
        row_id=row.id,
        name=name,
        content_type=kind.mime,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by_id=actor.id,
    )
    try:
        obstore.put(store(), stored.token, content)
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
    token, place = stored.token, store()

    def delete() -> None:
        try:
            obstore.delete(place, token)
        except FAILURES as error:
            log.warning("bytes of file %s not deleted, left to the sweep: %s", token, error)

    db.session.delete(stored)
    after_commit(delete)


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


def disposition(shown: str, stored: File) -> str:
    """The header that names a download: the name in any script, and in ASCII for who can't read that
    (RFC 6266, section 4.3). `shown` is inline or attachment."""
    plain = unicodedata.normalize("NFKD", stored.name).encode("ascii", "ignore").decode()
    names = {"filename": plain, "filename*": f"UTF-8''{quote(stored.name, safe='')}"}
    return dump_options_header(shown, names)


def sweep() -> int:
    """The scheduled job that deletes bytes no row refers to, a day after they were stored. Returns how many."""
    known = set(db.session.scalars(sa.select(File.token)))
    lost = [
        entry["path"]
        for batch in obstore.list(store())
        for entry in batch
        if entry["path"] not in known and entry["last_modified"] < now() - timedelta(days=1)
    ]
    if lost:
        obstore.delete(store(), lost)
    return len(lost)


def tidy_name(name: str) -> str:
    """A file name fit to show and to download as: no path, no control or direction marks, 200 characters."""
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C"
    )
    stem, dot, ending = name.strip(" .").rpartition(".")
    return f"{stem[:190]}{dot}{ending[:9]}" if stem else (ending[:199] or "file")


def store() -> LocalStore | S3Store:
    """The object store of this application."""
    return _store(current_app.config["FILES_URL"], current_app.config["S3_ENDPOINT"])


@lru_cache(maxsize=8)
def _store(url: str, endpoint: str) -> LocalStore | S3Store:
    parts = urlsplit(url)
    if parts.scheme != "s3":
        Path(url).mkdir(parents=True, exist_ok=True)
        return LocalStore(prefix=url)
    options: dict[str, Any] = {
        "prefix": parts.path.strip("/"),
        "retry_config": {"max_retries": 3, "retry_timeout": timedelta(seconds=15)},
        "client_options": {"allow_http": endpoint.startswith("http:"), "timeout": "30s"},
    }
    if endpoint:
        options["endpoint"] = endpoint
    return S3Store(parts.netloc, **options)


def _refused(what: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"files.{what}", message=message, fields=("file",))])
