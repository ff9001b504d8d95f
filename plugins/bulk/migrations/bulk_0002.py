"""What was wrong with which row of a bulk operation, and how often it was taken up again."""

import sqlalchemy as sa
from alembic import op

revision = "bulk_0002"
down_revision = "bulk_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bulk_bulkoperation") as batch:
        batch.add_column(sa.Column("error_details", sa.JSON(none_as_null=True), nullable=True))
        batch.add_column(
            sa.Column("retry_count", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        batch.alter_column("retry_count", server_default=None)


def downgrade() -> None:
    """Counts and details are lost; the items keep what was wrong with each row."""
    with op.batch_alter_table("bulk_bulkoperation") as batch:
        batch.drop_column("retry_count")
        batch.drop_column("error_details")
