"""The record of evaluations, declared once."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.rotations.evaluations import dividing
from plugins.rotations.evaluations.forms import EvaluationForm
from plugins.rotations.evaluations.models import KINDS, Evaluation
from plugins.rotations.evaluations.queries import PLACE
from plugins.rotations.evaluations.rules import RULES, grade, passed
from plugins.rotations.evaluations.workflow import WORKFLOW
from plugins.rotations.queries import department_choices, of_rotations_supervised
from plugins.rotations.records import title as rotation_title
from plugins.users.queries import NAMES, called
from sims import actor as acting
from sims.actor import Actor
from sims.contracts import Column, Dated, Filter, Record, Searched

SOMEBODY = "A colleague"


def title(row: Evaluation) -> str:
    """An evaluation in words: its kind, and of which rotation."""
    return f"{KINDS[row.type]}: {rotation_title(row.rotation)}"


def is_anonymous(row: Evaluation, reader_id: int | None) -> bool:
    """A PG never learns which colleague wrote a peer evaluation of them."""
    return row.type == "peer" and reader_id == row.pg_id


def evaluator(row: Evaluation) -> str:
    """Who wrote it, as far as whoever is asking may know."""
    return SOMEBODY if is_anonymous(row, acting.current_id()) else row.evaluator.name


def _private(actor: Actor) -> sa.ColumnElement[bool]:
    """Drafts are their author's; what is about oneself one reads once it is approved."""
    about_me = sa.and_(Evaluation.pg_id == actor.id, Evaluation.status != "approved")
    return sa.or_(Evaluation.status == "draft", about_me)


def _also_seen_by(person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Evaluation.supervisor_id == person_id,
        Evaluation.reviewed_by_id == person_id,
        of_rotations_supervised(Evaluation.rotation_id, person_id),
    )


def _outcome(row: Evaluation) -> str:
    return {True: "Passed", False: "Not passed", None: ""}[passed(row.score)]


EVALUATION = Record(
    name="rotations.evaluation",
    model=Evaluation,
    label="evaluation",
    plural="evaluations",
    icon="clipboard-list",
    title=title,
    endpoint="rotations.evaluation",
    owner="pg_id",
    author="evaluator_id",
    also_seen_by=_also_seen_by,
    private=_private,
    anonymous=is_anonymous,
    columns=(
        Column(name="type", label="Evaluation", value=lambda row: KINDS[row.type]),
        Column(name="status", label="Status", kind="status"),
        Column(name="pg", label="PG", kind="person", value=lambda row: row.pg.name),
        Column(name="rotation", label="Rotation", value=lambda row: rotation_title(row.rotation)),
        Column(name="score", label="Score", kind="number"),
        Column(name="grade", label="Grade", value=lambda row: grade(row.score)),
        Column(name="outcome", label="Result", value=_outcome, shown=False),
        Column(name="evaluator", label="Written by", kind="person", value=evaluator),
        Column(name="written_on", label="Written", kind="date", sort="written_on"),
    ),
    filters=(
        Filter(name="pg", label="PG", where=lambda text: Evaluation.pg_id.in_(called(text))),
        Filter(name="type", label="Kind", kind="choice", choices=tuple(KINDS.items())),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
        Filter(
            name="department",
            label="Department",
            kind="choice",
            where=lambda number: dividing.in_department(int(number)),
            choices=lambda actor: [(str(key), label) for key, label in department_choices()],
        ),
        Filter(name="from", label="On or after", kind="from", column="written_on"),
        Filter(name="to", label="On or before", kind="to", column="written_on"),
        Filter(name="person", label="PG", kind="id", column="pg_id"),
        Filter(name="rotation", label="Rotation", kind="id", column="rotation_id"),
        *dividing.FILTERS,
    ),
    order="-written_on",
    dated=Dated(attribute="written_on", label="written"),
    dimensions=dividing.DIMENSIONS,
    load=(
        joinedload(Evaluation.rotation).options(*PLACE),
        joinedload(Evaluation.pg).options(NAMES),
        joinedload(Evaluation.evaluator).options(NAMES),
    ),
    searched=Searched(body=("comments", "recommendations")),
    workflow=WORKFLOW,
    rules=RULES,
    form=EvaluationForm,
    sensitive=True,
    labels={
        "pg_id": "PG",
        "rotation_id": "Rotation",
        "evaluator_id": "Written by",
        "supervisor_id": "Reviewer",
        "reviewed_by_id": "Reviewed by",
        "verified_by_id": "Approved by",
        "verified_at": "Approved",
        "feedback": "Sent back because",
    },
    empty="They are written on a rotation's page, or with “Write an evaluation”.",
)
