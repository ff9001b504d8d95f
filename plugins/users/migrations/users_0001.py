"""People, their accounts, and who supervised whom."""

import sqlalchemy as sa
from alembic import op

revision = "users_0001"
down_revision = None
branch_labels = ("users",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users_supervision_version",
        sa.Column("pg_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("supervisor_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("kind", sa.String(length=10), autoincrement=False, nullable=True),
        sa.Column("since", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("until", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_users_supervision_version")),
    )
    op.create_index(
        op.f("ix_users_supervision_version_end_transaction_id"),
        "users_supervision_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_users_supervision_version_operation_type"),
        "users_supervision_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_users_supervision_version_pk_transaction_id",
        "users_supervision_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_users_supervision_version_pk_validity",
        "users_supervision_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_users_supervision_version_transaction_id"),
        "users_supervision_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "users_user",
        sa.Column("username", sa.String(length=150), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=150), nullable=False),
        sa.Column("last_name", sa.String(length=150), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("specialty", sa.String(length=100), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("registration_number", sa.String(length=50), nullable=False),
        sa.Column("phone_number", sa.String(length=30), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(length=50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'supervisor', 'pg')", name=op.f("ck_users_user_role")
        ),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> id",
            name=op.f("ck_users_user_not_own_supervisor"),
        ),
        sa.CheckConstraint("year IS NULL OR year BETWEEN 1 AND 6", name=op.f("ck_users_user_year")),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_users_user_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_users_user_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_user")),
    )
    op.create_index(
        "idx_users_supervisor",
        "users_user",
        ["supervisor_id"],
        unique=False,
        postgresql_where=sa.text("supervisor_id IS NOT NULL"),
        sqlite_where=sa.text("supervisor_id IS NOT NULL"),
    )
    op.create_index(
        "ix_users_user_role_last_name", "users_user", ["role", "last_name", "id"], unique=False
    )
    op.create_table(
        "users_user_version",
        sa.Column("username", sa.String(length=150), autoincrement=False, nullable=True),
        sa.Column("email", sa.String(length=254), autoincrement=False, nullable=True),
        sa.Column("first_name", sa.String(length=150), autoincrement=False, nullable=True),
        sa.Column("last_name", sa.String(length=150), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("specialty", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("supervisor_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("registration_number", sa.String(length=50), autoincrement=False, nullable=True),
        sa.Column("phone_number", sa.String(length=30), autoincrement=False, nullable=True),
        sa.Column("is_active", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("is_archived", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("must_change_password", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_users_user_version")),
    )
    op.create_index(
        op.f("ix_users_user_version_end_transaction_id"),
        "users_user_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_users_user_version_operation_type"),
        "users_user_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_users_user_version_pk_transaction_id",
        "users_user_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_users_user_version_pk_validity",
        "users_user_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_users_user_version_transaction_id"),
        "users_user_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "users_supervision",
        sa.Column("pg_id", sa.BigInteger(), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('primary', 'co')", name=op.f("ck_users_supervision_kind")),
        sa.CheckConstraint(
            "pg_id <> supervisor_id", name=op.f("ck_users_supervision_not_own_supervisor")
        ),
        sa.CheckConstraint(
            "until IS NULL OR until >= since", name=op.f("ck_users_supervision_order")
        ),
        sa.ForeignKeyConstraint(
            ["pg_id"],
            ["users_user.id"],
            name=op.f("fk_users_supervision_pg_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_users_supervision_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_supervision")),
    )
    op.create_index(
        "ix_users_supervision_pg", "users_supervision", ["pg_id", "since"], unique=False
    )
    op.create_index(
        "ix_users_supervision_supervisor",
        "users_supervision",
        ["supervisor_id", "pg_id"],
        unique=False,
    )
    op.create_index(
        "uq_users_supervision_current",
        "users_supervision",
        ["pg_id", "supervisor_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
        sqlite_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_users_supervision_primary",
        "users_supervision",
        ["pg_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL AND kind = 'primary'"),
        sqlite_where=sa.text("until IS NULL AND kind = 'primary'"),
    )
    op.create_index(
        "uq_users_user_email_lower", "users_user", [sa.literal_column("lower(email)")], unique=True
    )
    op.create_index(
        "uq_users_user_username_lower",
        "users_user",
        [sa.literal_column("lower(username)")],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("users_supervision")
    op.drop_table("users_user_version")
    op.drop_table("users_user")
    op.drop_table("users_supervision_version")
