"""Making a backup, and keeping the newest few."""

import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from flask import current_app

from sims.backup import database, parts
from sims.clock import now
from sims.contracts import Folder
from sims.files.place import get
from sims.files.table import File, small
from sims.jobs import repeatable
from sims.plugin import provided

FILES = "files.tar"
FORMAT = 1


@dataclass(frozen=True)
class Made:
    """A backup: its folder, how many rows and files, their bytes on the disk, and files that were gone already."""

    folder: Path
    rows: int
    files: int
    size: int
    missing: tuple[str, ...]


def place() -> Path:
    """Where backups go: BACKUP_DIR, or `backups` in the instance's folder."""
    given = current_app.config["BACKUP_DIR"]
    return Path(given) if given else Path(current_app.config["INSTANCE"]) / "backups"


def make() -> Made:
    """Make a backup; its folder appears only when it is whole. Raises `OSError` (a full disk), `database.Failed`."""
    key = parts.key_of(current_app.config["BACKUP_KEY"])
    name = now().astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder = place() / f"{name}.part"
    folder.mkdir(parents=True)
    try:
        with database.moment() as connection:
            dump = database.NAMES[connection.dialect.name]
            with parts.written(folder / dump, key) as into:
                database.copy_out(connection, folder, into)
            stored = list(connection.execute(sa.select(File.token, File.sha256, File.width)))
            with parts.written(folder / FILES, key) as into:
                number, missing = _pack(stored, into)
            counts = database.counts(connection)
            said = {
                "format": FORMAT,
                "made_at": now().isoformat(),
                "database": connection.dialect.name,
                "revisions": sorted(MigrationContext.configure(connection).get_current_heads()),
                "encrypted": key is not None,
                "tables": counts,
                "stored": {token: sha256 for token, sha256, _ in stored if token not in missing},
                "missing": missing,
                "files": {each: parts.digest(folder / each) for each in (dump, FILES)},
            }
        parts.write_manifest(folder, said, key)
        whole = folder.rename(folder.with_suffix(""))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    size = sum(entry.stat().st_size for entry in whole.iterdir())
    return Made(whole, sum(rows for rows, _ in counts.values()), number, size, tuple(missing))


def all_made(folder: Path | None = None) -> list[Path]:
    """Every whole backup in a folder (that of BACKUP_DIR), the oldest first."""
    found = (folder or place()).glob(f"*/{parts.MANIFEST}")
    return sorted(entry.parent for entry in found if entry.parent.suffix != ".part")


def thin_out() -> list[Path]:
    """Delete all but the newest BACKUP_KEEP backups (0: none is deleted), and what killed ones left; gives what went."""
    keep = current_app.config["BACKUP_KEEP"]
    old = all_made()[:-keep] if keep else []
    left = [
        entry
        for entry in place().glob("*.part")
        if entry.stat().st_mtime < now().timestamp() - 86400
    ]
    for folder in (*old, *left):
        shutil.rmtree(folder)
    return [*old, *left]


@repeatable
def nightly() -> str:
    """Schedule: make a backup where BACKUP_NIGHTLY says so, and delete the oldest; its folder."""
    if not current_app.config["BACKUP_NIGHTLY"]:
        return ""
    made = make()
    thin_out()
    return str(made.folder)


def _pack(stored: list[Any], into: IO[bytes]) -> tuple[int, list[str]]:
    """Write the files (and thumbnails) of these rows, and of the folders plugins name, as a tar; how many, and which
    files were gone already."""
    number, missing = 0, []
    with tarfile.open(fileobj=into, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for token, _, width in stored:
            for name in (token, small(token)) if width else (token,):
                try:
                    content = b"".join(get(name))
                except FileNotFoundError:
                    missing += [token] if name == token else []
                    continue
                _add(tar, f"stored/{name}", content)
                number += 1
        for kept in provided(Folder):
            for path in sorted(_of(kept.path())):
                _add(tar, f"{kept.name}/{path.name}", path.read_bytes())
                number += 1
    return number, missing


def _of(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (
            path
            for path in folder.iterdir()
            if path.is_file() and path.suffix not in (".part", ".lock")
        )


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(content), int(datetime.now(UTC).timestamp())
    tar.addfile(entry, BytesIO(content))
