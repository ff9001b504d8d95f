"""How a case moves: as every reviewed record does, and in and out of the teaching library."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from plugins.cases.events import CaseFeatured, CaseUnfeatured
from plugins.cases.models import SCORES, CaseReview, ClinicalCase
from sims.actor import Actor
from sims.clock import now
from sims.review import review_workflow
from sims.workflow import Transition, Workflow


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


def _with_score(transition: Transition, score: Callable[[Mapping[str, Any]], Any]) -> Transition:
    """The same transition, which also writes the reviewer's overall score into the case."""
    usual = transition.effect

    def effect(case: ClinicalCase, actor: Actor, data: Mapping[str, Any]) -> None:
        if usual:
            usual(case, actor, data)
        case.supervisor_score = score(data)

    return replace(transition, effect=effect)


def _workflow() -> Workflow:
    usual = review_workflow(
        "cases.case",
        CaseReview,
        "case_id",
        scores=SCORES,
        extra=("strengths", "improvements", "recommendations", "needs_follow_up"),
        more=(FEATURE, UNFEATURE),
    )
    scored: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "approve": lambda data: data.get("overall_score"),
        "reopen": lambda data: None,
    }
    return replace(
        usual,
        transitions=tuple(
            _with_score(step, scored[step.name]) if step.name in scored else step
            for step in usual.transitions
        ),
    )


WORKFLOW = _workflow()
