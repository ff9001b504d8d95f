"""A paper as PDF, set by typst: cover, contents, running heads, tables that break well."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from plugins.reports.document import Document
from sims import clock, pdf
from sims.contracts import Column
from sims.tables import Table
from sims.web.templating import number, plain_date, text_of

TEMPLATE = Path(__file__).with_name("report.typ")
NUMBERS = ("number", "percent")
WIDE = 7
"""Tables with more columns than this lie across the page."""


class Rows(Protocol):
    """Whatever counts the rows of a table as they are read."""

    def rows(self, table: Table) -> Iterable[Any]:
        """The rows of a table."""


def write(document: Document, path: Path, counted: Rows) -> None:
    """Set the paper and write it. Raises `Unprintable` where typst can't."""
    path.write_bytes(pdf.render(TEMPLATE, data_of(document, counted)))


def data_of(document: Document, counted: Rows) -> dict[str, Any]:
    """All of the paper as plain JSON: whatever a person typed stays text there."""
    local = clock.local(document.as_of)
    return {
        "title": document.title,
        "about": document.about,
        "site": document.site,
        "made_for": document.made_for,
        "as_of": f"{plain_date(local.date())}, {local:%H:%M}",
        "paper": document.paper,
        "code": document.code,
        "address": document.address,
        "parameters": [list(pair) for pair in document.parameters],
        "facts": [list(pair) for pair in document.facts],
        "parts": [
            {
                "title": part.title,
                "note": part.note,
                "tables": [_table(table, counted) for table in part.tables],
            }
            for part in document.parts
        ],
    }


def _table(table: Table, counted: Rows) -> dict[str, Any]:
    rows = [
        [shown(value, column) for value, column in zip(row, table.columns, strict=True)]
        for row in counted.rows(table)
    ]
    return {
        "title": table.title,
        "note": table.note,
        "wide": len(table.columns) > WIDE,
        "columns": [
            {"label": column.label, "right": column.kind in NUMBERS, "share": width}
            for column, width in zip(table.columns, widths(table.columns, rows), strict=True)
        ],
        "rows": rows,
    }


def shown(value: Any, column: Column) -> str:
    """A cell in words, as people read it."""
    match value:
        case None | "":
            return ""
        case bool():
            return text_of(value)
        case datetime():
            local = clock.local(value if value.tzinfo else value.replace(tzinfo=UTC))
            return f"{plain_date(local.date())}, {local:%H:%M}"
        case date():
            return plain_date(value)
        case int() | float() | Decimal():
            return (
                f"{100 * float(value):.0f} %" if column.kind == "percent" else number(float(value))
            )
        case _:
            return text_of(value)


def widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[float]:
    """How the columns share the page: by the length of what stands in them, none starved and none greedy."""
    sample = rows[:: max(1, len(rows) // 200)]
    found = []
    for at, column in enumerate(columns):
        lengths = sorted(len(row[at]) for row in sample) or [0]
        usual = lengths[int(len(lengths) * 0.9) - 1 if len(lengths) > 9 else -1]
        found.append(float(min(40, max(usual, min(len(column.label), 12), 4))))
    return found
