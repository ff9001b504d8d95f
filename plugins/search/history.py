"""What each person searched for: theirs alone to see and to clear."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from plugins.search.models import SearchHistory
from sims.actor import Actor
from sims.clock import now
from sims.database import affected, commit, db

RECENT = 8


def keep(actor: Actor, term: str, filters: Mapping[str, Any], count: int, duration: int) -> None:
    """Write down a search: `count` results in `duration` milliseconds."""
    db.session.add(
        SearchHistory(
            user_id=actor.id,
            search_term=term.replace("\x00", "")[:200],
            filters=dict(filters),
            result_count=count,
            duration=duration,
        )
    )


def recent(actor: Actor) -> Sequence[str]:
    """What the actor searched for last, each term once."""
    last = (
        sa.select(SearchHistory.search_term, SearchHistory.id)
        .where(SearchHistory.user_id == actor.id)
        .order_by(SearchHistory.id.desc())
        .limit(50)
    )
    return list(dict.fromkeys(term for term, _ in db.session.execute(last)))[:RECENT]


def page(actor: Actor, term: str, after: int | None) -> tuple[Sequence[SearchHistory], int | None]:
    """The actor's searches with `term` in them, those before the id `after`; and where the next page begins."""
    size = current_app.config["PAGE_SIZE"]
    query = sa.select(SearchHistory).where(SearchHistory.user_id == actor.id)
    if term:
        query = query.where(SearchHistory.search_term.icontains(term, autoescape=True))
    if after:
        query = query.where(SearchHistory.id < min(after, 2**62))
    rows = list(db.session.scalars(query.order_by(SearchHistory.id.desc()).limit(size + 1)))
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def clear(actor: Actor, row_id: int | None = None) -> int:
    """Forget the actor's searches, or only the one with this id; returns how many."""
    condition = SearchHistory.user_id == actor.id
    if row_id is not None:
        condition &= SearchHistory.id == row_id
    return affected(sa.delete(SearchHistory).where(condition))


def forget_old() -> int:
    """Schedule: drop searches older than SEARCH_HISTORY_DAYS; returns how many."""
    edge = now() - timedelta(days=current_app.config["SEARCH_HISTORY_DAYS"])
    number = affected(sa.delete(SearchHistory).where(SearchHistory.created_at < edge))
    commit()
    return number
