"""The rows a paper was made from: kept with it, so that only who sees every one of them reads it."""

import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.reports.models import Drawn
from sims import access
from sims.actor import Actor
from sims.contracts import Record
from sims.database import db
from sims.errors import Missing
from sims.lists import ListPage
from sims.permissions import allowed

MOST_KEPT = 1_000_000
"""More ids than this are not kept: such a paper is only for who sees every row of the record."""

AT_ONCE = 5_000


def packed(pages: Iterable[ListPage]) -> list[dict[str, Any]]:
    """The ids of the rows of these lists, for each record once, as the columns of `Drawn`."""
    by_record: dict[str, list[ListPage]] = {}
    for page in pages:
        by_record.setdefault(page.record.name, []).append(page)
    return [_packed(name, of_record) for name, of_record in by_record.items()]


def _packed(name: str, pages: Sequence[ListPage]) -> dict[str, Any]:
    model = pages[0].record.model
    ids = sa.union(
        *(page.query().with_only_columns(model.id, maintain_column_froms=True) for page in pages)
    ).subquery()
    query = sa.select(ids.c.id).order_by(ids.c.id).limit(MOST_KEPT + 1)
    kept, before = array("q"), 0
    found = db.session.execute(query.execution_options(yield_per=AT_ONCE))
    for part in found.partitions():
        for row in part:
            kept.append(row[0] - before)
            before = row[0]
    if len(kept) > MOST_KEPT:
        count = db.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0
        return {"record": name, "count": count, "ids": None}
    return {"record": name, "count": len(kept), "ids": zlib.compress(kept.tobytes(), 1)}


def ids_of(drawn: Drawn) -> Sequence[int]:
    """The ids that were kept, in order."""
    kept = array("q", zlib.decompress(drawn.ids or zlib.compress(b"")))
    total = 0
    for place, step in enumerate(kept):
        total += step
        kept[place] = total
    return kept


def all_visible(drawn: Drawn, reader: Actor) -> bool:
    """Whether `reader` now sees every row the paper was drawn from, of this record."""
    try:
        record = access.record_named(drawn.record)
    except Missing:
        return False
    if _sees_all(record, reader):
        return True
    if drawn.ids is None:
        return False
    ids = ids_of(drawn)
    for start in range(0, len(ids), AT_ONCE):
        part = record.model.id.in_(list(ids[start : start + AT_ONCE]))
        there = sa.select(sa.func.count()).select_from(record.model).where(part)
        seen = access.visible(record, reader, sa.func.count()).where(part)
        if db.session.scalar(seen) != db.session.scalar(there):
            return False
    return True


def _sees_all(record: Record, reader: Actor) -> bool:
    """Whether nothing of the record is hidden from `reader`."""
    if not allowed(reader, record.permission("view")):
        return False
    return record.owner is None or isinstance(
        access.rule().sees(record, reader), sa.sql.elements.True_
    )
