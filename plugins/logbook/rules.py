"""What a valid entry is (domain.md, logbook)."""

from plugins.catalogue.patients import age_rule
from plugins.logbook.models import LogbookEntry
from sims.clock import today
from sims.contracts import Rule
from sims.review import reviewer_rules, self_score_rule
from sims.rules import text_needed

FIELDS_A_TEMPLATE_MAY_REQUIRE = {
    "procedures": "Add at least one procedure, with the key steps and the trainer.",
    "location": "Enter where it happened.",
    "topic": "Enter the topic.",
    "chief_complaint": "Enter the chief complaint.",
    "history_summary": "Enter a summary of the history.",
    "primary_diagnosis": "Enter the primary diagnosis.",
    "investigations": "Enter the investigations.",
    "management": "Enter the management.",
    "reasoning": "Enter your clinical reasoning.",
    "learning_points": "Enter what you learned.",
    "challenges": "Enter what was difficult.",
    "follow_up": "Enter the follow-up.",
    "self_score": "Score yourself from 1 to 10.",
}
"""The fields a template may require, and the words that ask for each."""


def _has(entry: LogbookEntry, field: str) -> bool:
    if entry.template is None or field not in entry.template.required:
        return True
    return bool(getattr(entry, field))


TEMPLATE_RULES = (
    text_needed(
        "logbook.template",
        "name",
        "Give the template a name.",
        source="domain.md, logbook: template",
    ),
)

RULES = (
    Rule(
        code="logbook.entry.date_not_in_future",
        message="The date is in the future. Enter the day it happened.",
        fields=("date",),
        holds=lambda entry: entry.date is None or entry.date <= today(),
        source="domain.md, logbook: date not in the future, judged in the hospital's time zone",
    ),
    Rule(
        code="logbook.entry.title",
        message="Enter a procedure, or a title that says what it was.",
        fields=("title", "procedures"),
        holds=lambda entry: bool(entry.title),
        source="domain.md, logbook: title",
    ),
    Rule(
        code="logbook.entry.date",
        message="Enter the date.",
        fields=("date",),
        holds=lambda entry: entry.date is not None,
        source="domain.md, logbook: date",
    ),
    age_rule("logbook.entry"),
    self_score_rule("logbook.entry"),
    *reviewer_rules("logbook.entry", "entry"),
    *(
        Rule(
            code=f"logbook.entry.required_{field}",
            message=message,
            fields=(field,),
            holds=lambda entry, field=field: _has(entry, field),
            stage="submit",
            source="domain.md, logbook: submitting needs the template's required fields",
        )
        for field, message in FIELDS_A_TEMPLATE_MAY_REQUIRE.items()
    ),
)
