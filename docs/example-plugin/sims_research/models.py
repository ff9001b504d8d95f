"""The tables of research projects and their reviews."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.users.models import User
from sims.database import Base, Editable, one_of
from sims.review import OUTCOMES, STATUSES, Review, Reviewed


class Project(Editable, Reviewed, Base):
    """A research project of one PG."""

    __tablename__ = "research_project"
    __versioned__ = {}
    __table_args__ = (
        one_of("status", "status", tuple(status.name for status in STATUSES)),
        sa.Index("ix_research_project_pg", "pg_id", "started", "id"),
    )

    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(default="")
    started: Mapped[date]

    pg: Mapped[User] = relationship(foreign_keys="Project.pg_id", lazy="raise")


class ProjectReview(Review, Base):
    """A supervisor's decision on one submission of a project."""

    __tablename__ = "research_review"
    __versioned__ = {}
    __table_args__ = (
        one_of("outcome", "outcome", OUTCOMES),
        sa.UniqueConstraint("project_id", "round", "reviewer_id"),
    )

    project_id: Mapped[int] = mapped_column(
        sa.ForeignKey("research_project.id", ondelete="CASCADE")
    )
