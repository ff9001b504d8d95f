"""Conditions on documents: which have the words of a question, in PostgreSQL's way and in SQLite's."""

from collections.abc import Sequence

import sqlalchemy as sa

from plugins.search.asking import SHORTEST_BEGINNING, Question, Unit
from plugins.search.documents import EXACTLY, KNOWN_BY, Tsquery, fulltext
from plugins.search.models import LONGEST_KEY, Document
from sims.database import db


def known_by(units: Sequence[Unit], *, whole: bool = False) -> sa.ColumnElement[bool]:
    """Documents that have all of these units in their titles or codes; `whole` words, or words that begin so."""
    if db.engine.dialect.name == "postgresql":
        return _matches(_every(units, KNOWN_BY, "*", " & ", " | ", whole))
    return _fts("{title codes} : (" + _every(units, "", " *", " AND ", " OR ", whole) + ")")


def anywhere(units: Sequence[Unit]) -> sa.ColumnElement[bool]:
    """Documents that have words that begin like all of these units; every one where there are no units."""
    if not units:
        return sa.true()
    if db.engine.dialect.name == "postgresql":
        return _matches(_every(units, "", "*", " & ", " | ", False))
    return _fts(_every(units, "", " *", " AND ", " OR ", False))


def exactly(question: Question) -> sa.ColumnElement[bool]:
    """Documents whose title is the question, or one of whose codes is."""
    if db.engine.dialect.name == "postgresql":
        names = (_quoted(EXACTLY + name[:LONGEST_KEY], "'") for name in question.names)
        return _matches(" | ".join(names))
    names = " OR ".join(
        _quoted(name[:LONGEST_KEY].replace(" ", ""), '"') for name in question.names
    )
    return _fts("{whole} : (" + names + ")")


def _matches(asked: str) -> sa.ColumnElement[bool]:
    return Document.words.op("@@", is_comparison=True)(sa.cast(asked, Tsquery()))


def _fts(asked: str) -> sa.ColumnElement[bool]:
    match = sa.text("fulltext_document MATCH :asked")
    rows = sa.select(fulltext.c.rowid).where(
        match.bindparams(sa.bindparam("asked", asked, unique=True))
    )
    return Document.id.in_(rows)


def _every(
    units: Sequence[Unit], mark: str, begins: str, both: str, either: str, whole: bool
) -> str:
    """All units in the language of the database: `mark` before every word, `begins` behind one that may go on, which
    only words as typed may."""
    quote = '"' if "AND" in both else "'"

    def word(text: str, typed: bool) -> str:
        goes_on = "" if whole or not typed or len(text) < SHORTEST_BEGINNING else begins
        colon = ":" if goes_on == "*" else ""
        return f"{_quoted(mark + text, quote)}{colon}{goes_on}"

    def ways(unit: Unit) -> str:
        said = (both.join(word(text, way == unit.typed) for text in way) for way in unit.ways)
        return "(" + either.join(f"({way})" for way in said) + ")"

    return both.join(map(ways, units))


def _quoted(text: str, quote: str) -> str:
    return quote + text.replace("\\", "").replace(quote, "") + quote
