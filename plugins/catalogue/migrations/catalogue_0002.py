"""Find the history of a row's parts by an index."""

from alembic import op

revision = "catalogue_0002"
down_revision = "catalogue_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("catalogue_proceduregroup_version", schema=None) as batch_op:
        batch_op.create_index(
            "ix_catalogue_proceduregroup_version_procedure_id", ["procedure_id"], unique=False
        )

    with op.batch_alter_table("catalogue_procedureskill_version", schema=None) as batch_op:
        batch_op.create_index(
            "ix_catalogue_procedureskill_version_procedure_id", ["procedure_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("catalogue_procedureskill_version", schema=None) as batch_op:
        batch_op.drop_index("ix_catalogue_procedureskill_version_procedure_id")

    with op.batch_alter_table("catalogue_proceduregroup_version", schema=None) as batch_op:
        batch_op.drop_index("ix_catalogue_proceduregroup_version_procedure_id")
