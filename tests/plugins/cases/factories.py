"""Cases for tests: in the session, flushed, as the services would have left them."""

from itertools import count
from typing import Any

from plugins.cases.models import CaseProcedure, CaseReview, Category, ClinicalCase
from sims.clock import now, today
from sims.database import db

COMPLETE = {
    "title": "Appendicitis in pregnancy",
    "chief_complaint": "Pain in the right flank",
    "history": "Two days, vomiting",
    "examination": "Guarding above the iliac fossa",
    "diagnosis": "Acute appendicitis",
    "management": "Open operation",
    "learning_points": "The appendix moves upwards in pregnancy",
}
"""The texts a submission needs."""

_numbers = count(1)


def make_category(**given: Any) -> Category:
    """A category in use."""
    category = Category(**{"name": f"Category {next(_numbers)}", "colour": "info"} | given)
    db.session.add(category)
    db.session.flush()
    return category


def make_case(
    pg: Any, supervisor: Any = None, *, status: str = "draft", **given: Any
) -> ClinicalCase:
    """A case of `pg` in this status, complete enough to be submitted."""
    defaults: dict[str, Any] = COMPLETE | {
        "date_encountered": today(),
        "patient_age": 34,
        "patient_sex": "F",
        "supervisor_id": supervisor.id if supervisor else pg.supervisor_id,
    }
    if "category_id" not in given:
        defaults["category_id"] = make_category().id
    if status != "draft":
        defaults |= {"submitted_at": now(), "round": 1}
    if status in ("approved", "returned", "rejected", "archived"):
        defaults |= {"reviewed_at": now()}
    procedures = given.pop("procedures", [CaseProcedure(name="Appendicectomy")])
    case = ClinicalCase(pg_id=pg.id, status=status, procedures=procedures, **defaults | given)
    db.session.add(case)
    db.session.flush()
    return case


def make_featured(pg: Any, **given: Any) -> ClinicalCase:
    """An approved case that stands in the teaching library."""
    shown = {"teaching_consent": True, "featured": True, "featured_at": now()}
    key = {"library_key": f"key-{next(_numbers)}"}
    return make_case(pg, status="approved", **shown | key | given)


def make_review(
    case: ClinicalCase, reviewer: Any, outcome: str = "approved", **given: Any
) -> CaseReview:
    """A decision on the case's last submission."""
    words = {"outcome": outcome, "feedback": "Well.", "round": case.round} | given
    review = CaseReview(case_id=case.id, reviewer_id=reviewer.id, **words)
    db.session.add(review)
    db.session.flush()
    return review


def form_of(**given: Any) -> dict[str, Any]:
    """What a browser sends for a case, complete but for the category and the supervisor."""
    fields = {"date_encountered": today().isoformat(), "complexity": "moderate", "patient_sex": "F"}
    return COMPLETE | fields | {"procedures-0-name": "Appendicectomy"} | given
