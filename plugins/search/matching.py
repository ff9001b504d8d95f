"""Conditions on documents: which have the words of a question, in PostgreSQL's way and in SQLite's.

Each is of some records, called by their names: PostgreSQL has the words of every record by themselves (`lexeme`).
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from plugins.search.asking import SHORTEST_BEGINNING, Question, Unit
from plugins.search.documents import fulltext
from plugins.search.lexemes import ABOUT, ANYWHERE, EXACTLY, KNOWN_BY, Tsquery, lexeme
from plugins.search.models import LONGEST_KEY, Document
from sims.database import db


def known_by(
    names: Sequence[str], units: Sequence[Unit], *, whole: bool = False
) -> sa.ColumnElement[bool]:
    """Documents that have all of these units in their titles or codes; `whole` words, or words that begin so."""
    if _postgresql():
        return _matches(names, units, KNOWN_BY, whole)
    return _fts("{title codes} : (" + _in_fts(units, whole) + ")")


def anywhere(
    names: Sequence[str], units: Sequence[Unit], *, whole: bool = False
) -> sa.ColumnElement[bool]:
    """Documents that have all of these units, `whole` words or words that begin so; every one where there are no
    units."""
    if not units:
        return sa.true()
    if _postgresql():
        return _matches(names, units, ANYWHERE, whole)
    return _fts(_in_fts(units, whole))


def exactly(names: Sequence[str], question: Question) -> sa.ColumnElement[bool]:
    """Documents whose title is the question, or one of whose codes is."""
    keys = [name[:LONGEST_KEY] for name in question.names]
    if _postgresql():
        return _any_of(lexeme(name, EXACTLY, key) for name in names for key in keys)
    asked = " OR ".join(_quoted(key.replace(" ", ""), '"') for key in keys)
    return _fts("{whole} : (" + asked + ")")


def about(names: Sequence[str], people: Iterable[int]) -> sa.ColumnElement[bool]:
    """Documents of rows that name one of these people; on SQLite every one."""
    if not _postgresql():
        return sa.true()
    ids = sorted(people)
    return _any_of(lexeme(name, ABOUT, str(number)) for name in names for number in ids)


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def _matches(
    names: Sequence[str], units: Sequence[Unit], mark: str, whole: bool
) -> sa.ColumnElement[bool]:
    """Every unit, in words of the same record, for PostgreSQL."""

    def of_record(name: str) -> str:
        def word(text: str, typed: bool) -> str:
            goes_on = not whole and typed and len(text) >= SHORTEST_BEGINNING
            return _quoted(lexeme(name, mark, text), "'") + (":*" if goes_on else "")

        def ways(unit: Unit) -> str:
            said = (" & ".join(word(text, way == unit.typed) for text in way) for way in unit.ways)
            return "(" + " | ".join(f"({way})" for way in said) + ")"

        return " & ".join(map(ways, units))

    return _asks(" | ".join(f"({of_record(name)})" for name in names))


def _any_of(lexemes: Iterable[str]) -> sa.ColumnElement[bool]:
    return _asks(" | ".join(_quoted(each, "'") for each in lexemes))


def _asks(asked: str) -> sa.ColumnElement[bool]:
    return Document.words.op("@@", is_comparison=True)(sa.cast(asked, Tsquery()))


def _in_fts(units: Sequence[Unit], whole: bool) -> str:
    """Every unit for SQLite."""

    def word(text: str, typed: bool) -> str:
        goes_on = not whole and typed and len(text) >= SHORTEST_BEGINNING
        return _quoted(text, '"') + (" *" if goes_on else "")

    def ways(unit: Unit) -> str:
        said = (" AND ".join(word(text, way == unit.typed) for text in way) for way in unit.ways)
        return "(" + " OR ".join(f"({way})" for way in said) + ")"

    return " AND ".join(map(ways, units))


def _fts(asked: str) -> sa.ColumnElement[bool]:
    match = sa.text("fulltext_document MATCH :asked")
    rows = sa.select(fulltext.c.rowid).where(
        match.bindparams(sa.bindparam("asked", asked, unique=True))
    )
    return Document.id.in_(rows)


def _quoted(text: str, quote: str) -> str:
    return quote + text.replace("\\", "").replace(quote, "") + quote
