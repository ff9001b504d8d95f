"""The table of evaluations."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plugins.rotations.models import Rotation
from plugins.users.models import User
from sims.clock import today
from sims.database import Base, Editable, between, one_of, person
from sims.review import Reviewed

KINDS = {
    "mid_rotation": "Mid-rotation evaluation",
    "final": "Final evaluation",
    "supervisor": "Supervisor's evaluation",
    "self": "Self-evaluation",
    "peer": "Peer evaluation",
}
STATUSES = ("draft", "submitted", "reviewed", "approved")
ONCE = "uq_rotations_evaluation_rotation_id_evaluator_id_type"


class Evaluation(Editable, Reviewed, Base):
    """What `evaluator` says of a PG in a rotation. `supervisor_id` is who is asked to review it.

    `feedback` holds the words with which it was last sent back. `verified_at` is when it was approved.
    """

    __tablename__ = "rotations_evaluation"
    __versioned__: dict[str, Any] = {}
    __table_args__ = (
        one_of("status", "status", STATUSES),
        one_of("type", "type", tuple(KINDS)),
        between("score", 0, 100),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id NOT IN (pg_id, evaluator_id)", name="not_own_reviewer"
        ),
        sa.UniqueConstraint("rotation_id", "evaluator_id", "type"),
        sa.Index("ix_rotations_evaluation_pg", "pg_id", "written_on", "id"),
        sa.Index("ix_rotations_evaluation_evaluator", "evaluator_id", "written_on", "id"),
        sa.Index("ix_rotations_evaluation_supervisor", "supervisor_id", "written_on", "id"),
        sa.Index("ix_rotations_evaluation_written", "written_on", "id"),
        sa.Index(
            "ix_rotations_evaluation_queue",
            "supervisor_id",
            "submitted_at",
            "id",
            postgresql_where=sa.text("status = 'submitted'"),
            sqlite_where=sa.text("status = 'submitted'"),
        ),
    )  # fmt: skip

    rotation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rotations_rotation.id", ondelete="RESTRICT")
    )
    evaluator_id: Mapped[int] = person()
    type: Mapped[str] = mapped_column(sa.String(20))
    written_on: Mapped[date] = mapped_column(default=today)
    score: Mapped[int | None] = mapped_column(sa.Integer)
    comments: Mapped[str] = mapped_column(default="")
    recommendations: Mapped[str] = mapped_column(default="")
    feedback: Mapped[str] = mapped_column(default="")
    reviewed_by_id: Mapped[int | None] = person(nullable=True)
    status: Mapped[str] = mapped_column(sa.String(20), default="draft")

    rotation: Mapped[Rotation] = relationship(lazy="raise")
    pg: Mapped[User] = relationship(foreign_keys="Evaluation.pg_id", lazy="raise")
    evaluator: Mapped[User] = relationship(foreign_keys="Evaluation.evaluator_id", lazy="raise")
    supervisor: Mapped[User | None] = relationship(
        foreign_keys="Evaluation.supervisor_id", lazy="raise"
    )
