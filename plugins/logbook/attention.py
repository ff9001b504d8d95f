"""Whose logbook needs somebody's attention, and why: for many PGs at once."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from plugins.logbook.dashboard import light
from plugins.logbook.models import LogbookEntry
from plugins.logbook.records import ENTRY
from sims.contracts import Attention
from sims.database import db
from sims.figures import Reason
from sims.lists import CHUNK, address_of

WEIGHTS = {"bad": 3, "warn": 1}


def reasons(ids: Collection[int]) -> Mapping[int, Sequence[Reason]]:
    """PGs who have logged nothing for long, or leave what came back to them. A query for each thousand PGs."""
    found: dict[int, list[Reason]] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        query = (
            sa.select(
                LogbookEntry.pg_id,
                sa.func.max(LogbookEntry.date),
                sa.func.count().filter(LogbookEntry.status == "returned"),
            )
            .where(LogbookEntry.pg_id.in_(part))
            .group_by(LogbookEntry.pg_id)
        )
        known = {row[0]: row[1:] for row in db.session.execute(query)}
        for number in part:
            last, returned = known.get(number, (None, 0))
            tone, icon, words = light(last, returned)
            if tone in WEIGHTS:
                narrowed = {"person": number, "status": "returned" if "returned" in words else ""}
                found[number] = [
                    Reason(
                        words=words,
                        href=address_of(ENTRY, narrowed),
                        tone=tone,
                        icon=icon,
                        weight=WEIGHTS[tone],
                    )
                ]
    return found


ATTENTION = Attention(
    name="logbook.entries", permission="logbook.entry.view", reasons=reasons, order=10
)
