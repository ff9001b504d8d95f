"""The forms of certificates: the certificate, its type."""

from typing import Any

from flask import current_app, request
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from plugins.certificates import queries
from plugins.certificates.models import CATEGORIES
from plugins.users.models import YEARS
from plugins.users.queries import specialties_of_pgs, supervisors_for
from sims.actor import Actor
from sims.clock import today
from sims.forms import DATE, LONG, Form, OptionalSelect

POINTS = NumberRange(0, 999, "Enter a number from 0 to 999.")


def points_field(label: str, **options: Any) -> DecimalField:
    """A number of points or credits, to one decimal place; may stay empty."""
    return DecimalField(label, [Optional(), POINTS], places=1, **options)


class CertificateForm(Form):
    """What a certificate says. Title, expiry and points left empty follow from its type."""

    type_id = OptionalSelect(
        "Type", [InputRequired("Choose the type of certificate.")], empty="Choose…"
    )
    issue_date = DateField("Date of issue", [InputRequired(DATE)])
    expiry_date = DateField(
        "Expires on", [Optional()], description="Left empty, it follows from the type."
    )
    organisation = StringField("Issued by", [Length(max=200)])
    number = StringField("Certificate number", [Length(max=100)])
    supervisor_id = OptionalSelect("Supervisor who checks it", empty="Choose…")
    title = StringField(
        "Title", [Length(max=300)], description="Left empty, it is called as its type."
    )
    cme_points = points_field("CME points", description="Left empty, those of the type.")
    cpd_credits = points_field("CPD credits", description="Left empty, those of the type.")
    verification_url = StringField(
        "Address where it can be verified",
        [Length(max=500)],
        render_kw={"inputmode": "url", "placeholder": "https://"},
    )
    verification_code = StringField("Verification code", [Length(max=100)])
    description = TextAreaField("Notes", [LONG])

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer types and supervisors; a new one starts with the type the address names (`?type=`)."""
        self.type_id.offer(queries.type_choices(kept=row.type_id if row else None))
        self.supervisor_id.offer(supervisors_for(actor))
        self.issue_date.render_kw = {"max": today().isoformat()}
        if row is None and not self.is_submitted():
            self.supervisor_id.data = self.supervisor_id.data or actor.supervisor_id
            self.type_id.data = self.type_id.data or request.args.get("type", type=int)


class TypeForm(Form):
    """A type: what it is, how long it is valid, who needs it."""

    name = StringField("Name", [InputRequired("Enter the name."), Length(max=200)])
    category = SelectField("Category", choices=list(CATEGORIES.items()))
    description = TextAreaField("Description", [LONG])
    validity_months = IntegerField(
        "Valid for",
        [Optional(), NumberRange(1, 600, "Enter from 1 to 600 months.")],
        description="Calendar months from the date of issue. Empty: it never expires.",
    )
    is_required = BooleanField("Every PG needs it, or those named below")
    required_from_year = OptionalSelect("From training year", empty="The first")
    specialties = SelectMultipleField(
        "Only in these specialties", description="None ticked: in all of them."
    )
    cme_points = points_field("CME points", default=0)
    cpd_credits = points_field("CPD credits", default=0)
    is_active = BooleanField("In use", default=True)

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer training years, and the specialties of the setting, of the PGs there are and of the type."""
        self.required_from_year.offer((year, f"Year {year}") for year in YEARS)
        known = {
            *current_app.config["USERS_SPECIALTIES"],
            *specialties_of_pgs(),
            *(row.specialties if row else ()),
        }
        self.specialties.choices = [(name, name) for name in sorted(known)]

    def values(self) -> dict[str, Any]:
        """The fields; no points given are none."""
        values = super().values()
        return values | {name: values[name] or 0 for name in ("cme_points", "cpd_credits")}
