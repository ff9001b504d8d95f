"""The logbook's tables."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.catalogue.models import Skill
from plugins.catalogue.patients import SEXES
from plugins.logbook.roles import KEY_STEPS, TRAINER, role_of
from plugins.rotations.models import Rotation
from plugins.users.models import User
from sims.database import Base, Editable, between, one_of
from sims.review import OUTCOMES, STATUSES, Review, Reviewed

KINDS = (
    "medical", "surgical", "emergency", "outpatient", "procedure", "research", "teaching", "quality",
)  # fmt: skip
SCORES = ("knowledge_score", "skills_score", "professionalism_score", "overall_score")


class Template(Editable, Base):
    """Which sections an entry of a kind shows, and which of its fields a submission needs."""

    __tablename__ = "logbook_template"
    __versioned__ = {}
    __table_args__ = (one_of("kind", "kind", KINDS), sa.UniqueConstraint("name"))

    name: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(20))
    sections: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    required: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    is_active: Mapped[bool] = mapped_column(default=True)


class LogbookEntry(Editable, Reviewed, Base):
    """One thing a PG did on one day. Free text is as the PG wrote it; the patient stays unnamed."""

    __tablename__ = "logbook_logbookentry"
    __versioned__ = {}
    __table_args__ = (
        one_of("status", "status", tuple(status.name for status in STATUSES)),
        one_of("patient_sex", "patient_sex", tuple(SEXES)),
        between("patient_age", 0, 150),
        between("self_score", 1, 10),
        between("supervisor_score", 1, 10),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id", name="not_own_supervisor"
        ),
        sa.Index("idx_logbook_analytics", sa.text("created_at DESC"), "status", "pg_id"),
        sa.Index(
            "idx_logbook_title_text",
            sa.text("to_tsvector('english', title)"),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
        sa.Index("ix_logbook_entry_pg_date", "pg_id", "date", "id"),
        sa.Index("ix_logbook_entry_date", "date", "id"),
        sa.Index("ix_logbook_entry_day_status", "date", "status"),
        sa.Index("ix_logbook_entry_pg_status", "pg_id", "status"),
        sa.Index("ix_logbook_entry_rotation", "rotation_id"),
        sa.Index(
            "ix_logbook_entry_queue",
            "supervisor_id",
            "submitted_at",
            "id",
            postgresql_where=sa.text("status = 'pending'"),
            sqlite_where=sa.text("status = 'pending'"),
        ),
        sa.Index("ix_logbook_entry_supervisor", "supervisor_id", "date", "id"),
    )

    title: Mapped[str] = mapped_column(sa.String(300))
    date: Mapped[date]
    location: Mapped[str] = mapped_column(sa.String(200), default="")
    topic: Mapped[str] = mapped_column(sa.String(200), default="")
    pg_year: Mapped[int | None] = mapped_column(sa.Integer)
    rotation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("rotations_rotation.id", ondelete="RESTRICT")
    )
    template_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("logbook_template.id", ondelete="RESTRICT")
    )
    case_reference: Mapped[str] = mapped_column(sa.String(40), default="")
    patient_age: Mapped[int | None] = mapped_column(sa.Integer)
    patient_sex: Mapped[str] = mapped_column(sa.String(1), default="U")
    chief_complaint: Mapped[str] = mapped_column(default="")
    history_summary: Mapped[str] = mapped_column(default="")
    primary_diagnosis: Mapped[str] = mapped_column(sa.String(300), default="")
    secondary_diagnoses: Mapped[str] = mapped_column(default="")
    investigations: Mapped[str] = mapped_column(default="")
    management: Mapped[str] = mapped_column(default="")
    reasoning: Mapped[str] = mapped_column(default="")
    learning_points: Mapped[str] = mapped_column(default="")
    challenges: Mapped[str] = mapped_column(default="")
    follow_up: Mapped[str] = mapped_column(default="")
    self_score: Mapped[int | None] = mapped_column(sa.Integer)
    supervisor_score: Mapped[int | None] = mapped_column(sa.Integer)
    supervisor_feedback: Mapped[str] = mapped_column(default="")

    pg: Mapped[User] = relationship(foreign_keys="LogbookEntry.pg_id", lazy="raise")
    supervisor: Mapped[User | None] = relationship(
        foreign_keys="LogbookEntry.supervisor_id", lazy="raise"
    )
    rotation: Mapped[Rotation | None] = relationship(lazy="raise")
    template: Mapped[Template | None] = relationship(lazy="raise")
    procedures: Mapped[list["EntryProcedure"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="EntryProcedure.position"
    )
    skills: Mapped[list["EntrySkill"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    reviews: Mapped[list["LogbookReview"]] = relationship(
        lazy="raise", order_by="LogbookReview.id", cascade="all"
    )

    @property
    def role(self) -> str:
        """The PG's role in the first procedure, as lists show it; empty without one."""
        return self.procedures[0].role if self.procedures else ""


