"""The tables of people, of who supervised whom, and of who stood in for whom."""

import hashlib
from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sims.database import Base, Editable, Stamped, one_of, person

ROLES = ("admin", "supervisor", "pg")
ROLE_LABELS = {"admin": "Programme office", "supervisor": "Supervisor", "pg": "PG"}
YEARS = (1, 2, 3, 4, 5, 6)
KINDS = ("primary", "co")
KIND_LABELS = {"primary": "primary supervisor", "co": "co-supervisor"}


class User(Editable, Base):
    """A person with an account. `supervisor_id` is a PG's current primary supervisor."""

    __tablename__ = "users_user"
    __versioned__ = {"exclude": ["password_hash", "last_login_at", "last_login_ip"]}
    __table_args__ = (
        one_of("role", "role", ROLES),
        sa.CheckConstraint("year IS NULL OR year BETWEEN 1 AND 6", name="year"),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> id", name="not_own_supervisor"
        ),
        sa.Index("uq_users_user_username_lower", sa.text("lower(username)"), unique=True),
        sa.Index("uq_users_user_email_lower", sa.text("lower(email)"), unique=True),
        sa.Index(
            "idx_users_supervisor",
            "supervisor_id",
            postgresql_where=sa.text("supervisor_id IS NOT NULL"),
            sqlite_where=sa.text("supervisor_id IS NOT NULL"),
        ),
        sa.Index("ix_users_user_role_last_name", "role", "last_name", "id"),
    )

    username: Mapped[str] = mapped_column(sa.String(150))
    email: Mapped[str] = mapped_column(sa.String(254))
    first_name: Mapped[str] = mapped_column(sa.String(150))
    last_name: Mapped[str] = mapped_column(sa.String(150))
    role: Mapped[str] = mapped_column(sa.String(20))
    specialty: Mapped[str] = mapped_column(sa.String(100), default="")
    year: Mapped[int | None] = mapped_column(sa.Integer)
    training_start: Mapped[date | None]
    training_end: Mapped[date | None]
    supervisor_id: Mapped[int | None] = person(nullable=True)
    registration_number: Mapped[str] = mapped_column(sa.String(50), default="")
    phone_number: Mapped[str] = mapped_column(sa.String(30), default="")
    password_hash: Mapped[str] = mapped_column(sa.String(255), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_archived: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    last_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str] = mapped_column(sa.String(50), default="")

    supervisor: Mapped["User | None"] = relationship(
        remote_side="User.id", foreign_keys=supervisor_id, lazy="raise"
    )

    is_authenticated = True
    is_anonymous = False

    @property
    def name(self) -> str:
        """First and last name, or the username where there is neither."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def initials(self) -> str:
        """Up to two letters for the round badge."""
        return "".join(part[0] for part in (self.first_name, self.last_name) if part).upper() or "?"

    @property
    def short_name(self) -> str:
        """How a list or a greeting calls the person."""
        return f"Dr {self.last_name}" if self.role != "admin" and self.last_name else self.name

    @property
    def role_label(self) -> str:
        """The role in words."""
        return ROLE_LABELS[self.role]

    @property
    def profile_url(self) -> str:
        """Where people change what is theirs to change."""
        return url_for("users.profile")

    @property
    def logout_url(self) -> str:
        """Where the sign-out button posts to."""
        return url_for("users.logout")

    @property
    def may_act(self) -> bool:
        """Whether the account is open: neither deactivated nor archived."""
        return self.is_active and not self.is_archived

    def get_id(self) -> str:
        """What the session holds: the id and a fingerprint of the password, so that changing it ends sessions."""
        return f"{self.id}.{hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]}"


class Supervision(Stamped, Base):
    """Who supervised which PG, from when to when (open: until further notice), and why it changed."""

    __tablename__ = "users_supervision"
    __versioned__: ClassVar[dict[str, object]] = {}
    __table_args__ = (
        one_of("kind", "kind", KINDS),
        sa.CheckConstraint("until IS NULL OR until >= since", name="order"),
        sa.CheckConstraint("pg_id <> supervisor_id", name="not_own_supervisor"),
        sa.Index("ix_users_supervision_supervisor", "supervisor_id", "pg_id"),
        sa.Index("ix_users_supervision_pg", "pg_id", "since"),
        sa.Index(
            "uq_users_supervision_primary",
            "pg_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL AND kind = 'primary'"),
            sqlite_where=sa.text("until IS NULL AND kind = 'primary'"),
        ),
        sa.Index(
            "uq_users_supervision_current",
            "pg_id",
            "supervisor_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
            sqlite_where=sa.text("until IS NULL"),
        ),
    )

    pg_id: Mapped[int] = person()
    supervisor_id: Mapped[int] = person()
    kind: Mapped[str] = mapped_column(sa.String(10), default="primary")
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="")

    pg: Mapped[User] = relationship(foreign_keys=pg_id, lazy="raise")
    supervisor: Mapped[User] = relationship(foreign_keys=supervisor_id, lazy="raise")


class Absence(Stamped, Base):
    """A supervisor's days away, both included, and who stands in for them."""

    __tablename__ = "users_absence"
    __versioned__: ClassVar[dict[str, object]] = {}
    __table_args__ = (
        sa.CheckConstraint("until >= since", name="order"),
        sa.CheckConstraint("person_id <> deputy_id", name="somebody_else"),
        sa.Index("ix_users_absence_person", "person_id", "until"),
        sa.Index("ix_users_absence_deputy", "deputy_id", "until"),
    )

    person_id: Mapped[int] = person()
    deputy_id: Mapped[int] = person()
    since: Mapped[date]
    until: Mapped[date]
    note: Mapped[str] = mapped_column(default="")

    absent: Mapped[User] = relationship(foreign_keys=person_id, lazy="raise")
    deputy: Mapped[User] = relationship(foreign_keys=deputy_id, lazy="raise")
