"""What a document on PostgreSQL holds: every word of a row, marked by where it stands, and everybody the row names."""

import string
import zlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from plugins.search.models import LONGEST_KEY, Document
from sims.contracts import Record
from sims.database import PEOPLE

ANYWHERE, KNOWN_BY, EXACTLY, ABOUT = "/", "~", "=", "#"
"""Marks in a document on PostgreSQL: before every word, before words of titles and codes, before whole ones, and before
the id of a person the row names."""

LONGEST_WORD = 200

LETTERS = string.ascii_lowercase + string.digits


def lexeme(name: str, mark: str, word: str) -> str:
    """How documents of the record called `name` hold a word on PostgreSQL: behind two letters that stand for the record.

    So the index, and what the planner knows of how common a word is, are of each record by itself: a word that
    thousands of entries have costs nothing where cases are asked for it. Two records with the same letters would
    only be slower.
    """
    number = zlib.crc32(name.encode()) % len(LETTERS) ** 2
    return f"{LETTERS[number // len(LETTERS)]}{LETTERS[number % len(LETTERS)]}{mark}{word}"


class Tsquery(sa.types.UserDefinedType[str]):
    """PostgreSQL's type of a question to a tsvector."""

    cache_ok = True

    def get_col_spec(self, **options: object) -> str:
        """Its name."""
        return "tsquery"


def people(record: Record) -> sa.ColumnElement[Any]:
    """Everybody a row of `record` names, each with `ABOUT` before their id: by a foreign key of its own, of a row that
    points to it (who reviewed it), or of one it borrows from (`Searched.through`). Whoever sees a row without seeing
    all of them is one of these people, or answers for one."""
    table = record.model.__table__
    if not record.owner:
        return sa.cast(array([]), ARRAY(sa.Text))
    found = [_about(record, c) for c in (table.c[record.owner], *_to_people(table))]
    for link in record.searched.through if record.searched else ():
        lender = next(iter(table.c[link].foreign_keys)).column.table
        of_row = lender.c.id == table.c[link]
        found += [
            sa.select(_about(record, column)).where(of_row).scalar_subquery()
            for column in _to_people(lender)
        ]
    everybody: sa.ColumnElement[Any] = array(found)
    for other in table.metadata.sorted_tables if table is not _people_table() else ():
        for link in (c for c in other.c if c.references(table.c.id)):
            for person in _to_people(other):
                named = sa.select(_about(record, person)).where(link == table.c.id)
                everybody = sa.func.array_cat(everybody, sa.func.array(named.scalar_subquery()))
    return everybody


def _people_table() -> sa.Table:
    return Document.metadata.tables[PEOPLE.partition(".")[0]]


def _to_people(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns of a table that name a person."""
    return [column for column in table.c if column.references(_people_table().c.id)]


def _about(record: Record, person: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.literal(lexeme(record.name, ABOUT, ""), sa.Text) + sa.cast(person, sa.Text)


def vector(record: Record, rows: Any) -> sa.ColumnElement[Any]:
    """The words of a document for PostgreSQL, each as its `lexeme`, up to three times: with `ANYWHERE`; with `KNOWN_BY`
    if it stands in the title or a code; and with `EXACTLY` the whole title and each whole code. Beside them the people
    the row names, by whom the index leaves out at once what an actor can't see.

    Weights would say as much, but PostgreSQL's planner does not look at them: it would walk a whole table for a word
    that is common in texts and rare in titles (measured: 61 ms of 85).
    """
    known = rows.c.title + " " + rows.c.codes
    exactly = lexeme(record.name, EXACTLY, "")
    lexemes = array(
        [sa.literal(exactly) + sa.func.substr(text, 1, LONGEST_KEY) for text in exact(rows)]
    )
    for mark, text in ((KNOWN_BY, known), (ANYWHERE, known + " " + rows.c.body)):
        short = sa.func.regexp_replace(text, rf"\S{{{LONGEST_WORD + 1},}}", "", "g")
        words = sa.func.regexp_replace(short, r"(\S+)", lexeme(record.name, mark, r"\1"), "g")
        split = sa.func.string_to_array(words, " ", type_=ARRAY(sa.Text))
        lexemes = sa.func.array_cat(lexemes, split)
    lexemes = sa.func.array_cat(lexemes, rows.c.people)
    for nothing in ("", exactly, None):
        lexemes = sa.func.array_remove(lexemes, nothing)
    return sa.func.array_to_tsvector(lexemes)


def exact(rows: Any) -> list[sa.ColumnElement[str]]:
    """The whole title and each whole code of a document."""
    return [rows.c.key, *(column for column in rows.c if column.name.startswith("code_"))]
