"""The table of files: what a stored object is and to which row it belongs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from sims.clock import now
from sims.database import Base, person


class File(Base):
    """One file. `token` names the stored object; `name` is what the person called it.

    `width` and `height` are an image's, in pixels; where they are known a thumbnail lies beside it.
    """

    __tablename__ = "core_file"
    __table_args__ = (sa.Index("ix_core_file_row", "table", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(64), unique=True)
    table: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(255))
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    width: Mapped[int | None] = mapped_column(sa.Integer)
    height: Mapped[int | None] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = person(nullable=True)

    @property
    def kind(self) -> str:
        """Its type in a word for people: PDF, JPEG, PNG."""
        return self.content_type.rpartition("/")[2].upper()

    @property
    def has_thumbnail(self) -> bool:
        """Whether a small picture of it is stored as well."""
        return self.width is not None

    @property
    def objects(self) -> list[str]:
        """The names of everything stored of it."""
        return [self.token, small(self.token)] if self.has_thumbnail else [self.token]


def small(token: str) -> str:
    """The stored name of the thumbnail that belongs to the object `token`."""
    return f"{token}.small"


def token_of(stored_name: str) -> str:
    """The token of the file to which a stored object belongs."""
    return stored_name.partition(".")[0]
