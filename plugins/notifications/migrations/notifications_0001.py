"""First tables of notifications."""

import sqlalchemy as sa
from alembic import op

revision = "notifications_0001"
down_revision = None
branch_labels = ("notifications",)
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "notifications_notification",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("table", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=True),
        sa.Column("dedupe", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scheduled_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('in_app', 'email')", name=op.f("ck_notifications_notification_channel")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["users_user.id"],
            name=op.f("fk_notifications_notification_actor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["users_user.id"],
            name=op.f("fk_notifications_notification_recipient_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_notification")),
        sa.UniqueConstraint(
            "recipient_id",
            "channel",
            "dedupe",
            name=op.f("uq_notifications_notification_recipient_id_channel_dedupe"),
        ),
    )
    op.create_index(
        "ix_notifications_recipient",
        "notifications_notification",
        ["recipient_id", "channel", "id"],
        unique=False,
    )
    op.create_table(
        "notifications_notificationpreference",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "email IN ('at_once', 'digest', 'off')",
            name=op.f("ck_notifications_notificationpreference_email"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["users_user.id"],
            name=op.f("fk_notifications_notificationpreference_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_notificationpreference")),
        sa.UniqueConstraint(
            "person_id", "kind", name=op.f("uq_notifications_notificationpreference_person_id_kind")
        ),
    )
    op.create_index(
        "idx_notifications_unread",
        "notifications_notification",
        ["recipient_id", "is_read", sa.literal_column("created_at DESC")],
        unique=False,
        postgresql_where=sa.text("is_read = false"),
        sqlite_where=sa.text("is_read = 0"),
    )


def downgrade() -> None:
    op.drop_table("notifications_notificationpreference")
    op.drop_table("notifications_notification")
