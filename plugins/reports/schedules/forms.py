"""The form of a schedule."""

from zoneinfo import available_timezones

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from plugins.reports.schedules.cron import PRESETS
from sims.actor import Actor
from sims.clock import zone
from sims.forms import Form

OWN = ""


class ScheduleForm(Form):
    """When a report is made, and who is told."""

    preset = SelectField(
        "When", choices=[*PRESETS.items(), (OWN, "At times of my own (cron)")], default="0 7 * * 1"
    )
    cron = StringField(
        "Times of my own",
        [Length(max=120)],
        description="Five fields: minute, hour, day of the month, month, day of the week. “30 6 1,15 * *” is 06:30 on the 1st and 15th.",
    )
    timezone = SelectField("Time zone", [InputRequired("Choose a time zone.")])
    recipients = TextAreaField(
        "Who is told when it is ready",
        [Length(max=5000)],
        description="Usernames or e-mail addresses, by commas or lines. Each may open it only while they see every row in it.",
    )

    def prepare(self, actor: Actor, row: object) -> None:
        """The zones, the hospital's first."""
        here = zone().key
        self.timezone.choices = [here, *sorted(available_timezones() - {here})]
        if not self.timezone.data or self.timezone.data == "None":
            self.timezone.data = here

    @property
    def text(self) -> str:
        """The cron text that was chosen or written."""
        return str(self.preset.data or self.cron.data or "")
