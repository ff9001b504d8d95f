"""The tables of notifications and of what people want to be told."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from sims.clock import now
from sims.database import Base, Stamped, one_of, person

CHANNELS = ("in_app", "email")
EMAIL_MODES = ("at_once", "digest", "off")


class Notification(Base):
    """One person is told of one event through one channel. `link` is a path of SIMS; where it is empty,
    `table` and `row_id` say what it is about. `dedupe` is the event's own name: nobody is told twice.
    """

    __tablename__ = "notifications_notification"
    __table_args__ = (
        one_of("channel", "channel", CHANNELS),
        sa.UniqueConstraint("recipient_id", "channel", "dedupe"),
        sa.Index(
            "idx_notifications_unread",
            "recipient_id",
            "is_read",
            sa.text("created_at DESC"),
            postgresql_where=sa.text("is_read = false"),
            sqlite_where=sa.text("is_read = 0"),
        ),
        sa.Index("ix_notifications_recipient", "recipient_id", "channel", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = person()
    actor_id: Mapped[int | None] = person(nullable=True)
    kind: Mapped[str] = mapped_column(sa.String(64))
    verb: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(sa.String(300), default="")
    table: Mapped[str] = mapped_column(sa.String(64), default="")
    row_id: Mapped[int | None]
    dedupe: Mapped[str] = mapped_column(sa.String(120))
    channel: Mapped[str] = mapped_column(sa.String(10), default="in_app")
    is_read: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime | None]
    scheduled_for: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class NotificationPreference(Stamped, Base):
    """How one person wants to be told of one kind of event."""

    __tablename__ = "notifications_notificationpreference"
    __table_args__ = (
        one_of("email", "email", EMAIL_MODES),
        sa.UniqueConstraint("person_id", "kind"),
    )

    person_id: Mapped[int] = person()
    kind: Mapped[str] = mapped_column(sa.String(64))
    in_app: Mapped[bool] = mapped_column(default=True)
    email: Mapped[str] = mapped_column(sa.String(10), default="at_once")
