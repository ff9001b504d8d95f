"""The form of an evaluation. Of which rotation and which kind it is stands in the address."""

from wtforms import HiddenField, TextAreaField

from sims.forms import LONG, Form, score_field


class EvaluationForm(Form):
    """What somebody says of a PG in a rotation."""

    rotation_id = HiddenField()
    type = HiddenField()
    score = score_field("Score", 0, 100, description="0 to 100; 60 passes.")
    comments = TextAreaField(
        "Comments", [LONG], description="What you saw; nothing that names a patient."
    )
    recommendations = TextAreaField("Recommendations", [LONG], description="What to work on next.")
