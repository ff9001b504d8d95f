"""The search form: what to look for, and where."""

from typing import Any

from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import Optional

from plugins.search.documents import searched
from plugins.search.finding import Scope
from sims import actor
from sims.permissions import allowed


def _modules() -> list[tuple[str, str]]:
    me = actor.me()
    named = (
        (r.name, r.plural.capitalize()) for r in searched() if allowed(me, r.permission("view"))
    )
    return [("", "Everywhere"), *named]


def _statuses() -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for record in searched():
        for status in record.workflow.statuses if record.workflow else ():
            found.setdefault(status.name, status.label)
    return [("", "Any"), *found.items()]


class SearchForm(Form):
    """The filters live in the address, as those of lists do."""

    module = SelectField("Look in", choices=_modules, default="")
    status = SelectField("Status", choices=_statuses, default="")
    person = StringField("Person")
    start = DateField("From", name="from", validators=[Optional()])
    end = DateField("To", name="to", validators=[Optional()])

    @property
    def scope(self) -> Scope:
        """Where to look; a filter that can't be read is left out, its error stands at its field."""
        said: dict[str, Any] = {
            name: None if field.errors else field.data for name, field in self._fields.items()
        }
        return Scope(
            record=said["module"] or "",
            status=said["status"] or "",
            person=" ".join((said["person"] or "").replace("\x00", "").split())[:100],
            start=said["start"],
            end=said["end"],
        )
