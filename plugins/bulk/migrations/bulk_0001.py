"""Bulk operations, what became of each row, and matched columns."""

import sqlalchemy as sa
from alembic import op

revision = "bulk_0001"
down_revision = None
branch_labels = ("bulk",)
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "bulk_bulkmatching",
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("headings", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["users_user.id"],
            name=op.f("fk_bulk_bulkmatching_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_bulkmatching")),
        sa.UniqueConstraint("act", "headings", name=op.f("uq_bulk_bulkmatching_act_headings")),
    )
    op.create_table(
        "bulk_bulkoperation",
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.Column("record_type", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("source_name", sa.String(length=255), nullable=False),
        sa.Column("source_token", sa.String(length=64), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("follows_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("success", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.BigInteger(), nullable=False),
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
            "operation IN ('import', 'check', 'review', 'assignment', 'archive', 'undo')",
            name=op.f("ck_bulk_bulkoperation_operation"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'running', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'undone')",
            name=op.f("ck_bulk_bulkoperation_status"),
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"],
            ["bulk_bulkoperation.id"],
            name=op.f("fk_bulk_bulkoperation_follows_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users_user.id"],
            name=op.f("fk_bulk_bulkoperation_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_bulkoperation")),
    )
    op.create_index(
        "ix_bulk_operation_open",
        "bulk_bulkoperation",
        ["id"],
        postgresql_where=sa.text("status IN ('pending', 'running')"),
        sqlite_where=sa.text("status IN ('pending', 'running')"),
    )
    op.create_index("ix_bulk_operation_source", "bulk_bulkoperation", ["source_sha256", "act"])
    op.create_index("ix_bulk_operation_created", "bulk_bulkoperation", ["created_at", "id"])
    op.create_index("ix_bulk_operation_user", "bulk_bulkoperation", ["user_id", "created_at", "id"])
    op.create_index(
        "uq_bulk_operation_follows",
        "bulk_bulkoperation",
        ["follows_id", "operation"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'running', 'completed')"),
        sqlite_where=sa.text("status IN ('pending', 'running', 'completed')"),
    )
    op.create_index(
        "uq_bulk_operation_same_file",
        "bulk_bulkoperation",
        ["act", "source_sha256"],
        unique=True,
        postgresql_where=sa.text("operation = 'import' AND status IN ('pending', 'running')"),
        sqlite_where=sa.text("operation = 'import' AND status IN ('pending', 'running')"),
    )
    op.create_table(
        "bulk_bulkitem",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("operation_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("problems", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'done', 'skipped', 'refused', 'undone')",
            name=op.f("ck_bulk_bulkitem_status"),
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["bulk_bulkoperation.id"],
            name=op.f("fk_bulk_bulkitem_operation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_bulkitem")),
        sa.UniqueConstraint(
            "operation_id", "number", name=op.f("uq_bulk_bulkitem_operation_id_number")
        ),
    )
    op.create_index("ix_bulk_item_status", "bulk_bulkitem", ["operation_id", "status", "number"])


def downgrade() -> None:
    """What operations did stays done; that they did it, and the way to undo it, is lost."""
    op.drop_table("bulk_bulkitem")
    op.drop_table("bulk_bulkoperation")
    op.drop_table("bulk_bulkmatching")
