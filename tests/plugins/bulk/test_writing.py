"""The workbook people download to fill in is one that is read back without a question."""

from dataclasses import replace
from pathlib import Path

from flask import Flask

from plugins.bulk.queries import imports_for
from plugins.bulk.reading.cells import value_of
from plugins.bulk.reading.matching import match
from plugins.bulk.reading.table import open_table
from plugins.bulk.writing import template_xlsx
from tests.factories import make_user


def test_the_template_of_every_import_reads_back_with_every_column_and_its_example(
    app_context: Flask, tmp_path: Path
) -> None:
    entries = imports_for(make_user("admin"))
    assert entries
    for entry in entries:
        path = tmp_path / "template.xlsx"
        path.write_bytes(template_xlsx(entry))
        table = open_table(path, "template.xlsx")
        assert table.sheets[1:] == ("How to fill it in",)
        matching = match(table.headings, entry.columns)
        assert set(matching.by_column) == {column.name for column in entry.columns}
        assert (matching.unused, matching.missing, matching.twice) == ([], [], [])
        ((_, cells),) = table.rows()
        assert isinstance(cells, list)
        for column, raw in zip(entry.columns, cells, strict=False):
            value = value_of(column, raw, dates="dmy")
            assert (value is None) == (not column.example), (entry.name, column.name)


def test_the_template_says_of_every_column_what_stands_in_it(
    app_context: Flask, tmp_path: Path
) -> None:
    for entry in imports_for(make_user("admin")):
        path = tmp_path / "template.xlsx"
        path.write_bytes(template_xlsx(entry))
        rows = [cells for _, cells in open_table(path, "x", sheet="How to fill it in").rows()]
        for column, said in zip(entry.columns, rows, strict=True):
            assert isinstance(said, list)
            assert said[:2] == [column.name, "yes" if column.required else ""]
            assert all(part in str(said[2]) for part in (column.hint, *column.choices.values()))


def test_whatever_an_import_is_called_its_template_can_be_written(app_context: Flask) -> None:
    entry = imports_for(make_user("admin"))[0]
    for label in ("Hospitals / departments: [all]?*", "'quoted'", "x" * 40):
        assert template_xlsx(replace(entry, label=label)).startswith(b"PK")
