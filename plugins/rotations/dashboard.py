"""What rotations show on a PG's dashboard and page."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from plugins.rotations import queries
from plugins.rotations.records import ROTATION, WORKFLOW
from sims import access
from sims.actor import Actor
from sims.clock import today
from sims.contracts import Figure
from sims.database import db
from sims.web.templating import plain_date

FEW = 6


def days_left(actor: Actor) -> Figure | None:
    """How long the PG's rotation still lasts, or when the next begins; nothing where none is planned."""
    coming = queries.coming(actor.id)
    if not coming:
        return None
    rotation, day = coming[0], today()
    href = url_for("rotations.rotation", id=rotation.id)
    if rotation.start_date > day:
        note = f"{rotation.department.name} begins"
        return Figure(value=plain_date(rotation.start_date), note=note, href=href)
    left = (rotation.end_date - day).days
    value = "Last day" if left == 0 else f"{left} day{'s' if left != 1 else ''}"
    note = f"{'in' if left == 0 else 'left in'} {rotation.department.name}"
    return Figure(value=value, note=note, href=href)


def mine(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The PG's present rotation and the next ones."""
    if actor.role != "pg":
        return None
    coming, day = queries.coming(actor.id), today()
    now = next((rotation for rotation in coming if rotation.start_date <= day), None)
    return {
        "now": now,
        "passed": (day - now.start_date).days + 1 if now else 0,
        "length": (now.end_date - now.start_date).days + 1 if now else 0,
        "coming": [rotation for rotation in coming if rotation is not now],
    }


def person(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """A PG's rotations on their page, as far as the reader sees them."""
    pg = context["person"]
    if pg.role != "pg":
        return None
    query = access.visible(ROTATION, actor).where(ROTATION.model.pg_id == pg.id)
    order = (ROTATION.model.start_date.desc(), ROTATION.model.id.desc())
    rows = db.session.scalars(query.options(*ROTATION.load).order_by(*order).limit(FEW)).all()
    return {"rotations": rows, "workflow": WORKFLOW, "title_of": ROTATION.title}
