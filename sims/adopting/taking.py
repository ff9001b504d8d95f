"""Taking rows over: some thousand to a transaction, each going on behind the last one taken.

A row that the database refuses, or that can't be read, is left behind and named; one that breaks a rule of today's is taken,
as it is a record of what was, and named, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy_continuum import Operation, version_class

from sims import rules
from sims.adopting.old import Old, Row
from sims.contracts import Adopted, Record
from sims.database import commit, db
from sims.plugin import provided
from sims.versioning import is_versioned, record_history, transaction_model

CHUNK = 1000


class Fault(NamedTuple):
    """A row of the old database, and what is wrong with it; `left` where it was not taken."""

    table: str
    id: int
    says: str
    left: bool


@dataclass
class Taken:
    """What became of one table: rows there, taken in this run, here already, and the faults found."""

    source: str
    there: int = 0
    taken: int = 0
    before: int = 0
    faults: list[Fault] = field(default_factory=list)


def adopted() -> tuple[Adopted, ...]:
    """What the plugins take over, in dependency order."""
    return provided(Adopted)


def take(old: Old, *, keep: bool = True) -> Iterator[Taken]:
    """Take every table over; gives what became of each. Without `keep` nothing stays: everything is done and rolled back."""
    for kind in adopted():
        if kind.source not in old.tables:
            continue
        done = Taken(kind.source, there=old.count(kind.source))
        if kind.same:
            _take_known(kind, old, done)
        else:
            _take_own(kind, old, done, keep)
        if keep:
            commit()
        yield done
    if keep:
        _set_sequences()
        commit()
    else:
        db.session.rollback()


def converted(kind: Adopted, row: Row, old: Old) -> dict[str, Any] | None:
    """The columns of the new row, its id among them; None where nothing becomes of it. Raises `ValueError` with words."""
    values = kind.values(row, old)
    if values is None:
        return None
    return dict(values) if kind.same else {"id": row["id"], **values}


def _take_known(kind: Adopted, old: Old, done: Taken) -> None:
    """Rows that may be here already under another id; of small tables."""
    assert kind.same is not None
    known = old.ids.setdefault(kind.source, {})
    for number, row in old.all(kind.source).items():
        try:
            values = converted(kind, row, old)
        except ValueError as error:
            done.faults.append(Fault(kind.source, number, str(error), left=True))
            continue
        if values is None:
            continue
        there = kind.same(values)
        if there is None:
            (there,) = _insert(kind, [values], done)
            if there is None:
                continue
            done.taken += 1
        else:
            done.before += 1
        known[number] = there


def _take_own(kind: Adopted, old: Old, done: Taken, keep: bool) -> None:
    """First all rows without what points to rows of the same table (a PG's supervisor may come later), then that, and
    their history."""
    table = kind.model.__table__
    links = [column.name for column in table.c if column.references(table.c.id)]
    if kind.apart:
        done.before = sum(1 for _ in kind.apart.here())
        last: int | None = kind.apart.last()
    else:
        done.before = db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        last = db.session.scalar(sa.select(sa.func.max(table.c.id)))
    for rows in _chunks(kind, old, last):
        ready = list(_ready(kind, old, rows, done))
        bare = [{n: v for n, v in row.items() if n not in links} for row in ready]
        done.taken += sum(number is not None for number in _insert(kind, bare, done))
        if keep:
            commit()
    if not is_versioned(kind.model):
        return
    told = sa.select(sa.func.max(version_class(kind.model).__table__.c.id))
    for rows in _chunks(kind, old, db.session.scalar(told)):
        ready = list(_ready(kind, old, rows, None))
        there = set(values_here(kind, [row["id"] for row in ready]))
        for name in links:
            pointing = [
                {"row": r["id"], "to": r[name]} for r in ready if r["id"] in there and r.get(name)
            ]
            if pointing:
                change = sa.update(table).where(table.c.id == sa.bindparam("row"))
                db.session.connection().execute(change.values({name: sa.bindparam("to")}), pointing)
        ids = sorted(there)
        _history(kind, old, ids)
        _ask(kind, ids, done)
        if keep:
            commit()
            db.session.expunge_all()


def _chunks(kind: Adopted, old: Old, after: int | None) -> Iterator[list[Row]]:
    last = after or 0
    while rows := old.rows(kind.source, last, CHUNK):
        yield rows
        last = rows[-1]["id"]


def _ready(
    kind: Adopted, old: Old, rows: list[Row], done: Taken | None
) -> Iterator[dict[str, Any]]:
    """The new rows; those that can't be read are named in `done`."""
    for row in rows:
        try:
            values = converted(kind, row, old)
        except ValueError as error:
            if done is not None:
                done.faults.append(Fault(kind.source, row["id"], str(error), left=True))
            continue
        if values is not None:
            yield values


def _insert(kind: Adopted, rows: list[dict[str, Any]], done: Taken) -> list[int | None]:
    """Insert rows; where the database refuses one of them, each by itself. Their ids; None for one that was refused."""
    if not kind.same:
        try:
            with db.session.begin_nested():
                return _put(kind, rows)
        except sa.exc.StatementError:
            pass
    ids: list[int | None] = []
    for row in rows:
        try:
            with db.session.begin_nested():
                ids += _put(kind, [row])
        except sa.exc.StatementError as error:
            says = str(error.orig).strip().splitlines()[0]
            done.faults.append(Fault(kind.source, row.get("id", 0), says, left=True))
            ids.append(None)
    return ids


def _put(kind: Adopted, rows: list[dict[str, Any]]) -> list[int | None]:
    """Insert rows, or none of them; their ids, which are the old ones but of a kind with `same`."""
    table = kind.model.__table__
    if kind.same:
        made = sa.insert(table).returning(table.c.id)
        return [db.session.execute(made.values(row)).scalar_one() for row in rows]
    if kind.apart:
        kind.apart.add(rows)
    else:
        for alike in _alike(rows):
            db.session.execute(sa.insert(table), alike)
    return [row["id"] for row in rows]


def _alike(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows with the same columns together: a statement has one list of them."""
    found: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(frozenset(row), []).append(row)
    yield from found.values()


def _history(kind: Adopted, old: Old, ids: list[int]) -> None:
    """The versions the old history has of these rows, each with who and when; then what they are now."""
    if not ids or not is_versioned(kind.model):
        return
    had = bool(kind.history) and kind.history in old.tables
    if had:
        history = version_class(kind.model).__table__
        rows = old.history(kind.history, ids)
        made = [
            {"issued_at": row["history_date"], "actor_id": row.get("history_user_id")}
            for row in rows
        ]
        numbers = []
        for one in made:
            inserted = sa.insert(transaction_model()).values(one).returning(transaction_model().id)
            numbers.append(db.session.scalar(inserted))
        versions: list[dict[str, Any]] = []
        for place, row in enumerate(rows):
            try:
                said = converted(kind, row, old) or {}
            except ValueError:
                continue
            values = {name: value for name, value in said.items() if name in history.c}
            following = place + 1 < len(rows) and rows[place + 1]["id"] == row["id"]
            sign = {"+": Operation.INSERT, "-": Operation.DELETE}
            versions.append(
                values
                | {
                    "transaction_id": numbers[place],
                    "end_transaction_id": numbers[place + 1] if following else None,
                    "operation_type": sign.get(row["history_type"], Operation.UPDATE),
                }
            )
        for alike in _alike(versions):
            db.session.execute(sa.insert(history), alike)
    record_history(kind.model, ids, created=not had)


def _ask(kind: Adopted, ids: list[int], done: Taken) -> None:
    """Name the rows that break a rule."""
    record = next((each for each in provided(Record) if each.model is kind.model), None)
    if record is None or not record.rules:
        return
    query = sa.select(record.model).where(record.model.id.in_(ids)).order_by(record.model.id)
    for row in db.session.scalars(query.options(*record.load)).unique():
        for problem in rules.broken(record, row, stage="save"):
            done.faults.append(Fault(kind.source, row.id, problem.message, left=False))


def _set_sequences() -> None:
    """New rows get ids behind the adopted ones."""
    if db.engine.dialect.name != "postgresql":
        return
    for kind in adopted():
        name = kind.model.__table__.name
        sequence = db.session.scalar(sa.select(sa.func.pg_get_serial_sequence(name, "id")))
        last = db.session.scalar(sa.select(sa.func.max(kind.model.id)))
        if sequence and last:
            db.session.execute(sa.select(sa.func.setval(sequence, last)))


def values_here(kind: Adopted, ids: list[int]) -> Mapping[int, Mapping[str, Any]]:
    """What these rows say here."""
    table = kind.model.__table__
    query = sa.select(table).where(table.c.id.in_(ids))
    return {row["id"]: dict(row) for row in db.session.execute(query).mappings()}
