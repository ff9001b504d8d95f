"""Files for tests of imports: a CSV text read as the `bulk` plugin reads it, and saved by the import itself."""

import csv
import io

from plugins.bulk.reading.cells import value_of
from plugins.bulk.reading.matching import match
from plugins.users.models import User
from sims.contracts import Import
from sims.imports import ImportRow
from sims.plugin import provided


def import_named(name: str) -> Import:
    """The import of this name."""
    return next(entry for entry in provided(Import) if entry.name == name)


def rows_of(entry: Import, text: str) -> list[ImportRow]:
    """The rows of a file, typed; every heading must mean a column, and every column it needs be there."""
    headings, *lines = csv.reader(io.StringIO(text.strip()))
    found = match(headings, entry.columns)
    assert not found.twice
    assert not found.missing
    for group in entry.one_of:
        assert set(group) & set(found.by_column)
    columns = {column.name: column for column in entry.columns}
    rows = []
    for number, cells in enumerate(lines, start=2):
        row = ImportRow(number, dict.fromkeys(columns))
        for name, place in found.by_column.items():
            row.values[name] = value_of(columns[name], cells[place], dates="dmy")
        rows.append(row)
    return rows


def saved(name: str, text: str, admin: User) -> list[ImportRow]:
    """Save a file's rows turn by turn and chunk by chunk, as one transaction; not committed."""
    entry = import_named(name)
    rows = rows_of(entry, text)
    for turn in range(entry.turns):
        mine = [row for row in rows if entry.turn(row.values) == turn]
        for start in range(0, len(mine), entry.chunk):
            entry.save(mine[start : start + entry.chunk], admin)
    return rows


def faults(rows: list[ImportRow]) -> list[tuple[int, str, str]]:
    """Row, column and words of everything wrong."""
    return [(row.number, p.column, p.message) for row in rows for p in row.problems]
