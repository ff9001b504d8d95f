"""The forms of cases: the case, its review, a category."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from plugins.cases import queries
from plugins.cases.models import COLOURS, COMPLEXITIES
from plugins.catalogue.patients import AGE, OLDEST, SEXES
from plugins.rotations.queries import rotation_choices
from plugins.users.queries import supervisors_for
from sims.actor import Actor
from sims.clock import today
from sims.forms import DATE, LONG, Form, OptionalSelect, ReviewForm, score_field
from sims.records import clean

MOST_PROCEDURES = 10


class ProcedureForm(PlainForm):
    """One procedure this patient had."""

    id = HiddenField()
    name = StringField(
        "Procedure",
        [Length(max=200, message="Keep the name under 200 characters.")],
        filters=[clean],
        render_kw={"data-combobox": "/catalogue/procedures/suggest", "autocomplete": "off"},
    )


class CaseForm(Form):
    """Everything a case can hold; its template draws it in sections."""

    title = StringField(
        "Title", [Length(max=300)], description="Left empty, the diagnosis gives it."
    )
    category_id = OptionalSelect("Category", empty="Choose…")
    complexity = SelectField("Complexity", choices=list(COMPLEXITIES.items()), default="moderate")
    date_encountered = DateField("Date you met the patient", [InputRequired(DATE)], default=today)
    supervisor_id = OptionalSelect("Supervisor", empty="Choose…")
    rotation_id = OptionalSelect("Rotation", empty="None")
    patient_age = IntegerField("Patient's age in years", [Optional(), NumberRange(0, OLDEST, AGE)])
    patient_sex = SelectField("Patient's sex", choices=list(SEXES.items()), default="U")
    chief_complaint = TextAreaField("Chief complaint", [LONG])
    history = TextAreaField("History", [LONG])
    examination = TextAreaField("Examination", [LONG])
    investigations = TextAreaField("Investigations", [LONG])
    diagnosis = StringField(
        "Diagnosis",
        [Length(max=300)],
        render_kw={"data-combobox": "/catalogue/diagnoses/suggest", "autocomplete": "off"},
    )
    secondary_diagnoses = TextAreaField("Further diagnoses, one per line", [LONG])
    management = TextAreaField("Management", [LONG])
    procedures = FieldList(
        FormField(ProcedureForm), min_entries=1, max_entries=MOST_PROCEDURES, label="Procedures"
    )
    outcome = TextAreaField("Outcome", [LONG])
    follow_up = TextAreaField("Follow-up", [LONG])
    reasoning = TextAreaField("Clinical reasoning", [LONG])
    learning_points = TextAreaField("What did you learn?", [LONG])
    self_score = score_field("Your own score, 1 to 10")
    teaching_consent = BooleanField(
        "Others may learn from this case",
        description="Once it is approved, the programme office may show it in the teaching library, "
        "without your name, your supervisor, the place and the date. You can take this back at any time.",
    )

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer categories, supervisors (the likeliest first) and rotations; a new case has the PG's supervisor."""
        self.category_id.offer(queries.category_choices(row.category_id if row else None))
        self.supervisor_id.offer(supervisors_for(actor))
        self.rotation_id.offer(rotation_choices(actor))
        if row is None and not self.is_submitted() and not self.supervisor_id.data:
            self.supervisor_id.data = actor.supervisor_id or queries.last_supervisor(actor)

    def values(self) -> dict[str, Any]:
        """The case's fields; `procedures` as a list of names, empty rows left out."""
        values = super().values()
        rows = self.procedures.entries
        return values | {"procedures": [row.form.name.data for row in rows if row.form.name.data]}


class CaseReviewForm(ReviewForm):
    """A supervisor's decision: words, and scores where they help."""

    knowledge_score = score_field("Knowledge")
    reasoning_score = score_field("Reasoning")
    documentation_score = score_field("Documentation")


class CategoryForm(Form):
    """A category of cases."""

    name = StringField(
        "Name", [InputRequired("Give the category a name."), Length(max=120)], filters=[clean]
    )
    colour = SelectField("Colour", choices=list(COLOURS.items()), default="neutral")
    position = IntegerField(
        "Position in lists",
        [InputRequired("Enter a number."), NumberRange(0, 999, "Enter a number from 0 to 999.")],
        default=0,
    )
    is_active = BooleanField("In use", default=True)
