"""On PostgreSQL documents hold the words of each record by themselves, and whom their rows name.

All documents go, either way: `flask seed` (which `make run` calls) or `flask search rebuild` makes them anew. The planner is
to know how common the ten thousand commonest words are, not only the thousand it keeps of itself.
"""

from alembic import op

revision = "search_0002"
down_revision = "search_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _without_documents("1000")


def downgrade() -> None:
    _without_documents("-1")


def _without_documents(statistics: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("TRUNCATE search_document, fulltext_word")
        op.execute(f"ALTER TABLE search_document ALTER COLUMN words SET STATISTICS {statistics}")
