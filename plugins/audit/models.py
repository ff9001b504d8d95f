"""The activity log, and where each of its lanes has come to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.users.models import User
from sims.clock import now
from sims.database import Base, person


class ActivityLog(Base):
    """One act. `action` is one of a few words to filter by, `verb` says it more exactly, `details` (in the database:
    `metadata`) hold what else the event said. `sequence` counts within the lane; `previous_hash` is the hash of the entry before it.
    Append-only: PostgreSQL refuses changes, and `flask audit verify` finds them.
    """

    __tablename__ = "audit_activitylog"
    __table_args__ = (
        sa.UniqueConstraint("lane", "sequence"),
        sa.Index("idx_activity_log_user_action", "user_id", "action", sa.text("created_at DESC")),
        sa.Index("ix_activity_log_target", "target_table", "target_id", "id"),
        sa.Index("ix_activity_log_created", "created_at", "id"),
        sa.Index("ix_activity_log_action", "action", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int | None] = person(nullable=True)
    action: Mapped[str] = mapped_column(sa.String(40))
    verb: Mapped[str] = mapped_column(sa.String(200))
    target_table: Mapped[str] = mapped_column(sa.String(64), default="")
    target_id: Mapped[int | None]
    target_text: Mapped[str] = mapped_column(sa.String(300), default="")
    details: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    ip: Mapped[str] = mapped_column(sa.String(50), default="")
    request_id: Mapped[str] = mapped_column(sa.String(64), default="")
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    lane: Mapped[int] = mapped_column(sa.SmallInteger)
    sequence: Mapped[int]
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    user: Mapped[User | None] = relationship(lazy="raise")


class Head(Base):
    """Where a lane has come to: how many entries it has and the hash of the last one. `seal` shows whether somebody
    else wrote here."""

    __tablename__ = "audit_head"

    lane: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(sa.String(64), default="")
    seal: Mapped[str] = mapped_column(sa.String(64), default="")
