"""Documents, the vocabulary and people's searches.

PostgreSQL needs the extensions pg_trgm and unaccent (both come with it; they are trusted: whoever may create things in
the database may create them). A rollback leaves them, as others may use them; it loses people's search history, and
documents, which `flask search rebuild` makes again.
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "search_0001"
down_revision = None
branch_labels = ("search",)
depends_on = "users_0002"

EXTENSIONS = ("pg_trgm", "unaccent")

# Punctuation parts words; letters lose their accents; everything is lower case.
PLAIN = """
CREATE OR REPLACE FUNCTION search_plain(said text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(translate(
    lower(unaccent(said)), '!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 32)), '\\s+', ' ', 'g'))
$$
"""


def upgrade() -> None:
    postgresql = op.get_context().dialect.name == "postgresql"
    if postgresql:
        for name in EXTENSIONS:
            _extension(name)
        op.execute(PLAIN)
    op.create_table(
        "search_document",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint("record", "row_id", name=op.f("uq_search_document_record_row_id")),
    )
    op.create_index("ix_search_document_day", "search_document", ["record", "day", "id"])
    op.create_table(
        "search_searchhistory",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("search_term", sa.String(length=200), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("result_count", sa.Integer(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users_user.id"],
            name=op.f("fk_search_searchhistory_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_searchhistory")),
    )
    op.create_index("ix_search_history_user", "search_searchhistory", ["user_id", "id"])
    if postgresql:
        op.create_index(
            "ix_search_document_words", "search_document", ["words"], postgresql_using="gin"
        )
        op.create_index(
            "idx_search_history_term_trgm",
            "search_searchhistory",
            ["search_term"],
            postgresql_using="gin",
            postgresql_ops={"search_term": "gin_trgm_ops"},
        )
        op.execute('CREATE TABLE fulltext_word (word text COLLATE "C" PRIMARY KEY)')
        op.execute(
            "CREATE INDEX ix_fulltext_word_trgm ON fulltext_word USING gin (word gin_trgm_ops)"
        )
    else:
        op.execute(
            "CREATE VIRTUAL TABLE fulltext_document USING fts5("
            "title, codes, body, whole, prefix='2 3', tokenize=\"unicode61 remove_diacritics 2\")"
        )
        op.execute("CREATE VIRTUAL TABLE fulltext_word USING fts5vocab(fulltext_document, row)")


def downgrade() -> None:
    op.execute("DROP TABLE fulltext_word")
    if op.get_context().dialect.name != "postgresql":
        op.execute("DROP TABLE fulltext_document")
    op.drop_table("search_searchhistory")
    op.drop_table("search_document")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION search_plain(text)")


def _extension(name: str) -> None:
    """Create it where it is not. Raises `CommandError` with what to do where this role may not."""
    try:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    except sa.exc.DBAPIError as error:
        why = str(error.orig).strip().splitlines()[0]
        raise CommandError(
            f"Search needs PostgreSQL's extension {name}, and this role can't create it: {why}. Ask whoever runs the"
            f" database to say, connected to this database: CREATE EXTENSION {name}; then run flask db upgrade again."
        ) from error
