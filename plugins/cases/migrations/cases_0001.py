"""Cases, their categories, procedures and reviews."""

import sqlalchemy as sa
from alembic import op

revision = "cases_0001"
down_revision = None
branch_labels = ("cases",)
depends_on = ["catalogue_0001", "rotations_0001", "users_0001"]


def upgrade() -> None:
    op.create_table(
        "cases_category_version",
        sa.Column("name", sa.String(length=120), autoincrement=False, nullable=True),
        sa.Column("colour", sa.String(length=10), autoincrement=False, nullable=True),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("is_active", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_cases_category_version")),
    )
    op.create_index(
        op.f("ix_cases_category_version_end_transaction_id"),
        "cases_category_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_category_version_operation_type"),
        "cases_category_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_cases_category_version_pk_validity",
        "cases_category_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_category_version_transaction_id"),
        "cases_category_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "cases_clinicalcase_version",
        sa.Column("title", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("category_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("date_encountered", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("rotation_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("patient_age", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("patient_sex", sa.String(length=1), autoincrement=False, nullable=True),
        sa.Column("complexity", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("chief_complaint", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("history", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("examination", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("investigations", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("diagnosis", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("primary_diagnosis_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("secondary_diagnoses", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("management", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reasoning", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("learning_points", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("outcome", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("follow_up", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("self_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("supervisor_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("teaching_consent", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("featured", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("featured_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("featured_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
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
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_cases_clinicalcase_version")),
    )
    op.create_index(
        op.f("ix_cases_clinicalcase_version_end_transaction_id"),
        "cases_clinicalcase_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_clinicalcase_version_operation_type"),
        "cases_clinicalcase_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_cases_clinicalcase_version_pk_validity",
        "cases_clinicalcase_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_clinicalcase_version_transaction_id"),
        "cases_clinicalcase_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "cases_procedure_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("procedure_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_cases_procedure_version")),
    )
    op.create_index(
        "ix_cases_procedure_version_case_id", "cases_procedure_version", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_cases_procedure_version_end_transaction_id"),
        "cases_procedure_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_procedure_version_operation_type"),
        "cases_procedure_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_cases_procedure_version_pk_validity",
        "cases_procedure_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_procedure_version_transaction_id"),
        "cases_procedure_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "cases_review_version",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("strengths", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("improvements", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("recommendations", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("needs_follow_up", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("knowledge_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("reasoning_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("documentation_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("overall_score", sa.Integer(), autoincrement=False, nullable=True),
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
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_cases_review_version")),
    )
    op.create_index(
        op.f("ix_cases_review_version_end_transaction_id"),
        "cases_review_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_review_version_operation_type"),
        "cases_review_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_cases_review_version_pk_validity",
        "cases_review_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_review_version_reviewer_id"),
        "cases_review_version",
        ["reviewer_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_review_version_transaction_id"),
        "cases_review_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "cases_category",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("colour", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "colour IN ('info', 'good', 'warn', 'bad', 'neutral')",
            name=op.f("ck_cases_category_colour"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_cases_category_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases_category")),
        sa.UniqueConstraint("name", name=op.f("uq_cases_category_name")),
    )
    op.create_table(
        "cases_clinicalcase",
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("date_encountered", sa.Date(), nullable=False),
        sa.Column("rotation_id", sa.BigInteger(), nullable=True),
        sa.Column("patient_age", sa.Integer(), nullable=True),
        sa.Column("patient_sex", sa.String(length=1), nullable=False),
        sa.Column("complexity", sa.String(length=20), nullable=False),
        sa.Column("chief_complaint", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.Column("examination", sa.Text(), nullable=False),
        sa.Column("investigations", sa.Text(), nullable=False),
        sa.Column("diagnosis", sa.String(length=300), nullable=False),
        sa.Column("primary_diagnosis_id", sa.BigInteger(), nullable=True),
        sa.Column("secondary_diagnoses", sa.Text(), nullable=False),
        sa.Column("management", sa.Text(), nullable=False),
        sa.Column("reasoning", sa.Text(), nullable=False),
        sa.Column("learning_points", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("self_score", sa.Integer(), nullable=True),
        sa.Column("supervisor_score", sa.Integer(), nullable=True),
        sa.Column("teaching_consent", sa.Boolean(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("featured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("featured_by_id", sa.BigInteger(), nullable=True),
        sa.Column("library_key", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pg_id", sa.BigInteger(), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("verified_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "complexity IN ('simple', 'moderate', 'complex', 'highly_complex')",
            name=op.f("ck_cases_clinicalcase_complexity"),
        ),
        sa.CheckConstraint(
            "patient_sex IN ('M', 'F', 'O', 'U')", name=op.f("ck_cases_clinicalcase_patient_sex")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'approved', 'returned', 'rejected', 'archived')",
            name=op.f("ck_cases_clinicalcase_status"),
        ),
        sa.CheckConstraint(
            "NOT featured OR (teaching_consent AND library_key IS NOT NULL)",
            name=op.f("ck_cases_clinicalcase_featured_with_consent"),
        ),
        sa.CheckConstraint(
            "patient_age IS NULL OR patient_age BETWEEN 0 AND 150",
            name=op.f("ck_cases_clinicalcase_patient_age"),
        ),
        sa.CheckConstraint(
            "self_score IS NULL OR self_score BETWEEN 1 AND 10",
            name=op.f("ck_cases_clinicalcase_self_score"),
        ),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id",
            name=op.f("ck_cases_clinicalcase_not_own_supervisor"),
        ),
        sa.CheckConstraint(
            "supervisor_score IS NULL OR supervisor_score BETWEEN 1 AND 10",
            name=op.f("ck_cases_clinicalcase_supervisor_score"),
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["cases_category.id"],
            name=op.f("fk_cases_clinicalcase_category_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_cases_clinicalcase_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["featured_by_id"],
            ["users_user.id"],
            name=op.f("fk_cases_clinicalcase_featured_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pg_id"],
            ["users_user.id"],
            name=op.f("fk_cases_clinicalcase_pg_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["primary_diagnosis_id"],
            ["catalogue_diagnosis.id"],
            name=op.f("fk_cases_clinicalcase_primary_diagnosis_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["rotation_id"],
            ["rotations_rotation.id"],
            name=op.f("fk_cases_clinicalcase_rotation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_cases_clinicalcase_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"],
            ["users_user.id"],
            name=op.f("fk_cases_clinicalcase_verified_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases_clinicalcase")),
        sa.UniqueConstraint("library_key", name=op.f("uq_cases_clinicalcase_library_key")),
    )
    op.create_index(
        "ix_cases_case_category",
        "cases_clinicalcase",
        ["category_id", "date_encountered", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_case_date", "cases_clinicalcase", ["date_encountered", "id"], unique=False
    )
    op.create_index(
        "ix_cases_case_library",
        "cases_clinicalcase",
        ["featured_at", "id"],
        unique=False,
        postgresql_where=sa.text("featured"),
        sqlite_where=sa.text("featured"),
    )
    op.create_index(
        "ix_cases_case_offered",
        "cases_clinicalcase",
        ["id"],
        unique=False,
        postgresql_where=sa.text("teaching_consent AND status = 'approved' AND NOT featured"),
        sqlite_where=sa.text("teaching_consent AND status = 'approved' AND NOT featured"),
    )
    op.create_index(
        "ix_cases_case_pg_date",
        "cases_clinicalcase",
        ["pg_id", "date_encountered", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_case_pg_status", "cases_clinicalcase", ["pg_id", "status"], unique=False
    )
    op.create_index(
        "ix_cases_case_primary_diagnosis",
        "cases_clinicalcase",
        ["primary_diagnosis_id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_case_queue",
        "cases_clinicalcase",
        ["supervisor_id", "submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_cases_case_rotation", "cases_clinicalcase", ["rotation_id"], unique=False)
    op.create_index(
        "ix_cases_case_supervisor",
        "cases_clinicalcase",
        ["supervisor_id", "date_encountered", "id"],
        unique=False,
    )
    op.create_table(
        "cases_procedure",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases_clinicalcase.id"],
            name=op.f("fk_cases_procedure_case_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_cases_procedure_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases_procedure")),
    )
    op.create_index(
        "ix_cases_procedure_case", "cases_procedure", ["case_id", "position"], unique=False
    )
    op.create_index(
        "ix_cases_procedure_procedure", "cases_procedure", ["procedure_id"], unique=False
    )
    op.create_table(
        "cases_review",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("improvements", sa.Text(), nullable=False),
        sa.Column("recommendations", sa.Text(), nullable=False),
        sa.Column("needs_follow_up", sa.Boolean(), nullable=False),
        sa.Column("knowledge_score", sa.Integer(), nullable=True),
        sa.Column("reasoning_score", sa.Integer(), nullable=True),
        sa.Column("documentation_score", sa.Integer(), nullable=True),
        sa.Column("overall_score", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('approved', 'returned', 'rejected')", name=op.f("ck_cases_review_outcome")
        ),
        sa.CheckConstraint(
            "documentation_score IS NULL OR documentation_score BETWEEN 1 AND 10",
            name=op.f("ck_cases_review_documentation_score"),
        ),
        sa.CheckConstraint(
            "knowledge_score IS NULL OR knowledge_score BETWEEN 1 AND 10",
            name=op.f("ck_cases_review_knowledge_score"),
        ),
        sa.CheckConstraint(
            "overall_score IS NULL OR overall_score BETWEEN 1 AND 10",
            name=op.f("ck_cases_review_overall_score"),
        ),
        sa.CheckConstraint(
            "reasoning_score IS NULL OR reasoning_score BETWEEN 1 AND 10",
            name=op.f("ck_cases_review_reasoning_score"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases_clinicalcase.id"],
            name=op.f("fk_cases_review_case_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["users_user.id"],
            name=op.f("fk_cases_review_reviewer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases_review")),
        sa.UniqueConstraint(
            "case_id",
            "round",
            "reviewer_id",
            name=op.f("uq_cases_review_case_id_round_reviewer_id"),
        ),
    )
    op.create_index(
        op.f("ix_cases_review_reviewer_id"), "cases_review", ["reviewer_id"], unique=False
    )
    op.create_index(
        "ix_cases_category_version_pk_transaction_id",
        "cases_category_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_cases_clinicalcase_version_pk_transaction_id",
        "cases_clinicalcase_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_cases_procedure_version_pk_transaction_id",
        "cases_procedure_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_cases_review_version_pk_transaction_id",
        "cases_review_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "idx_cases_analytics",
        "cases_clinicalcase",
        [sa.literal_column("created_at DESC"), "status", "pg_id"],
        unique=False,
    )
    if op.get_context().dialect.name == "postgresql":
        op.create_index(
            "idx_cases_diagnosis_text",
            "cases_clinicalcase",
            [sa.literal_column("to_tsvector('english', diagnosis)")],
            unique=False,
            postgresql_using="gin",
        )


def downgrade() -> None:
    op.drop_table("cases_review")
    op.drop_table("cases_procedure")
    op.drop_table("cases_clinicalcase")
    op.drop_table("cases_category")
    op.drop_table("cases_review_version")
    op.drop_table("cases_procedure_version")
    op.drop_table("cases_clinicalcase_version")
    op.drop_table("cases_category_version")
