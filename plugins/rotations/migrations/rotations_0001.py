"""First tables of rotations."""

import sqlalchemy as sa
from alembic import op

revision = "rotations_0001"
down_revision = None
branch_labels = ("rotations",)
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "rotations_department_version",
        sa.Column("hospital_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("head_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("contact", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("objectives", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("required_skills", sa.Text(), autoincrement=False, nullable=True),
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
            "id", "transaction_id", name=op.f("pk_rotations_department_version")
        ),
    )
    op.create_index(
        op.f("ix_rotations_department_version_end_transaction_id"),
        "rotations_department_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_department_version_operation_type"),
        "rotations_department_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_department_version_pk_validity",
        "rotations_department_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_department_version_transaction_id"),
        "rotations_department_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "rotations_hospital_version",
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("code", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("address", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("phone", sa.String(length=30), autoincrement=False, nullable=True),
        sa.Column("email", sa.String(length=254), autoincrement=False, nullable=True),
        sa.Column("website", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("is_active", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_rotations_hospital_version")),
    )
    op.create_index(
        op.f("ix_rotations_hospital_version_end_transaction_id"),
        "rotations_hospital_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_hospital_version_operation_type"),
        "rotations_hospital_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_hospital_version_pk_validity",
        "rotations_hospital_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_hospital_version_transaction_id"),
        "rotations_hospital_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "rotations_rotation_version",
        sa.Column("pg_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("department_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("hospital_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("supervisor_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("start_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("end_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("objectives", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("learning_outcomes", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("requirements", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("feedback", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("notes", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_rotations_rotation_version")),
    )
    op.create_index(
        op.f("ix_rotations_rotation_version_department_id"),
        "rotations_rotation_version",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_rotation_version_end_transaction_id"),
        "rotations_rotation_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_rotation_version_hospital_id"),
        "rotations_rotation_version",
        ["hospital_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_rotation_version_operation_type"),
        "rotations_rotation_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_rotation_version_pk_validity",
        "rotations_rotation_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_rotation_version_transaction_id"),
        "rotations_rotation_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "rotations_hospital",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_hospital_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations_hospital")),
    )
    op.create_table(
        "rotations_department",
        sa.Column("hospital_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("head_id", sa.BigInteger(), nullable=True),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("objectives", sa.Text(), nullable=False),
        sa.Column("required_skills", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_department_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["head_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_department_head_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["hospital_id"],
            ["rotations_hospital.id"],
            name=op.f("fk_rotations_department_hospital_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations_department")),
    )
    op.create_table(
        "rotations_rotation",
        sa.Column("pg_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("hospital_id", sa.BigInteger(), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("objectives", sa.Text(), nullable=False),
        sa.Column("learning_outcomes", sa.Text(), nullable=False),
        sa.Column("requirements", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'planned', 'ongoing', 'completed', 'cancelled')",
            name=op.f("ck_rotations_rotation_status"),
        ),
        sa.CheckConstraint("end_date > start_date", name=op.f("ck_rotations_rotation_dates")),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id",
            name=op.f("ck_rotations_rotation_not_own_supervisor"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_rotation_approved_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_rotation_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["rotations_department.id"],
            name=op.f("fk_rotations_rotation_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["hospital_id"],
            ["rotations_hospital.id"],
            name=op.f("fk_rotations_rotation_hospital_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pg_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_rotation_pg_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_rotations_rotation_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations_rotation")),
    )
    op.create_index(
        "idx_rotations_dates",
        "rotations_rotation",
        ["start_date", "end_date", "status", "pg_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_rotation_department_id"),
        "rotations_rotation",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_rotations_rotation_hospital_id"),
        "rotations_rotation",
        ["hospital_id"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_rotation_pg",
        "rotations_rotation",
        ["pg_id", "start_date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_rotation_supervisor",
        "rotations_rotation",
        ["supervisor_id", "start_date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_rotations_department_version_pk_transaction_id",
        "rotations_department_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_rotations_hospital_version_pk_transaction_id",
        "rotations_hospital_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_rotations_rotation_version_pk_transaction_id",
        "rotations_rotation_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_rotations_hospital_code_lower",
        "rotations_hospital",
        [sa.literal_column("lower(code)")],
        unique=True,
    )
    op.create_index(
        "uq_rotations_department_name_lower",
        "rotations_department",
        ["hospital_id", sa.literal_column("lower(name)")],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("rotations_rotation")
    op.drop_table("rotations_department")
    op.drop_table("rotations_hospital")
    op.drop_table("rotations_rotation_version")
    op.drop_table("rotations_hospital_version")
    op.drop_table("rotations_department_version")
