"""The base of every form: cleaned text, choices that depend on the actor, errors that come from rules."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import UnboundField
from wtforms.validators import Length, NumberRange, Optional

from sims.actor import Actor
from sims.errors import Invalid, Problem, Suspicion
from sims.guards import Answer, assurances
from sims.records import clean

AROUND = 60
"""Characters shown on either side of a marked word."""

OWN_FIELDS = ("csrf_token", "draft", "version")
LONG = Length(max=20_000, message="Keep this under 20,000 characters.")
DATE = "Enter a date, such as 22 11 2026."
"""What a date field says that is empty or can't be read."""


def score_field(label: str, low: int = 1, high: int = 10, **options: Any) -> IntegerField:
    """A whole number from `low` to `high`, or nothing (domain.md, conventions: scores are 1–10)."""
    words = f"Score from {low} to {high}."
    return IntegerField(label, [Optional(), NumberRange(low, high, words)], **options)


class Form(FlaskForm):
    """A form of SIMS. `draft` carries the autosave token, `version` what the writer started from.

    `asked` is the question about suspicious words, where there is one.
    """

    asked: "Question | None" = None

    draft = HiddenField()
    version = HiddenField()

    class Meta(FlaskForm.Meta):
        """Text is stored trimmed and in NFC wherever it comes from."""

        def bind_field(
            self, form: Any, unbound_field: UnboundField, options: dict[str, Any]
        ) -> Any:
            """Put the cleaning filter before a field's own filters."""
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ not in ("FieldList", "FormField"):
                options = {**options, "filters": [clean, *filters]}
                unbound_field = UnboundField(
                    unbound_field.field_class,
                    *unbound_field.args,
                    **{k: v for k, v in unbound_field.kwargs.items() if k != "filters"},
                )
            return unbound_field.bind(form=form, **options)

    def prepare(self, actor: Actor, row: Any | None) -> None:
        """Set what depends on who is asking and on the row: choices, defaults. A hook; does nothing here."""

    def values(self) -> dict[str, Any]:
        """What the service gets: field name → value, without the form's own fields."""
        return {name: field.data for name, field in self._fields.items() if name not in OWN_FIELDS}

    def add_row(self, name: str) -> None:
        """One more empty row in the list of sub-forms called `name`: what the button does without JavaScript."""
        field = self._fields.get(name)
        if isinstance(field, FieldList) and len(field) < (field.max_entries or 100):
            field.append_entry()

    def take(self, problems: Iterable[Problem]) -> None:
        """Put each problem's message at the first of its fields that this form has, else at the form."""
        for problem in problems:
            field = next(
                (self._fields[name] for name in problem.fields if name in self._fields), None
            )
            if field is None or isinstance(field, HiddenField):
                self.form_errors.append(problem.message)
            else:
                field.errors = [*field.errors, problem.message]

    def take_invalid(self, error: Invalid) -> None:
        """The problems of a refused save, put where they belong."""
        self.take(problem for problem in error.problems if not isinstance(problem, Suspicion))

    def question(self, error: Invalid, answer: Answer) -> None:
        """Where a save was refused for suspicious words: mark them in every text field, and ask whether they may stay.

        The macro `forms.form` draws the question; `answer` is what was said so far.
        """
        if (question := asking(error, answer)) is None:
            return
        self.asked = question
        suspicions = [problem for problem in error.problems if isinstance(problem, Suspicion)]
        words = {word: entry for entry in suspicions for word in entry.words}
        shown = set()
        for field in _text_fields(self):
            found = [word for word in words if word in (field.data or "")]
            if found:
                field.marked = _pieces(field.data, found)
                messages = dict.fromkeys(words[word].message for word in found)
                field.errors = [*field.errors, *messages]
                shown.update(found)
        hidden = {entry.message: None for word, entry in words.items() if word not in shown}
        self.form_errors.extend(hidden)

    def keep_answer(self, answer: Answer) -> None:
        """Ask what was answered already: the form comes back for another reason, and nobody shall answer twice."""
        if answer.words:
            self.asked = Question(
                words=tuple(answer.words), assurances=assurances(answer.codes), answer=answer
            )

    @property
    def first_version(self) -> int | None:
        """The version the writer started from, or None where the form does not say."""
        return int(self.version.data) if str(self.version.data or "").isdigit() else None


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a form asks about suspicious words: the words, what is to be confirmed (code, sentence), what was said."""

    words: tuple[str, ...]
    assurances: list[tuple[str, str]]
    answer: Answer


def asking(error: Invalid, answer: Answer) -> Question | None:
    """What to ask where a save was refused for suspicious words; None where it was not. `answer` is what was said."""
    suspicions = [problem for problem in error.problems if isinstance(problem, Suspicion)]
    if not suspicions:
        return None
    return Question(
        words=tuple(dict.fromkeys(word for entry in suspicions for word in entry.words)),
        assurances=assurances({entry.code for entry in suspicions}),
        answer=answer,
    )


def _text_fields(fields: Iterable[Any]) -> Iterator[Any]:
    """Every field into which anything can be typed, in sub-forms and their lists, too."""
    for field in fields:
        if isinstance(field, FieldList):
            yield from _text_fields(field.entries)
        elif isinstance(field, FormField):
            yield from _text_fields(field.form)
        elif type(field) in (StringField, TextAreaField):
            yield field


def _pieces(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """The text around these words, as pieces of which every second is marked; long stretches between are cut."""
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    parts = re.split(rf"((?<!\w)(?:{'|'.join(longest_first)})(?!\w))", text)
    pieces = []
    for place, part in enumerate(parts):
        marked = bool(place % 2)
        if not marked and len(part) > 2 * AROUND:
            head = "" if place == 0 else part[:AROUND].rpartition(" ")[0]
            tail = "" if place == len(parts) - 1 else part[-AROUND:].partition(" ")[2]
            part = f"{head} … {tail}"
        pieces.append((part, marked))
    return pieces


class FeedbackForm(Form):
    """A reviewer's words: the least a decision needs, and enough for most records."""

    feedback = TextAreaField("Feedback", [LONG])


class ReviewForm(Form):
    """A reviewer's words on something marked with scores; each record adds the scores it has."""

    feedback = TextAreaField("Feedback to the PG", [LONG])
    overall_score = score_field("Overall, 1 to 10")
    strengths = TextAreaField("Strengths", [LONG])
    improvements = TextAreaField("To improve", [LONG])
    recommendations = TextAreaField("Recommendations", [LONG])
    needs_follow_up = BooleanField("Talk about this one")


class OptionalSelect(SelectField):
    """A drop-down that may stay empty; ids come as whole numbers, nothing as None."""

    def __init__(self, *arguments: Any, empty: str = "—", coerce: Any = int, **options: Any):
        self.empty = empty
        super().__init__(
            *arguments,
            coerce=lambda value: None if value in ("", None, "None") else coerce(value),
            choices=[("", empty)],
            validate_choice=True,
            **options,
        )

    def offer(self, choices: Iterable[tuple[Any, str]]) -> None:
        """Offer these, after the empty one."""
        self.choices = [("", self.empty), *choices]

    def pre_validate(self, form: Any) -> None:
        """Empty is fine; anything else must be on offer."""
        if self.data is not None:
            super().pre_validate(form)
