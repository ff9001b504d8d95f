"""Evaluations of rotations."""

import sqlalchemy as sa
from alembic import op

revision = "rotations_0003"
down_revision = "rotations_0002"
branch_labels = None
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "rotations_evaluation_version",
        sa.Column("rotation_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("evaluator_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("type", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("written_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("comments", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("recommendations", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("feedback", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reviewed_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("pg_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("supervisor_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("verified_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_rotations_evaluation_version")
        ),
    )
    op.create_index(
        op.f("ix_rotations_evaluation_version_end_transaction_id"),
        "rotations_evaluation_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_evaluation_version_operation_type"),
        "rotations_evaluation_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_evaluation_version_pk_validity",
        "rotations_evaluation_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_evaluation_version_transaction_id"),
        "rotations_evaluation_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "rotations_evaluation",
        sa.Column("rotation_id", sa.BigInteger(), nullable=False),
        sa.Column("evaluator_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comments", sa.Text(), nullable=False),
        sa.Column("recommendations", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("reviewed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pg_id", sa.BigInteger(), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("verified_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'reviewed', 'approved')",
            name=op.f("ck_rotations_evaluation_status"),
        ),
        sa.CheckConstraint(
            "type IN ('mid_rotation', 'final', 'supervisor', 'self', 'peer')",
            name=op.f("ck_rotations_evaluation_type"),
        ),
        sa.CheckConstraint(
            "score IS NULL OR score BETWEEN 0 AND 100", name=op.f("ck_rotations_evaluation_score")
        ),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id NOT IN (pg_id, evaluator_id)",
            name=op.f("ck_rotations_evaluation_not_own_reviewer"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_evaluation_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["evaluator_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_evaluation_evaluator_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pg_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_evaluation_pg_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_evaluation_reviewed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["rotation_id"],
            ["rotations_rotation.id"],
            name=op.f("fk_rotations_evaluation_rotation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_evaluation_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_evaluation_verified_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations_evaluation")),
        sa.UniqueConstraint(
            "rotation_id",
            "evaluator_id",
            "type",
            name=op.f("uq_rotations_evaluation_rotation_id_evaluator_id_type"),
        ),
    )
    op.create_index(
        "ix_rotations_evaluation_evaluator",
        "rotations_evaluation",
        ["evaluator_id", "written_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_evaluation_pg",
        "rotations_evaluation",
        ["pg_id", "written_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_evaluation_queue",
        "rotations_evaluation",
        ["supervisor_id", "submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'submitted'"),
        sqlite_where=sa.text("status = 'submitted'"),
    )
    op.create_index(
        "ix_rotations_evaluation_supervisor",
        "rotations_evaluation",
        ["supervisor_id", "written_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_evaluation_written",
        "rotations_evaluation",
        ["written_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_evaluation_version_pk_transaction_id",
        "rotations_evaluation_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("rotations_evaluation")
    op.drop_table("rotations_evaluation_version")
