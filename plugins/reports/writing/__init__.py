"""A paper becomes a file: PDF, XLSX or CSV, whole or not at all."""

from collections.abc import Callable, Iterator
from pathlib import Path

from plugins.reports.document import Document
from plugins.reports.writing import paper, sheets
from sims.tables import Table, csv_of

Tick = Callable[[int], None]
EVERY = 500
"""So many rows are written between two ticks."""


def write(document: Document, format: str, path: Path, *, tick: Tick = lambda count: None) -> None:
    """Write `document` to `path` as pdf, xlsx or csv.

    `tick` is told now and then how many rows are written; what it raises stops the work. Whatever stops it (a full disk
    raises `OSError`), nothing is left at `path`.
    """
    try:
        match format:
            case "csv":
                _write_csv(document, path, tick)
            case "xlsx":
                sheets.write(document, path, Counted(tick))
            case _:
                paper.write(document, path, Counted(tick))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


class Counted:
    """Counts rows as they are written, and tells now and then."""

    def __init__(self, tick: Tick):
        self.tick, self.count = tick, 0

    def rows(self, table: Table) -> Iterator[object]:
        """The rows of a table, counted."""
        for row in table.rows:
            yield row
            self.count += 1
            if self.count % EVERY == 0:
                self.tick(self.count)


def _write_csv(document: Document, path: Path, tick: Tick) -> None:
    """The main table alone: a CSV file has one."""
    with path.open("wb") as file:
        lines = 0
        for piece in csv_of(main_table(document)):
            file.write(piece)
            lines += piece.count(b"\n")
            tick(lines)


def main_table(document: Document) -> Table:
    """The table called as the document says, else the last one; those before it are not read."""
    found: Table | None = None
    for part in document.parts:
        for table in part.tables:
            found = table
            if table.name == document.main:
                return table
    return found or Table(name="empty", title=document.title, columns=(), rows=())
