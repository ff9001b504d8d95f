"""The page about imports says what the code does: its columns, their other names, and examples that work."""

import re
from pathlib import Path

from flask import Flask

from plugins.catalogue.models import Group
from plugins.certificates.shipped import load_types
from sims.contracts import Import
from sims.database import db
from sims.plugin import provided
from tests.factories import make_user
from tests.imports import faults, import_named, saved

PAGE = Path(__file__).parents[2] / "docs" / "imports.md"
SECTION = re.compile(
    r"^## [^\n]*`(?P<name>[a-z.]+)`\n(?P<text>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE
)
LINE = re.compile(r"^\| (\**)([a-z_]+)\1 \| (.*?) \|", re.MULTILINE)


def sections() -> dict[str, str]:
    return {found["name"]: found["text"] for found in SECTION.finditer(PAGE.read_text())}


def described(text: str) -> dict[str, tuple[bool, set[str]]]:
    """Column → whether it is required, and what else it is called, as the page says."""
    return {
        name: (bool(bold), set(filter(None, also.strip().split(", "))))
        for bold, name, also in LINE.findall(text)
        if name != "column"
    }


def test_every_import_is_described_with_its_columns_and_their_other_names(app: Flask) -> None:
    with app.app_context():
        entries = provided(Import)
    names = {entry.name for entry in entries}
    assert names == set(sections()), "docs/imports.md has a section for each import, and no other"
    for entry in entries:
        declared = {
            column.name: (column.required, set(column.synonyms)) for column in entry.columns
        }
        assert described(sections()[entry.name]) == declared, entry.name


def test_the_examples_of_the_page_can_be_imported_one_after_the_other(app_context: Flask) -> None:
    admin = make_user("admin")
    load_types()
    db.session.add(Group(slug="critical-care", name="Critical care"))
    db.session.flush()
    for name, text in sections().items():
        (example,) = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
        rows = saved(name, example, admin)
        assert len(rows) > 1
        assert faults(rows) == [], name
        assert all(row.made for row in rows), import_named(name)
