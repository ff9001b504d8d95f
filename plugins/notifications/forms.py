"""The forms: what one wants to be told, and which notifications one looks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, Field, SelectField, TimeField
from wtforms.validators import Optional

from plugins.notifications.kinds import Kind
from plugins.notifications.models import DIGEST_HOUR, NotificationSetting
from sims.forms import Form

MODES = (("at_once", "Mail at once"), ("digest", "Daily digest"), ("off", "No mail"))
TIME = "Enter a time, such as 21:30."


class QuietField(TimeField):
    """A time of day, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read hours and minutes, seconds or not. Raises `ValueError` with words that say how."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(TIME) from error


class TimesForm(Form):
    """When somebody wants mail; `preferences_form` adds the kinds."""

    digest = BooleanField("Send me one digest a day, if there is news")
    digest_hour = SelectField(
        "Hour of the digest", coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )
    quiet_from = QuietField("Quiet from", [Optional()], format=["%H:%M", "%H:%M:%S"])
    quiet_until = QuietField("Quiet until", [Optional()], format=["%H:%M", "%H:%M:%S"])


@dataclass(frozen=True)
class Line:
    """One kind on the page: its name in words, and its two fields."""

    kind: Kind
    in_app: Field
    mail: Field


def preferences_form(
    kinds: Sequence[Kind],
    chosen: Mapping[str, tuple[bool, str]],
    setting: NotificationSetting | None,
) -> tuple[TimesForm, list[Line]]:
    """The form as it stands for one person, with two fields for each of `kinds`, and these by kind."""
    fields: dict[str, Any] = {}
    for kind in kinds:
        label = {"aria-label": f"Show in SIMS: {kind.label}"}
        fields[f"show-{kind.name}"] = BooleanField("Show in SIMS", render_kw=label)
        fields[f"mail-{kind.name}"] = SelectField(kind.label, choices=MODES)
    stands: dict[str, Any] = {"digest": True, "digest_hour": DIGEST_HOUR}
    if setting is not None:
        stands = {
            name: getattr(setting, name)
            for name in ("digest", "digest_hour", "quiet_from", "quiet_until")
        }
    for name, (show, mail) in chosen.items():
        stands |= {f"show-{name}": show, f"mail-{name}": mail}
    form = type("PreferencesForm", (TimesForm,), fields)(data=stands)
    return form, [Line(k, form[f"show-{k.name}"], form[f"mail-{k.name}"]) for k in kinds]
