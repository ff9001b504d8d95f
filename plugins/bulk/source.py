"""The file of an import as the worker reads it: its rows, typed, from any place on."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from flask import current_app, g

from plugins.bulk import queries
from plugins.bulk.models import BulkOperation
from plugins.bulk.reading.cells import CellFault, value_of
from plugins.bulk.reading.matching import match
from plugins.bulk.reading.table import RowFault, Table, open_table
from sims import files
from sims.contracts import Import, ImportColumn
from sims.errors import Invalid, Problem
from sims.imports import CellProblem, ImportRow, said


@dataclass
class Source:
    """A file opened for one import. `columns` maps the import's columns to places in a row of the file."""

    entry: Import
    table: Table
    columns: dict[str, int]
    options: dict[str, Any]
    firsts: dict[tuple[str, str], int] = field(default_factory=dict)
    _rows: Iterator[tuple[int, Any]] | None = None
    _at: int = -1

    @property
    def dates(self) -> str:
        """In which order day, month and year stand in dates that are not ISO."""
        return str(self.options.get("dates") or "dmy")

    @property
    def count(self) -> int:
        """How many rows the file has."""
        return self.table.count

    @property
    def headings(self) -> dict[str, str]:
        """What the file calls the columns."""
        return {name: self.table.headings[place] for name, place in self.columns.items()}

    def batch(self, position: int, size: int) -> tuple[list[ImportRow], int]:
        """The rows of the turn that `position` lies in, from there on, at most `size` of them; and the new position.

        Positions count the rows of the file once for every turn over it. A row that can't be read belongs to the
        first turn.
        """
        turn, start = divmod(position, self.count)
        rows: list[ImportRow] = []
        while len(rows) < size and start < self.count:
            part = list(self._raw(start, min(size - len(rows), self.count - start)))
            if not part:
                break
            start += len(part)
            typed = [self._typed(line, cells) for line, cells in part]
            rows += [row for row in typed if self._turn(row) == turn]
        return rows, turn * self.count + start

    def _turn(self, row: ImportRow) -> int:
        return self.entry.turn(row.values) if row.fine else 0

    def _raw(self, start: int, size: int) -> Iterator[tuple[int, Any]]:
        """Rows of the file as they stand there; what was read up to here last time is not read again."""
        if self._rows is None or self._at != start:
            self._rows = iter(self.table.rows(after=start))
        self._at = start + size
        return islice(self._rows, size)

    def _typed(self, line: int, cells: list[object] | RowFault) -> ImportRow:
        row = ImportRow(line, dict.fromkeys(column.name for column in self.entry.columns))
        if isinstance(cells, RowFault):
            names = {place: name for name, place in self.columns.items()}
            at = names.get(-1 if cells.column is None else cells.column, "")
            row.problems.append(CellProblem(at, "", cells.message))
            return row
        for column in self.entry.columns:
            place = self.columns.get(column.name)
            if place is not None:
                self._take(row, column, cells[place] if place < len(cells) else None)
        for unique in self.entry.unique:
            first = self.firsts.get((unique, key_of(row.values.get(unique))), line)
            if first != line:
                row.refuse(unique, f"Row {first} says the same. Each may stand in the file once.")
        return row

    def _take(self, row: ImportRow, column: ImportColumn, raw: object) -> None:
        try:
            value = value_of(column, raw, dates=self.dates)
        except CellFault as fault:
            row.problems.append(CellProblem(column.name, said(raw), str(fault)))
            return
        row.values[column.name] = value
        if column.required and value in (None, ""):
            row.problems.append(CellProblem(column.name, "", f"{column.label} is missing."))

    def note_firsts(self) -> None:
        """Go through the file once and note where each value that may stand in it only once does so first."""
        wanted = [
            (column, self.columns[column.name])
            for column in self.entry.columns
            if column.name in self.entry.unique and column.name in self.columns
        ]
        if not wanted:
            return
        for line, cells in self.table.rows():
            if isinstance(cells, RowFault):
                continue
            for column, place in wanted:
                try:
                    value = value_of(
                        column, cells[place] if place < len(cells) else None, dates=self.dates
                    )
                except CellFault:
                    continue
                if value not in (None, ""):
                    self.firsts.setdefault((column.name, key_of(value)), line)


def key_of(value: Any) -> str:
    """A value as it is compared with others: capitals make no difference."""
    return str(value).casefold()


def opened(operation: BulkOperation, entry: Import) -> Source | None:
    """The operation's file, ready to be read; None where its columns have to be matched by somebody first.

    It stays open for as long as the job lasts. Notes headings and what was found in the operation's options.
    Raises `Invalid` for a file that can't be read.
    """
    known: tuple[int, Source] | None = g.get("bulk_source")
    if known and known[0] == operation.id:
        return known[1]
    table = _table(operation)
    options = dict(operation.options)
    options |= {"headings": list(table.headings), "note": table.note, "sheets": list(table.sheets)}
    columns = _columns(entry, table, options)
    if columns is None:
        operation.options = options
        return None
    source = Source(entry, table, columns, options)
    source.note_firsts()
    g.bulk_source = (operation.id, source)
    return source


def _columns(entry: Import, table: Table, options: dict[str, Any]) -> dict[str, int] | None:
    """Column → place: as somebody said for this file, as they said for one like it, or by name and synonym."""
    given = options.get("columns") or queries.remembered(entry.name, table.headings)
    if given is not None:
        places = {heading: place for place, heading in enumerate(table.headings)}
        columns = {name: places[heading] for name, heading in given.items() if heading in places}
        missing = lacking(entry, set(columns))
        unused = [
            name for place, name in enumerate(table.headings) if place not in columns.values()
        ]
    else:
        matching = match(table.headings, entry.columns)
        columns = matching.by_column
        missing = [*matching.twice, *lacking(entry, set(columns))]
        unused = matching.unused
    options["unused"] = [name for name in unused if name]
    options["missing"] = missing
    return None if missing else columns


def lacking(entry: Import, there: set[str]) -> list[str]:
    """What an import can't do without and the file does not have, in words."""
    labels = {column.name: column.label for column in entry.columns}
    return [
        *(c.label for c in entry.columns if c.required and c.name not in there),
        *(
            " or ".join(labels[n] for n in group)
            for group in entry.one_of
            if not there & set(group)
        ),
    ]


def _table(operation: BulkOperation) -> Table:
    stored = queries.source(operation)
    if stored is None:
        message = "The file is not kept any more. Send it again."
        raise Invalid([Problem(code="bulk.source", message=message, fields=("file",))])
    copy = tempfile.NamedTemporaryFile()  # noqa: SIM115 - closed when the job's context goes
    for part in files.read(stored):
        copy.write(part)
    copy.flush()
    g.bulk_copy = copy  # it goes when the job's context does
    return open_table(
        Path(copy.name),
        stored.name,
        sheet=str(operation.options.get("sheet") or ""),
        most_rows=current_app.config["BULK_ROWS"],
    )


def headings_of(operation: BulkOperation) -> Sequence[str]:
    """The headings of the operation's file, as noted when it was read."""
    return list(operation.options.get("headings") or ())
