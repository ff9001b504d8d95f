"""A paper as PDF, set by typst: cover, contents, running heads, tables that break well."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from plugins.reports.document import Document, Part
from plugins.reports.writing.widths import breakable, layout
from sims import clock, pdf
from sims.contracts import Column
from sims.tables import Table
from sims.web.templating import number, plain_date, text_of

TEMPLATE = Path(__file__).with_name("report.typ")
NUMBERS = ("number", "percent")
COVER = 64
"""Signs of a line on the cover."""


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
        "parameters": [[label, breakable(words, COVER)] for label, words in document.parameters],
        "facts": [list(pair) for pair in document.facts],
        "parts": [
            {"title": part.title, "note": part.note, "sheets": _sheets(part, counted)}
            for part in document.parts
        ],
    }


def _sheets(part: Part, counted: Rows) -> list[dict[str, Any]]:
    """The tables of a part in their order, those that stand on pages of the same orientation together."""
    tables = (_table(table, counted) for table in part.tables)
    return [
        {"wide": wide, "tables": list(found)}
        for wide, found in groupby(tables, key=lambda table: table["wide"])
    ]


def _table(table: Table, counted: Rows) -> dict[str, Any]:
    rows = [
        [shown(value, column) for value, column in zip(row, table.columns, strict=True)]
        for row in counted.rows(table)
    ]
    stands = layout(table.columns, rows)
    return {
        "title": table.title,
        "note": table.note,
        "wide": stands.wide,
        "size": stands.size,
        "whole": stands.whole,
        "columns": [
            {"label": column.label, "right": column.kind in NUMBERS, "share": width}
            for column, width in zip(table.columns, stands.widths, strict=True)
        ],
        "rows": [list(map(breakable, row, stands.widths)) for row in rows],
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
