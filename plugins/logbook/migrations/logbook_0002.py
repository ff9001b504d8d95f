"""Find the history of a row's parts by an index."""

from alembic import op

revision = "logbook_0002"
down_revision = "logbook_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("logbook_procedure_version", schema=None) as batch_op:
        batch_op.create_index("ix_logbook_procedure_version_entry_id", ["entry_id"], unique=False)

    with op.batch_alter_table("logbook_skill_version", schema=None) as batch_op:
        batch_op.create_index("ix_logbook_skill_version_entry_id", ["entry_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("logbook_skill_version", schema=None) as batch_op:
        batch_op.drop_index("ix_logbook_skill_version_entry_id")

    with op.batch_alter_table("logbook_procedure_version", schema=None) as batch_op:
        batch_op.drop_index("ix_logbook_procedure_version_entry_id")
