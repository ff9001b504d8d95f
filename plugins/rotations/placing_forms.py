"""The plan of a bulk assignment, as it is typed: rows that follow one another unless they say otherwise."""

from datetime import date, timedelta
from typing import Any

from flask import g
from wtforms import BooleanField, DateField, FieldList, FormField, IntegerField
from wtforms import Form as PlainForm
from wtforms.validators import NumberRange, Optional

from plugins.rotations import queries
from plugins.rotations.forms import PersonField
from plugins.rotations.placing import Step
from sims.forms import Form, OptionalSelect

DAY = timedelta(days=1)
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
"""Nobody plans beyond; and dates would run out."""


class StepForm(PlainForm):
    """One rotation of the plan."""

    department_id = OptionalSelect("Department", empty="Choose…")
    start_date = DateField(
        "First day", [Optional()], description="Empty: the day after the one above ends."
    )
    end_date = DateField("Last day", [Optional()])
    weeks = IntegerField("or weeks", [Optional(), NumberRange(1, 520, "From 1 to 520 weeks.")])
    supervisor_id = PersonField(
        "Supervisor",
        role="supervisor",
        words="No supervisor is called that, or several are. Choose one from the list.",
        description="May stay empty.",
    )

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        if "rotations_departments" not in g:
            g.rotations_departments = queries.department_choices()
        self.department_id.offer(g.rotations_departments)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written into this row."""
        return not any(field.data or getattr(field, "typed", "") for field in self)

    def step(self, after: date | None) -> Step | None:
        """This row as a step that follows on `after`; None where something is missing, said at its field."""
        start = self.start_date.data or (after + DAY if after else None)
        end = self.end_date.data
        if self.department_id.data is None:
            _say(self.department_id, "Choose the department.")
        for day, field in ((start, self.start_date), (end, self.end_date)):
            if day is not None and not EARLIEST <= day <= LATEST:
                _say(field, "Check the year.")
        if start is None:
            _say(self.start_date, "Enter the first day.")
        if end is not None and self.weeks.data:
            _say(self.weeks, "Write the last day or the weeks, not both.")
        elif end is None and not self.weeks.data:
            _say(self.end_date, "Enter the last day, or how many weeks.")
        elif start is not None and end is not None and end <= start:
            _say(self.end_date, "The end must come after the start.")
        if any(field.errors for field in self) or start is None or self.department_id.data is None:
            return None
        last = end or start + timedelta(weeks=self.weeks.data) - DAY
        return Step(self.department_id.data, start, last, self.supervisor_id.data)


class PlanForm(Form):
    """A plan of rotations for many PGs."""

    steps = FieldList(FormField(StepForm), label="Rotations", min_entries=1, max_entries=20)
    rotate = BooleanField(
        "Each PG begins one department further on",
        description="The days stay as written; the departments take turns, so that not all PGs are in one.",
    )

    def read(self) -> list[Step] | None:
        """The steps as written, rows left empty aside; None where a row says too little (and says so)."""
        if not self.validate():
            return None
        found: list[Step] = []
        is_complete, after = True, None
        rows = [entry.form for entry in self.steps]
        for row in [row for row in rows if not row.is_empty] or rows[:1]:
            step = row.step(after)
            if step is None:
                is_complete = False
            else:
                found.append(step)
                after = step.end_date
        return found if is_complete else None


def _say(field: Any, message: str) -> None:
    if not field.errors:
        field.errors = [message]
