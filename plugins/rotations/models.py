"""The tables of hospitals, disciplines, departments and rotations."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.users.models import User
from sims.database import Base, Editable, Stamped, one_of, person

STATUSES = ("pending", "planned", "ongoing", "completed", "cancelled")
TAKEN = ("planned", "ongoing")
"""The statuses in which a rotation fills a PG's calendar: two of these never overlap."""

NO_OVERLAP = "ex_rotations_rotation_overlap"
"""The constraint by which PostgreSQL itself keeps that."""


class Hospital(Editable, Base):
    """A hospital. `code` is short and unique, for lists and imports."""

    __tablename__ = "rotations_hospital"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        sa.Index("uq_rotations_hospital_code_lower", sa.text("lower(code)"), unique=True),
    )

    name: Mapped[str] = mapped_column(sa.String(200))
    code: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    website: Mapped[str] = mapped_column(sa.String(300), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class Discipline(Editable, Base):
    """What a department is, whatever hospital it is in: Internal Medicine. `code` is short and unique."""

    __tablename__ = "rotations_discipline"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        sa.Index("uq_rotations_discipline_code_lower", sa.text("lower(code)"), unique=True),
    )

    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class Department(Editable, Base):
    """A department of one hospital; its name is unique there. A hospital may have two of one discipline."""

    __tablename__ = "rotations_department"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        sa.Index("uq_rotations_department_name_lower", "hospital_id", sa.text("lower(name)"), unique=True),
    )  # fmt: skip

    hospital_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rotations_hospital.id", ondelete="RESTRICT")
    )
    discipline_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("rotations_discipline.id", ondelete="RESTRICT"), index=True
    )
    name: Mapped[str] = mapped_column(sa.String(200))
    head_id: Mapped[int | None] = person(nullable=True)
    contact: Mapped[str] = mapped_column(sa.String(200), default="")
    objectives: Mapped[str] = mapped_column(default="")
    required_skills: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)

    hospital: Mapped[Hospital] = relationship(lazy="raise")
    discipline: Mapped[Discipline | None] = relationship(lazy="raise")
    head: Mapped[User | None] = relationship(foreign_keys="Department.head_id", lazy="raise")


class Rotation(Editable, Base):
    """A PG in a department, from `start_date` to `end_date`, both days included.

    `start_told` and `end_told` are the days about which everybody has been told that they are near.
    """

    __tablename__ = "rotations_rotation"
    __versioned__: dict[str, Any] = {"exclude": ["start_told", "end_told"]}
    __table_args__ = (
        one_of("status", "status", STATUSES),
        sa.CheckConstraint("end_date > start_date", name="dates"),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id", name="not_own_supervisor"
        ),
        ExcludeConstraint(
            ("pg_id", "="),
            (sa.text("daterange(start_date, end_date, '[]')"), "&&"),
            where=sa.text("status IN ('planned', 'ongoing')"),
            name=NO_OVERLAP,
        ).ddl_if(dialect="postgresql"),
        sa.Index("idx_rotations_dates", "start_date", "end_date", "status", "pg_id"),
        sa.Index("ix_rotations_rotation_pg", "pg_id", "start_date", "id"),
        sa.Index("ix_rotations_rotation_supervisor", "supervisor_id", "start_date", "id"),
    )

    pg_id: Mapped[int] = person()
    department_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rotations_department.id", ondelete="RESTRICT"), index=True
    )
    hospital_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rotations_hospital.id", ondelete="RESTRICT"), index=True
    )
    supervisor_id: Mapped[int | None] = person(nullable=True)
    start_date: Mapped[date]
    end_date: Mapped[date]
    status: Mapped[str] = mapped_column(sa.String(20), default="pending")
    objectives: Mapped[str] = mapped_column(default="")
    learning_outcomes: Mapped[str] = mapped_column(default="")
    requirements: Mapped[str] = mapped_column(default="")
    feedback: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    approved_by_id: Mapped[int | None] = person(nullable=True)
    approved_at: Mapped[datetime | None]
    start_told: Mapped[date | None]
    end_told: Mapped[date | None]

    pg: Mapped[User] = relationship(foreign_keys="Rotation.pg_id", lazy="raise")
    supervisor: Mapped[User | None] = relationship(
        foreign_keys="Rotation.supervisor_id", lazy="raise"
    )
    department: Mapped[Department] = relationship(lazy="raise")
    hospital: Mapped[Hospital] = relationship(lazy="raise")


sa.event.listen(
    Rotation.__table__,
    "before_create",
    sa.DDL("CREATE EXTENSION IF NOT EXISTS btree_gist").execute_if(dialect="postgresql"),
)


class Feed(Stamped, Base):
    """The address at which somebody's calendar program reads their rotations; only the secret's hash is kept."""

    __tablename__ = "rotations_feed"
    __table_args__ = (
        sa.Index(
            "uq_rotations_feed_person",
            "person_id",
            unique=True,
            postgresql_where=sa.text("revoked_at IS NULL"),
            sqlite_where=sa.text("revoked_at IS NULL"),
        ),
    )

    person_id: Mapped[int] = person()
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    revoked_at: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]
