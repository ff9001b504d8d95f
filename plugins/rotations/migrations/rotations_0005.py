"""Disciplines: what departments of several hospitals have in common."""

import sqlalchemy as sa
from alembic import op

revision = "rotations_0005"
down_revision = "rotations_0004"
branch_labels = None
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "rotations_discipline_version",
        sa.Column("code", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("description", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("is_active", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_rotations_discipline_version")
        ),
    )
    op.create_index(
        op.f("ix_rotations_discipline_version_end_transaction_id"),
        "rotations_discipline_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_discipline_version_operation_type"),
        "rotations_discipline_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_discipline_version_pk_validity",
        "rotations_discipline_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_discipline_version_transaction_id"),
        "rotations_discipline_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "rotations_discipline",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_discipline_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations_discipline")),
    )
    op.create_index(
        "ix_rotations_discipline_version_pk_transaction_id",
        "rotations_discipline_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_rotations_discipline_code_lower",
        "rotations_discipline",
        [sa.literal_column("lower(code)")],
        unique=True,
    )
    with op.batch_alter_table("rotations_department") as batch:
        batch.add_column(sa.Column("discipline_id", sa.BigInteger(), nullable=True))
        batch.create_index(op.f("ix_rotations_department_discipline_id"), ["discipline_id"])
        batch.create_foreign_key(
            op.f("fk_rotations_department_discipline_id"),
            "rotations_discipline",
            ["discipline_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    _index_names()
    with op.batch_alter_table("rotations_department_version") as batch:
        batch.add_column(
            sa.Column("discipline_id", sa.BigInteger(), autoincrement=False, nullable=True)
        )
        batch.create_index(op.f("ix_rotations_department_version_discipline_id"), ["discipline_id"])


def downgrade() -> None:
    with op.batch_alter_table("rotations_department_version") as batch:
        batch.drop_index(op.f("ix_rotations_department_version_discipline_id"))
        batch.drop_column("discipline_id")
    with op.batch_alter_table("rotations_department") as batch:
        batch.drop_constraint(op.f("fk_rotations_department_discipline_id"), type_="foreignkey")
        batch.drop_index(op.f("ix_rotations_department_discipline_id"))
        batch.drop_column("discipline_id")
    _index_names()
    op.drop_table("rotations_discipline")
    op.drop_table("rotations_discipline_version")


def _index_names() -> None:
    """Put back the index on an expression: SQLite changes a table by copying it, and Alembic leaves that one out."""
    op.create_index(
        "uq_rotations_department_name_lower",
        "rotations_department",
        ["hospital_id", sa.literal_column("lower(name)")],
        unique=True,
        if_not_exists=True,
    )
