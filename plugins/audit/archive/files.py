"""Files of the archive: written whole or not at all, and never believed without their checksums."""

import fcntl
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from flask import current_app

from sims.errors import Conflict, DomainError


class Damaged(DomainError):
    """A file of the archive is not what its manifest says; the message names it."""


def folder() -> Path:
    """Where the files lie: AUDIT_ARCHIVE_DIR, or `archive` in the instance's folder."""
    given = current_app.config["AUDIT_ARCHIVE_DIR"]
    return Path(given) if given else Path(current_app.config["INSTANCE"]) / "archive"


@contextmanager
def alone() -> Iterator[None]:
    """Hold the archive for this process; let go when it ends, however it ends. Raises `Conflict` where another has it,
    and `OSError`."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    with (place / "archive.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                "Somebody else is at the archive just now. Try again when they are done."
            ) from error
        yield


def write(name: str, lines: Iterable[str], manifest: Mapping[str, Any]) -> tuple[str, int]:
    """Write the lines compressed, on the disk for good before this returns: the file's sha256 and its size.

    The file appears under `name` only when it is whole; its manifest after it. Raises `OSError`.
    """
    path = folder() / name
    with (
        _whole(path) as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
    ):
        for line in lines:
            packed.write(line.encode() + b"\n")
    with path.open("rb") as raw:
        sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
    size = path.stat().st_size
    with _whole(path.with_name(f"{name}.json")) as raw:
        raw.write(json.dumps({**manifest, "sha256": sha256, "size": size}, indent=1).encode())
    return sha256, size


def digest(columns: Sequence[str], lines: Iterable[str]) -> tuple[str, int]:
    """The sha256 of the names of the columns and of the lines, each ended by a line feed; and how many lines."""
    told, number = hashlib.sha256(json.dumps(columns).encode() + b"\n"), 0
    for line in lines:
        told.update(line.encode() + b"\n")
        number += 1
    return told.hexdigest(), number


def manifest(name: str) -> dict[str, Any]:
    """What lies beside the file, its `columns` above all. Raises `Damaged`."""
    try:
        found: dict[str, Any] = json.loads((folder() / f"{name}.json").read_bytes())
        found["columns"] = list(map(str, found["columns"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"The manifest of {name} can't be read: {error}") from error
    return found


def lines(name: str) -> Iterator[str]:
    """The lines of a file, one after the other. Raises `Damaged`."""
    try:
        with gzip.open(folder() / name, "rt", encoding="utf-8", newline="\n") as packed:
            for line in packed:
                yield line.rstrip("\n")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise Damaged(f"{name} can't be read: {error}") from error


def check(name: str, *, sha256: str, told: str, rows: int) -> None:
    """Read the file and its manifest anew from the disk. `told` is what `digest` said. Raises `Damaged` where they are
    not what they should be."""
    try:
        with (folder() / name).open("rb") as raw:
            found = hashlib.file_digest(raw, "sha256").hexdigest()
    except OSError as error:
        raise Damaged(f"{name} can't be read: {error}") from error
    if found != sha256:
        raise Damaged(f"{name} is not the file that was written: its checksum differs.")
    if digest(manifest(name)["columns"], lines(name)) != (told, rows):
        raise Damaged(f"{name} and its manifest don't say the {rows:,} rows that were written.")


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that is at `path` only once it is whole and on the disk for good. Raises `OSError`."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
