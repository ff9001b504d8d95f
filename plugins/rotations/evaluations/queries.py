"""Every read of evaluations that is more than their list, and who may write which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from plugins.rotations.evaluations.models import KINDS, Evaluation
from plugins.rotations.evaluations.rules import too_early_or_late
from plugins.rotations.models import Department, Hospital, Rotation
from plugins.rotations.records import ROTATION
from plugins.users.models import Supervision, User
from plugins.users.queries import MAY_ACT, NAMES, called
from sims import access
from sims.actor import Actor
from sims.clock import today
from sims.database import db

BY_SUPERVISORS = ("mid_rotation", "final", "supervisor")
COUNTS = ("planned", "ongoing", "completed")
"""The statuses of a rotation that takes, or took, place."""
LATELY = timedelta(days=90)
MOST = 60

PLACE = (
    joinedload(Rotation.department).load_only(Department.name, Department.head_id),
    joinedload(Rotation.hospital).load_only(Hospital.name),
    joinedload(Rotation.pg).options(NAMES),
)


@dataclass(frozen=True)
class Subject:
    """A rotation somebody may evaluate: kind → why not today (None: may)."""

    rotation: Rotation
    kinds: dict[str, str | None]


def supervises(actor: Actor) -> sa.ColumnElement[bool]:
    """The rotations the actor evaluates as supervisor, as head of the department or for the office."""
    if actor.role not in ("admin", "supervisor"):
        return sa.false()
    headed = sa.select(Department.id).where(Department.head_id == actor.id)
    return sa.or_(access.rule().sees(ROTATION, actor), Rotation.department_id.in_(headed))


def worked_beside(actor: Actor, day: date) -> sa.ColumnElement[bool]:
    """Other PGs' rotations in a department in which the actor was on one of the same days, up to `day`."""
    if actor.role != "pg":
        return sa.false()
    own = aliased(Rotation)
    together = sa.exists().where(
        own.pg_id == actor.id,
        own.department_id == Rotation.department_id,
        own.status.in_(COUNTS),
        own.start_date <= Rotation.end_date,
        own.end_date >= Rotation.start_date,
        own.start_date <= day,
    )
    return sa.and_(Rotation.pg_id != actor.id, Rotation.start_date <= day, together)


def subject(actor: Actor, rotation_id: int | str | None) -> Subject | None:
    """The rotation (its id, as an address may have it) with what the actor may write of it; None where it is none
    of their business."""
    text, day = str(rotation_id or ""), today()
    if not text.isdecimal() or len(text) > 18:
        return None
    asked = sa.select(
        Rotation, supervises(actor).label("above"), worked_beside(actor, day).label("beside")
    ).where(Rotation.id == int(text))
    found = db.session.execute(asked.options(*PLACE)).first()
    if found is None:
        return None
    rotation = found[0]
    kinds: tuple[str, ...] = ()
    if rotation.pg_id == actor.id:
        kinds = ("self",)
    elif found.above:
        kinds = BY_SUPERVISORS
    elif found.beside:
        kinds = ("peer",)
    return _subject(rotation, kinds, day) if kinds and rotation.status in COUNTS else None


def subjects(actor: Actor, text: str = "") -> list[Subject]:
    """What the actor may evaluate these days, own rotations first, then the newest; `text` is part of a PG's name.

    Of colleagues it gives no more than `Rotation.pg`, the department and the dates.
    """
    day = today()
    kinds: tuple[str, ...] = BY_SUPERVISORS
    below = supervises(actor)
    if actor.role == "pg":
        below, kinds = sa.or_(Rotation.pg_id == actor.id, worked_beside(actor, day)), ("peer",)
    query = sa.select(Rotation).where(
        below,
        Rotation.status.in_(COUNTS),
        Rotation.start_date <= day,
        Rotation.end_date >= day - LATELY,
    )
    if text:
        query = query.where(Rotation.pg_id.in_(called(text)))
    order = (Rotation.pg_id != actor.id, Rotation.end_date.desc(), Rotation.id)
    rows = db.session.scalars(query.options(*PLACE).order_by(*order).limit(MOST)).all()
    return [_subject(row, ("self",) if row.pg_id == actor.id else kinds, day) for row in rows]


def written(actor: Actor, rotations: Sequence[Rotation]) -> dict[tuple[int, str], int]:
    """The actor's own evaluations of these rotations: (rotation, kind) → id."""
    query = sa.select(Evaluation.rotation_id, Evaluation.type, Evaluation.id).where(
        Evaluation.evaluator_id == actor.id,
        Evaluation.rotation_id.in_([rotation.id for rotation in rotations]),
    )
    return {(row.rotation_id, row.type): row.id for row in db.session.execute(query)}


def reviewer_of(rotation: Rotation, author_id: int) -> int | None:
    """Who is asked to review what `author_id` wrote: the rotation's supervisor, one of the PG's, or the head of
    the department — the first of them who is neither author nor PG; None leaves it to the office."""
    own = db.session.scalar(sa.select(User.supervisor_id).where(User.id == rotation.pg_id))
    also = sa.select(Supervision.supervisor_id).where(
        Supervision.pg_id == rotation.pg_id, Supervision.until.is_(None)
    )
    wanted = [rotation.supervisor_id, own, *db.session.scalars(also.order_by(Supervision.id))]
    head = sa.select(Department.head_id).where(Department.id == rotation.department_id)
    wanted.append(db.session.scalar(head))
    active = set(
        db.session.scalars(
            sa.select(User.id).where(
                User.id.in_([number for number in wanted if number]),
                User.role == "supervisor",
                MAY_ACT,
            )
        )
    )
    free = (number for number in wanted if number in active - {author_id, rotation.pg_id})
    return next(free, None)


def author_of(evaluation_id: int) -> int | None:
    """Who wrote it."""
    query = sa.select(Evaluation.evaluator_id).where(Evaluation.id == evaluation_id)
    return db.session.scalar(query)


def office() -> Sequence[int]:
    """Everybody in the programme office who can act."""
    return db.session.scalars(sa.select(User.id).where(User.role == "admin", MAY_ACT)).all()


def _subject(rotation: Rotation, kinds: tuple[str, ...], day: date) -> Subject:
    ordered = [kind for kind in KINDS if kind in kinds]
    return Subject(rotation, {kind: too_early_or_late(kind, rotation, day) for kind in ordered})
