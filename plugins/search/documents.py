"""What search holds of every row: written by the transaction that writes the row, made anew by a command, checked."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from plugins.search.lexemes import ANYWHERE, Tsquery, exact, lexeme, people, vector
from plugins.search.models import LONGEST_KEY, Document
from sims.contracts import Record
from sims.database import commit, db, local_day
from sims.plugin import provided
from sims.rows import Joined, expression, has_sql
from sims.versioning import AT_ONCE

LONGEST_TEXT = 100_000
"""So many characters of a text are read: PostgreSQL takes no more than 1 MB of words in a row."""

fulltext = sa.table(
    "fulltext_document", *map(sa.column, ("rowid", "title", "codes", "body", "whole"))
)
vocabulary = sa.table("fulltext_word", sa.column("word", sa.Text), sa.column("term", sa.Text))


def searched() -> tuple[Record, ...]:
    """Every record that search knows, in the order of their plugins."""
    return tuple(record for record in provided(Record) if record.searched)


def source(record: Record, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The rows of `record` as documents: row_id, day, key, title, codes, body, all of them in plain words,
    each code by itself (code_0, …), and on PostgreSQL the people each row names (people)."""
    declared, joined = record.searched, Joined(record.model)
    assert declared is not None
    when = getattr(record.model, record.dated.attribute if record.dated else "created_at")
    day = sa.func.coalesce(local_day(when), local_day(record.model.created_at), type_=sa.Date())
    title = _plain(record, joined, declared.title)
    query = sa.select(
        record.model.id.label("row_id"),
        day.label("day"),
        sa.func.substr(title, 1, LONGEST_KEY).label("key"),
        title.label("title"),
        _plain(record, joined, declared.codes).label("codes"),
        _plain(record, joined, declared.body).label("body"),
        *(
            _plain(record, joined, (name,)).label(f"code_{place}")
            for place, name in enumerate(declared.codes)
        ),
        *([people(record).label("people")] if _postgresql() else []),
    ).select_from(record.model)
    return joined.to(query).where(*conditions)


def said(record: Record, name: str, joined: Joined) -> sa.ColumnElement[Any]:
    """What `name` (a column, or else an attribute) says of a row of `record`, as an expression."""
    for column in record.columns:
        if column.name == name and has_sql(record, column):
            return expression(record, column, joined)
    found: sa.ColumnElement[Any] = getattr(record.model, name)
    return found


def follow(written: Mapping[str, Set[int]], gone: Mapping[str, Set[int]]) -> None:
    """`Written` handler: bring the documents of these rows up to date, and of those that borrow their words."""
    for record in searched():
        dropped = gone.get(record.name, frozenset())
        if dropped:
            _drop(sa.and_(Document.record == record.name, Document.row_id.in_(dropped)))
        if ids := written.get(record.name, frozenset()) - dropped:
            store(record, sorted(ids))
        for borrowers in _borrowers(record, written):
            store(record, borrowers, lock=True)


def store(record: Record, ids: Sequence[int], *, lock: bool = False) -> None:
    """Make the documents of these rows what the rows say now.

    `lock` keeps others from changing the rows meanwhile: needed where this transaction has not written them itself.
    """
    statements = _statements(record)
    for start in range(0, len(ids), AT_ONCE):
        some = {"ids": ids[start : start + AT_ONCE]}
        if not _postgresql():
            for statement in statements:
                db.session.execute(statement, some)
            continue
        if lock:
            there = sa.select(record.model.id).where(record.model.id.in_(some["ids"]))
            db.session.execute(there.with_for_update(read=True))
        changed = list(db.session.scalars(statements[0], some))
        if changed and (new := list(db.session.scalars(statements[1], {"ids": changed}))):
            db.session.execute(
                pg_insert(vocabulary).on_conflict_do_nothing(),
                [
                    {"word": word} for word in sorted(new)
                ],  # in one order for all, so that no two wait for each other
            )


