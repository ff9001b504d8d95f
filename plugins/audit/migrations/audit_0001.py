"""The activity log and the heads of its lanes. On PostgreSQL the log refuses changes and deletions.

A rollback loses the log; print a seal and export it first (`flask audit seal`, the list's export).
"""

import sqlalchemy as sa
from alembic import op

revision = "audit_0001"
down_revision = None
branch_labels = ("audit",)
depends_on = "users_0002"

REFUSE = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_activitylog is append-only' USING HINT = 'See docs/audit.md.';
END $$
"""
TRIGGER = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_activitylog
FOR EACH ROW EXECUTE FUNCTION audit_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "audit_activitylog",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.String(length=200), nullable=False),
        sa.Column("target_table", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("target_text", sa.String(length=300), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("ip", sa.String(length=50), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users_user.id"],
            name=op.f("fk_audit_activitylog_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_activitylog")),
        sa.UniqueConstraint("lane", "sequence", name=op.f("uq_audit_activitylog_lane_sequence")),
    )
    op.create_index(
        "idx_activity_log_user_action",
        "audit_activitylog",
        ["user_id", "action", sa.literal_column("created_at DESC")],
    )
    op.create_index(
        "ix_activity_log_target", "audit_activitylog", ["target_table", "target_id", "id"]
    )
    op.create_index("ix_activity_log_created", "audit_activitylog", ["created_at", "id"])
    op.create_index("ix_activity_log_action", "audit_activitylog", ["action", "created_at", "id"])
    op.create_table(
        "audit_head",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_audit_head")),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute(REFUSE)
        op.execute(TRIGGER)


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_activitylog")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_append_only()")
