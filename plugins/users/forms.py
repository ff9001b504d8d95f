"""The forms around people."""

from typing import Any

from wtforms import BooleanField, DateField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from plugins.users import queries
from plugins.users.models import ROLE_LABELS, YEARS
from plugins.users.rules import SHORTEST_PASSWORD
from sims.actor import Actor
from sims.clock import today
from sims.forms import DATE, Form, OptionalSelect

NAME_KEYS = {"autocapitalize": "none", "spellcheck": "false", "autocorrect": "off"}
ADVICE = f"At least {SHORTEST_PASSWORD} characters. Three or four words are easy to remember."
REASON = "It stays in the supervision history, and those concerned are told."


class LoginForm(Form):
    """Username or e-mail address, and the password. An empty field is simply wrong."""

    username = StringField(
        "Username or e-mail address",
        [Length(max=254, message="A username is shorter than that.")],
        render_kw={"autocomplete": "username", **NAME_KEYS},
    )
    password = PasswordField("Password", render_kw={"autocomplete": "current-password"})


class NewPasswordForm(Form):
    """A password chosen without knowing an old one: the first, or by a link."""

    password = PasswordField(
        "New password",
        [InputRequired("Enter a new password.")],
        description=ADVICE,
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """A password changed by whoever knows the old one."""

    current = PasswordField(
        "Current password",
        [InputRequired("Enter your current password.")],
        render_kw={"autocomplete": "current-password"},
    )


class ForgotForm(Form):
    """Where to send the link."""

    name = StringField(
        "E-mail address or username",
        [InputRequired("Enter your e-mail address or your username."), Length(max=254)],
        render_kw={"autocomplete": "username", **NAME_KEYS},
    )


class ProfileForm(Form):
    """What people keep up to date about themselves; all else is the programme office's."""

    email = StringField(
        "E-mail address",
        [InputRequired("Enter your e-mail address."), Length(max=254)],
        render_kw={"type": "email", "autocomplete": "email"},
    )
    phone_number = StringField(
        "Phone", [Length(max=30)], render_kw={"type": "tel", "autocomplete": "tel"}
    )
    current = PasswordField(
        "Your password",
        description="Only if you change the e-mail address.",
        render_kw={"autocomplete": "current-password"},
    )


class UserForm(Form):
    """Everything the programme office says of a person. What is required depends on the role: see the rules."""

    first_name = StringField("First name", [Length(max=150)], render_kw={"autocomplete": "off"})
    last_name = StringField("Last name", [Length(max=150)], render_kw={"autocomplete": "off"})
    username = StringField(
        "Username", [Length(max=150)], render_kw={"autocomplete": "off", **NAME_KEYS}
    )
    email = StringField(
        "E-mail address", [Length(max=254)], render_kw={"type": "email", "autocomplete": "off"}
    )
    phone_number = StringField(
        "Phone", [Length(max=30)], render_kw={"type": "tel", "autocomplete": "off"}
    )
    registration_number = StringField("Registration number", [Length(max=50)])
    role = SelectField("Role", choices=list(reversed(ROLE_LABELS.items())), default="pg")
    specialty = StringField(
        "Specialty",
        [Length(max=100)],
        description="Of a PG or a supervisor.",
        render_kw={"data-combobox": "/people/specialties", "autocomplete": "off"},
    )
    year = OptionalSelect("Training year", empty="None", description="Of a PG.")
    training_start = DateField("Training begins", [Optional()], description="Of a PG.")
    training_end = DateField("Training ends", [Optional()], description="Of a PG, as planned.")
    supervisor_id = OptionalSelect("Supervisor", empty="None", description="Of a PG.")
    reason = StringField(
        "Why another supervisor?", [Length(max=1000)], description="If you change it."
    )
    invite = BooleanField(
        "Mail a link to choose a password",
        default=True,
        description="Without it nobody can sign in until you give a password.",
    )

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer the supervisors who are there, and the one the person has."""
        self.year.offer([(year, str(year)) for year in YEARS])
        kept = row.supervisor_id if row else None
        self.supervisor_id.offer(
            queries.supervisor_choices(kept=kept, besides=row.id if row else None)
        )
        superfluous = "invite" if row else "reason"
        if superfluous in self:
            del self[superfluous]


class AssignForm(Form):
    """Another supervisor, and why."""

    supervisor_id = OptionalSelect("New supervisor", empty="Choose…")
    reason = TextAreaField("Reason", [Length(max=1000)], description=REASON)

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Offer the supervisors who are there."""
        self.supervisor_id.offer(queries.supervisor_choices())

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody has to be chosen."""
        valid: bool = super().validate(extra_validators)
        if valid and self.supervisor_id.data is None:
            self.supervisor_id.errors = ["Choose a supervisor."]
            return False
        return valid


class AbsenceForm(Form):
    """When a supervisor is away, and who stands in."""

    since = DateField("First day away", [InputRequired(DATE)], default=today)
    until = DateField("Last day away", [InputRequired(DATE)])
    deputy_id = OptionalSelect(
        "Who stands in", [InputRequired("Choose who stands in.")], empty="Choose…"
    )
    note = StringField(
        "Note", [Length(max=500)], description="Such as leave or a course. The deputy reads it too."
    )