def rebuild() -> Iterator[tuple[Record, int]]:
    """Make every document anew while SIMS runs on, some thousand rows to a transaction; gives each record and how
    many rows it has. Documents of rows and records that are no more go."""
    for record in searched():
        done, last = 0, 0
        while ids := _next_ids(record, last):
            store(record, ids, lock=True)
            commit()
            done, last = done + len(ids), ids[-1]
        _drop(_orphans(record))
        commit()
        yield record, done
    _drop(Document.record.not_in([record.name for record in searched()]))
    if _postgresql():
        asked = sa.literal("")
        for place, record in enumerate(searched()):
            begins = sa.literal(lexeme(record.name, ANYWHERE, ""))
            asked = (
                asked + (" | " if place else "") + sa.func.quote_literal(begins + vocabulary.c.word)
            )
        held = sa.select(Document.id).where(Document.words.op("@@")(sa.cast(asked, Tsquery())))
        db.session.execute(sa.delete(vocabulary).where(~held.exists()))
    commit()


def complete() -> int:
    """Make the documents that are missing; returns how many. What `flask seed` does after an upgrade."""
    added = 0
    for record in searched():
        while ids := list(db.session.scalars(_missing(record).limit(AT_ONCE))):
            store(record, ids, lock=True)
            commit()
            added += len(ids)
    return added


def fill() -> None:
    """Make the documents of demo data, in the transaction that made it."""
    for record in searched():
        last = 0
        while ids := _next_ids(record, last):
            store(record, ids)
            last = ids[-1]


@dataclass(frozen=True)
class Difference:
    """How the documents of a record differ from its rows: how many are missing, say something else, or have no row."""

    record: Record
    missing: int
    stale: int
    orphaned: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.missing + self.stale + self.orphaned


def compare() -> Iterator[Difference]:
    """Compare every document with what its row says now."""
    for record in searched():
        rows = source(record).subquery()
        if _postgresql():
            differs = sa.or_(
                Document.words.is_distinct_from(vector(record, rows)),
                Document.key != rows.c.key,
                Document.day != rows.c.day,
            )
            mine = sa.select(sa.func.count()).select_from(rows).join(Document, _of(record, rows))
        else:
            differs = sa.or_(
                *(fulltext.c[name] != rows.c[name] for name in ("title", "codes", "body")),
                Document.key != rows.c.key,
                Document.day != rows.c.day,
            )
            mine = (
                sa.select(sa.func.count())
                .select_from(rows)
                .join(Document, _of(record, rows))
                .join(fulltext, fulltext.c.rowid == Document.id)
            )
        yield Difference(
            record,
            _count(_missing(record)),
            db.session.scalar(mine.where(differs)) or 0,
            _count(sa.select(Document.id).where(_orphans(record))),
        )


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def _plain(record: Record, joined: Joined, names: Sequence[str]) -> sa.ColumnElement[str]:
    """These texts of a row in plain words, one after the other."""
    if not names:
        return sa.literal("", sa.Text)
    texts = [sa.func.coalesce(sa.cast(said(record, name, joined), sa.Text), "") for name in names]
    whole = texts[0]
    for text in texts[1:]:
        whole = whole + " " + text
    return sa.func.search_plain(sa.func.substr(whole, 1, LONGEST_TEXT), type_=sa.Text())


def _statements(record: Record) -> list[sa.Executable]:
    """What stores documents of the rows `:ids`, made once for each application.

    On PostgreSQL the first gives the ids of the documents that changed, the second their words not met before.
    """
    made: dict[str, list[sa.Executable]] = current_app.extensions.setdefault("search", {})
    if record.name not in made:
        made[record.name] = list(_on_postgresql(record) if _postgresql() else _on_sqlite(record))
    return made[record.name]


DOCUMENTS = cast("sa.Table", Document.__table__)
IDS = sa.bindparam("ids", expanding=True)
NAMES = ("record", "row_id", "day", "key")


