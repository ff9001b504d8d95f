"""Certificates, their types, reviews and reminders."""

import sqlalchemy as sa
from alembic import op

revision = "certificates_0001"
down_revision = None
branch_labels = ("certificates",)
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "certificates_certificate_version",
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("type_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("title", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("number", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("organisation", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("issue_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("expiry_date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("description", sa.Text(), autoincrement=False, nullable=True),
        sa.Column(
            "cme_points", sa.Numeric(precision=5, scale=1), autoincrement=False, nullable=True
        ),
        sa.Column(
            "cpd_credits", sa.Numeric(precision=5, scale=1), autoincrement=False, nullable=True
        ),
        sa.Column("verification_url", sa.String(length=500), autoincrement=False, nullable=True),
        sa.Column("verification_code", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("pg_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("supervisor_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("verified_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_certificates_certificate_version")
        ),
    )
    op.create_index(
        op.f("ix_certificates_certificate_version_end_transaction_id"),
        "certificates_certificate_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_certificate_version_operation_type"),
        "certificates_certificate_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_certificate_version_pk_validity",
        "certificates_certificate_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_certificate_version_transaction_id"),
        "certificates_certificate_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "certificates_review_version",
        sa.Column("certificate_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("outcome", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("feedback", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reviewer_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_certificates_review_version")
        ),
    )
    op.create_index(
        op.f("ix_certificates_review_version_end_transaction_id"),
        "certificates_review_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_review_version_operation_type"),
        "certificates_review_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_review_version_pk_validity",
        "certificates_review_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_review_version_reviewer_id"),
        "certificates_review_version",
        ["reviewer_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_review_version_transaction_id"),
        "certificates_review_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "certificates_type_version",
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("category", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("description", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("is_required", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("required_from_year", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("specialties", sa.JSON(), autoincrement=False, nullable=True),
        sa.Column("validity_months", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column(
            "cme_points", sa.Numeric(precision=5, scale=1), autoincrement=False, nullable=True
        ),
        sa.Column(
            "cpd_credits", sa.Numeric(precision=5, scale=1), autoincrement=False, nullable=True
        ),
        sa.Column("is_active", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_certificates_type_version")),
    )
    op.create_index(
        op.f("ix_certificates_type_version_end_transaction_id"),
        "certificates_type_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_type_version_operation_type"),
        "certificates_type_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_type_version_pk_validity",
        "certificates_type_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certificates_type_version_transaction_id"),
        "certificates_type_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "certificates_type",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("required_from_year", sa.Integer(), nullable=True),
        sa.Column("specialties", sa.JSON(), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("cme_points", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("cpd_credits", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category IN ('academic', 'professional', 'cme', 'cpd', 'specialty', 'safety', 'skills', 'other')",
            name=op.f("ck_certificates_type_category"),
        ),
        sa.CheckConstraint(
            "cme_points IS NULL OR cme_points BETWEEN 0 AND 999",
            name=op.f("ck_certificates_type_cme_points"),
        ),
        sa.CheckConstraint(
            "cpd_credits IS NULL OR cpd_credits BETWEEN 0 AND 999",
            name=op.f("ck_certificates_type_cpd_credits"),
        ),
        sa.CheckConstraint(
            "required_from_year IS NULL OR required_from_year BETWEEN 1 AND 6",
            name=op.f("ck_certificates_type_required_from_year"),
        ),
        sa.CheckConstraint(
            "validity_months IS NULL OR validity_months BETWEEN 1 AND 600",
            name=op.f("ck_certificates_type_validity_months"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_certificates_type_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_type")),
    )
    op.create_table(
        "certificates_certificate",
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("type_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cme_points", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("cpd_credits", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("verification_url", sa.String(length=500), nullable=False),
        sa.Column("verification_code", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pg_id", sa.BigInteger(), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("verified_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'under_review', 'approved', 'rejected', 'expired')",
            name=op.f("ck_certificates_certificate_status"),
        ),
        sa.CheckConstraint(
            "cme_points IS NULL OR cme_points BETWEEN 0 AND 999",
            name=op.f("ck_certificates_certificate_cme_points"),
        ),
        sa.CheckConstraint(
            "cpd_credits IS NULL OR cpd_credits BETWEEN 0 AND 999",
            name=op.f("ck_certificates_certificate_cpd_credits"),
        ),
        sa.CheckConstraint(
            "expiry_date IS NULL OR expiry_date > issue_date",
            name=op.f("ck_certificates_certificate_dates"),
        ),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id",
            name=op.f("ck_certificates_certificate_not_own_supervisor"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_certificates_certificate_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pg_id"],
            ["users_user.id"],
            name=op.f("fk_certificates_certificate_pg_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_certificates_certificate_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["type_id"],
            ["certificates_type.id"],
            name=op.f("fk_certificates_certificate_type_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"],
            ["users_user.id"],
            name=op.f("fk_certificates_certificate_verified_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_certificate")),
    )
    op.create_index(
        "idx_certificates_analytics",
        "certificates_certificate",
        ["issue_date", "pg_id"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_certificate_board",
        "certificates_certificate",
        ["pg_id", "type_id", "status", "expiry_date"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_certificate_expiry",
        "certificates_certificate",
        ["expiry_date", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'approved'"),
        sqlite_where=sa.text("status = 'approved'"),
    )
    op.create_index(
        "ix_certificates_certificate_issued",
        "certificates_certificate",
        ["issue_date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_certificate_pg_issued",
        "certificates_certificate",
        ["pg_id", "issue_date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_certificate_queue",
        "certificates_certificate",
        ["supervisor_id", "submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'under_review'"),
        sqlite_where=sa.text("status = 'under_review'"),
    )
    op.create_index(
        "ix_certificates_certificate_supervisor",
        "certificates_certificate",
        ["supervisor_id", "issue_date", "id"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_certificate_type", "certificates_certificate", ["type_id"], unique=False
    )
    op.create_table(
        "certificates_reminder",
        sa.Column("certificate_id", sa.BigInteger(), nullable=False),
        sa.Column("expiry_date", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates_certificate.id"],
            name=op.f("fk_certificates_reminder_certificate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_reminder")),
        sa.UniqueConstraint(
            "certificate_id",
            "expiry_date",
            "threshold",
            name=op.f("uq_certificates_reminder_certificate_id_expiry_date_threshold"),
        ),
    )
    op.create_table(
        "certificates_review",
        sa.Column("certificate_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('approved', 'rejected', 'needs_clarification')",
            name=op.f("ck_certificates_review_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates_certificate.id"],
            name=op.f("fk_certificates_review_certificate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["users_user.id"],
            name=op.f("fk_certificates_review_reviewer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_review")),
        sa.UniqueConstraint(
            "certificate_id",
            "round",
            "reviewer_id",
            name=op.f("uq_certificates_review_certificate_id_round_reviewer_id"),
        ),
    )
    op.create_index(
        op.f("ix_certificates_review_reviewer_id"),
        "certificates_review",
        ["reviewer_id"],
        unique=False,
    )
    op.create_index(
        "ix_certificates_certificate_version_pk_transaction_id",
        "certificates_certificate_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_certificates_review_version_pk_transaction_id",
        "certificates_review_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_certificates_type_version_pk_transaction_id",
        "certificates_type_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_certificates_type_name_lower",
        "certificates_type",
        [sa.literal_column("lower(name)")],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("certificates_review")
    op.drop_table("certificates_reminder")
    op.drop_table("certificates_certificate")
    op.drop_table("certificates_type")
    op.drop_table("certificates_type_version")
    op.drop_table("certificates_review_version")
    op.drop_table("certificates_certificate_version")
