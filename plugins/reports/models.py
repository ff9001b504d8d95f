"""The tables of saved reports, their schedules and recipients, of runs and of the rows each was made from."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.users.models import ROLES, User
from sims.database import Base, Editable, one_of, person
from sims.runs import STATUSES, Run

FORMATS = ("pdf", "xlsx", "csv")
PAPERS = ("a4", "us-letter")
RESULTS = ("", "completed", "failed", "refused")


class ReportConfig(Editable, Base):
    """A report under a name. `kind` is a report's name, or "rows:<record>" for one somebody built from a record.

    `options` hold what it was asked for: filters, columns, group, sort, the answers to its own questions, the person it is
    about. `shared_with` is the role that may use it too; each sees in it only what they see anyway.
    """

    __tablename__ = "reports_reportconfig"
    __table_args__ = (
        one_of("format", "format", FORMATS),
        one_of("paper", "paper", PAPERS),
        one_of("shared_with", "shared_with", ("", *ROLES)),
        sa.UniqueConstraint("owner_id", "name"),
        sa.Index("ix_reports_config_shared", "shared_with", "name"),
    )

    owner_id: Mapped[int] = person()
    name: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(80))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    format: Mapped[str] = mapped_column(sa.String(10), default="pdf")
    paper: Mapped[str] = mapped_column(sa.String(10), default="a4")
    shared_with: Mapped[str] = mapped_column(sa.String(20), default="")

    owner: Mapped[User] = relationship(foreign_keys="ReportConfig.owner_id", lazy="raise")


class ScheduledReport(Editable, Base):
    """A configuration run by the clock, with its owner's permissions. `cron` is read in `timezone`.

    `failures` counts those since it last worked; after three it is paused. `last_result` and `last_words` say what came
    of the last run.
    """

    __tablename__ = "reports_scheduledreport"
    __table_args__ = (
        one_of("last_result", "last_result", RESULTS),
        sa.Index("ix_reports_schedule_owner", "owner_id", "id"),
        sa.Index(
            "ix_reports_schedule_due",
            "next_run_at",
            postgresql_where=sa.text("is_active"),
            sqlite_where=sa.text("is_active"),
        ),
    )

    owner_id: Mapped[int] = person()
    config_id: Mapped[int] = mapped_column(
        sa.ForeignKey("reports_reportconfig.id", ondelete="RESTRICT"), index=True
    )
    cron: Mapped[str] = mapped_column(sa.String(120))
    timezone: Mapped[str] = mapped_column(sa.String(64))
    is_active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_result: Mapped[str] = mapped_column(sa.String(20), default="")
    last_words: Mapped[str] = mapped_column(default="")
    last_run_at: Mapped[datetime | None]
    next_run_at: Mapped[datetime | None]

    owner: Mapped[User] = relationship(foreign_keys="ScheduledReport.owner_id", lazy="raise")
    config: Mapped[ReportConfig] = relationship(lazy="raise")
    recipients: Mapped[list["Recipient"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Recipient.id"
    )


class Recipient(Base):
    """Who is told when a scheduled report is ready, and may read it as far as they see every row in it."""

    __tablename__ = "reports_recipient"
    __table_args__ = (sa.UniqueConstraint("schedule_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int] = mapped_column(
        sa.ForeignKey("reports_scheduledreport.id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = person(index=True)

    person: Mapped[User] = relationship(foreign_keys="Recipient.person_id", lazy="raise")


class ReportRun(Run, Base):
    """One making of a paper, as the person who asked for it (`user_id`). `options` are those of the moment it was asked.

    `as_of` is the moment whose data it shows, `token` the file in the store, `kept_until` when both go.
    """

    __tablename__ = "reports_reportrun"
    __table_args__ = (
        one_of("status", "status", STATUSES),
        one_of("format", "format", FORMATS),
        one_of("paper", "paper", PAPERS),
        sa.Index("ix_reports_run_user", "user_id", "created_at", "id"),
        sa.Index("ix_reports_run_created", "created_at", "id"),
        sa.Index("ix_reports_run_kept", "kept_until"),
        sa.Index(
            "ix_reports_run_open",
            "id",
            postgresql_where=sa.text("status IN ('pending', 'running')"),
            sqlite_where=sa.text("status IN ('pending', 'running')"),
        ),
    )

    kind: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(300))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    format: Mapped[str] = mapped_column(sa.String(10))
    paper: Mapped[str] = mapped_column(sa.String(10), default="a4")
    config_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("reports_reportconfig.id", ondelete="SET NULL"), index=True
    )
    schedule_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("reports_scheduledreport.id", ondelete="SET NULL"), index=True
    )
    token: Mapped[str] = mapped_column(sa.String(64), default="")
    as_of: Mapped[datetime | None]
    kept_until: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys="ReportRun.user_id", lazy="raise")


class Drawn(Base):
    """The rows of one record that a run was made from: `ids` packed, or nothing where there were too many to keep, which
    only who sees every row of the record may read."""

    __tablename__ = "reports_drawn"
    __table_args__ = (sa.UniqueConstraint("run_id", "record"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("reports_reportrun.id", ondelete="CASCADE"))
    record: Mapped[str] = mapped_column(sa.String(64))
    count: Mapped[int]
    ids: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
