"""The catalogue's tables."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from plugins.catalogue.matching import key_of
from plugins.users.models import User
from sims.database import Base, Editable, Stamped, one_of, person

CATEGORIES = {
    "basic": "Basic",
    "intermediate": "Intermediate",
    "advanced": "Advanced",
    "diagnostic": "Diagnostic",
    "therapeutic": "Therapeutic",
    "surgical": "Surgical",
    "emergency": "Emergency",
}
SKILL_CATEGORIES = {
    "technical": "Technical",
    "communication": "Communication",
    "decision-making": "Decision making",
    "teamwork": "Teamwork",
    "professionalism": "Professionalism",
    "safety": "Safety",
}
LEVELS = {"basic": "Basic", "intermediate": "Intermediate", "advanced": "Advanced"}
LEAST_ROLES = {"observed": "Observed", "assisted": "Assisted", "performed": "Performed"}
SYSTEMS = ("ICD", "SNOMED", "CPT", "OPCS-4")
REQUEST_STATUSES = ("pending", "accepted", "merged", "declined")


class Named(Editable):
    """Mixin of what is looked up by name: `key` is the name as `key_of` reads it, set along with it."""

    name: Mapped[str] = mapped_column(sa.String(200))
    key: Mapped[str] = mapped_column(sa.String(200))
    is_archived: Mapped[bool] = mapped_column(default=False)

    @validates("name")
    def _set_key(self, attribute: str, value: str) -> str:
        self.key = key_of(value or "")
        return value


class Skill(Named, Base):
    """Something a PG learns to do, whatever the procedure."""

    __tablename__ = "catalogue_skill"
    __versioned__ = {"exclude": ["key"]}
    __table_args__ = (
        one_of("category", "category", tuple(SKILL_CATEGORIES)),
        one_of("level", "level", tuple(LEVELS)),
        sa.UniqueConstraint("key"),
    )

    category: Mapped[str] = mapped_column(sa.String(30))
    level: Mapped[str] = mapped_column(sa.String(20))


class Diagnosis(Named, Base):
    """A diagnosis; the same name may stand in two categories. The ICD code is the installation's own."""

    __tablename__ = "catalogue_diagnosis"
    __versioned__ = {"exclude": ["key"]}
    __table_args__ = (sa.UniqueConstraint("key", "category"),)

    category: Mapped[str] = mapped_column(sa.String(100))
    icd_code: Mapped[str] = mapped_column(sa.String(20), default="")


