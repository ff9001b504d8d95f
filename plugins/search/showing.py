"""Hits as people read them: what it is, whose, when, and the words that were found, marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup, escape

from plugins.search.asking import SHORTEST_BEGINNING
from plugins.search.documents import said, searched
from plugins.search.finding import PEOPLE_TABLE, Hit
from plugins.search.plain import plain
from sims import access
from sims.addresses import path_to
from sims.contracts import Record
from sims.database import db
from sims.lists import loads
from sims.rows import Joined
from sims.workflow import Status

WORD = re.compile(r"[^\W_]+")
AROUND = 70
"""So many characters of a text stand before and behind the first word found in it."""


@dataclass(frozen=True)
class Shown:
    """One hit on the page. `snippet` is what it was found by besides its title, and `where` that stands."""

    record: Record
    url: str
    text: str
    title: Markup
    status: Status | None
    person: str
    day: date | None
    where: str
    snippet: Markup


def shown(hits: Sequence[Hit], words: Sequence[str]) -> list[Shown]:
    """The hits in their order. Two queries for each kind of record among them, and one for names."""
    rows: dict[tuple[str, int], Any] = {}
    texts: dict[tuple[str, int], Sequence[str]] = {}
    records = {record.name: record for record in searched()}
    for name in {hit.record for hit in hits}:
        record, ids = records[name], [hit.row_id for hit in hits if hit.record == name]
        there = record.model.id.in_(ids)
        query = sa.select(record.model).where(there).options(*loads(record))
        rows |= {(name, row.id): row for row in db.session.scalars(query).unique()}
        joined = Joined(record.model)
        columns = [sa.cast(said(record, each, joined), sa.Text) for each in _others(record)]
        if columns:
            found = joined.to(sa.select(record.model.id, *columns).where(there))
            texts |= {(name, row[0]): row[1:] for row in db.session.execute(found)}
    owners = {
        key: access.owner_id(records[key[0]], row)
        for key, row in rows.items()
        if records[key[0]].table != PEOPLE_TABLE
    }
    names = access.rule().names({number for number in owners.values() if number})
    return [
        _shown(
            records[hit.record],
            hit,
            rows[key],
            texts.get(key, ()),
            names.get(owners.get(key) or 0, ""),
            words,
        )
        for hit in hits
        if (key := (hit.record, hit.row_id)) in rows
    ]


def _shown(
    record: Record, hit: Hit, row: Any, texts: Sequence[str], person: str, words: Sequence[str]
) -> Shown:
    title = record.title(row)
    where, snippet = "", Markup("")
    missing = [word for word in words if not _place(title, (word,))]
    for name, text in zip(_others(record), texts, strict=False):
        found = _place(text or "", missing)
        if found:
            where = record.label_of(name)
            snippet = marked(_cut(text, found.start()), words)
            break
    return Shown(
        record=record,
        url=path_to(record.endpoint, id=row.id),
        text=title,
        title=marked(title, words),
        status=record.workflow.status(row.status) if record.workflow else None,
        person=person,
        day=hit.day if record.owner and record.table != PEOPLE_TABLE else None,
        where=where,
        snippet=snippet,
    )


def marked(text: str, words: Sequence[str]) -> Markup:
    """`text`, escaped, with every word that was looked for in `<mark>`."""
    pieces, last = [], 0
    for found in WORD.finditer(text):
        if _is_one(found[0], words):
            pieces += [
                escape(text[last : found.start()]),
                Markup("<mark>{}</mark>").format(found[0]),
            ]
            last = found.end()
    return Markup("").join([*pieces, escape(text[last:])])


def _others(record: Record) -> tuple[str, ...]:
    return (*record.searched.codes, *record.searched.body) if record.searched else ()


def _place(text: str, words: Sequence[str]) -> re.Match[str] | None:
    return next((found for found in WORD.finditer(text) if _is_one(found[0], words)), None)


def _is_one(word: str, words: Sequence[str]) -> bool:
    said = plain(word)
    return any(
        said == each or (len(each) >= SHORTEST_BEGINNING and said.startswith(each))
        for each in words
    )


def _cut(text: str, place: int) -> str:
    """The part of `text` around a place, whole words of it."""
    start, end = max(0, place - AROUND), min(len(text), place + AROUND)
    part = text[start:end]
    if start:
        part = "…" + part.partition(" ")[2]
    if end < len(text):
        part = part.rpartition(" ")[0] + "…"
    return " ".join(part.split())
