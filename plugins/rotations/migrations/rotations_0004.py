"""Calendar feeds: whose, the hash of the secret, until when."""

import sqlalchemy as sa
from alembic import op

revision = "rotations_0004"
down_revision = "rotations_0003"
branch_labels = None
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "rotations_feed",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_feed_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations_feed")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_rotations_feed_secret_hash")),
    )
    op.create_index(
        "uq_rotations_feed_person",
        "rotations_feed",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
        sqlite_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("rotations_feed")
