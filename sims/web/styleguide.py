"""The rows and forms that the style guide shows: made up, and touching no database."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from sims import clock
from sims.contracts import Column
from sims.review import OUTCOMES, STATUSES
from sims.web.templating import html_of

PROCEDURES = (
    "Laparoscopic cholecystectomy",
    "Central venous line",
    "Appendicectomy, open",
    "Chest drain",
    "Lumbar puncture",
    "Endotracheal intubation",
    "Inguinal hernia repair",
)
ROLES = (
    ("observed", "Observed"),
    ("assisted", "Assisted"),
    ("supervised", "Performed under supervision"),
)
SUPERVISORS = ("Prof. Saima Malik", "Dr Farhan Rahman")


class SampleRow(Form):
    """A form within a form."""

    id = HiddenField()
    name = StringField("Procedure", [InputRequired("Enter the procedure.")])
    role = RadioField(
        "Your role", choices=list(ROLES), validators=[InputRequired("Select your role.")]
    )


class SampleForm(Form):
    """Every kind of field once."""

    draft = HiddenField()
    title = StringField(
        "Title", [InputRequired("Enter a title.")], description="The first procedure, if empty."
    )
    date = DateField("Date", [InputRequired("Enter the date, such as 22 11 2026.")])
    supervisor = SelectField(
        "Supervisor",
        choices=[("", "Choose…"), *((name, name) for name in SUPERVISORS)],
        default="",
        validators=[InputRequired("Choose your supervisor.")],
    )
    role = RadioField(
        "Your role", choices=list(ROLES), validators=[InputRequired("Select your role.")]
    )
    age = IntegerField(
        "Patient's age",
        [Optional(), NumberRange(0, 150, "The age must be between 0 and 150 years.")],
    )
    password = PasswordField("Password", [InputRequired("Enter your password.")])
    procedures = FieldList(FormField(SampleRow), label="Procedures", min_entries=1, max_entries=5)
    skills = SelectMultipleField("Skills shown", choices=[(name, name) for name in PROCEDURES])
    scan = FileField("File", description="PDF, JPEG or PNG, 10 MB at most.")
    learning = TextAreaField("What did you learn?", description="Leave out patient names.")
    talk = BooleanField("Talk about this one", description="Your supervisor sees it first.")


class SampleFilters(Form):
    """The filters of the sample list."""

    procedure = StringField("Procedure")
    status = SelectField(
        "Status", choices=[("", "Any"), *((s.name, s.label) for s in STATUSES)], default=""
    )
    since = DateField("From", [Optional()])


@dataclass
class SampleRecord:
    """What a list says of its rows."""

    label: str = "entry"
    plural: str = "entries"
    icon: str = "notebook-pen"


@dataclass
class SampleAction:
    """A button of the bulk bar."""

    name: str
    label: str
    icon: str
    requires: dict[str, str] | None = None


@dataclass
class SampleList:
    """A list page with rows, or (with `count=0`) one of its two empty states."""

    count: int = 8
    is_filtered: bool = False
    title: str = "Logbook entries"
    record: SampleRecord = field(default_factory=SampleRecord)
    sort: str = "date"
    descending: bool = True
    new_url: str = "#new"
    new_label: str = "New entry"
    clear_url: str = "#clear"
    export_url: str = "#export"
    save_url: str = ""
    bulk_url: str = "#bulk"
    query_string: str = ""
    previous_url: str = ""
    saved: tuple[tuple[str, str], ...] = (("Returned to me", "#saved"),)
    columns: tuple[Column, ...] = (
        Column(name="title", label="Procedure", sort="title"),
        Column(name="status", label="Status", kind="status", sort="status"),
        Column(name="date", label="Date", kind="date", sort="date"),
        Column(name="role", label="Role"),
        Column(name="supervisor", label="Supervisor", kind="person"),
        Column(name="score", label="Score", kind="number"),
    )
    bulk_actions: tuple[SampleAction, ...] = (
        SampleAction("approve", "Approve", "check"),
        SampleAction("return", "Return", "undo-2", {"feedback": "Write what has to change."}),
    )

    def __post_init__(self) -> None:
        self.filters = SampleFilters()
        self.rows = [self._row(place) for place in range(self.count)]
        self.summary = f"{self.count} entries on this page, more follow"
        self.next_url = "#next" if self.count else ""
        self.tabs = [("All", "#all", True, 412), ("Needs my action", "#mine", False, 3)]
        self.column_choices = [(c.name, c.label, True) for c in self.columns]
        self.empty_title = "Nothing matches" if self.is_filtered else "No entries yet"
        self.empty_text = (
            "Change or clear the filters to see more."
            if self.is_filtered
            else "Log your first procedure; it takes half a minute."
        )

    def _row(self, place: int) -> dict[str, Any]:
        return {
            "id": place,
            "title": PROCEDURES[place % len(PROCEDURES)],
            "status": STATUSES[place % len(STATUSES)],
            "date": clock.today() - timedelta(days=place),
            "role": ROLES[place % len(ROLES)][1],
            "supervisor": SUPERVISORS[place % 2],
            "score": place % 10 + 1 if place % 3 else None,
        }

    def cell(self, row: dict[str, Any], column: Column) -> Any:
        """What stands in one cell."""
        value = row[column.name]
        return value if column.kind == "status" else html_of(value)

    def url(self, row: dict[str, Any]) -> str:
        """The row's own page."""
        return f"#row-{row['id']}"

    def sort_url(self, column: Column) -> str:
        """The list sorted by `column`."""
        return f"#sort-{column.name}"


def samples() -> dict[str, Any]:
    """The variables of `styleguide.html`."""
    good = SampleForm(prefix="good-")
    bad = SampleForm(MultiDict({"bad-age": "151", "bad-procedures-0-name": ""}), prefix="bad-")
    bad.validate()
    today = clock.today()
    return {
        "good_form": good,
        "bad_form": bad,
        "page": SampleList(),
        "nothing_yet": SampleList(count=0),
        "nothing_matches": SampleList(count=0, is_filtered=True),
        "statuses": STATUSES,
        "outcomes": OUTCOMES,
        "now": clock.now(),
        "today": date(today.year, today.month, today.day),
        "months": [
            "Dec 2025",
            "Jan 2026",
            *["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"],
        ],
        "logged": [14, 15, 16, 18, 12, 17, 14, 15, 18, 19, 13, 9],
        "approved": [11, 14, 12, 16, 9, 15, 13, 12, 17, 18, 11, 2],
        "files": [
            (
                "wound, day 3.jpg",
                "#file",
                "JPEG, 1.2 MB",
                url_for("static", filename="mark.svg"),
                "#remove",
            ),
            ("Operation note.pdf", "#file", "PDF, 240 kB", None, "#remove"),
            ("ECG.png", "#file", "PNG, 85 kB", url_for("static", filename="mark.svg"), None),
        ],
        "link": Markup('<a href="#all">All of them</a>'),
    }
