"""What evaluations show on a rotation's page and on a PG's."""

from collections.abc import Mapping
from typing import Any

from plugins.rotations.evaluations import queries
from plugins.rotations.evaluations.models import KINDS, Evaluation
from plugins.rotations.evaluations.records import EVALUATION, evaluator
from plugins.rotations.evaluations.rules import grade
from plugins.rotations.records import ROTATION
from sims import access
from sims.actor import Actor
from sims.database import db

FEW = 6
MANY = 50


def of_rotation(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The evaluations of a rotation, and those the reader may write."""
    if context["record"] is not ROTATION:
        return None
    rotation = context["row"]
    about = queries.subject(actor, rotation.id)
    rows = _rows(actor, Evaluation.rotation_id == rotation.id, MANY)
    mine = {row.type for row in rows if row.evaluator_id == actor.id}
    kinds = {kind: why for kind, why in (about.kinds if about else {}).items() if kind not in mine}
    return {"rotation": rotation, "evaluations": rows, "may_write": kinds, **_words()}


def of_person(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """A PG's evaluations on their page, as far as the reader sees them."""
    pg = context["person"]
    if pg.role != "pg":
        return None
    return {"evaluations": _rows(actor, Evaluation.pg_id == pg.id, FEW), **_words()}


def _rows(actor: Actor, condition: Any, most: int) -> list[Evaluation]:
    query = access.visible(EVALUATION, actor).where(condition).options(*EVALUATION.load)
    order = (Evaluation.written_on.desc(), Evaluation.id.desc())
    return list(db.session.scalars(query.order_by(*order).limit(most)))


def _words() -> dict[str, Any]:
    return {"workflow": EVALUATION.flow, "labels": KINDS, "grade": grade, "evaluator": evaluator}