class Procedure(Named, Base):
    """A procedure. Difficulty runs from 1 (simplest) to 5; `specialties` are slugs."""

    __tablename__ = "catalogue_procedure"
    __versioned__ = {"exclude": ["key"]}
    __table_args__ = (
        one_of("category", "category", tuple(CATEGORIES)),
        sa.CheckConstraint("difficulty BETWEEN 1 AND 5", name="difficulty"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
        sa.CheckConstraint("cme_points >= 0", name="cme_points"),
        sa.UniqueConstraint("key"),
    )

    category: Mapped[str] = mapped_column(sa.String(20))
    difficulty: Mapped[int] = mapped_column(sa.Integer, default=1)
    minutes: Mapped[int] = mapped_column(sa.Integer, default=30)
    cme_points: Mapped[Decimal] = mapped_column(sa.Numeric(4, 1), default=Decimal(0))
    specialties: Mapped[list[str]] = mapped_column(sa.JSON, default=list)

    synonyms: Mapped[list["Synonym"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Synonym.id"
    )
    skills: Mapped[list["ProcedureSkill"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ProcedureSkill.id"
    )
    groups: Mapped[list["ProcedureGroup"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ProcedureGroup.id"
    )


class Synonym(Base):
    """Another name or an abbreviation of a procedure; it leads to no other one."""

    __tablename__ = "catalogue_synonym"
    __versioned__ = {"exclude": ["key"]}
    __table_args__ = (sa.UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT"), index=True
    )
    text: Mapped[str] = mapped_column(sa.String(200))
    key: Mapped[str] = mapped_column(sa.String(200))

    @validates("text")
    def _set_key(self, attribute: str, value: str) -> str:
        self.key = key_of(value)
        return value


class ProcedureSkill(Base):
    """A skill that a procedure asks for."""

    __tablename__ = "catalogue_procedureskill"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (sa.UniqueConstraint("procedure_id", "skill_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT")
    )
    skill_id: Mapped[int] = mapped_column(
        sa.ForeignKey("catalogue_skill.id", ondelete="RESTRICT"), index=True
    )

    skill: Mapped[Skill] = relationship(lazy="raise")


class Group(Stamped, Base):
    """A set of procedures that targets count together. A sub-group's procedures are in its parent too."""

    __tablename__ = "catalogue_group"
    __table_args__ = (sa.UniqueConstraint("slug"),)

    slug: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(200))


class ProcedureGroup(Base):
    """A procedure counts to a group."""

    __tablename__ = "catalogue_proceduregroup"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (sa.UniqueConstraint("procedure_id", "group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT")
    )
    group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("catalogue_group.id", ondelete="RESTRICT"), index=True
    )

    group: Mapped[Group] = relationship(lazy="raise")


class Target(Editable, Base):
    """How many of a group, of one procedure or (neither named) of all, in which role at least, by the end
    of which training year. A cohort keeps the newest edition (a year) that was there when it started.
    """

    __tablename__ = "catalogue_target"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        one_of("role", "role", tuple(LEAST_ROLES)),
        sa.CheckConstraint("minimum > 0", name="minimum"),
        sa.CheckConstraint("by_year BETWEEN 1 AND 6", name="by_year"),
        sa.CheckConstraint("group_id IS NULL OR procedure_id IS NULL", name="one_subject"),
        sa.Index("ix_catalogue_target_specialty", "specialty", "edition", "id"),
    )

    specialty: Mapped[str] = mapped_column(sa.String(100))
    edition: Mapped[int] = mapped_column(sa.Integer)
    label: Mapped[str] = mapped_column(sa.String(200))
    group_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_group.id", ondelete="RESTRICT"), index=True
    )
    procedure_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT"), index=True
    )
    minimum: Mapped[int] = mapped_column(sa.Integer)
    role: Mapped[str] = mapped_column(sa.String(20))
    by_year: Mapped[int] = mapped_column(sa.Integer)
    is_archived: Mapped[bool] = mapped_column(default=False)

    group: Mapped[Group | None] = relationship(lazy="raise")
    procedure: Mapped[Procedure | None] = relationship(lazy="raise")


class CodeMap(Stamped, Base):
    """A code of another system for a procedure or a diagnosis; imported by each installation that may."""

    __tablename__ = "catalogue_codemap"
    __table_args__ = (
        one_of("system", "system", SYSTEMS),
        sa.CheckConstraint("(procedure_id IS NULL) <> (diagnosis_id IS NULL)", name="one_subject"),
        sa.UniqueConstraint("procedure_id", "system", "code"),
        sa.UniqueConstraint("diagnosis_id", "system", "code"),
    )

    system: Mapped[str] = mapped_column(sa.String(10))
    code: Mapped[str] = mapped_column(sa.String(40))
    procedure_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT")
    )
    diagnosis_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_diagnosis.id", ondelete="RESTRICT")
    )


class Request(Editable, Base):
    """Somebody misses a procedure. `procedure` is what came of it: the new one, or the one it was merged into."""

    __tablename__ = "catalogue_request"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        one_of("status", "status", REQUEST_STATUSES),
        sa.Index("ix_catalogue_request_status", "status", "id"),
    )

    name: Mapped[str] = mapped_column(sa.String(200))
    reason: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(sa.String(20), default="pending")
    asked_by_id: Mapped[int] = person(index=True)
    answer: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = person(nullable=True)
    decided_at: Mapped[datetime | None]
    procedure_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT")
    )

    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id, lazy="raise")
    procedure: Mapped[Procedure | None] = relationship(lazy="raise")
