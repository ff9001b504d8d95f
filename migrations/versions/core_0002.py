"""Files, drafts and saved lists, which name people."""

import sqlalchemy as sa
from alembic import op

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "core_draft",
        sa.Column("token", sa.String(length=48), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["users_user.id"],
            name=op.f("fk_core_draft_actor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_core_draft")),
    )
    op.create_index(
        "ix_core_draft_open", "core_draft", ["actor_id", "form", "row_id"], unique=False
    )
    op.create_table(
        "core_file",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("table", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_core_file_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_file")),
        sa.UniqueConstraint("token", name=op.f("uq_core_file_token")),
    )
    op.create_index("ix_core_file_row", "core_file", ["table", "row_id"], unique=False)
    op.create_table(
        "core_savedlist",
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users_user.id"],
            name=op.f("fk_core_savedlist_owner_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_savedlist")),
        sa.UniqueConstraint(
            "owner_id", "record", "name", name=op.f("uq_core_savedlist_owner_id_record_name")
        ),
    )


def downgrade() -> None:
    op.drop_table("core_savedlist")
    op.drop_table("core_file")
    op.drop_table("core_draft")
