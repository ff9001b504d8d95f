"""The tables of certificates."""

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.users.models import User
from sims.database import Base, Editable, Stamped, between, one_of
from sims.review import Review, Reviewed

CATEGORIES = {
    "academic": "Academic",
    "professional": "Professional",
    "cme": "CME",
    "cpd": "CPD",
    "specialty": "Specialty",
    "safety": "Safety",
    "skills": "Skills",
    "other": "Other",
}
STATUSES = ("pending", "under_review", "approved", "rejected", "expired")
OUTCOMES = ("approved", "rejected", "needs_clarification")


class Type(Editable, Base):
    """A kind of certificate, and who needs one.

    Required of every PG, or only from training year `required_from_year` on, or only in the `specialties`
    named (none: in all). `validity_months` empty: it never expires. The points are what a certificate gets
    that does not say otherwise.
    """

    __tablename__ = "certificates_type"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        one_of("category", "category", tuple(CATEGORIES)),
        between("required_from_year", 1, 6),
        between("validity_months", 1, 600),
        between("cme_points", 0, 999),
        between("cpd_credits", 0, 999),
        sa.Index("uq_certificates_type_name_lower", sa.text("lower(name)"), unique=True),
    )

    name: Mapped[str] = mapped_column(sa.String(200))
    category: Mapped[str] = mapped_column(sa.String(20), default="other")
    description: Mapped[str] = mapped_column(default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    required_from_year: Mapped[int | None] = mapped_column(sa.Integer)
    specialties: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    validity_months: Mapped[int | None] = mapped_column(sa.Integer)
    cme_points: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1), default=Decimal(0))
    cpd_credits: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1), default=Decimal(0))
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def short_name(self) -> str:
        """The name without what stands in brackets behind it: "BLS" of "BLS (basic life support)"."""
        return self.name.partition(" (")[0]


class Certificate(Editable, Reviewed, Base):
    """One certificate of a PG. Its paper is attached; `expiry_date` is the last day it is valid."""

    __tablename__ = "certificates_certificate"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        one_of("status", "status", STATUSES),
        between("cme_points", 0, 999),
        between("cpd_credits", 0, 999),
        sa.CheckConstraint("expiry_date IS NULL OR expiry_date > issue_date", name="dates"),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id", name="not_own_supervisor"
        ),
        sa.Index("idx_certificates_analytics", sa.text("issue_date DESC"), "pg_id"),
        sa.Index("ix_certificates_certificate_issued", "issue_date", "id"),
        sa.Index("ix_certificates_certificate_pg_issued", "pg_id", "issue_date", "id"),
        sa.Index("ix_certificates_certificate_supervisor", "supervisor_id", "issue_date", "id"),
        sa.Index("ix_certificates_certificate_board", "pg_id", "type_id", "status", "expiry_date"),
        sa.Index("ix_certificates_certificate_type", "type_id"),
        sa.Index(
            "ix_certificates_certificate_expiry",
            "expiry_date",
            "id",
            postgresql_where=sa.text("status = 'approved'"),
            sqlite_where=sa.text("status = 'approved'"),
        ),
        sa.Index(
            "ix_certificates_certificate_queue",
            "supervisor_id",
            "submitted_at",
            "id",
            postgresql_where=sa.text("status = 'under_review'"),
            sqlite_where=sa.text("status = 'under_review'"),
        ),
    )

    status: Mapped[str] = mapped_column(sa.String(20), default="pending")
    type_id: Mapped[int] = mapped_column(sa.ForeignKey("certificates_type.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(sa.String(300))
    number: Mapped[str] = mapped_column(sa.String(100), default="")
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    issue_date: Mapped[date]
    expiry_date: Mapped[date | None]
    description: Mapped[str] = mapped_column(default="")
    cme_points: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1), default=Decimal(0))
    cpd_credits: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1), default=Decimal(0))
    verification_url: Mapped[str] = mapped_column(sa.String(500), default="")
    verification_code: Mapped[str] = mapped_column(sa.String(100), default="")

    type: Mapped[Type] = relationship(lazy="raise")
    pg: Mapped[User] = relationship(foreign_keys="Certificate.pg_id", lazy="raise")
    supervisor: Mapped[User | None] = relationship(
        foreign_keys="Certificate.supervisor_id", lazy="raise"
    )
    reviews: Mapped[list["CertificateReview"]] = relationship(
        lazy="raise", order_by="CertificateReview.id", cascade="all"
    )


class CertificateReview(Review, Base):
    """One decision on one submission of a certificate; once per reviewer and submission."""

    __tablename__ = "certificates_review"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        one_of("outcome", "outcome", OUTCOMES),
        sa.UniqueConstraint("certificate_id", "round", "reviewer_id"),
    )

    certificate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("certificates_certificate.id", ondelete="CASCADE")
    )

    reviewer: Mapped[User] = relationship(
        foreign_keys="CertificateReview.reviewer_id", lazy="raise"
    )


class Reminder(Stamped, Base):
    """A reminder that was sent: of this certificate's end on this day, so many days before it.

    A certificate whose end is corrected is reminded of the new one.
    """

    __tablename__ = "certificates_reminder"
    __table_args__ = (sa.UniqueConstraint("certificate_id", "expiry_date", "threshold"),)

    certificate_id: Mapped[int] = mapped_column(
        sa.ForeignKey("certificates_certificate.id", ondelete="CASCADE")
    )
    expiry_date: Mapped[date]
    threshold: Mapped[int] = mapped_column(sa.Integer)
