"""What a valid evaluation is, when it may be written, and what its score means (domain.md, rotations)."""

from datetime import date, timedelta

import sqlalchemy as sa

from plugins.rotations.evaluations.models import ONCE, Evaluation
from plugins.rotations.models import Rotation
from sims.contracts import Rule
from sims.database import db
from sims.web.templating import plain_date

SOURCE = "domain.md, rotations: rotations_evaluation"
GRADES = ((90, "A"), (80, "B"), (70, "C"), (60, "D"))
PASS = 60
FINAL_DAYS = 30
NEEDS_SCORE = ("mid_rotation", "final", "supervisor")


def grade(score: int | None) -> str:
    """The grade of a score: A from 90, B from 80, C from 70, D from 60, else F; nothing where there is none."""
    if score is None:
        return ""
    return next((letter for least, letter in GRADES if score >= least), "F")


def passed(score: int | None) -> bool | None:
    """Whether a score passes (60 and more do); None where there is none."""
    return None if score is None else score >= PASS


def too_early_or_late(kind: str, rotation: Rotation, day: date) -> str | None:
    """Why an evaluation of this kind is not written on `day`, in words; None where it is."""
    if day < rotation.start_date:
        return f"The rotation begins on {plain_date(rotation.start_date)}."
    if kind == "mid_rotation" and day > rotation.end_date:
        return f"The rotation ended on {plain_date(rotation.end_date)}; write the final evaluation instead."
    opens = rotation.end_date - timedelta(days=FINAL_DAYS - 1)
    if kind == "final" and day < opens:
        return f"A final evaluation is written from {plain_date(opens)} on, in the last {FINAL_DAYS} days."
    return None


def _is_the_only_one(evaluation: Evaluation) -> bool:
    query = sa.select(Evaluation.id).where(
        Evaluation.rotation_id == evaluation.rotation_id,
        Evaluation.evaluator_id == evaluation.evaluator_id,
        Evaluation.type == evaluation.type,
        Evaluation.id != (evaluation.id or 0),
    )
    return db.session.scalar(query.limit(1)) is None


def _is_of_its_pg(evaluation: Evaluation) -> bool:
    query = sa.select(Rotation.pg_id).where(Rotation.id == evaluation.rotation_id)
    return db.session.scalar(query) == evaluation.pg_id


def _by_the_right_one(evaluation: Evaluation) -> bool:
    return (evaluation.type == "self") == (evaluation.evaluator_id == evaluation.pg_id)


RULES = (
    Rule(
        code="rotations.evaluation.pg",
        message="An evaluation is about the PG whose rotation it is.",
        fields=("pg_id", "rotation_id"),
        holds=_is_of_its_pg,
        source=SOURCE,
    ),
    Rule(
        code="rotations.evaluation.self",
        message="A self-evaluation is written by the PG, and every other kind by somebody else.",
        fields=("type",),
        holds=_by_the_right_one,
        source=f"{SOURCE}: a pg writes only self or peer",
    ),
    Rule(
        code="rotations.evaluation.once",
        message="You have written an evaluation of this kind for this rotation already. Open that one.",
        fields=("type",),
        holds=_is_the_only_one,
        source=f"{SOURCE}: one each per evaluator",
        constraint=ONCE,
    ),
    Rule(
        code="rotations.evaluation.score",
        message="Enter a score from 0 to 100.",
        fields=("score",),
        holds=lambda row: row.score is None or 0 <= row.score <= 100,
        source="domain.md, conventions: evaluation scores 0–100",
    ),
    Rule(
        code="rotations.evaluation.score_missing",
        message="Enter a score; 60 passes.",
        fields=("score",),
        holds=lambda row: row.type not in NEEDS_SCORE or row.score is not None,
        stage="submit",
        source=f"{SOURCE}: 60 passes",
    ),
    Rule(
        code="rotations.evaluation.comments",
        message="Write what you saw. A score alone helps nobody to get better.",
        fields=("comments",),
        holds=lambda row: bool(row.comments),
        stage="submit",
        source=f"{SOURCE}: comments",
    ),
)
