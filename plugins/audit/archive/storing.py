"""Old history into files, and back.

One file after the other: write, read back, compare with the table, and only then, in one transaction, note the file and
delete exactly its rows. Killed before that transaction, nothing has happened (the next run makes the same file again);
after it, all of it has. Only one runs at a time (`files.alone`); one on another machine, with a folder of its own, finds
its rows gone and leaves them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from flask import current_app

from plugins.audit.archive import files
from plugins.audit.archive.models import Archive
from plugins.audit.archive.tables import Versions, every, identity, named
from sims.clock import now
from sims.database import affected, apart, commit, db
from sims.errors import Conflict
from sims.jobs import repeatable
from sims.versioning import transaction_model

AT_ONCE = 1000
"""Rows deleted, or put back, by one statement."""


@dataclass(frozen=True)
class Put:
    """What became of one file."""

    table: str
    name: str
    rows: int
    size: int


def cut_off(days: int | None = None) -> datetime:
    """What ended before this moment is old: `days` ago, by default AUDIT_KEEP_HISTORY_DAYS."""
    kept = current_app.config["AUDIT_KEEP_HISTORY_DAYS"] if days is None else days
    return now() - timedelta(days=kept)


def waiting(before: datetime) -> Iterator[tuple[str, int]]:
    """Each version table that has old rows, and how many."""
    for versions in every():
        query = sa.select(sa.func.count()).select_from(_old(versions, before).subquery())
        if number := db.session.scalar(query):
            yield versions.name, number


def archive(before: datetime) -> Iterator[Put]:
    """Put all version rows that ended `before` into files, and take them out of their tables; gives each file.

    Raises `OSError` (a full disk), `files.Damaged` (what was written does not read back): then the rows are still there;
    and `Conflict` where somebody else is at it.
    """
    with files.alone():
        for versions in every():
            while put := _next_file(versions, before):
                yield put


@repeatable
def monthly() -> int:
    """Schedule: archive what is old, where AUDIT_ARCHIVE_MONTHLY says so; returns how many rows."""
    if not current_app.config["AUDIT_ARCHIVE_MONTHLY"]:
        return 0
    return sum(put.rows for put in archive(cut_off()))


def restore(one: Archive) -> int:
    """Put the rows of a file back into their table; those that are there and say the same stay. Returns how many
    were put back. Raises `Damaged`, `Conflict` (one that is there says something else), `LookupError`."""
    versions = named(one.table)
    one.check()
    columns = files.manifest(one.name)["columns"]
    back = 0
    found = (versions.row(line, columns) for line in files.lines(one.name))
    while some := list(islice(found, AT_ONCE)):
        there = _there(versions, some)
        missing = [row for row in some if identity(row) not in there]
        for row in some:
            held = there.get(identity(row))
            if held is not None and any(held[name] != value for name, value in row.items()):
                raise Conflict(
                    f"{one.name}: version {identity(row)} is in {one.table} and says something else."
                )
        if missing:
            versions.insert(missing)
            back += len(missing)
    one.state = "restored"
    commit()
    return back


def damaged(one: Archive) -> str:
    """What is wrong with a file, in words; nothing where it is whole."""
    try:
        one.check()
    except files.Damaged as error:
        return str(error)
    return ""


def _old(versions: Versions, before: datetime) -> sa.Select[Any]:
    """The version rows that another one replaced before this moment."""
    ended = transaction_model().__table__
    return (
        versions.held()
        .join(ended, ended.c.id == versions.table.c.end_transaction_id)
        .where(ended.c.issued_at < before)
    )


def _next_file(versions: Versions, before: datetime) -> Put | None:
    """The next file of a table, or None where nothing old is left."""
    order = (versions.key, versions.table.c.id, versions.table.c.transaction_id)
    size = current_app.config["AUDIT_ARCHIVE_ROWS"]
    rows = db.session.execute(_old(versions, before).order_by(*order).limit(size)).all()
    if not rows:
        db.session.rollback()
        return None
    columns = [column.name for column in versions.table.columns]
    digest, _ = files.digest(columns, map(versions.line, rows))
    name = f"{versions.name}-{digest[:24]}.jsonl.gz"
    place = columns.index(versions.key.name)
    said = {
        "table": versions.name, "columns": columns, "rows": len(rows), "digest": digest,
        "first_id": rows[0][place], "last_id": rows[-1][place], "ended_before": before.isoformat(),
    }  # fmt: skip
    sha256, bytes_ = files.write(name, map(versions.line, rows), said)
    files.check(name, sha256=sha256, told=digest, rows=len(rows))
    keys = [(row.id, row.transaction_id) for row in rows]
    with apart():
        _note(name, said, sha256, bytes_, before)
        if _delete(versions, keys) != len(keys):
            db.session.rollback()
            raise Conflict(
                f"Somebody else is archiving {versions.name} just now. Try again when they are done."
            )
    return Put(versions.name, name, len(rows), bytes_)


def _note(name: str, said: dict[str, Any], sha256: str, size: int, before: datetime) -> None:
    """Note the file as archived: a new one, or one that had been restored."""
    known = db.session.scalar(sa.select(Archive).where(Archive.name == name))
    if known is None:
        known = Archive(name=name)
        db.session.add(known)
    for attribute in ("table", "rows", "first_id", "last_id", "digest"):
        setattr(known, attribute, said[attribute])
    known.sha256, known.size, known.ended_before, known.state = sha256, size, before, "archived"
    db.session.flush()


def _delete(versions: Versions, keys: Sequence[tuple[int, int]]) -> int:
    table, gone = versions.table, 0
    pair = sa.tuple_(table.c.id, table.c.transaction_id)
    for start in range(0, len(keys), AT_ONCE):
        gone += affected(sa.delete(table).where(pair.in_(keys[start : start + AT_ONCE])))
    return gone


def _there(versions: Versions, rows: Sequence[dict[str, Any]]) -> dict[tuple[int, int], Any]:
    """Those of these rows that are in the table, by their identity."""
    table = versions.table
    pair = sa.tuple_(table.c.id, table.c.transaction_id)
    query = versions.held().where(pair.in_([identity(row) for row in rows]))
    return {(row["id"], row["transaction_id"]): row for row in db.session.execute(query).mappings()}
