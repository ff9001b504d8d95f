"""The history of one row, field by field: who changed what, when and from where."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy_continuum import Operation, version_class

from sims import access
from sims import actor as acting
from sims.clock import day_begins
from sims.contracts import OlderVersions, Reasons, Record
from sims.database import PEOPLE, db
from sims.plugin import provided
from sims.versioning import is_versioned, transaction_model
from sims.web.templating import plain_date, text_of

HIDDEN = {"id", "version", "created_at", "updated_at", "created_by_id", "round"}
NOBODY = "—"
WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class FieldChange:
    """One field before and after; `diff` is word by word: `("=" | "-" | "+", text)`."""

    label: str
    old: str
    new: str
    diff: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Change:
    """One transaction that touched the row. `first` says it is the oldest one kept."""

    at: datetime
    actor: str
    remote_addr: str | None
    request_id: str | None
    first: bool
    fields: tuple[FieldChange, ...]
    why: str = ""


def of(record: Record, row: Any, *, older: bool = False) -> list[Change]:
    """Every change of `row` and of its parts, newest first. Costs the same few queries however long it is.
    `older` takes in what was archived."""
    if not is_versioned(record.model):
        return []
    snapshots, transactions = _snapshots(record, row.id, older)
    names = access.rule().names(
        {entry.actor_id for entry in transactions.values() if entry.actor_id}
    )
    titles = _titles(record, [values for _, values in snapshots])
    reasons = {
        request: words
        for kind in provided(Reasons)
        for request, words in kind.of(record.table, row.id).items()
    }
    changes: list[Change] = []
    before: dict[str, str] | None = None
    for transaction_id, values in snapshots:
        shown = {key: _shown(record, key, value, titles) for key, value in values.items()}
        fields = tuple(
            FieldChange(
                record.label_of(key),
                (before or {}).get(key, ""),
                new,
                words(before.get(key, "") if before else "", new),
            )
            for key, new in shown.items()
            if new != (before or {}).get(key, "")
        )
        entry = transactions[transaction_id]
        if fields:
            changes.append(
                Change(
                    at=entry.issued_at,
                    actor=names.get(entry.actor_id, "SIMS"),
                    remote_addr=entry.remote_addr,
                    request_id=entry.request_id,
                    first=before is None,
                    fields=fields,
                    why=reasons.get(entry.request_id or "", ""),
                )
            )
        before = shown
    if record.anonymous and record.anonymous(row, acting.current_id()):
        changes = [kept for change in changes if (kept := nameless(record, change)).fields]
    return changes[::-1]


def nameless(record: Record, change: Change) -> Change:
    """What may be said of a change to who must not learn who wrote the row: when it came to which status."""
    status = tuple(field for field in change.fields if field.label == record.label_of("status"))
    return replace(change, actor=NOBODY, remote_addr=None, request_id=None, fields=status, why="")


def as_on(record: Record, row: Any, day: date) -> list[tuple[str, str]] | None:
    """What `row` said at the end of `day` in the hospital: `(label, text)` of every field that said anything. None
    where there was no such row yet, or its history does not reach back so far."""
    snapshots, transactions = _snapshots(record, row.id, has_older(record, row))
    edge = day_begins(day + timedelta(days=1))
    until = [values for number, values in snapshots if transactions[number].issued_at < edge]
    if not until:
        return None
    titles = _titles(record, until[-1:])
    nameless = record.anonymous and record.anonymous(row, acting.current_id())
    return [
        (record.label_of(key), text)
        for key, value in until[-1].items()
        if (text := _shown(record, key, value, titles)) and (key == "status" or not nameless)
    ]


def has_older(record: Record, row: Any) -> bool:
    """Whether versions of `row` may have been archived."""
    kept = is_versioned(record.model)
    return kept and any(kind.covers(record, row.id) for kind in provided(OlderVersions))


def words(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """What stayed, went and came between two texts, word by word."""
    a, b = WORD.findall(old), WORD.findall(new)
    pieces: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("=", "".join(a[i1:i2])))
        else:
            if i2 > i1:
                pieces.append(("-", "".join(a[i1:i2])))
            if j2 > j1:
                pieces.append(("+", "".join(b[j1:j2])))
    return tuple(pieces)


def _snapshots(
    record: Record, row_id: int, older: bool
) -> tuple[list[tuple[int, dict[str, Any]]], dict[int, Any]]:
    """The row's state after each transaction that touched it or its parts, oldest first."""
    own = _versions(record.model, "id", row_id, older)
    parts = [(part, _versions(part.model, part.link, row_id, older)) for part in record.parts]
    touched = {version.transaction_id for version in own}
    for _, versions in parts:
        for version in versions:
            touched.add(version.transaction_id)
            if version.end_transaction_id:
                touched.add(version.end_transaction_id)
    transaction = transaction_model()
    found = db.session.scalars(sa.select(transaction).where(transaction.id.in_(touched)))
    transactions = {entry.id: entry for entry in found}
    keys = [
        column.key
        for column in sa.inspect(record.model).column_attrs
        if column.key not in HIDDEN and hasattr(version_class(record.model), column.key)
    ]
    snapshots = []
    for transaction_id in sorted(transactions):
        current = [version for version in own if version.transaction_id <= transaction_id]
        if not current:
            continue
        values = {key: getattr(current[-1], key) for key in keys}
        for part, versions in parts:
            live = [v for v in versions if _live(v, transaction_id)]
            values[part.name] = [part.show(v) for v in live]
        snapshots.append((transaction_id, values))
    return snapshots, transactions


