"""Checks of what is stored: each as a run, how many rows broke which rule, and which rows these were."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from sims.database import Base, one_of
from sims.runs import STATUSES, Run

OPEN = sa.text("status IN ('pending', 'running')")


class Check(Run, Base):
    """One look at every stored row, asking every rule. `position` holds the place of the record that is being read and the last
    row of it (`checking.place`)."""

    __tablename__ = "validation_check"
    __table_args__ = (
        one_of("status", "status", STATUSES),
        sa.Index("ix_validation_check_ended", "finished_at", "id"),
        sa.Index("ix_validation_check_open", "id", postgresql_where=OPEN, sqlite_where=OPEN),
    )


class Count(Base):
    """How many rows broke a rule when they were checked; a year of these is the trend."""

    __tablename__ = "validation_count"
    __table_args__ = (sa.UniqueConstraint("check_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(sa.ForeignKey("validation_check.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(100))
    number: Mapped[int]


class Finding(Base):
    """A row that broke a rule; only those of the last check are kept."""

    __tablename__ = "validation_finding"
    __table_args__ = (sa.Index("ix_validation_finding_code", "check_id", "code", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(sa.ForeignKey("validation_check.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(100))
    row_id: Mapped[int]