def _on_postgresql(record: Record) -> Iterator[sa.Executable]:
    rows = source(record, record.model.id.in_(IDS)).subquery()
    values = (sa.literal(record.name), rows.c.row_id, rows.c.day, rows.c.key, vector(record, rows))
    new = pg_insert(DOCUMENTS).from_select(
        [*NAMES, "words"], sa.select(*values).order_by(rows.c.row_id)
    )
    kept = {name: new.excluded[name] for name in ("day", "key", "words")}
    yield new.on_conflict_do_update(
        index_elements=["record", "row_id"],
        set_=kept,
        where=sa.or_(*(DOCUMENTS.c[n].is_distinct_from(v) for n, v in kept.items())),
    ).returning(DOCUMENTS.c.id)
    held = sa.func.unnest(sa.func.tsvector_to_array(Document.words)).label("held")
    inner = sa.select(held).where(Document.id.in_(IDS)).subquery()
    word = sa.func.substr(inner.c.held, len(lexeme(record.name, ANYWHERE, "")) + 1).label("word")
    plain_word = inner.c.held.regexp_match(f"^..{ANYWHERE}[^0-9]{{3,40}}$")
    found = sa.select(word).where(plain_word).distinct().subquery()
    known = sa.select(vocabulary.c.word).where(vocabulary.c.word == found.c.word)
    yield sa.select(found.c.word).where(~known.exists())


def _on_sqlite(record: Record) -> Iterator[sa.Executable]:
    rows = source(record, record.model.id.in_(IDS)).subquery()
    values = (sa.literal(record.name), rows.c.row_id, rows.c.day, rows.c.key)
    new = sqlite_insert(DOCUMENTS).from_select(NAMES, sa.select(*values).where(sa.true()))
    yield new.on_conflict_do_update(
        index_elements=["record", "row_id"],
        set_={name: new.excluded[name] for name in ("day", "key")},
    )
    mine = sa.select(Document.id).where(Document.record == record.name, Document.row_id.in_(IDS))
    yield sa.delete(fulltext).where(fulltext.c.rowid.in_(mine))
    texts = sa.select(Document.id, rows.c.title, rows.c.codes, rows.c.body, _whole(rows))
    yield sa.insert(fulltext).from_select(
        ["rowid", "title", "codes", "body", "whole"],
        texts.select_from(rows).join(Document, _of(record, rows)),
    )


def _whole(rows: Any) -> sa.ColumnElement[str]:
    """For SQLite the title and each code as one word each, by which they are found exactly."""
    words = [sa.func.replace(sa.func.substr(text, 1, LONGEST_KEY), " ", "") for text in exact(rows)]
    whole = words[0]
    for word in words[1:]:
        whole = whole + " " + word
    return whole


def _drop(condition: sa.ColumnElement[bool]) -> None:
    if not _postgresql():
        db.session.execute(
            sa.delete(fulltext).where(fulltext.c.rowid.in_(sa.select(Document.id).where(condition)))
        )
    db.session.execute(
        sa.delete(Document).where(condition).execution_options(synchronize_session=False)
    )


def _of(record: Record, rows: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Document.record == record.name, Document.row_id == rows.c.row_id)


def _missing(record: Record) -> sa.Select[Any]:
    held = sa.select(Document.id).where(
        Document.record == record.name, Document.row_id == record.model.id
    )
    return sa.select(record.model.id).where(~held.exists()).order_by(record.model.id)


def _orphans(record: Record) -> sa.ColumnElement[bool]:
    row = sa.select(record.model.id).where(record.model.id == Document.row_id)
    return sa.and_(Document.record == record.name, ~row.exists())


def _next_ids(record: Record, after: int) -> list[int]:
    query = sa.select(record.model.id).where(record.model.id > after)
    size = current_app.config["SEARCH_REBUILD_ROWS"]
    return list(db.session.scalars(query.order_by(record.model.id).limit(size)))


def _borrowers(record: Record, written: Mapping[str, Set[int]]) -> Iterator[list[int]]:
    """The ids of the rows whose words come from rows that were written."""
    assert record.searched is not None
    for link in record.searched.through:
        column = record.model.__table__.c[link]
        target = next(iter(column.foreign_keys)).column.table.name
        for other in searched():
            if other.table == target and (ids := written.get(other.name)):
                query = sa.select(record.model.id).where(getattr(record.model, link).in_(ids))
                if found := list(db.session.scalars(query.order_by(record.model.id))):
                    yield found


def _count(query: sa.Select[Any]) -> int:
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery()))
        or 0
    )
