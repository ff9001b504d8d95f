"""Mails that wait for their time, preferences of time, what is counted until it is done, reminders told."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "notifications_0002"
down_revision = "notifications_0001"
branch_labels = None
depends_on = "users_0001"


TABLE = "notifications_notification"


def unread_index(change: Callable[[], None]) -> None:
    """Make a change that writes the table anew on SQLite, where the order of this index would be lost with it."""
    op.drop_index("idx_notifications_unread", table_name=TABLE)
    change()
    op.create_index(
        "idx_notifications_unread",
        TABLE,
        ["recipient_id", "is_read", sa.literal_column("created_at DESC")],
        postgresql_where=sa.text("is_read = false"),
        sqlite_where=sa.text("is_read = 0"),
    )


def upgrade() -> None:
    op.create_table(
        "notifications_reminder",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("table", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_reminder")),
        sa.UniqueConstraint(
            "table",
            "row_id",
            "since",
            "days",
            name=op.f("uq_notifications_reminder_table_row_id_since_days"),
        ),
    )
    op.create_table(
        "notifications_backlog",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["users_user.id"],
            name=op.f("fk_notifications_backlog_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_backlog")),
        sa.UniqueConstraint("person_id", name=op.f("uq_notifications_backlog_person_id")),
    )
    op.create_table(
        "notifications_setting",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)",
            name=op.f("ck_notifications_setting_quiet"),
        ),
        sa.CheckConstraint(
            "digest_hour BETWEEN 0 AND 23", name=op.f("ck_notifications_setting_digest_hour")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["users_user.id"],
            name=op.f("fk_notifications_setting_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_setting")),
        sa.UniqueConstraint("person_id", name=op.f("uq_notifications_setting_person_id")),
    )
    unread_index(add_columns)
    op.create_index(
        "ix_notifications_due",
        TABLE,
        ["scheduled_for"],
        postgresql_where=sa.text("sent_at IS NULL AND channel = 'email'"),
        sqlite_where=sa.text("sent_at IS NULL AND channel = 'email'"),
    )
    op.create_index(
        "ix_notifications_gathering",
        TABLE,
        ["gathering"],
        postgresql_where=sa.text("gathering IS NOT NULL"),
        sqlite_where=sa.text("gathering IS NOT NULL"),
    )


def downgrade() -> None:
    """Preferences of time are lost, and what was told of backlogs and reminders: it is told once more."""
    op.drop_index("ix_notifications_gathering", table_name=TABLE)
    op.drop_index("ix_notifications_due", table_name=TABLE)
    unread_index(drop_columns)
    op.drop_table("notifications_setting")
    op.drop_table("notifications_backlog")
    op.drop_table("notifications_reminder")


def add_columns() -> None:
    """What a mail waits for, and what is counted until it is done."""
    with op.batch_alter_table(TABLE) as batch:
        batch.add_column(sa.Column("gathering", sa.String(length=120), nullable=True))
        batch.add_column(
            sa.Column("count", sa.Integer(), nullable=False, server_default=sa.text("1"))
        )
        batch.add_column(
            sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.alter_column("count", server_default=None)
        batch.alter_column("digest", server_default=None)


def drop_columns() -> None:
    """The same back."""
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_column("digest")
        batch.drop_column("count")
        batch.drop_column("gathering")
