"""Reading a backup back: into an empty database, or, to rehearse it, into one that goes again."""

import hashlib
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app

from sims.backup import database, parts
from sims.backup.making import FILES
from sims.contracts import Folder
from sims.database import db
from sims.errors import Conflict
from sims.files.place import put
from sims.plugin import provided


@dataclass(frozen=True)
class Restored:
    """What came back: rows and files, and in words where it is not what the backup said."""

    rows: int
    files: int
    faults: tuple[str, ...]


def rehearse(folder: Path) -> Restored:
    """Read a backup into a scratch database, compare every row and file with its manifest, and forget it again.

    Raises `parts.Damaged`, `database.Failed`.
    """
    key, said = _said(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="rehearsal-") as scratch:
        with database.scratch(Path(scratch)) as url:
            found = _read_database(folder, said, key, Path(scratch), url)
        number, faults = _read_files(folder, said, key, keep=False)
    return Restored(
        sum(rows for rows, _ in found.values()),
        number,
        (*database.differences(said["tables"], found), *faults),
    )


def restore(folder: Path) -> Restored:
    """Read a backup into this installation's database, which must be empty, and its files into their place.

    Raises `Conflict` where the database holds anything, `parts.Damaged`, `database.Failed`, `OSError`.
    """
    key, said = _said(folder)
    url = db.engine.url
    if said["database"] != url.get_backend_name():
        raise Conflict(
            f"{folder} is of a {said['database']} database, and SIMS_DATABASE_URL names another kind."
        )
    with db.engine.connect() as connection:
        there = [
            name
            for name in sa.inspect(connection).get_table_names()
            if not name.startswith("sqlite_")
        ]
    db.engine.dispose()
    if there:
        raise Conflict(
            f"The database at {url.render_as_string()} is not empty ({len(there)} tables). "
            "Name an empty one with SIMS_DATABASE_URL; flask restore never overwrites."
        )
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="restore-") as scratch:
        found = _read_database(folder, said, key, Path(scratch), url)
    number, faults = _read_files(folder, said, key, keep=True)
    return Restored(
        sum(rows for rows, _ in found.values()),
        number,
        (*database.differences(said["tables"], found), *faults),
    )


def _said(folder: Path) -> tuple[bytes | None, dict[str, Any]]:
    key = parts.key_of(current_app.config["BACKUP_KEY"])
    said = parts.manifest(folder, key)
    return (key if said["encrypted"] else None), said


def _read_database(
    folder: Path, said: Mapping[str, Any], key: bytes | None, scratch: Path, url: sa.URL
) -> database.Counts:
    name = database.NAMES[said["database"]]
    dump = folder / name
    if key:
        dump = scratch / name
        with dump.open("wb") as plain:
            for piece in parts.read(folder / name, key):
                plain.write(piece)
    database.read_in(dump, url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return database.counts(connection)


def _read_files(
    folder: Path, said: Mapping[str, Any], key: bytes | None, *, keep: bool
) -> tuple[int, list[str]]:
    """Compare every file with its checksum; with `keep` put it in its place. How many, and what is wrong."""
    folders = {each.name: each.path for each in provided(Folder)}
    wanted, number, faults = dict(said["stored"]), 0, []
    stream = BufferedReader(_Joined(parts.read(folder / FILES, key)))
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            content = cast("Any", tar.extractfile(entry)).read()
            kind, _, name = entry.name.partition("/")
            number += 1
            if (
                kind == "stored"
                and name in wanted
                and hashlib.sha256(content).hexdigest() != wanted.pop(name)
            ):
                faults.append(f"file {name}: its bytes are not those its row speaks of")
            if keep and kind == "stored":
                put(name, content)
            elif keep and kind in folders:
                target = folders[kind]()
                target.mkdir(parents=True, exist_ok=True)
                (target / Path(name).name).write_bytes(content)
    faults += [f"file {name} is not in the backup" for name in wanted]
    return number, faults


class _Joined(RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]):
        self.pieces, self.rest = pieces, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`, and say how far."""
        while not self.rest:
            piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.rest = piece
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size
