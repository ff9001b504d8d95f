"""Which files of the archive there are, and what each holds."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from plugins.audit.archive import files
from sims.clock import now
from sims.database import Base, one_of

STATES = ("archived", "restored")


class Archive(Base):
    """A file with `rows` version rows of `table`, of rows numbered `first_id` to `last_id` (by the column that says to
    which row of a record they belong). `digest` is of its columns and lines, `sha256` of the file. Restored ones are back in their
    table, and the file stays."""

    __tablename__ = "audit_archive"
    __table_args__ = (
        one_of("state", "state", STATES),
        sa.UniqueConstraint("name"),
        sa.Index("ix_audit_archive_table", "table", "first_id", "last_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    table: Mapped[str] = mapped_column(sa.String(64))
    rows: Mapped[int]
    size: Mapped[int]
    first_id: Mapped[int]
    last_id: Mapped[int]
    ended_before: Mapped[datetime]
    digest: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(20), default="archived")
    created_at: Mapped[datetime] = mapped_column(default=now)

    def check(self) -> None:
        """Read the file and its manifest. Raises `files.Damaged` where they are not what was written."""
        files.check(self.name, sha256=self.sha256, told=self.digest, rows=self.rows)
