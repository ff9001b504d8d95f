"""What a valid case is (domain.md, cases)."""

from datetime import date

from plugins.cases.models import COMPLEXITIES, ClinicalCase
from plugins.catalogue.patients import age_rule
from sims.clock import local, today
from sims.contracts import Rule
from sims.review import reviewer_rules, self_score_rule

YEARS_BACK = 2

NEEDED = {
    "category_id": "Choose a category.",
    "chief_complaint": "Enter the chief complaint.",
    "history": "Enter the history.",
    "examination": "Enter what you found on examination.",
    "diagnosis": "Enter the diagnosis.",
    "management": "Enter the management.",
    "learning_points": "Enter what you learned.",
}
"""What a submission needs, and the words that ask for each."""


def earliest(day: date) -> date:
    """The first day a case written on `day` may be of: two calendar years before, 28 February for the 29th."""
    try:
        return day.replace(year=day.year - YEARS_BACK)
    except ValueError:
        return day.replace(year=day.year - YEARS_BACK, day=28)


def written_on(case: ClinicalCase) -> date:
    """The day a case was begun, by the hospital's calendar; today for one not stored yet."""
    return local(case.created_at).date() if case.created_at else today()


def _recent(case: ClinicalCase) -> bool:
    """Judged by the day it was begun: what is returned or reopened years later may still be mended."""
    return case.date_encountered is None or case.date_encountered >= earliest(written_on(case))


def _own_rotation(case: ClinicalCase) -> bool:
    if case.rotation_id is None:
        return True
    return case.rotation is not None and case.rotation.pg_id == case.pg_id


RULES = (
    Rule(
        code="cases.case.title",
        message="Enter a title or a diagnosis.",
        fields=("title", "diagnosis"),
        holds=lambda case: bool(case.title),
        source="domain.md, cases: title",
    ),
    Rule(
        code="cases.case.date",
        message="Enter the day you met the patient.",
        fields=("date_encountered",),
        holds=lambda case: case.date_encountered is not None,
        source="domain.md, cases: date encountered",
    ),
    Rule(
        code="cases.case.date_not_in_future",
        message="The date is in the future. Enter the day you met the patient.",
        fields=("date_encountered",),
        holds=lambda case: case.date_encountered is None or case.date_encountered <= today(),
        source="domain.md, cases: not in the future, judged in the hospital's time zone",
    ),
    Rule(
        code="cases.case.date_recent",
        message="The date is more than two years back. Write up a case of the last two years.",
        fields=("date_encountered",),
        holds=_recent,
        source="domain.md, cases: at most two years back, in calendar years",
    ),
    age_rule("cases.case"),
    Rule(
        code="cases.case.complexity",
        message="Choose how complex the case was.",
        fields=("complexity",),
        holds=lambda case: case.complexity in (None, *COMPLEXITIES),
        source="domain.md, cases: simple, moderate, complex, highly complex",
    ),
    self_score_rule("cases.case"),
    Rule(
        code="cases.case.rotation_own",
        message="Choose one of your own rotations.",
        fields=("rotation_id",),
        holds=_own_rotation,
        source="domain.md, cases: rotation",
    ),
    *reviewer_rules("cases.case", "case"),
    *(
        Rule(
            code=f"cases.case.needs_{field.removesuffix('_id')}",
            message=message,
            fields=(field,),
            holds=lambda case, field=field: bool(getattr(case, field)),
            stage="submit",
            source="domain.md, cases: what a reviewer needs to judge a case",
        )
        for field, message in NEEDED.items()
    ),
)
