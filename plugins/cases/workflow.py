"""How a case moves: as every reviewed record does, and in and out of the teaching library."""

import secrets
from collections.abc import Mapping
from typing import Any

from plugins.cases.events import CaseFeatured, CaseUnfeatured
from plugins.cases.models import SCORES, CaseReview, ClinicalCase
from sims.actor import Actor
from sims.clock import now
from sims.review import review_workflow
from sims.workflow import Transition


def may_feature(case: ClinicalCase, actor: Actor) -> str | None:
    """The guard of featuring: the PG agreed, and it is not in the library yet."""
    if case.featured:
        return "It is in the teaching library already."
    if not case.teaching_consent:
        return "The PG has not agreed that others learn from it."
    return None


def is_featured(case: ClinicalCase, actor: Actor) -> str | None:
    """The guard of taking out: it is in the library."""
    return None if case.featured else "It is not in the teaching library."


def put_in(case: ClinicalCase, actor: Actor, data: Mapping[str, Any]) -> None:
    """The library shows it from now on, under an address that says nothing about it."""
    case.featured, case.featured_at, case.featured_by_id = True, now(), actor.id
    case.library_key = secrets.token_urlsafe(12)


def take_out(case: ClinicalCase) -> None:
    """The library shows it no more; were it featured again, its address would be another."""
    case.featured, case.featured_at, case.featured_by_id, case.library_key = False, None, None, None


FEATURE = Transition(
    name="feature", label="Put into the library", done="put into the teaching library", icon="library",
    source=("approved",), target="approved", permission="cases.case.feature",
    guard=may_feature, effect=put_in, event=CaseFeatured,
)  # fmt: skip
UNFEATURE = Transition(
    name="unfeature", label="Take out of the library", done="taken out of the teaching library", icon="book-x",
    source=("approved",), target="approved", permission="cases.case.feature",
    guard=is_featured, effect=lambda case, actor, data: take_out(case), event=CaseUnfeatured,
)  # fmt: skip


WORKFLOW = review_workflow(
    "cases.case",
    CaseReview,
    "case_id",
    scores=SCORES,
    extra=("strengths", "improvements", "recommendations", "needs_follow_up"),
    copies={"supervisor_score": "overall_score"},
    more=(FEATURE, UNFEATURE),
)
