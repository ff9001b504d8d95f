"""Whose certificates need somebody's attention, and why: for many PGs at once."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from plugins.certificates import compliance
from plugins.certificates.records import CERTIFICATE
from plugins.users.models import User
from sims.contracts import Attention
from sims.database import db
from sims.figures import Reason
from sims.lists import CHUNK, address_of

SHOWN = 2


def reasons(ids: Collection[int]) -> Mapping[int, Sequence[Reason]]:
    """PGs to whom something they need is missing or expired, or expires soon. Two queries for each thousand PGs."""
    types = list(compliance.required_types())
    wanted = sorted(ids)
    found: dict[int, Sequence[Reason]] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        people = db.session.execute(
            sa.select(User.id, User.specialty, User.year).where(User.id.in_(part))
        ).all()
        held = compliance.held(part, types)
        for pg in people:
            needed = {
                kind.name: held.get((pg.id, kind.id), compliance.NOTHING).standing
                for kind in types
                if compliance.applies(kind, pg)
            }
            some = [
                *_reason(pg.id, needed, (compliance.MISSING, compliance.EXPIRED), "missing or expired", "bad", 2),
                *_reason(pg.id, needed, (compliance.EXPIRING,), "expiring", "warn", 1),
            ]  # fmt: skip
            if some:
                found[pg.id] = some
    return found


def _reason(
    pg_id: int, needed: Mapping[str, compliance.Standing], standings: Sequence[compliance.Standing],
    words: str, tone: str, weight: int,
) -> list[Reason]:  # fmt: skip
    names = [name for name, standing in needed.items() if standing in standings]
    if not names:
        return []
    listed = ", ".join(names[:SHOWN]) + (
        f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    )
    return [
        Reason(
            words=f"{words.capitalize()}: {listed}",
            href=address_of(CERTIFICATE, {"person": pg_id}),
            tone=tone,
            icon="calendar-x" if tone == "bad" else "hourglass",
            weight=weight,
        )
    ]


ATTENTION = Attention(
    name="certificates.required",
    permission="certificates.certificate.view",
    reasons=reasons,
    order=30,
)
