"""The tables of bulk operations, of what became of each row, and of the columns people matched."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.users.models import User
from sims.database import Base, Stamped, one_of, person
from sims.runs import STATUSES, Run

OPERATIONS = ("import", "check", "review", "assignment", "archive", "undo")
ITEM_STATUSES = ("waiting", "done", "skipped", "refused", "undone")
MOST_DETAILS = 500
"""Faults kept in `error_details`, for a first look; every one stands in the items."""


class BulkOperation(Run, Base):
    """One act on many rows. `act` is what is done: an import's name, a transition's or a bulk act's.

    `record_type` is the record's name. `source_*` is the file of an import and its check. `error_details` are the
    first faults, each with row, column, value and message. `follows_id` is the operation an undo takes back, or the
    check an import follows.
    """

    __tablename__ = "bulk_bulkoperation"
    __table_args__ = (
        one_of("operation", "operation", OPERATIONS),
        one_of("status", "status", ("draft", *STATUSES)),
        sa.Index("ix_bulk_operation_user", "user_id", "created_at", "id"),
        sa.Index("ix_bulk_operation_created", "created_at", "id"),
        sa.Index("ix_bulk_operation_source", "source_sha256", "act"),
        sa.Index(
            "ix_bulk_operation_open",
            "id",
            postgresql_where=sa.text("status IN ('pending', 'running')"),
            sqlite_where=sa.text("status IN ('pending', 'running')"),
        ),
        sa.Index(
            "uq_bulk_operation_same_file",
            "act",
            "source_sha256",
            unique=True,
            postgresql_where=sa.text("operation = 'import' AND status IN ('pending', 'running')"),
            sqlite_where=sa.text("operation = 'import' AND status IN ('pending', 'running')"),
        ),
        sa.Index(
            "uq_bulk_operation_follows",
            "follows_id",
            "operation",
            unique=True,
            postgresql_where=sa.text("status IN ('pending', 'running', 'completed')"),
            sqlite_where=sa.text("status IN ('pending', 'running', 'completed')"),
        ),
    )

    operation: Mapped[str] = mapped_column(sa.String(20))
    record_type: Mapped[str] = mapped_column(sa.String(64))
    act: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(300))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error_details: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))
    source_name: Mapped[str] = mapped_column(sa.String(255), default="")
    source_token: Mapped[str] = mapped_column(sa.String(64), default="")
    source_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    follows_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("bulk_bulkoperation.id", ondelete="RESTRICT")
    )

    user: Mapped[User] = relationship(foreign_keys="BulkOperation.user_id", lazy="raise")


class BulkItem(Base):
    """What became of one row. `number` is its line in the file, or its place in the selection.

    `row_id` is the row, `version` the one it had when the operation was done with it, `before` what an undo needs
    besides; `problems` are what was said of it, each with column, value, message and severity.
    """

    __tablename__ = "bulk_bulkitem"
    __table_args__ = (
        one_of("status", "status", ITEM_STATUSES),
        sa.UniqueConstraint("operation_id", "number"),
        sa.Index("ix_bulk_item_status", "operation_id", "status", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("bulk_bulkoperation.id", ondelete="CASCADE")
    )
    number: Mapped[int] = mapped_column(sa.Integer)
    status: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    row_id: Mapped[int | None]
    version: Mapped[int | None] = mapped_column(sa.Integer)
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))


class BulkMatching(Stamped, Base):
    """Which heading of a file means which column, as somebody said for files of these headings."""

    __tablename__ = "bulk_bulkmatching"
    __table_args__ = (sa.UniqueConstraint("act", "headings"),)

    act: Mapped[str] = mapped_column(sa.String(64))
    headings: Mapped[str] = mapped_column(sa.String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person_id: Mapped[int] = person()
