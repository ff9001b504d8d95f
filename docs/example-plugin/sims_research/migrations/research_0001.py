"""Research projects and their reviews."""

import sqlalchemy as sa
from alembic import op

revision = "research_0001"
down_revision = None
branch_labels = ("research",)
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "research_project_version",
        sa.Column("title", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("summary", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("started", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
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
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_research_project_version")),
    )
    op.create_index(
        op.f("ix_research_project_version_end_transaction_id"),
        "research_project_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_research_project_version_operation_type"),
        "research_project_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_research_project_version_pk_validity",
        "research_project_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_research_project_version_transaction_id"),
        "research_project_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "research_review_version",
        sa.Column("project_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("outcome", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("feedback", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reviewer_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_research_review_version")),
    )
    op.create_index(
        op.f("ix_research_review_version_end_transaction_id"),
        "research_review_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_research_review_version_operation_type"),
        "research_review_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_research_review_version_pk_validity",
        "research_review_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_research_review_version_reviewer_id"),
        "research_review_version",
        ["reviewer_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_research_review_version_transaction_id"),
        "research_review_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "research_project",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("started", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pg_id", sa.BigInteger(), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("verified_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'approved', 'returned', 'rejected', 'archived')",
            name=op.f("ck_research_project_status"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_research_project_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pg_id"],
            ["users_user.id"],
            name=op.f("fk_research_project_pg_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_research_project_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"],
            ["users_user.id"],
            name=op.f("fk_research_project_verified_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_research_project")),
    )
    op.create_index(
        "ix_research_project_pg", "research_project", ["pg_id", "started", "id"], unique=False
    )
    op.create_table(
        "research_review",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('approved', 'returned', 'rejected')",
            name=op.f("ck_research_review_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["research_project.id"],
            name=op.f("fk_research_review_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["users_user.id"],
            name=op.f("fk_research_review_reviewer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_research_review")),
        sa.UniqueConstraint(
            "project_id",
            "round",
            "reviewer_id",
            name=op.f("uq_research_review_project_id_round_reviewer_id"),
        ),
    )
    op.create_index(
        op.f("ix_research_review_reviewer_id"), "research_review", ["reviewer_id"], unique=False
    )
    op.create_index(
        "ix_research_project_version_pk_transaction_id",
        "research_project_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_research_review_version_pk_transaction_id",
        "research_review_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("research_review")
    op.drop_table("research_project")
    op.drop_table("research_review_version")
    op.drop_table("research_project_version")