class EntryProcedure(Base):
    """A procedure in an entry: its name as logged, and the two facts the role follows from.

    The name is kept beside the link, so that an old record stays what it was when the catalogue changes,
    and so that a procedure the catalogue lacks can be logged at once.
    """

    __tablename__ = "logbook_procedure"
    __versioned__ = {}
    __table_args__ = (
        one_of("key_steps", "key_steps", tuple(KEY_STEPS)),
        one_of("trainer", "trainer", tuple(TRAINER)),
        sa.Index("ix_logbook_procedure_entry", "entry_id", "position"),
        sa.Index("ix_logbook_procedure_procedure", "procedure_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("logbook_logbookentry.id", ondelete="CASCADE")
    )
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    procedure_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalogue_procedure.id", ondelete="RESTRICT")
    )
    name: Mapped[str] = mapped_column(sa.String(200))
    key_steps: Mapped[str] = mapped_column(sa.String(10))
    trainer: Mapped[str] = mapped_column(sa.String(10))
    taught: Mapped[bool] = mapped_column(default=False)

    @property
    def role(self) -> str:
        """What the facts amount to, one of `roles.ROLES`."""
        return role_of(self.key_steps, self.trainer, self.taught)


class EntrySkill(Base):
    """A skill of the catalogue that an entry shows."""

    __tablename__ = "logbook_skill"
    __versioned__ = {}
    __table_args__ = (sa.UniqueConstraint("entry_id", "skill_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("logbook_logbookentry.id", ondelete="CASCADE")
    )
    skill_id: Mapped[int] = mapped_column(
        sa.ForeignKey("catalogue_skill.id", ondelete="RESTRICT"), index=True
    )

    skill: Mapped[Skill] = relationship(lazy="raise")


class LogbookReview(Review, Base):
    """One decision on one submission of an entry; once per reviewer and submission."""

    __tablename__ = "logbook_review"
    __versioned__ = {}
    __table_args__ = (
        one_of("outcome", "outcome", OUTCOMES),
        *(between(name, 1, 10) for name in SCORES),
        sa.UniqueConstraint("entry_id", "round", "reviewer_id"),
    )

    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("logbook_logbookentry.id", ondelete="CASCADE")
    )
    strengths: Mapped[str] = mapped_column(default="")
    improvements: Mapped[str] = mapped_column(default="")
    recommendations: Mapped[str] = mapped_column(default="")
    needs_follow_up: Mapped[bool] = mapped_column(default=False)
    knowledge_score: Mapped[int | None] = mapped_column(sa.Integer)
    skills_score: Mapped[int | None] = mapped_column(sa.Integer)
    professionalism_score: Mapped[int | None] = mapped_column(sa.Integer)
    overall_score: Mapped[int | None] = mapped_column(sa.Integer)

    reviewer: Mapped[User] = relationship(foreign_keys="LogbookReview.reviewer_id", lazy="raise")
