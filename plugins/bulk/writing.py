"""The workbook people download to fill in."""

import io
import re

import xlsxwriter

from sims.contracts import Import, ImportColumn

KINDS = {
    "text": "Text",
    "integer": "A whole number",
    "decimal": "A number",
    "date": "A date, such as 2026-12-31",
    "yes_no": "yes or no",
}

NO_TITLE = re.compile(r"[\[\]:*?/\\]")
"""What Excel takes in no sheet's title; it may not begin or end with an apostrophe either, or be longer than 31."""


def template_xlsx(entry: Import) -> bytes:
    """A workbook with the headings of an import, an example row, and a sheet that says how to fill it in."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        bold = workbook.add_format({"bold": True, "bottom": 1})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        sheet = workbook.add_worksheet(NO_TITLE.sub(" ", entry.label)[:31].strip(" '"))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(entry.columns):
            sheet.write_string(0, place, column.name, bold)
            sheet.write_string(1, place, column.example)
            sheet.set_column(place, place, max(12, len(column.name) + 2, len(column.example) + 2))
        notes = workbook.add_worksheet("How to fill it in")
        notes.hide_gridlines(2)
        for place, (title, width) in enumerate(
            (("Column", 24), ("Needed", 9), ("What stands in it", 90))
        ):
            notes.set_column(place, place, width)
            notes.write_string(0, place, title, bold)
        for line, column in enumerate(entry.columns, start=1):
            notes.write_string(line, 0, column.name, wrapped)
            notes.write_string(line, 1, "yes" if column.required else "", wrapped)
            notes.write_string(line, 2, _said(column), wrapped)
    return buffer.getvalue()


def _said(column: ImportColumn) -> str:
    kind = f"One of: {', '.join(column.choices.values())}" if column.choices else KINDS[column.kind]
    return f"{column.label}. {kind}.{f' {column.hint}' if column.hint else ''}"
