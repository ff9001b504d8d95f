"""The forms around people."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from plugins.users import queries
from plugins.users.models import ROLE_LABELS, YEARS
from sims.actor import Actor
from sims.forms import Form, OptionalSelect


class LoginForm(Form):
    """Username or e-mail address, and the password."""

    username = StringField(
        "Username or e-mail address",
        [InputRequired("Enter your username."), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password.")],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(Form):
    """A new password; the old one too where somebody changes it themself."""

    current = PasswordField("Current password", render_kw={"autocomplete": "current-password"})
    password = PasswordField(
        "New password",
        [InputRequired("Enter a new password.")],
        description="At least 12 characters. Three or four words in a row are easy to keep.",
        render_kw={"autocomplete": "new-password"},
    )


class ResetForm(Form):
    """Where to send the link."""

    email = StringField(
        "E-mail address",
        [InputRequired("Enter your e-mail address."), Length(max=254)],
        render_kw={"type": "email", "autocomplete": "email"},
    )


class ProfileForm(Form):
    """What people keep up to date about themselves. Role, year and supervisor are the programme office's."""

    first_name = StringField(
        "First name", [InputRequired("Enter your first name."), Length(max=150)]
    )
    last_name = StringField("Last name", [InputRequired("Enter your last name."), Length(max=150)])
    email = StringField(
        "E-mail address", [InputRequired("Enter your e-mail address."), Length(max=254)]
    )
    phone_number = StringField("Phone", [Length(max=30)])


class UserForm(Form):
    """Everything the programme office says of a person."""

    first_name = StringField("First name", [Length(max=150)])
    last_name = StringField("Last name", [Length(max=150)])
    username = StringField("Username", [Length(max=150)], render_kw={"autocapitalize": "none"})
    email = StringField("E-mail address", [Length(max=254)])
    role = SelectField("Role", choices=list(ROLE_LABELS.items()), default="pg")
    specialty = StringField(
        "Specialty",
        [Length(max=100)],
        description="For PGs and supervisors, such as general-surgery.",
    )
    year = OptionalSelect("Training year", empty="—")
    supervisor_id = OptionalSelect("Supervisor of a PG", empty="None")
    registration_number = StringField("Medical council registration", [Length(max=50)])
    phone_number = StringField("Phone", [Length(max=30)])

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer the supervisors who are there, and the one the person has."""
        self.year.offer([(year, str(year)) for year in YEARS])
        self.supervisor_id.offer(queries.supervisor_choices(row.supervisor_id if row else None))


class AssignForm(Form):
    """Another primary supervisor, and why."""

    supervisor_id = OptionalSelect("New supervisor", empty="Choose…")
    reason = TextAreaField(
        "Reason", [Length(max=1000)], description="It stays in the supervision history."
    )


class ImportForm(Form):
    """A file of people, as a training office sends it."""

    file = FileField("CSV file", [InputRequired("Choose a file.")])
