"""The index for analytics goes from the newest issue date down, as the migration notes write it.

Built beside the old one, so that nobody waits. A rollback builds the old one again; nothing is lost.
"""

from alembic import op

revision = "certificates_0002"
down_revision = "certificates_0001"
branch_labels = None
depends_on = None

NAME, TABLE = "idx_certificates_analytics", "certificates_certificate"


def upgrade() -> None:
    _replaced_by("issue_date DESC, pg_id")


def downgrade() -> None:
    _replaced_by("issue_date, pg_id")


def _replaced_by(columns: str) -> None:
    if op.get_context().dialect.name != "postgresql":
        op.execute(f"DROP INDEX IF EXISTS {NAME}")
        op.execute(f"CREATE INDEX {NAME} ON {TABLE} ({columns})")
        return
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}_new")
        op.execute(f"CREATE INDEX CONCURRENTLY {NAME}_new ON {TABLE} ({columns})")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        op.execute(f"ALTER INDEX IF EXISTS {NAME}_new RENAME TO {NAME}")
