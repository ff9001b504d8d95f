"""Entries with their procedures and skills, reviews, templates."""

import sqlalchemy as sa
from alembic import op

revision = "logbook_0001"
down_revision = None
branch_labels = ("logbook",)
depends_on = ["catalogue_0001", "rotations_0001", "users_0001"]


def upgrade() -> None:
    op.create_table(
        "logbook_logbookentry_version",
        sa.Column("title", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("date", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("location", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("topic", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("pg_year", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("rotation_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("template_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("case_reference", sa.String(length=40), autoincrement=False, nullable=True),
        sa.Column("patient_age", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("patient_sex", sa.String(length=1), autoincrement=False, nullable=True),
        sa.Column("chief_complaint", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("history_summary", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("primary_diagnosis", sa.String(length=300), autoincrement=False, nullable=True),
        sa.Column("secondary_diagnoses", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("investigations", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("management", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("reasoning", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("learning_points", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("challenges", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("follow_up", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("self_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("supervisor_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("supervisor_feedback", sa.Text(), autoincrement=False, nullable=True),
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
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_logbook_logbookentry_version")
        ),
    )
    op.create_index(
        op.f("ix_logbook_logbookentry_version_end_transaction_id"),
        "logbook_logbookentry_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_logbookentry_version_operation_type"),
        "logbook_logbookentry_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_logbook_logbookentry_version_pk_validity",
        "logbook_logbookentry_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_logbookentry_version_transaction_id"),
        "logbook_logbookentry_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "logbook_procedure_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("procedure_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("key_steps", sa.String(length=10), autoincrement=False, nullable=True),
        sa.Column("trainer", sa.String(length=10), autoincrement=False, nullable=True),
        sa.Column("taught", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_logbook_procedure_version")),
    )
    op.create_index(
        op.f("ix_logbook_procedure_version_end_transaction_id"),
        "logbook_procedure_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_procedure_version_operation_type"),
        "logbook_procedure_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_logbook_procedure_version_pk_validity",
        "logbook_procedure_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_procedure_version_transaction_id"),
        "logbook_procedure_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "logbook_review_version",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("strengths", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("improvements", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("recommendations", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("needs_follow_up", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("knowledge_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("skills_score", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("professionalism_score", sa.Integer(), autoincrement=False, nullable=True),
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
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_logbook_review_version")),
    )
    op.create_index(
        op.f("ix_logbook_review_version_end_transaction_id"),
        "logbook_review_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_review_version_operation_type"),
        "logbook_review_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_logbook_review_version_pk_validity",
        "logbook_review_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_review_version_reviewer_id"),
        "logbook_review_version",
        ["reviewer_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_review_version_transaction_id"),
        "logbook_review_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "logbook_skill_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("skill_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_logbook_skill_version")),
    )
    op.create_index(
        op.f("ix_logbook_skill_version_end_transaction_id"),
        "logbook_skill_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_skill_version_operation_type"),
        "logbook_skill_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_logbook_skill_version_pk_validity",
        "logbook_skill_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_skill_version_skill_id"),
        "logbook_skill_version",
        ["skill_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_skill_version_transaction_id"),
        "logbook_skill_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "logbook_template_version",
        sa.Column("name", sa.String(length=120), autoincrement=False, nullable=True),
        sa.Column("kind", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("sections", sa.JSON(), autoincrement=False, nullable=True),
        sa.Column("required", sa.JSON(), autoincrement=False, nullable=True),
        sa.Column("is_active", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_logbook_template_version")),
    )
    op.create_index(
        op.f("ix_logbook_template_version_end_transaction_id"),
        "logbook_template_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_template_version_operation_type"),
        "logbook_template_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_logbook_template_version_pk_validity",
        "logbook_template_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_logbook_template_version_transaction_id"),
        "logbook_template_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "logbook_template",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("required", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('medical', 'surgical', 'emergency', 'outpatient', 'procedure', 'research', 'teaching', 'quality')",
            name=op.f("ck_logbook_template_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_logbook_template_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_template")),
        sa.UniqueConstraint("name", name=op.f("uq_logbook_template_name")),
    )
    op.create_table(
        "logbook_logbookentry",
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("pg_year", sa.Integer(), nullable=True),
        sa.Column("rotation_id", sa.BigInteger(), nullable=True),
        sa.Column("template_id", sa.BigInteger(), nullable=True),
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("patient_age", sa.Integer(), nullable=True),
        sa.Column("patient_sex", sa.String(length=1), nullable=False),
        sa.Column("chief_complaint", sa.Text(), nullable=False),
        sa.Column("history_summary", sa.Text(), nullable=False),
        sa.Column("primary_diagnosis", sa.String(length=300), nullable=False),
        sa.Column("secondary_diagnoses", sa.Text(), nullable=False),
        sa.Column("investigations", sa.Text(), nullable=False),
        sa.Column("management", sa.Text(), nullable=False),
        sa.Column("reasoning", sa.Text(), nullable=False),
        sa.Column("learning_points", sa.Text(), nullable=False),
        sa.Column("challenges", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("self_score", sa.Integer(), nullable=True),
        sa.Column("supervisor_score", sa.Integer(), nullable=True),
        sa.Column("supervisor_feedback", sa.Text(), nullable=False),
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
            "patient_sex IN ('M', 'F', 'O', 'U')", name=op.f("ck_logbook_logbookentry_patient_sex")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'approved', 'returned', 'rejected', 'archived')",
            name=op.f("ck_logbook_logbookentry_status"),
        ),
        sa.CheckConstraint(
            "patient_age IS NULL OR patient_age BETWEEN 0 AND 150",
            name=op.f("ck_logbook_logbookentry_patient_age"),
        ),
        sa.CheckConstraint(
            "self_score IS NULL OR self_score BETWEEN 1 AND 10",
            name=op.f("ck_logbook_logbookentry_self_score"),
        ),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> pg_id",
            name=op.f("ck_logbook_logbookentry_not_own_supervisor"),
        ),
        sa.CheckConstraint(
            "supervisor_score IS NULL OR supervisor_score BETWEEN 1 AND 10",
            name=op.f("ck_logbook_logbookentry_supervisor_score"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_logbook_logbookentry_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pg_id"],
            ["users_user.id"],
            name=op.f("fk_logbook_logbookentry_pg_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["rotation_id"],
            ["rotations_rotation.id"],
            name=op.f("fk_logbook_logbookentry_rotation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["users_user.id"],
            name=op.f("fk_logbook_logbookentry_supervisor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["logbook_template.id"],
            name=op.f("fk_logbook_logbookentry_template_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"],
            ["users_user.id"],
            name=op.f("fk_logbook_logbookentry_verified_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_logbookentry")),
    )
    op.create_index("ix_logbook_entry_date", "logbook_logbookentry", ["date", "id"], unique=False)
    op.create_index(
        "ix_logbook_entry_pg_date", "logbook_logbookentry", ["pg_id", "date", "id"], unique=False
    )
    op.create_index(
        "ix_logbook_entry_pg_status", "logbook_logbookentry", ["pg_id", "status"], unique=False
    )
    op.create_index(
        "ix_logbook_entry_queue",
        "logbook_logbookentry",
        ["supervisor_id", "submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_logbook_entry_rotation", "logbook_logbookentry", ["rotation_id"], unique=False
    )
    op.create_index(
        "ix_logbook_entry_supervisor",
        "logbook_logbookentry",
        ["supervisor_id", "date", "id"],
        unique=False,
    )
    op.create_table(
        "logbook_procedure",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key_steps", sa.String(length=10), nullable=False),
        sa.Column("trainer", sa.String(length=10), nullable=False),
        sa.Column("taught", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "key_steps IN ('me', 'assisted', 'watched')",
            name=op.f("ck_logbook_procedure_key_steps"),
        ),
        sa.CheckConstraint(
            "trainer IN ('scrubbed', 'theatre', 'elsewhere')",
            name=op.f("ck_logbook_procedure_trainer"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["logbook_logbookentry.id"],
            name=op.f("fk_logbook_procedure_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_logbook_procedure_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_procedure")),
    )
    op.create_index(
        "ix_logbook_procedure_entry", "logbook_procedure", ["entry_id", "position"], unique=False
    )
    op.create_index(
        "ix_logbook_procedure_procedure", "logbook_procedure", ["procedure_id"], unique=False
    )
    op.create_table(
        "logbook_review",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("improvements", sa.Text(), nullable=False),
        sa.Column("recommendations", sa.Text(), nullable=False),
        sa.Column("needs_follow_up", sa.Boolean(), nullable=False),
        sa.Column("knowledge_score", sa.Integer(), nullable=True),
        sa.Column("skills_score", sa.Integer(), nullable=True),
        sa.Column("professionalism_score", sa.Integer(), nullable=True),
        sa.Column("overall_score", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('approved', 'returned', 'rejected')",
            name=op.f("ck_logbook_review_outcome"),
        ),
        sa.CheckConstraint(
            "knowledge_score IS NULL OR knowledge_score BETWEEN 1 AND 10",
            name=op.f("ck_logbook_review_knowledge_score"),
        ),
        sa.CheckConstraint(
            "overall_score IS NULL OR overall_score BETWEEN 1 AND 10",
            name=op.f("ck_logbook_review_overall_score"),
        ),
        sa.CheckConstraint(
            "professionalism_score IS NULL OR professionalism_score BETWEEN 1 AND 10",
            name=op.f("ck_logbook_review_professionalism_score"),
        ),
        sa.CheckConstraint(
            "skills_score IS NULL OR skills_score BETWEEN 1 AND 10",
            name=op.f("ck_logbook_review_skills_score"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["logbook_logbookentry.id"],
            name=op.f("fk_logbook_review_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["users_user.id"],
            name=op.f("fk_logbook_review_reviewer_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_review")),
        sa.UniqueConstraint(
            "entry_id",
            "round",
            "reviewer_id",
            name=op.f("uq_logbook_review_entry_id_round_reviewer_id"),
        ),
    )
    op.create_index(
        op.f("ix_logbook_review_reviewer_id"), "logbook_review", ["reviewer_id"], unique=False
    )
    op.create_table(
        "logbook_skill",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("skill_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["logbook_logbookentry.id"],
            name=op.f("fk_logbook_skill_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["catalogue_skill.id"],
            name=op.f("fk_logbook_skill_skill_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logbook_skill")),
        sa.UniqueConstraint(
            "entry_id", "skill_id", name=op.f("uq_logbook_skill_entry_id_skill_id")
        ),
    )
    op.create_index(op.f("ix_logbook_skill_skill_id"), "logbook_skill", ["skill_id"], unique=False)
    op.create_index(
        "ix_logbook_logbookentry_version_pk_transaction_id",
        "logbook_logbookentry_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_logbook_procedure_version_pk_transaction_id",
        "logbook_procedure_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_logbook_review_version_pk_transaction_id",
        "logbook_review_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_logbook_skill_version_pk_transaction_id",
        "logbook_skill_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_logbook_template_version_pk_transaction_id",
        "logbook_template_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "idx_logbook_analytics",
        "logbook_logbookentry",
        [sa.literal_column("created_at DESC"), "status", "pg_id"],
        unique=False,
    )
    if op.get_context().dialect.name in ("postgresql",):
        op.create_index(
            "idx_logbook_title_text",
            "logbook_logbookentry",
            [sa.literal_column("to_tsvector('english', title)")],
            unique=False,
            postgresql_using="gin",
        )


def downgrade() -> None:
    op.drop_table("logbook_skill")
    op.drop_table("logbook_review")
    op.drop_table("logbook_procedure")
    op.drop_table("logbook_logbookentry")
    op.drop_table("logbook_template")
    op.drop_table("logbook_template_version")
    op.drop_table("logbook_skill_version")
    op.drop_table("logbook_review_version")
    op.drop_table("logbook_procedure_version")
    op.drop_table("logbook_logbookentry_version")
