"""History: SQLAlchemy-Continuum writes a version row per change; `core_transaction` says who, when, from where.

Import this before any model. A table is versioned when its model says `__versioned__ = {}`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy_continuum import (
    Operation,
    TransactionFactory,
    make_versioned,
    version_class,
    versioning_manager,
)
from sqlalchemy_continuum.plugins import Plugin
from sqlalchemy_continuum.unit_of_work import UnitOfWork
from sqlalchemy_continuum.utils import is_modified_or_deleted

from sims import actor, written
from sims.clock import now
from sims.database import Base, db

LONGEST_NAME = 34
"""Beyond this a version table's index name no longer fits PostgreSQL (measured, architecture.md)."""

AT_ONCE = 10_000
"""Rows per statement: a statement takes only so many parameters (SQLite 32,766, PostgreSQL 65,535)."""


class _WhoAndWhere(Plugin):
    def transaction_args(self, uow: object, session: object) -> dict[str, object]:
        return {
            "actor_id": actor.current_id(),
            "remote_addr": actor.remote_addr(),
            "request_id": actor.request_id(),
        }


class _CoreTransaction(TransactionFactory):
    """Our transaction table: a plain `actor_id`, so that history outlives whatever it names."""

    def create_class(self, manager: object) -> type:
        class Transaction(Base):
            __tablename__ = "core_transaction"
            __versioning_manager__ = manager

            id: Mapped[int] = mapped_column(primary_key=True)
            issued_at: Mapped[datetime] = mapped_column(default=now, index=True)
            actor_id: Mapped[int | None] = mapped_column(index=True)
            remote_addr: Mapped[str | None] = mapped_column(sa.String(50))
            request_id: Mapped[str | None] = mapped_column(sa.String(64))

        return Transaction


class _UnitOfWork(UnitOfWork):
    def is_modified(self, session: Session) -> bool:
        """Whether this flush changes versioned rows: asked of those that are pending, not of every row there is.

        Continuum asks every row of the session before each flush, so that a hundred new rows cost ten thousand
        looks (measured: 200 rotations in 15 s; so, in 2).
        """
        if self.current_transaction and self.version_session:
            return True
        pending = (*session.new, *session.dirty, *session.deleted)
        return any(is_versioned(type(row)) and is_modified_or_deleted(row) for row in pending)

    def update_version_validity(self, parent: object, version_obj: Any) -> None:
        """End the version before this one. A new row has none: looking for it took half the time of an import
        (measured: 1,000 people in 5.3 s; without it, in 2.8)."""
        if version_obj.operation_type != Operation.INSERT:
            super().update_version_validity(parent, version_obj)


versioning_manager.uow_class = _UnitOfWork
versioning_manager.transaction_cls = _CoreTransaction()
make_versioned(user_cls=None, plugins=[_WhoAndWhere()])


def transaction_model() -> type[Any]:
    """The mapped class of `core_transaction`; there once the mappers are configured."""
    return versioning_manager.transaction_cls


def is_versioned(model: type[Any]) -> bool:
    """Whether SIMS keeps the history of this model's rows."""
    return hasattr(model, "__versioned__")


def index_link(model: type[Any], link: str) -> None:
    """Index the versions of `model` by the row they belong to, so that a row's history finds its parts'."""
    table = version_class(model).__table__
    name = f"ix_{table.name}_{link}"
    if name not in {index.name for index in table.indexes}:
        sa.Index(name, table.c[link])


def record_history(
    model: type[Any],
    ids: Sequence[int],
    *,
    created: bool = False,
    transaction_id: int | None = None,
) -> int | None:
    """Write the version rows the session would have written, after a bulk statement changed these rows.

    Call it in the same transaction, after the statement, once per statement. `created` says the rows are
    new. One transaction row serves all of them; its id is returned, or None where there are no rows;
    `transaction_id` takes one that is there already, for the parts of the same rows. Costs
    two statements for every 10,000 rows (5,000 rows in 0.14 s where the session took 17 s, architecture.md).
    """
    if not ids:
        return None
    written.note(model, ids)
    table, history = model.__table__, version_class(model).__table__
    if transaction_id is None:
        transaction = transaction_model()(**_WhoAndWhere().transaction_args(None, None))
        db.session.add(transaction)
        db.session.flush()
        transaction_id = int(transaction.id)
    shared = [column.name for column in table.columns if column.name in history.c]
    operation = Operation.INSERT if created else Operation.UPDATE
    for start in range(0, len(ids), AT_ONCE):
        chosen = ids[start : start + AT_ONCE]
        if not created:
            db.session.execute(
                sa.update(history)
                .where(history.c.id.in_(chosen), history.c.end_transaction_id.is_(None))
                .values(end_transaction_id=transaction_id)
            )
        now_there = sa.select(
            *(table.c[name] for name in shared), sa.literal(transaction_id), sa.literal(operation)
        ).where(table.c.id.in_(chosen))
        db.session.execute(
            sa.insert(history).from_select([*shared, "transaction_id", "operation_type"], now_there)
        )
    return transaction_id


def next_transaction() -> None:
    """From here on history names a new transaction, though the database's own goes on.

    For thousands of rows in one transaction: the session and Continuum let go of the rows so far, which would
    otherwise be looked at again with every flush. What is pending is flushed first.
    """
    db.session.flush()
    versioning_manager.unit_of_work(db.session()).reset()
    db.session.expunge_all()
