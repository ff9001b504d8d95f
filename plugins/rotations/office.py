"""What rotations show on the programme office's dashboard: what waits to be planned, and who is nowhere."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import url_for

from plugins.rotations.models import TAKEN, Rotation
from plugins.users.models import User
from plugins.users.queries import MAY_ACT
from sims.actor import Actor
from sims.clock import today
from sims.contracts import Figure
from sims.database import db

MANY = 8


def proposed(actor: Actor) -> Figure:
    """Rotations somebody proposed and nobody has planned yet."""
    count = db.session.scalar(
        sa.select(sa.func.count(Rotation.id)).where(Rotation.status == "pending")
    )
    note = "Plan or cancel them" if count else "None waits"
    href = url_for("rotations.rotation_list", status="pending")
    return Figure(value=count, note=note, href=href)


def nowhere(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """PGs with no rotation on this day, the ones who have waited longest first; nothing where everybody has a place."""
    if actor.role != "admin":
        return None
    day = today()
    here = sa.select(Rotation.pg_id).where(
        Rotation.status.in_(TAKEN), Rotation.start_date <= day, Rotation.end_date >= day
    )
    last = (
        sa.select(sa.func.max(Rotation.end_date))
        .where(Rotation.pg_id == User.id, Rotation.end_date < day, Rotation.status != "cancelled")
        .scalar_subquery()
    )
    query = (
        sa.select(User.id, User.first_name, User.last_name, User.year, last.label("last"))
        .where(User.role == "pg", MAY_ACT, User.id.not_in(here))
        .order_by(last.is_not(None), last, User.last_name, User.id)
        .limit(MANY)
    )
    people = db.session.execute(query).all()
    return {"people": people} if people else None
