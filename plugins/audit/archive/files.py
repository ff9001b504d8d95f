"""Files of the archive: written whole or not at all, and never believed without their checksums."""

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import current_app

from sims.errors import DomainError


class Damaged(DomainError):
    """A file of the archive is not what its manifest says; the message names it."""


def folder() -> Path:
    """Where the files lie: AUDIT_ARCHIVE_DIR, or `archive` in the instance's folder."""
    given = current_app.config["AUDIT_ARCHIVE_DIR"]
    return Path(given) if given else Path(current_app.config["INSTANCE"]) / "archive"


def write(name: str, lines: Iterable[str], manifest: Mapping[str, Any]) -> tuple[str, int]:
    """Write the lines compressed, on the disk for good before this returns: the file's sha256 and its size.

    The file appears under `name` only when it is whole; its manifest after it. Raises `OSError`.
    """
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    part = place / f"{name}.part"
    try:
        with part.open("wb") as raw:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                for line in lines:
                    packed.write(line.encode() + b"\n")
            raw.flush()
            os.fsync(raw.fileno())
        with part.open("rb") as raw:
            sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
        size = part.stat().st_size
        part.replace(place / name)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    said = json.dumps({**manifest, "sha256": sha256, "size": size}, indent=1)
    beside = place / f"{name}.json.part"
    beside.write_text(said)
    beside.replace(place / f"{name}.json")
    _sync(place)
    return sha256, size


def manifest(name: str) -> dict[str, Any]:
    """What lies beside the file. Raises `Damaged`."""
    try:
        found: dict[str, Any] = json.loads((folder() / f"{name}.json").read_text())
    except (OSError, ValueError) as error:
        raise Damaged(f"The manifest of {name} can't be read: {error}") from error
    return found


def lines(name: str) -> Iterator[str]:
    """The lines of a file, one after the other. Raises `Damaged`."""
    try:
        with gzip.open(folder() / name, "rt", encoding="utf-8", newline="\n") as packed:
            for line in packed:
                yield line.rstrip("\n")
    except (OSError, EOFError, ValueError) as error:
        raise Damaged(f"{name} can't be read: {error}") from error


def check(name: str, *, sha256: str, digest: str, rows: int) -> None:
    """Read the file anew from the disk. Raises `Damaged` where it is not what it should be."""
    try:
        with (folder() / name).open("rb") as raw:
            found = hashlib.file_digest(raw, "sha256").hexdigest()
    except OSError as error:
        raise Damaged(f"{name} can't be read: {error}") from error
    if found != sha256:
        raise Damaged(f"{name} is not the file that was written: its checksum differs.")
    told, number = hashlib.sha256(), 0
    for line in lines(name):
        told.update(line.encode() + b"\n")
        number += 1
    if (told.hexdigest(), number) != (digest, rows):
        raise Damaged(f"{name} does not hold the {rows:,} rows that were written to it.")


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
