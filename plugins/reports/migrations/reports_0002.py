"""When a scheduled report was last made, and when it is due."""

import sqlalchemy as sa
from alembic import op

revision = "reports_0002"
down_revision = "reports_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reports_scheduledreport") as batch:
        batch.add_column(sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_reports_schedule_due",
        "reports_scheduledreport",
        ["next_run_at"],
        unique=False,
        postgresql_where=sa.text("is_active"),
        sqlite_where=sa.text("is_active"),
    )


def downgrade() -> None:
    """When schedules ran and will run is lost; a later upgrade leaves them standing until they are resumed."""
    op.drop_index("ix_reports_schedule_due", "reports_scheduledreport")
    with op.batch_alter_table("reports_scheduledreport") as batch:
        batch.drop_column("next_run_at")
        batch.drop_column("last_run_at")
