"""Checks of stored records: their runs, numbers and rows.

A rollback loses the trend; a new check finds the rest again.
"""

import sqlalchemy as sa
from alembic import op

revision = "validation_0001"
down_revision = None
branch_labels = ("validation",)
depends_on = "users_0002"


def upgrade() -> None:
    op.create_table(
        "validation_check",
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("success", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.BigInteger(), nullable=False),
        sa.Column("retry_count", sa.Integer(), nullable=False),
        sa.Column("stalls", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'running', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'undone')",
            name=op.f("ck_validation_check_status"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users_user.id"],
            name=op.f("fk_validation_check_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validation_check")),
    )
    op.create_index(
        "ix_validation_check_ended", "validation_check", ["finished_at", "id"], unique=False
    )
    op.create_index(
        "ix_validation_check_open",
        "validation_check",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'running')"),
        sqlite_where=sa.text("status IN ('pending', 'running')"),
    )
    op.create_table(
        "validation_count",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("check_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["validation_check.id"],
            name=op.f("fk_validation_count_check_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validation_count")),
        sa.UniqueConstraint("check_id", "code", name=op.f("uq_validation_count_check_id_code")),
    )
    op.create_table(
        "validation_finding",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("check_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["validation_check.id"],
            name=op.f("fk_validation_finding_check_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validation_finding")),
    )
    op.create_index(
        "ix_validation_finding_code",
        "validation_finding",
        ["check_id", "code", "row_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("validation_finding")
    op.drop_table("validation_count")
    op.drop_table("validation_check")
