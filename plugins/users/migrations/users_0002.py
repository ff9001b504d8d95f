"""Absences and their deputies; when a PG's training begins and ends."""

import sqlalchemy as sa
from alembic import op

revision = "users_0002"
down_revision = "users_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users_absence_version",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("deputy_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("since", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("until", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("note", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_users_absence_version")),
    )
    op.create_index(
        op.f("ix_users_absence_version_end_transaction_id"),
        "users_absence_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_users_absence_version_operation_type"),
        "users_absence_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_users_absence_version_pk_validity",
        "users_absence_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_users_absence_version_transaction_id"),
        "users_absence_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "users_absence",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id <> deputy_id", name=op.f("ck_users_absence_somebody_else")),
        sa.CheckConstraint("until >= since", name=op.f("ck_users_absence_order")),
        sa.ForeignKeyConstraint(
            ["deputy_id"],
            ["users_user.id"],
            name=op.f("fk_users_absence_deputy_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["users_user.id"],
            name=op.f("fk_users_absence_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_absence")),
    )
    op.create_index(
        "ix_users_absence_deputy", "users_absence", ["deputy_id", "until"], unique=False
    )
    op.create_index(
        "ix_users_absence_person", "users_absence", ["person_id", "until"], unique=False
    )
    op.create_index(
        "ix_users_absence_version_pk_transaction_id",
        "users_absence_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    # Not in a batch: on SQLite that would make users_user anew, and every table refers to it.
    for table in ("users_user", "users_user_version"):
        op.add_column(table, sa.Column("training_start", sa.Date(), nullable=True))
        op.add_column(table, sa.Column("training_end", sa.Date(), nullable=True))


def downgrade() -> None:
    for table in ("users_user_version", "users_user"):
        op.drop_column(table, "training_end")
        op.drop_column(table, "training_start")
    op.drop_table("users_absence")
    op.drop_table("users_absence_version")
