"""Who is told of evaluations, step by step."""

from plugins.rotations.evaluations import queries
from plugins.rotations.evaluations.events import (
    EvaluationApproved,
    EvaluationReturned,
    EvaluationReviewed,
    EvaluationSubmitted,
)
from sims import access
from sims.contracts import Notice
from sims.events import Moved


def of_whom(event: Moved) -> str:
    """The PG it is about; and why, where there is a reason."""
    names = access.rule().names([event.owner_id] if event.owner_id else [])
    return "\n".join(filter(None, (*names.values(), event.feedback)))


def author(event: Moved) -> list[int]:
    """Who wrote it."""
    person = queries.author_of(event.row_id)
    return [person] if person else []


def author_and_pg(event: Moved) -> list[int]:
    """Who wrote it, and whom it is about."""
    return [*author(event), *([event.owner_id] if event.owner_id else [])]


NOTICES = (
    Notice(
        kind="rotations.evaluation_unassigned", label="An evaluation that nobody is asked to review",
        event=EvaluationSubmitted, body=of_whom,
        recipients=lambda event: () if event.reviewer_id else queries.office(),
        subject=lambda event: f"Waits for a review by the office: {event.title}",
        roles=("admin",),
    ),
    Notice(
        kind="rotations.evaluation_returned", label="An evaluation of yours is sent back",
        event=EvaluationReturned, recipients=author, body=of_whom,
        subject=lambda event: f"Sent back: {event.title}",
        mail="at_once",
    ),
    Notice(
        kind="rotations.evaluation_reviewed", label="An evaluation waits for approval",
        event=EvaluationReviewed, recipients=lambda event: queries.office(), body=of_whom,
        subject=lambda event: f"Waits for approval: {event.title}",
        roles=("admin",),
    ),
    Notice(
        kind="rotations.evaluation_approved", label="An evaluation is approved",
        event=EvaluationApproved, recipients=author_and_pg, body=of_whom,
        subject=lambda event: f"Approved: {event.title}",
    ),
)  # fmt: skip