def _versions(model: type[Any], link: str, row_id: int, older: bool) -> list[Any]:
    version = version_class(model)
    query = sa.select(version).where(getattr(version, link) == row_id)
    kept = db.session.scalars(query.order_by(version.transaction_id, version.id))
    found = {(each.transaction_id, each.id): each for each in kept}
    for kind in provided(OlderVersions) if older else ():
        found |= {(each.transaction_id, each.id): each for each in kind.read(model, link, row_id)}
    return [found[key] for key in sorted(found)]


def _live(version: Any, transaction_id: int) -> bool:
    return (
        version.transaction_id <= transaction_id
        and (version.end_transaction_id is None or version.end_transaction_id > transaction_id)
        and version.operation_type != Operation.DELETE
    )


def _titles(record: Record, snapshots: Iterable[dict[str, Any]]) -> dict[str, dict[int, str]]:
    """For each foreign key of the record, what people call the rows it ever pointed to."""
    titles: dict[str, dict[int, str]] = {}
    snapshots = list(snapshots)
    people: dict[str, set[int]] = {}
    for column in record.model.__table__.columns:
        for key in column.foreign_keys:
            ids = {values[column.key] for values in snapshots if values.get(column.key)}
            if not ids:
                continue
            table = key.target_fullname.partition(".")[0]
            target = access.record_of(table)
            if key.target_fullname == PEOPLE:
                people[column.key] = ids
            elif target is not None:
                rows = db.session.scalars(
                    sa.select(target.model).where(target.model.id.in_(ids)).options(*target.load)
                )
                titles[column.key] = {row.id: target.title(row) for row in rows}
            else:
                plain = table.partition("_")[2]
                titles[column.key] = {row_id: f"{plain} #{row_id}" for row_id in ids}
    names = access.rule().names(set().union(*people.values()))
    return titles | {
        key: {number: names[number] for number in ids if number in names}
        for key, ids in people.items()
    }


def _shown(record: Record, key: str, value: Any, titles: dict[str, dict[int, str]]) -> str:
    if key in titles and value is not None:
        return titles[key].get(value, f"#{value}")
    if key == "status" and record.workflow and value:
        return record.workflow.status(value).label
    if isinstance(value, date) and not isinstance(value, datetime):
        return plain_date(value)
    return "\n".join(map(text_of, value)) if isinstance(value, list) else text_of(value)
