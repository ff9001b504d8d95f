"""Where the bytes lie: a folder or an S3-compatible bucket (`FILES_URL`)."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import obstore
from flask import current_app, g
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from sqlalchemy import event

from sims.database import db

FAILURES = (OSError, BaseError)
"""What a store that is full, gone or refusing raises."""

PIECE = 256 * 1024

log = logging.getLogger(__name__)


def store() -> LocalStore | S3Store:
    """The object store of this application."""
    return _store(current_app.config["FILES_URL"], current_app.config["S3_ENDPOINT"])


def put(name: str, content: bytes | Path) -> None:
    """Store `content` (bytes, or the file at a path) under `name`; a rollback of this transaction takes it away again.

    Raises one of `FAILURES`. What a crash leaves behind is the sweep's. A folder is written without the store's own
    threads, as it is read (see `get`).
    """
    place = store()
    g.setdefault("files_put", []).append((place, name))
    if not isinstance(place, LocalStore):
        obstore.put(place, name, content)
        return
    folder = Path(current_app.config["FILES_URL"])
    part = folder / f"{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, part)
        else:
            part.write_bytes(content)
        part.replace(folder / name)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def get(name: str) -> Iterator[bytes]:
    """What is stored under `name`, in pieces. Raises `FileNotFoundError`, before the first piece.

    A folder is read without the store's own threads: a worker's job runs in a fork, where they may be gone.
    """
    place = store()
    if isinstance(place, LocalStore):
        return _pieces((Path(current_app.config["FILES_URL"]) / name).open("rb"))
    return (bytes(piece) for piece in obstore.get(place, name).stream(min_chunk_size=PIECE))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def delete(place: LocalStore | S3Store, name: str) -> None:
    """Delete an object that nothing refers to any more; what will not go is left to the sweep."""
    try:
        if isinstance(place, LocalStore):
            (Path(place.prefix or "") / name).unlink()
        else:
            obstore.delete(place, name)
    except FileNotFoundError:
        return
    except FAILURES as error:
        log.warning("bytes of file %s not deleted, left to the sweep: %s", name, error)


@event.listens_for(db.session, "before_commit")
def _committing(session: object) -> None:
    """From here on the row may be there, even if the database's answer is lost: the bytes stay."""
    g.pop("files_put", None)


@event.listens_for(db.session, "after_rollback")
def _take_back(session: object) -> None:
    for place, name in g.pop("files_put", ()):
        delete(place, name)


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
