"""The tables of search: what is held of every row, and what people searched for."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from sims.clock import now
from sims.database import Base, person

LONGEST_KEY = 200


class Document(Base):
    """One row of one record, as search knows it. `day` puts the newest first; `key` is its title without case,
    accents and punctuation. `words` is filled on PostgreSQL; SQLite has them in the FTS5 table `fulltext_document`.
    """

    __tablename__ = "search_document"
    __table_args__ = (
        sa.UniqueConstraint("record", "row_id"),
        sa.Index("ix_search_document_day", "record", "day", "id"),
        sa.Index("ix_search_document_words", "words", postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int]
    day: Mapped[date]
    key: Mapped[str] = mapped_column(sa.String(LONGEST_KEY))
    words: Mapped[Any] = mapped_column(
        sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True
    )


class SearchHistory(Base):
    """A search somebody made. `duration` is in milliseconds; `filters` what else was asked for."""

    __tablename__ = "search_searchhistory"
    __table_args__ = (
        sa.Index("ix_search_history_user", "user_id", "id"),
        sa.Index(
            "idx_search_history_term_trgm",
            "search_term",
            postgresql_using="gin",
            postgresql_ops={"search_term": "gin_trgm_ops"},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = person()
    search_term: Mapped[str] = mapped_column(sa.String(200))
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result_count: Mapped[int] = mapped_column(sa.Integer)
    duration: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(default=now)


sa.event.listen(
    SearchHistory.__table__,
    "before_create",
    sa.DDL("CREATE EXTENSION IF NOT EXISTS pg_trgm").execute_if(dialect="postgresql"),
)
