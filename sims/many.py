"""Making thousands of rows at once, with the rules, the history and the events that each would have had alone.

The session takes some milliseconds for a row with its history; these are bulk statements (COPY on PostgreSQL) and a
few microseconds. Imports of large files are the reason for it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import manager_of_class as class_manager

from sims import guards, rules, versioning
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Record
from sims.database import db
from sims.errors import Problem
from sims.events import Created, publish_many
from sims.records import about

CHUNK = 5000

T = TypeVar("T")


def draft(model: type[T], values: Mapping[str, Any]) -> T:
    """An instance that will be in no session: `values` (attribute → value), and the columns' defaults for the rest.

    Rules and labels read it as any other; what the session would note of every change is not noted.
    """
    plain, made = _defaults(sa.inspect(model))
    row = class_manager(model).new_instance()
    state = vars(row)
    state.update(plain)
    state.update(values)
    for name, make in made:
        if state[name] is None:
            state[name] = make(None)
    return row


def create(
    record: Record, rows: Sequence[Any], *, actor: Actor, stage: str = "save"
) -> list[tuple[Problem, ...]]:
    """Make new rows as `records.create` makes one; returns what the rules say of each, in their order.

    `rows` are instances that `draft` has made, their parts in their relationships. Those that break
    a rule of severity error are left out and get no id; the others have theirs afterwards and stay out of the
    session. Whether `actor` may make them is for the caller to have asked. `stage` as in `rules.broken`.
    """
    moment = now()
    for row in rows:
        state = vars(row)
        state["created_at"] = state["updated_at"] = moment
        state["created_by_id"] = actor.id
        if record.workflow and state["status"] is None:
            state["status"] = record.workflow.statuses[0].name
    said = [(*rules.broken(record, row, stage=stage), *guards.look(record, row)) for row in rows]
    fine = [
        row
        for row, problems in zip(rows, said, strict=True)
        if not any(problem.severity == "error" for problem in problems)
    ]
    if not fine:
        return said
    transaction = _store(record.model, fine, None)
    for part in record.parts:
        pieces = []
        for row in fine:
            for piece in vars(row).get(part.name, ()):
                vars(piece)[part.link] = row.id
                pieces.append(piece)
        if pieces:
            _store(part.model, pieces, transaction)
    publish_many([Created(**about(record, row, actor)) for row in fine])
    return said


def insert(table: sa.Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values, in the order of the columns called `names`: COPY on PostgreSQL."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        source = iter(rows)
        while part := [dict(zip(names, row, strict=True)) for row in islice(source, CHUNK)]:
            connection.execute(sa.insert(table), part)
        return
    listed = ", ".join(f'"{name}"' for name in names)
    encoded = [place for place, name in enumerate(names) if isinstance(table.c[name].type, sa.JSON)]
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy,
    ):
        for row in rows:
            if encoded:
                values = list(row)
                for place in encoded:
                    if values[place] is not None:
                        values[place] = json.dumps(values[place])
                copy.write_row(values)
            else:
                copy.write_row(row)


def _store(model: type[Any], rows: Sequence[Any], transaction: int | None) -> int | None:
    """Insert instances with ids of their own and their history; returns the id of the history's transaction."""
    table = model.__table__
    attributes = [(entry.key, entry.columns[0].name) for entry in sa.inspect(model).column_attrs]
    ids = _ids(table, len(rows))
    for row, row_id in zip(rows, ids, strict=True):
        vars(row)["id"] = row_id
    keys = [key for key, _ in attributes]
    values = ([state.get(key) for key in keys] for state in map(vars, rows))
    insert(table, [name for _, name in attributes], values)
    if not versioning.is_versioned(model):
        return transaction
    return versioning.record_history(model, ids, created=True, transaction_id=transaction)


def _ids(table: sa.Table, count: int) -> list[int]:
    """New ids, in order; on PostgreSQL from the table's sequence, so that nobody else gets them."""
    if (
        db.engine.dialect.name != "postgresql"
    ):  # one writer: what is highest now stays so until the commit
        highest = db.session.scalar(sa.select(sa.func.max(table.c.id))) or 0
        return list(range(highest + 1, highest + 1 + count))
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    numbers = sa.func.generate_series(1, count).table_valued()
    query = sa.select(sa.func.nextval(sequence.op("::")(sa.text("regclass")))).select_from(numbers)
    return sorted(db.session.scalars(query))


@cache
def _defaults(
    mapper: Mapper[Any],
) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[Any], Any]], ...]]:
    """What every column starts with, and the columns for which a function makes that anew each time."""
    plain: dict[str, Any] = {}
    made = []
    for attribute in mapper.column_attrs:
        default = attribute.columns[0].default
        plain[attribute.key] = None
        if isinstance(default, sa.ColumnDefault) and default.is_scalar:
            plain[attribute.key] = default.arg
        elif isinstance(default, sa.ColumnDefault) and default.is_callable:
            made.append((attribute.key, default.arg))
    return plain, tuple(made)
