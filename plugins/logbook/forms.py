"""The logbook's forms: the full entry, the quick entry, the review, the template."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from plugins.catalogue import queries as catalogue
from plugins.catalogue.patients import AGE, OLDEST, SEXES
from plugins.logbook import queries
from plugins.logbook.models import KINDS
from plugins.logbook.roles import KEY_STEPS, TRAINER
from plugins.logbook.rules import FIELDS_A_TEMPLATE_MAY_REQUIRE
from plugins.rotations.queries import rotation_choices
from plugins.users.queries import supervisors_for
from sims.actor import Actor
from sims.clock import today
from sims.forms import DATE, LONG, Form, OptionalSelect, ReviewForm, score_field
from sims.records import clean


class ProcedureForm(PlainForm):
    """One procedure of an entry: its name, and the two facts."""

    id = HiddenField()
    name = StringField(
        "Procedure",
        [Length(max=200, message="Keep the name under 200 characters.")],
        filters=[clean],
        render_kw={"data-combobox": "/catalogue/procedures/suggest", "autocomplete": "off"},
    )
    key_steps = RadioField(
        "Who did the key steps?", choices=list(KEY_STEPS.items()), validators=[Optional()]
    )
    trainer = RadioField(
        "Where was the trainer?", choices=list(TRAINER.items()), validators=[Optional()]
    )
    taught = BooleanField("I taught somebody doing it")

    def validate(self, extra_validators: Any = None) -> bool:
        """A row that is left empty is fine; one with a name needs both facts."""
        valid = super().validate(extra_validators)
        if not self.name.data:
            return valid
        for field, words in (
            (self.key_steps, "Say who did the key steps."),
            (self.trainer, "Say where the trainer was."),
        ):
            if not field.data:
                field.errors = [words]
                valid = False
        return valid


class EntryBase(Form):
    """What the quick and the full form share."""

    date = DateField("Date", [InputRequired(DATE)], default=today)
    supervisor_id = OptionalSelect("Supervisor", empty="Choose…")
    location = StringField("Place", [Length(max=200)])
    learning_points = TextAreaField("What did you learn? Leave out patient names.", [LONG])
    procedures = FieldList(FormField(ProcedureForm), min_entries=1, max_entries=20)

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer supervisors, the likeliest first; a new entry starts from the last one."""
        self.supervisor_id.offer(supervisors_for(actor))
        if row is None and not self.is_submitted() and not self.location.data:
            last = queries.last_entry(actor)
            self.location.data = last.location if last else ""
            self.supervisor_id.data = actor.supervisor_id or (last.supervisor_id if last else None)

    def values(self) -> dict[str, Any]:
        """The entry's fields; `procedures` as a list of dicts, empty rows left out."""
        values = super().values()
        values["procedures"] = [
            entry.data for entry in self.procedures.entries if entry.form.name.data
        ]
        return values


class QuickForm(EntryBase):
    """Five inputs, for a phone between two cases."""

    def values(self) -> dict[str, Any]:
        """As above; the entry is one of the "procedure" kind."""
        values = super().values()
        return values | {"template_id": queries.template_id("procedure")}


class EntryForm(EntryBase):
    """Everything an entry can hold, in sections."""

    title = StringField(
        "Title", [Length(max=300)], description="Left empty, the first procedure gives it."
    )
    template_id = OptionalSelect("Kind of entry", empty="No template")
    rotation_id = OptionalSelect("Rotation", empty="None")
    topic = StringField("Topic", [Length(max=200)])
    case_reference = StringField(
        "Your case number", [Length(max=40)], description="Your own, never the hospital's number."
    )
    patient_age = IntegerField(
        "Patient's age in years",
        [Optional(), NumberRange(0, OLDEST, AGE)],
    )
    patient_sex = SelectField("Patient's sex", choices=list(SEXES.items()), default="U")
    chief_complaint = TextAreaField("Chief complaint", [LONG])
    history_summary = TextAreaField("History in short", [LONG])
    primary_diagnosis = StringField(
        "Primary diagnosis",
        [Length(max=300)],
        render_kw={"data-combobox": "/catalogue/diagnoses/suggest", "autocomplete": "off"},
    )
    secondary_diagnoses = TextAreaField("Further diagnoses, one per line", [LONG])
    investigations = TextAreaField("Investigations", [LONG])
    management = TextAreaField("Management", [LONG])
    reasoning = TextAreaField("Clinical reasoning", [LONG])
    challenges = TextAreaField("What was difficult?", [LONG])
    follow_up = TextAreaField("Follow-up", [LONG])
    skills = SelectMultipleField("Skills shown", coerce=int)
    self_score = score_field("Your own score, 1 to 10")

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer templates, rotations and skills as well."""
        super().prepare(actor, row)
        self.template_id.offer(queries.template_choices())
        self.rotation_id.offer(rotation_choices(actor))
        self.skills.choices = catalogue.skill_choices()
        if row is not None and not self.is_submitted():
            self.skills.data = [part.skill_id for part in row.skills]
        if row is None and not self.is_submitted():
            self.template_id.data = self.template_id.data or queries.template_id("surgical")


class EntryReviewForm(ReviewForm):
    """A supervisor's decision: words, and scores where they help."""

    knowledge_score = score_field("Knowledge")
    skills_score = score_field("Skills")
    professionalism_score = score_field("Professionalism")


class TemplateForm(Form):
    """A template: what kind of entry it is for, and what a submission needs."""

    name = StringField("Name", [InputRequired("Give the template a name."), Length(max=120)])
    kind = SelectField(
        "For entries of the kind", choices=[(kind, kind.capitalize()) for kind in KINDS]
    )
    required = SelectMultipleField(
        "Required to submit",
        choices=[
            (field, field.replace("_", " ").capitalize()) for field in FIELDS_A_TEMPLATE_MAY_REQUIRE
        ],
    )
    sections = SelectMultipleField(
        "Sections shown",
        choices=[
            ("patient", "Patient"),
            ("case", "Case"),
            ("reflection", "Reflection"),
            ("skills", "Skills"),
        ],
    )
    is_active = BooleanField("In use", default=True)
