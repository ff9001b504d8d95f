"""First tables of catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "catalogue_0001"
down_revision = None
branch_labels = ("catalogue",)
depends_on = "users_0001"


def upgrade() -> None:
    op.create_table(
        "catalogue_diagnosis_version",
        sa.Column("category", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("icd_code", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("is_archived", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_catalogue_diagnosis_version")
        ),
    )
    op.create_index(
        op.f("ix_catalogue_diagnosis_version_end_transaction_id"),
        "catalogue_diagnosis_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_diagnosis_version_operation_type"),
        "catalogue_diagnosis_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_diagnosis_version_pk_validity",
        "catalogue_diagnosis_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_diagnosis_version_transaction_id"),
        "catalogue_diagnosis_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_group",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_group")),
        sa.UniqueConstraint("slug", name=op.f("uq_catalogue_group_slug")),
    )
    op.create_table(
        "catalogue_procedure_version",
        sa.Column("category", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("difficulty", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("minutes", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column(
            "cme_points", sa.Numeric(precision=4, scale=1), autoincrement=False, nullable=True
        ),
        sa.Column("specialties", sa.JSON(), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("is_archived", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_catalogue_procedure_version")
        ),
    )
    op.create_index(
        op.f("ix_catalogue_procedure_version_end_transaction_id"),
        "catalogue_procedure_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_procedure_version_operation_type"),
        "catalogue_procedure_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_procedure_version_pk_validity",
        "catalogue_procedure_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_procedure_version_transaction_id"),
        "catalogue_procedure_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_proceduregroup_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_catalogue_proceduregroup_version")
        ),
    )
    op.create_index(
        op.f("ix_catalogue_proceduregroup_version_end_transaction_id"),
        "catalogue_proceduregroup_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_proceduregroup_version_group_id"),
        "catalogue_proceduregroup_version",
        ["group_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_proceduregroup_version_operation_type"),
        "catalogue_proceduregroup_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_proceduregroup_version_pk_validity",
        "catalogue_proceduregroup_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_proceduregroup_version_transaction_id"),
        "catalogue_proceduregroup_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_procedureskill_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("skill_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "id", "transaction_id", name=op.f("pk_catalogue_procedureskill_version")
        ),
    )
    op.create_index(
        op.f("ix_catalogue_procedureskill_version_end_transaction_id"),
        "catalogue_procedureskill_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_procedureskill_version_operation_type"),
        "catalogue_procedureskill_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_procedureskill_version_pk_validity",
        "catalogue_procedureskill_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_procedureskill_version_skill_id"),
        "catalogue_procedureskill_version",
        ["skill_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_procedureskill_version_transaction_id"),
        "catalogue_procedureskill_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_request_version",
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("asked_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answer", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("procedure_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_catalogue_request_version")),
    )
    op.create_index(
        op.f("ix_catalogue_request_version_asked_by_id"),
        "catalogue_request_version",
        ["asked_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_request_version_end_transaction_id"),
        "catalogue_request_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_request_version_operation_type"),
        "catalogue_request_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_request_version_pk_validity",
        "catalogue_request_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_request_version_transaction_id"),
        "catalogue_request_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_skill_version",
        sa.Column("category", sa.String(length=30), autoincrement=False, nullable=True),
        sa.Column("level", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("name", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("is_archived", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_catalogue_skill_version")),
    )
    op.create_index(
        op.f("ix_catalogue_skill_version_end_transaction_id"),
        "catalogue_skill_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_skill_version_operation_type"),
        "catalogue_skill_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_skill_version_pk_validity",
        "catalogue_skill_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_skill_version_transaction_id"),
        "catalogue_skill_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_synonym_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("text", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_catalogue_synonym_version")),
    )
    op.create_index(
        op.f("ix_catalogue_synonym_version_end_transaction_id"),
        "catalogue_synonym_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_synonym_version_operation_type"),
        "catalogue_synonym_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_synonym_version_pk_validity",
        "catalogue_synonym_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_synonym_version_procedure_id"),
        "catalogue_synonym_version",
        ["procedure_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_synonym_version_transaction_id"),
        "catalogue_synonym_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_target_version",
        sa.Column("specialty", sa.String(length=100), autoincrement=False, nullable=True),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("label", sa.String(length=200), autoincrement=False, nullable=True),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("procedure_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("minimum", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(length=20), autoincrement=False, nullable=True),
        sa.Column("by_year", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("is_archived", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("operation_type", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "transaction_id", name=op.f("pk_catalogue_target_version")),
    )
    op.create_index(
        op.f("ix_catalogue_target_version_end_transaction_id"),
        "catalogue_target_version",
        ["end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_target_version_group_id"),
        "catalogue_target_version",
        ["group_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_target_version_operation_type"),
        "catalogue_target_version",
        ["operation_type"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_target_version_pk_validity",
        "catalogue_target_version",
        ["id", "transaction_id", "end_transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_target_version_procedure_id"),
        "catalogue_target_version",
        ["procedure_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_catalogue_target_version_transaction_id"),
        "catalogue_target_version",
        ["transaction_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_diagnosis",
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("icd_code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_catalogue_diagnosis_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_diagnosis")),
        sa.UniqueConstraint("key", "category", name=op.f("uq_catalogue_diagnosis_key_category")),
    )
    op.create_table(
        "catalogue_procedure",
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("cme_points", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("specialties", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category IN ('basic', 'intermediate', 'advanced', 'diagnostic', 'therapeutic', 'surgical', 'emergency')",
            name=op.f("ck_catalogue_procedure_category"),
        ),
        sa.CheckConstraint("cme_points >= 0", name=op.f("ck_catalogue_procedure_cme_points")),
        sa.CheckConstraint(
            "difficulty BETWEEN 1 AND 5", name=op.f("ck_catalogue_procedure_difficulty")
        ),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_catalogue_procedure_minutes")),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_catalogue_procedure_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_procedure")),
        sa.UniqueConstraint("key", name=op.f("uq_catalogue_procedure_key")),
    )
    op.create_table(
        "catalogue_skill",
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category IN ('technical', 'communication', 'decision-making', 'teamwork', 'professionalism', 'safety')",
            name=op.f("ck_catalogue_skill_category"),
        ),
        sa.CheckConstraint(
            "level IN ('basic', 'intermediate', 'advanced')", name=op.f("ck_catalogue_skill_level")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_catalogue_skill_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_skill")),
        sa.UniqueConstraint("key", name=op.f("uq_catalogue_skill_key")),
    )
    op.create_table(
        "catalogue_codemap",
        sa.Column("system", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=True),
        sa.Column("diagnosis_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "system IN ('ICD', 'SNOMED', 'CPT', 'OPCS-4')", name=op.f("ck_catalogue_codemap_system")
        ),
        sa.CheckConstraint(
            "(procedure_id IS NULL) <> (diagnosis_id IS NULL)",
            name=op.f("ck_catalogue_codemap_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["diagnosis_id"],
            ["catalogue_diagnosis.id"],
            name=op.f("fk_catalogue_codemap_diagnosis_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_catalogue_codemap_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_codemap")),
        sa.UniqueConstraint(
            "diagnosis_id",
            "system",
            "code",
            name=op.f("uq_catalogue_codemap_diagnosis_id_system_code"),
        ),
        sa.UniqueConstraint(
            "procedure_id",
            "system",
            "code",
            name=op.f("uq_catalogue_codemap_procedure_id_system_code"),
        ),
    )
    op.create_table(
        "catalogue_proceduregroup",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["catalogue_group.id"],
            name=op.f("fk_catalogue_proceduregroup_group_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_catalogue_proceduregroup_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_proceduregroup")),
        sa.UniqueConstraint(
            "procedure_id",
            "group_id",
            name=op.f("uq_catalogue_proceduregroup_procedure_id_group_id"),
        ),
    )
    op.create_index(
        op.f("ix_catalogue_proceduregroup_group_id"),
        "catalogue_proceduregroup",
        ["group_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_procedureskill",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=False),
        sa.Column("skill_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_catalogue_procedureskill_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["catalogue_skill.id"],
            name=op.f("fk_catalogue_procedureskill_skill_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_procedureskill")),
        sa.UniqueConstraint(
            "procedure_id",
            "skill_id",
            name=op.f("uq_catalogue_procedureskill_procedure_id_skill_id"),
        ),
    )
    op.create_index(
        op.f("ix_catalogue_procedureskill_skill_id"),
        "catalogue_procedureskill",
        ["skill_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_request",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("procedure_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'accepted', 'merged', 'declined')",
            name=op.f("ck_catalogue_request_status"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["users_user.id"],
            name=op.f("fk_catalogue_request_asked_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_catalogue_request_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["users_user.id"],
            name=op.f("fk_catalogue_request_decided_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_catalogue_request_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_request")),
    )
    op.create_index(
        op.f("ix_catalogue_request_asked_by_id"), "catalogue_request", ["asked_by_id"], unique=False
    )
    op.create_index(
        "ix_catalogue_request_status", "catalogue_request", ["status", "id"], unique=False
    )
    op.create_table(
        "catalogue_synonym",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_catalogue_synonym_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_synonym")),
        sa.UniqueConstraint("key", name=op.f("uq_catalogue_synonym_key")),
    )
    op.create_index(
        op.f("ix_catalogue_synonym_procedure_id"),
        "catalogue_synonym",
        ["procedure_id"],
        unique=False,
    )
    op.create_table(
        "catalogue_target",
        sa.Column("specialty", sa.String(length=100), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("procedure_id", sa.BigInteger(), nullable=True),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("by_year", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('observed', 'assisted', 'performed')", name=op.f("ck_catalogue_target_role")
        ),
        sa.CheckConstraint("by_year BETWEEN 1 AND 6", name=op.f("ck_catalogue_target_by_year")),
        sa.CheckConstraint(
            "group_id IS NULL OR procedure_id IS NULL", name=op.f("ck_catalogue_target_one_subject")
        ),
        sa.CheckConstraint("minimum > 0", name=op.f("ck_catalogue_target_minimum")),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["users_user.id"],
            name=op.f("fk_catalogue_target_created_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["catalogue_group.id"],
            name=op.f("fk_catalogue_target_group_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["catalogue_procedure.id"],
            name=op.f("fk_catalogue_target_procedure_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_target")),
    )
    op.create_index(
        op.f("ix_catalogue_target_group_id"), "catalogue_target", ["group_id"], unique=False
    )
    op.create_index(
        op.f("ix_catalogue_target_procedure_id"), "catalogue_target", ["procedure_id"], unique=False
    )
    op.create_index(
        "ix_catalogue_target_specialty",
        "catalogue_target",
        ["specialty", "edition", "id"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_diagnosis_version_pk_transaction_id",
        "catalogue_diagnosis_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_procedure_version_pk_transaction_id",
        "catalogue_procedure_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_proceduregroup_version_pk_transaction_id",
        "catalogue_proceduregroup_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_procedureskill_version_pk_transaction_id",
        "catalogue_procedureskill_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_request_version_pk_transaction_id",
        "catalogue_request_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_skill_version_pk_transaction_id",
        "catalogue_skill_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_synonym_version_pk_transaction_id",
        "catalogue_synonym_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_target_version_pk_transaction_id",
        "catalogue_target_version",
        ["id", sa.literal_column("transaction_id DESC")],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("catalogue_target")
    op.drop_table("catalogue_synonym")
    op.drop_table("catalogue_request")
    op.drop_table("catalogue_procedureskill")
    op.drop_table("catalogue_proceduregroup")
    op.drop_table("catalogue_codemap")
    op.drop_table("catalogue_skill")
    op.drop_table("catalogue_procedure")
    op.drop_table("catalogue_diagnosis")
    op.drop_table("catalogue_target_version")
    op.drop_table("catalogue_synonym_version")
    op.drop_table("catalogue_skill_version")
    op.drop_table("catalogue_request_version")
    op.drop_table("catalogue_procedureskill_version")
    op.drop_table("catalogue_proceduregroup_version")
    op.drop_table("catalogue_procedure_version")
    op.drop_table("catalogue_group")
    op.drop_table("catalogue_diagnosis_version")
