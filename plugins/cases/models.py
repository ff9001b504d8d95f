"""The tables of clinical cases: categories, cases, their procedures, their reviews."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.catalogue.models import Diagnosis
from plugins.catalogue.patients import OLDEST, SEXES
from plugins.rotations.models import Rotation
from plugins.users.models import User
from sims.database import Base, Editable, between, one_of, person
from sims.review import OUTCOMES, STATUSES, Review, Reviewed

COLOURS = {"info": "Blue", "good": "Green", "warn": "Amber", "bad": "Red", "neutral": "Grey"}
"""A category's colour is one of the tones of the stylesheet, so that it reads on every background."""

COMPLEXITIES = {
    "simple": "Simple",
    "moderate": "Moderate",
    "complex": "Complex",
    "highly_complex": "Highly complex",
}
SCORES = ("knowledge_score", "reasoning_score", "documentation_score", "overall_score")


class Category(Editable, Base):
    """What kind of case it is. Archived ones (`is_active` false) are no longer offered."""

    __tablename__ = "cases_category"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (one_of("colour", "colour", tuple(COLOURS)), sa.UniqueConstraint("name"))

    name: Mapped[str] = mapped_column(sa.String(120))
    colour: Mapped[str] = mapped_column(sa.String(10), default="neutral")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class ClinicalCase(Editable, Reviewed, Base):
    """What a PG learned from one patient. Free text is as the PG wrote it; the patient stays unnamed.

    `diagnosis` is the text as written; `primary_diagnosis_id` the catalogue's entry of that name, if it has one.
    `featured_at` is when the programme office put it into the teaching library, `library_key` its address there.
    """

    __tablename__ = "cases_clinicalcase"
    __versioned__: dict[str, Any] = {"exclude": ["library_key"]}
    __table_args__ = (
        one_of("status", "status", tuple(status.name for status in STATUSES)),
        one_of("patient_sex", "patient_sex", tuple(SEXES)),
        one_of("complexity", "complexity", tuple(COMPLEXITIES)),
        between("patient_age", 0, OLDEST),
        between("self_score", 1, 10),
        between("supervisor_score", 1, 10),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id", name="not_own_supervisor"
        ),
        sa.CheckConstraint(
            "NOT featured OR (teaching_consent AND library_key IS NOT NULL)",
            name="featured_with_consent",
        ),
        sa.UniqueConstraint("library_key"),
        sa.Index("idx_cases_analytics", sa.text("created_at DESC"), "status", "pg_id"),
        sa.Index(
            "idx_cases_diagnosis_text",
            sa.text("to_tsvector('english', diagnosis)"),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
        sa.Index("ix_cases_case_pg_date", "pg_id", "date_encountered", "id"),
        sa.Index("ix_cases_case_date", "date_encountered", "id"),
        sa.Index("ix_cases_case_pg_status", "pg_id", "status"),
        sa.Index("ix_cases_case_category", "category_id", "date_encountered", "id"),
        sa.Index("ix_cases_case_primary_diagnosis", "primary_diagnosis_id"),
        sa.Index("ix_cases_case_rotation", "rotation_id"),
        sa.Index(
            "ix_cases_case_queue",
            "supervisor_id",
            "submitted_at",
            "id",
            postgresql_where=sa.text("status = 'pending'"),
            sqlite_where=sa.text("status = 'pending'"),
        ),
        sa.Index("ix_cases_case_supervisor", "supervisor_id", "date_encountered", "id"),
        sa.Index(
            "ix_cases_case_library",
            "featured_at",
            "id",
            postgresql_where=sa.text("featured"),
            sqlite_where=sa.text("featured"),
        ),
        sa.Index(
            "ix_cases_case_offered",
            "id",
            postgresql_where=sa.text("teaching_consent AND status = 'approved' AND NOT featured"),
            sqlite_where=sa.text("teaching_consent AND status = 'approved' AND NOT featured"),
        ),
    )

    title: Mapped[str] = mapped_column(sa.String(300))
    category_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("cases_category.id", ondelete="RESTRICT")
    )
    date_encountered: Mapped[date]
    rotation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("rotations_rotation.id", ondelete="RESTRICT")
    )
    patient_age: Mapped[int | None] = mapped_column(sa.Integer)
    patient_sex: Mapped[str] = mapped_column(sa.String(1), default="U")
    complexity: Mapped[str] = mapped_column(sa.String(20), default="moderate")
    chief_complaint: Mapped[str] = mapped_column(default="")
    history: Mapped[str] = mapped_column(default="")
    examination: Mapped[str] = mapped_column(default="")
    investigations: Mapped[str] = mapped_column(default="")
    diagnosis: Mapped[str] = mapped_column(sa.String(300), default="")
    primary_diagnosis_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_diagnosis.id", ondelete="RESTRICT")
    )
    secondary_diagnoses: Mapped[str] = mapped_column(default="")
    management: Mapped[str] = mapped_column(default="")
    reasoning: Mapped[str] = mapped_column(default="")
    learning_points: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
    follow_up: Mapped[str] = mapped_column(default="")
    self_score: Mapped[int | None] = mapped_column(sa.Integer)
    supervisor_score: Mapped[int | None] = mapped_column(sa.Integer)
    teaching_consent: Mapped[bool] = mapped_column(default=False)
    featured: Mapped[bool] = mapped_column(default=False)
    featured_at: Mapped[datetime | None]
    featured_by_id: Mapped[int | None] = person(nullable=True)
    library_key: Mapped[str | None] = mapped_column(sa.String(32))

    pg: Mapped[User] = relationship(foreign_keys="ClinicalCase.pg_id", lazy="raise")
    supervisor: Mapped[User | None] = relationship(
        foreign_keys="ClinicalCase.supervisor_id", lazy="raise"
    )
    category: Mapped[Category | None] = relationship(lazy="raise")
    rotation: Mapped[Rotation | None] = relationship(lazy="raise")
    primary_diagnosis: Mapped[Diagnosis | None] = relationship(lazy="raise")
    procedures: Mapped[list["CaseProcedure"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="CaseProcedure.position"
    )
    reviews: Mapped[list["CaseReview"]] = relationship(
        lazy="raise", order_by="CaseReview.id", cascade="all"
    )


class CaseProcedure(Base):
    """A procedure this patient had: its name as written, and the catalogue's entry of that name, if it has one."""

    __tablename__ = "cases_procedure"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        sa.Index("ix_cases_procedure_case", "case_id", "position"),
        sa.Index("ix_cases_procedure_procedure", "procedure_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases_clinicalcase.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    procedure_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT")
    )
    name: Mapped[str] = mapped_column(sa.String(200))


class CaseReview(Review, Base):
    """One decision on one submission of a case; once per reviewer and submission."""

    __tablename__ = "cases_review"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        one_of("outcome", "outcome", OUTCOMES),
        *(between(name, 1, 10) for name in SCORES),
        sa.UniqueConstraint("case_id", "round", "reviewer_id"),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases_clinicalcase.id", ondelete="CASCADE"))
    strengths: Mapped[str] = mapped_column(default="")
    improvements: Mapped[str] = mapped_column(default="")
    recommendations: Mapped[str] = mapped_column(default="")
    needs_follow_up: Mapped[bool] = mapped_column(default=False)
    knowledge_score: Mapped[int | None] = mapped_column(sa.Integer)
    reasoning_score: Mapped[int | None] = mapped_column(sa.Integer)
    documentation_score: Mapped[int | None] = mapped_column(sa.Integer)
    overall_score: Mapped[int | None] = mapped_column(sa.Integer)

    reviewer: Mapped[User] = relationship(foreign_keys="CaseReview.reviewer_id", lazy="raise")
