"""Whose cases need somebody's attention, and why: for many PGs at once."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from plugins.cases.models import ClinicalCase
from plugins.cases.records import CASE
from sims.contracts import Attention
from sims.database import db
from sims.figures import Reason
from sims.lists import CHUNK, address_of

MANY = 3
"""So many cases that came back and were not mended are worth a word."""


def reasons(ids: Collection[int]) -> Mapping[int, Sequence[Reason]]:
    """PGs who leave several cases that came back to them. A query for each thousand PGs."""
    found: dict[int, Sequence[Reason]] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        query = (
            sa.select(ClinicalCase.pg_id, sa.func.count())
            .where(
                ClinicalCase.pg_id.in_(wanted[start : start + CHUNK]),
                ClinicalCase.status == "returned",
            )
            .group_by(ClinicalCase.pg_id)
            .having(sa.func.count() >= MANY)
        )
        for number, count in db.session.execute(query):
            href = address_of(CASE, {"person": number, "status": "returned"})
            found[number] = [Reason(words=f"{count} cases returned, not mended", href=href)]
    return found


ATTENTION = Attention(name="cases.cases", permission="cases.case.view", reasons=reasons, order=40)
