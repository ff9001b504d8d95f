"""The tables of notifications and of what people want to be told."""

from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from sims.clock import now
from sims.database import Base, Stamped, one_of, person

CHANNELS = ("in_app", "email")
EMAIL_MODES = ("at_once", "digest", "off")
DIGEST_HOUR = 7


class Notification(Base):
    """One person is told of one event through one channel. `link` is a path of SIMS; where it is empty,
    `table` and `row_id` say what it is about. `dedupe` is the event's own name: nobody is told twice; the mail about
    an event has the same one. A mail waits until `scheduled_for`, alone or (`digest`) with the others of that day.
    `gathering` names the act of many rows that is still going on: until it ends, nobody sees this. `count` is of how
    many rows it speaks.
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
        sa.Index(
            "ix_notifications_due",
            "scheduled_for",
            postgresql_where=sa.text("sent_at IS NULL AND channel = 'email'"),
            sqlite_where=sa.text("sent_at IS NULL AND channel = 'email'"),
        ),
        sa.Index(
            "ix_notifications_gathering",
            "gathering",
            postgresql_where=sa.text("gathering IS NOT NULL"),
            sqlite_where=sa.text("gathering IS NOT NULL"),
        ),
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
    gathering: Mapped[str | None] = mapped_column(sa.String(120))
    count: Mapped[int] = mapped_column(sa.Integer, default=1)
    digest: Mapped[bool] = mapped_column(default=False)
    scheduled_for: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class NotificationSetting(Stamped, Base):
    """When one person wants mail, by the hospital's clock. Between `quiet_from` and `quiet_until` none is sent."""

    __tablename__ = "notifications_setting"
    __table_args__ = (
        sa.CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour"),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet"),
        sa.UniqueConstraint("person_id"),
    )

    person_id: Mapped[int] = person()
    digest: Mapped[bool] = mapped_column(default=True)
    digest_hour: Mapped[int] = mapped_column(sa.Integer, default=DIGEST_HOUR)
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]


class NotificationReminder(Base):
    """The reviewer was told that a row has waited for so many `days`, since it was submitted at `since`."""

    __tablename__ = "notifications_reminder"
    __table_args__ = (sa.UniqueConstraint("table", "row_id", "since", "days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    table: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int]
    since: Mapped[datetime]
    days: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(default=now)


class NotificationBacklog(Base):
    """Too much waits for this reviewer; they and the office were told. The row goes when it is less again."""

    __tablename__ = "notifications_backlog"
    __table_args__ = (sa.UniqueConstraint("person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = person()
    created_at: Mapped[datetime] = mapped_column(default=now)


class NotificationPreference(Stamped, Base):
    """How one person wants to be told of one kind of event; without a row, as the kind itself says."""

    __tablename__ = "notifications_notificationpreference"
    __table_args__ = (
        one_of("email", "email", EMAIL_MODES),
        sa.UniqueConstraint("person_id", "kind"),
    )

    person_id: Mapped[int] = person()
    kind: Mapped[str] = mapped_column(sa.String(64))
    in_app: Mapped[bool] = mapped_column(default=True)
    email: Mapped[str] = mapped_column(sa.String(10), default="at_once")
