"""Every write to evaluations."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.rotations.evaluations import queries
from plugins.rotations.evaluations.models import Evaluation
from plugins.rotations.evaluations.records import EVALUATION
from plugins.users.events import SupervisorChanged
from sims import records
from sims.actor import Actor
from sims.database import db, flush
from sims.errors import Invalid, Missing, Problem

WRITTEN = ("score", "comments", "recommendations")


def create_evaluation(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[Evaluation, tuple[Problem, ...]]:
    """A draft of the actor's about the rotation `values` names, of its kind (`type`).

    Raises `Missing` (not theirs to evaluate), `Invalid` (not now, not twice).
    """
    about = queries.subject(actor, values.get("rotation_id"))
    kind = str(values.get("type") or "")
    if about is None or kind not in about.kinds:
        raise Missing("There is no such rotation that you may evaluate in this way.")
    if reason := about.kinds[kind]:
        raise Invalid([Problem(code=f"{EVALUATION.name}.time", message=reason, fields=("type",))])
    given = {name: values[name] for name in WRITTEN if values.get(name) is not None}
    rotation = about.rotation
    given |= {"rotation": rotation, "rotation_id": rotation.id, "type": kind}
    given |= {"pg_id": rotation.pg_id, "evaluator_id": actor.id}
    return records.create(EVALUATION, given, actor=actor)


def change_evaluation(
    row: Evaluation, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """Change what a draft says; whom it is about and its kind stay. Raises `Denied`, `Conflict`, `Invalid`."""
    given = {name: values[name] for name in WRITTEN if name in values}
    return records.change(EVALUATION, row, given, actor=actor, version=version)


def hand_over_waiting(event: SupervisorChanged) -> None:
    """A PG has another supervisor: what waited for the old one waits for whoever is to review it now."""
    query = sa.select(Evaluation).where(
        Evaluation.pg_id == event.pg_id,
        Evaluation.status == "submitted",
        Evaluation.supervisor_id == event.old_id,
    )
    for row in db.session.scalars(query.options(joinedload(Evaluation.rotation))).unique():
        row.supervisor_id = queries.reviewer_of(row.rotation, row.evaluator_id)
    flush()
