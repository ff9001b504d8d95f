"""Who is in no rotation, or soon will be: for many PGs at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa

from plugins.rotations.models import TAKEN, Rotation
from plugins.rotations.records import ROTATION
from sims.clock import today
from sims.contracts import Attention
from sims.database import db
from sims.figures import Reason
from sims.lists import CHUNK, address_of
from sims.web.templating import plain_date

SOON = timedelta(days=14)


def reasons(ids: Collection[int]) -> Mapping[int, Sequence[Reason]]:
    """PGs without a rotation today, or whose rotation ends soon with none after it. A query for each thousand PGs."""
    day = today()
    wanted = sorted(ids)
    found: dict[int, Sequence[Reason]] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        here = sa.and_(Rotation.start_date <= day, Rotation.end_date >= day)
        query = (
            sa.select(
                Rotation.pg_id,
                sa.func.max(sa.case((here, Rotation.end_date))),
                sa.func.count().filter(Rotation.start_date > day),
            )
            .where(Rotation.pg_id.in_(part), Rotation.status.in_(TAKEN), Rotation.end_date >= day)
            .group_by(Rotation.pg_id)
        )
        known = {row[0]: row[1:] for row in db.session.execute(query)}
        for number in part:
            until, following = known.get(number, (None, 0))
            words = ""
            if until is None:
                words = "In no rotation now"
            elif until <= day + SOON and not following:
                words = f"The rotation ends on {plain_date(until)}, none follows"
            if words:
                href = address_of(ROTATION, {"person": number})
                found[number] = [Reason(words=words, href=href, icon="calendar-x", weight=1)]
    return found


ATTENTION = Attention(
    name="rotations.gap", permission="rotations.rotation.view", reasons=reasons, order=20
)
