"""Saved reports, their schedules and recipients, runs and what each was drawn from."""

import sqlalchemy as sa
from alembic import op

revision = "reports_0001"
down_revision = None
branch_labels = ("reports",)
depends_on = "users_0002"


def upgrade() -> None:
    op.create_table(
        "reports_reportconfig",
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("paper", sa.String(length=10), nullable=False),
        sa.Column("shared_with", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "format IN ('pdf', 'xlsx', 'csv')", name=op.f("ck_reports_reportconfig_format")
        ),
        sa.CheckConstraint(
            "paper IN ('a4', 'us-letter')", name=op.f("ck_reports_reportconfig_paper")
        ),
        sa.CheckConstraint(
            "shared_with IN ('', 'admin', 'supervisor', 'pg')",
            name=op.f("ck_reports_reportconfig_shared_with"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_reports_reportconfig_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users_user.id"],
            name=op.f("fk_reports_reportconfig_owner_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_reportconfig")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_reports_reportconfig_owner_id_name")),
    )
    op.create_index(
        "ix_reports_config_shared", "reports_reportconfig", ["shared_with", "name"], unique=False
    )
    op.create_table(
        "reports_scheduledreport",
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("config_id", sa.BigInteger(), nullable=False),
        sa.Column("cron", sa.String(length=120), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_result", sa.String(length=20), nullable=False),
        sa.Column("last_words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "last_result IN ('', 'completed', 'failed', 'refused')",
            name=op.f("ck_reports_scheduledreport_last_result"),
        ),
        sa.ForeignKeyConstraint(
            ["config_id"],
            ["reports_reportconfig.id"],
            name=op.f("fk_reports_scheduledreport_config_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_reports_scheduledreport_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users_user.id"],
            name=op.f("fk_reports_scheduledreport_owner_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_scheduledreport")),
    )
    op.create_index(
        "ix_reports_schedule_owner", "reports_scheduledreport", ["owner_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_reports_scheduledreport_config_id"),
        "reports_scheduledreport",
        ["config_id"],
        unique=False,
    )
    op.create_table(
        "reports_recipient",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["users_user.id"],
            name=op.f("fk_reports_recipient_person_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["reports_scheduledreport.id"],
            name=op.f("fk_reports_recipient_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_recipient")),
        sa.UniqueConstraint(
            "schedule_id", "person_id", name=op.f("uq_reports_recipient_schedule_id_person_id")
        ),
    )
    op.create_index(
        op.f("ix_reports_recipient_person_id"), "reports_recipient", ["person_id"], unique=False
    )
    op.create_table(
        "reports_reportrun",
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("paper", sa.String(length=10), nullable=False),
        sa.Column("config_id", sa.BigInteger(), nullable=True),
        sa.Column("schedule_id", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
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
            "format IN ('pdf', 'xlsx', 'csv')", name=op.f("ck_reports_reportrun_format")
        ),
        sa.CheckConstraint("paper IN ('a4', 'us-letter')", name=op.f("ck_reports_reportrun_paper")),
        sa.CheckConstraint(
            "status IN ('pending', 'running', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'undone')",
            name=op.f("ck_reports_reportrun_status"),
        ),
        sa.ForeignKeyConstraint(
            ["config_id"],
            ["reports_reportconfig.id"],
            name=op.f("fk_reports_reportrun_config_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["reports_scheduledreport.id"],
            name=op.f("fk_reports_reportrun_schedule_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users_user.id"],
            name=op.f("fk_reports_reportrun_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_reportrun")),
    )
    op.create_index(
        op.f("ix_reports_reportrun_config_id"), "reports_reportrun", ["config_id"], unique=False
    )
    op.create_index(
        op.f("ix_reports_reportrun_schedule_id"), "reports_reportrun", ["schedule_id"], unique=False
    )
    op.create_index(
        "ix_reports_run_created", "reports_reportrun", ["created_at", "id"], unique=False
    )
    op.create_index("ix_reports_run_kept", "reports_reportrun", ["kept_until"], unique=False)
    op.create_index(
        "ix_reports_run_open",
        "reports_reportrun",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'running')"),
        sqlite_where=sa.text("status IN ('pending', 'running')"),
    )
    op.create_index(
        "ix_reports_run_user", "reports_reportrun", ["user_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "reports_drawn",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["reports_reportrun.id"],
            name=op.f("fk_reports_drawn_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_drawn")),
        sa.UniqueConstraint("run_id", "record", name=op.f("uq_reports_drawn_run_id_record")),
    )


def downgrade() -> None:
    """Saved reports, schedules and the papers that were made are lost; nothing they were made from is."""
    op.drop_table("reports_drawn")
    op.drop_table("reports_reportrun")
    op.drop_table("reports_recipient")
    op.drop_table("reports_scheduledreport")
    op.drop_table("reports_reportconfig")
