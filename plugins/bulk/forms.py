"""The forms of imports."""

from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField

from sims.forms import Form

DATES = (
    ("dmy", "day, month, year: 31/12/2026"),
    ("mdy", "month, day, year: 12/31/2026"),
    ("ymd", "year, month, day: 2026/12/31"),
)


class UploadForm(Form):
    """A file to be checked."""

    file = FileField("File", render_kw={"accept": ".csv,.txt,.tsv,.xlsx"})
    dates = SelectField(
        "Dates in the file",
        choices=DATES,
        description="How dates such as 3/4/2026 are meant. 2026-04-03 is always understood.",
    )
    sheet = StringField(
        "Sheet", description="Only for a workbook with several sheets: the name of the one to read."
    )


class ConfirmForm(Form):
    """What is to become of a file that was checked."""

    mode = RadioField(
        "Rows with errors",
        choices=(
            ("all", "All or nothing: save nothing unless every row can be saved"),
            ("partial", "Save the rows that are fine; the others come back as a file to mend"),
        ),
        default="all",
    )
    again = BooleanField("Yes, import the rows of this file once more")
