"""What people contribute to dashboards: how many there are, and how the greeting goes on."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import url_for

from plugins.users.models import User
from sims.actor import Actor
from sims.contracts import Figure
from sims.database import db


def pgs(actor: Actor) -> Figure:
    """PGs with an open account, and how many supervisors there are for them."""
    query = (
        sa.select(User.role, sa.func.count())
        .where(User.is_active, ~User.is_archived)
        .group_by(User.role)
    )
    counts = dict(db.session.execute(query).all())
    return Figure(
        value=counts.get("pg", 0),
        note=f"with {counts.get('supervisor', 0):,} supervisors",
        href=url_for("users.user_list", role="pg"),
    )


def lead(actor: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    """Who one is in SIMS, below the greeting."""
    parts = [
        actor.specialty,
        f"year {actor.year}" if actor.year else "",
        "" if actor.specialty else actor.role_label,
    ]
    return {"words": ", ".join(part for part in parts if part)}
