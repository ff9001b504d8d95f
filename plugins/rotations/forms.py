"""The forms of rotations, hospitals, disciplines and departments."""

from typing import Any

from wtforms import BooleanField, DateField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional

from plugins.rotations import queries
from sims.actor import Actor
from sims.forms import DATE, LONG, Form, OptionalSelect


class PersonField(StringField):
    """Somebody of one role, typed by name or username and chosen from what is suggested; holds their id."""

    def __init__(self, label: str, *arguments: Any, role: str, words: str, **options: Any):
        self.role, self.words = role, words
        attributes = {"data-combobox": f"/rotations/people/{role}", "autocomplete": "off"}
        super().__init__(label, *arguments, render_kw=attributes, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the text as a person; nothing is nobody."""
        self.typed = str(valuelist[0]).replace("\x00", "").strip() if valuelist else ""
        self.data = queries.person_named(self.typed, self.role) if self.typed else None
        if self.typed and self.data is None:
            raise ValueError(self.words)

    def _value(self) -> str:
        if getattr(self, "typed", ""):
            return self.typed
        return queries.person_label(self.data) if self.data else ""


class RotationForm(Form):
    """A PG's time in a department."""

    pg_id = PersonField(
        "PG",
        [InputRequired("Choose the PG.")],
        role="pg",
        words="No PG is called that, or several are. Choose one from the list.",
        description="Name or username.",
    )
    department_id = OptionalSelect(
        "Department", [InputRequired("Choose the department.")], empty="Choose…"
    )
    start_date = DateField("First day", [InputRequired(DATE)])
    end_date = DateField("Last day", [InputRequired(DATE)])
    supervisor_id = PersonField(
        "Supervisor",
        role="supervisor",
        words="No supervisor is called that, or several are. Choose one from the list.",
        description="Left empty, nobody supervises this rotation besides the PG's own supervisor.",
    )
    objectives = TextAreaField("Objectives", [LONG])
    learning_outcomes = TextAreaField("Learning outcomes", [LONG])
    requirements = TextAreaField("Requirements", [LONG])
    feedback = TextAreaField("Feedback", [LONG])
    notes = TextAreaField("Notes", [LONG], description="The PG and the supervisor read them too.")

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer the departments in use."""
        self.department_id.offer(queries.department_choices(row.department_id if row else None))


class HospitalForm(Form):
    """A hospital."""

    name = StringField("Name", [InputRequired("Enter a name."), Length(max=200)])
    code = StringField(
        "Code", [InputRequired("Enter a short code."), Length(max=20)],
        description="Short and unique, such as CMH; imports name the hospital by it.",
    )  # fmt: skip
    address = TextAreaField("Address", [Length(max=1000)])
    phone = StringField("Phone", [Length(max=30)], render_kw={"type": "tel"})
    email = StringField("E-mail", [Optional(), Email("Enter an e-mail address."), Length(max=254)])
    website = StringField("Website", [Length(max=300)], render_kw={"type": "url"})
    is_active = BooleanField(
        "In use", default=True, description="Otherwise it is no longer offered; its rotations stay."
    )


class DisciplineForm(Form):
    """What departments of several hospitals have in common."""

    name = StringField("Name", [InputRequired("Enter a name."), Length(max=200)])
    code = StringField(
        "Code", [InputRequired("Enter a short code."), Length(max=20)],
        description="Short and unique, such as MED; imports name the discipline by it.",
    )  # fmt: skip
    description = TextAreaField("Description", [LONG])
    is_active = BooleanField(
        "In use",
        default=True,
        description="Otherwise it is no longer offered; departments keep it.",
    )


class DepartmentForm(Form):
    """A department of a hospital."""

    hospital_id = OptionalSelect(
        "Hospital", [InputRequired("Choose the hospital.")], empty="Choose…"
    )
    discipline_id = OptionalSelect(
        "Discipline", description="What it is, whatever hospital it is in. May stay empty."
    )
    name = StringField("Name", [InputRequired("Enter a name."), Length(max=200)])
    head_id = PersonField(
        "Head",
        role="supervisor",
        words="No supervisor is called that, or several are. Choose one from the list.",
    )
    contact = StringField("Contact", [Length(max=200)], description="Phone, e-mail or room.")
    objectives = TextAreaField("Objectives", [LONG], description="What a rotation here is for.")
    required_skills = TextAreaField("Skills a PG should bring", [LONG])
    is_active = BooleanField(
        "In use", default=True, description="Otherwise it is no longer offered; its rotations stay."
    )

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer the hospitals and disciplines in use."""
        self.discipline_id.offer(queries.discipline_choices(row.discipline_id if row else None))
        self.hospital_id.offer(queries.hospital_choices(row.hospital_id if row else None))
