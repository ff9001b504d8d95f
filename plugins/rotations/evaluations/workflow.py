"""How an evaluation moves: written, reviewed by somebody else, approved by the programme office."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plugins.rotations.evaluations import queries
from plugins.rotations.evaluations.events import (
    EvaluationApproved,
    EvaluationReturned,
    EvaluationReviewed,
    EvaluationSubmitted,
)
from plugins.rotations.evaluations.models import Evaluation
from plugins.rotations.evaluations.rules import too_early_or_late
from sims import access
from sims.actor import Actor
from sims.clock import now, today
from sims.review import Withdrawn
from sims.workflow import Status, Transition, Workflow

NAME = "rotations.evaluation"


def may_submit(row: Evaluation, actor: Actor) -> str | None:
    """Its author does, and at the time for this kind."""
    return is_author(row, actor) or too_early_or_late(row.type, row.rotation, today())


def is_author(row: Evaluation, actor: Actor) -> str | None:
    """Only who wrote it."""
    return None if actor.id == row.evaluator_id else "Only who wrote it does this."


def may_review(row: Evaluation, actor: Actor) -> str | None:
    """Who is asked, the rotation's supervisor, one of the PG's, or a deputy: never the author, never the PG."""
    if reason := is_somebody_else(row, actor):
        return reason
    rule = access.rule()
    if rule.acts_for(actor) & {row.supervisor_id, row.rotation.supervisor_id}:
        return None
    if rule.answers_for(actor, row.pg_id):
        return None
    return "Only who is asked, the rotation's supervisor or one who supervises this PG now, reviews it."


def is_somebody_else(row: Evaluation, actor: Actor) -> str | None:
    """Neither who wrote it nor whom it is about."""
    if actor.id in (row.evaluator_id, row.pg_id):
        return "Nobody reviews what they wrote themselves, or what is about them."
    return None


def _submitted(row: Evaluation, actor: Actor, data: Mapping[str, Any]) -> None:
    row.round += 1
    row.submitted_at, row.reviewed_at, row.reviewed_by_id = now(), None, None
    row.written_on = today()
    row.supervisor_id = queries.reviewer_of(row.rotation, row.evaluator_id)


def _taken_back(row: Evaluation, actor: Actor, data: Mapping[str, Any]) -> None:
    row.round -= 1
    row.submitted_at = None


def _returned(row: Evaluation, actor: Actor, data: Mapping[str, Any]) -> None:
    row.feedback = str(data["feedback"])


def _reviewed(row: Evaluation, actor: Actor, data: Mapping[str, Any]) -> None:
    row.reviewed_at, row.reviewed_by_id = now(), actor.id


def _approved(row: Evaluation, actor: Actor, data: Mapping[str, Any]) -> None:
    row.verified_at, row.verified_by_id = now(), actor.id


REVIEW = Transition(
    name="review", label="Mark as reviewed", done="reviewed", icon="check", key="a", style="primary",
    source=("submitted",), target="reviewed", permission=f"{NAME}.review",
    guard=may_review, effect=_reviewed, event=EvaluationReviewed, bulk=True,
)  # fmt: skip
RETURN = Transition(
    name="return", label="Send back", done="sent back", icon="undo-2", key="r",
    source=("submitted",), target="draft", permission=f"{NAME}.review",
    guard=may_review, effect=_returned, event=EvaluationReturned,
    requires={"feedback": "Write what has to change, so that it can be mended."},
)  # fmt: skip

WORKFLOW = Workflow(
    statuses=(
        Status(name="draft", label="Draft", icon="file-pen-line", tone="neutral"),
        Status(name="submitted", label="Waiting for review", icon="clock", tone="info"),
        Status(name="reviewed", label="Waiting for approval", icon="clock-check", tone="info"),
        Status(name="approved", label="Approved", icon="circle-check", tone="good"),
    ),
    editable=("draft",),
    deletable=("draft",),
    waiting="submitted",
    transitions=(
        Transition(
            name="submit", label="Submit", done="submitted", icon="send", style="primary",
            source=("draft",), target="submitted", permission=f"{NAME}.create", stage="submit",
            guard=may_submit, effect=_submitted, event=EvaluationSubmitted,
        ),
        Transition(
            name="withdraw", label="Take back", done="taken back", icon="undo-2",
            source=("submitted",), target="draft", permission=f"{NAME}.create",
            guard=is_author, effect=_taken_back, event=Withdrawn,
        ),
        REVIEW,
        RETURN,
        replace(REVIEW, name="accept", permission=f"{NAME}.approve", guard=is_somebody_else, key=""),
        replace(
            RETURN, name="send_back", permission=f"{NAME}.approve", guard=is_somebody_else, key="",
            source=("submitted", "reviewed"),
        ),
        Transition(
            name="approve", label="Approve", done="approved", icon="badge-check", style="primary",
            source=("reviewed",), target="approved", permission=f"{NAME}.approve",
            effect=_approved, event=EvaluationApproved, bulk=True,
        ),
    ),
)  # fmt: skip
