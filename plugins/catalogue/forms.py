"""The catalogue's forms."""

from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange

from plugins.catalogue import queries
from plugins.catalogue.matching import slug_of
from plugins.catalogue.models import CATEGORIES, LEAST_ROLES, LEVELS, SKILL_CATEGORIES
from sims.actor import Actor
from sims.clock import today
from sims.forms import Form, OptionalSelect

NAME = [InputRequired("Enter a name."), Length(max=200, message="Keep it under 200 characters.")]
WHOLE = "Enter a whole number."
ARCHIVED = "No longer offered; records that name it keep it."


class CatalogueForm(Form):
    """A form whose row can be archived, once it exists."""

    is_archived = BooleanField("Archived", description=ARCHIVED)

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """What does not exist yet is not archived."""
        if row is None and "is_archived" in self:
            del self.is_archived


class ProcedureForm(CatalogueForm):
    """A procedure with everything that belongs to it."""

    name = StringField("Name", NAME)
    synonyms = TextAreaField(
        "Synonyms and abbreviations, one per line",
        [Length(max=10_000)],
        description="Whatever people may type for it. Each leads to this procedure only.",
    )
    category = SelectField("Category", choices=list(CATEGORIES.items()))
    difficulty = IntegerField(
        "Difficulty, 1 (simplest) to 5", [InputRequired(WHOLE), NumberRange(1, 5)], default=1
    )
    minutes = IntegerField("Usual duration in minutes", [InputRequired(WHOLE)], default=30)
    cme_points = DecimalField("CME points", [InputRequired("Enter a number.")], places=1, default=0)
    specialties = StringField(
        "Specialties", description="Separated by commas. They find it first among equals."
    )
    skills = SelectMultipleField("Skills it asks for", coerce=int)
    groups = SelectMultipleField(
        "Counts to these groups of targets",
        coerce=int,
        description="With a sub-group, tick its parent as well.",
    )

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer skills and groups; show what the row has."""
        super().prepare(actor, row)
        kept = [part.skill_id for part in row.skills] if row else []
        self.skills.choices = queries.skill_choices(kept)
        self.groups.choices = queries.group_choices()
        if row is not None and self.name.raw_data is None:
            self.synonyms.data = "\n".join(synonym.text for synonym in row.synonyms)
            self.specialties.data = ", ".join(row.specialties)
            self.skills.data = kept
            self.groups.data = [part.group_id for part in row.groups]

    def values(self) -> dict[str, Any]:
        """The fields; synonyms as a list of names, specialties as slugs."""
        values = super().values()
        lines = (values["synonyms"] or "").splitlines()
        slugs = (slug_of(text) for text in (values["specialties"] or "").split(","))
        return values | {
            "synonyms": [line.strip() for line in lines if line.strip()],
            "specialties": list(dict.fromkeys(filter(None, slugs))),
        }


class DiagnosisForm(CatalogueForm):
    """A diagnosis."""

    name = StringField("Name", NAME)
    category = StringField("Category", [InputRequired("Enter a category."), Length(max=100)])
    icd_code = StringField("ICD code", [Length(max=20)], description="Of the edition you license.")


class SkillForm(CatalogueForm):
    """A skill."""

    name = StringField("Name", NAME)
    category = SelectField("Category", choices=list(SKILL_CATEGORIES.items()))
    level = SelectField("Level", choices=list(LEVELS.items()))


class GroupForm(Form):
    """A group of procedures that targets count together."""

    name = StringField("Name", NAME)
    slug = StringField(
        "Short name",
        [InputRequired("Enter a short name."), Length(max=60)],
        description="Small letters, digits and hyphens; imports name the group by it.",
    )


class TargetForm(CatalogueForm):
    """A target: how many of what, in which role at least, by when, for whom."""

    specialty = StringField("Specialty", [InputRequired("Enter the specialty."), Length(max=100)])
    edition = IntegerField(
        "For cohorts that begin in this year or later",
        [InputRequired(WHOLE), NumberRange(1990, 2200, "Enter a year, such as 2026.")],
        description="A cohort keeps the newest edition there was when it began.",
    )
    label = StringField("What people read", NAME)
    group_id = OptionalSelect("Counts the group", empty="No group")
    procedure_id = OptionalSelect(
        "Or one procedure",
        empty="No single procedure",
        description="With neither, every procedure counts.",
    )
    minimum = IntegerField("At least how many", [InputRequired(WHOLE)])
    role = SelectField("In which role at least", choices=list(LEAST_ROLES.items()))
    by_year = IntegerField("By the end of training year", [InputRequired(WHOLE)])

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer groups and procedures."""
        super().prepare(actor, row)
        self.group_id.offer(queries.group_choices())
        kept = [row.procedure_id] if row and row.procedure_id else []
        self.procedure_id.offer(queries.procedure_choices(kept))
        if row is None and self.edition.raw_data is None:
            self.edition.data = today().year

    def values(self) -> dict[str, Any]:
        """The fields, the specialty as a slug."""
        values = super().values()
        return values | {"specialty": slug_of(values["specialty"] or "")}


class RequestForm(Form):
    """What is missing, and why it should be there."""

    name = StringField("Which procedure is missing?", NAME)
    reason = TextAreaField(
        "Anything the programme office should know", [Length(max=2000)],
        description="Where you met it, what else it is called. Leave out patient names.",
    )  # fmt: skip
