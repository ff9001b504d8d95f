"""What the calendar does to rotations every night: they begin, they end, and people hear of it beforehand."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from plugins.rotations.events import RotationEnding, RotationNear, RotationStarting
from plugins.rotations.models import Rotation
from plugins.rotations.records import ROTATION
from sims import workflow
from sims.clock import today
from sims.database import commit, db
from sims.errors import DomainError
from sims.events import publish
from sims.jobs import repeatable
from sims.records import about

CHUNK = 100
"""Rows per transaction: what is done stays done, whatever becomes of the rest."""
NEAR = timedelta(days=7)

log = logging.getLogger(__name__)


@repeatable
def follow_calendar() -> dict[str, int]:
    """Move rotations to where the hospital's date says they are, and tell of those near; counts by act.

    A planned rotation begins on its first day, an ongoing one is completed the day after its last (domain.md,
    rotations). Running it again the same day changes nothing and tells nobody twice; days on which it did not run
    are made up for. A rotation that can't be moved is logged and left.
    """
    day = today()
    begun = sa.and_(Rotation.status == "planned", Rotation.start_date <= day)
    over = sa.and_(Rotation.status == "ongoing", Rotation.end_date < day)
    starting = sa.and_(
        Rotation.status == "planned",
        Rotation.start_date.between(day, day + NEAR),
        Rotation.start_told.is_distinct_from(Rotation.start_date),
    )
    ending = sa.and_(
        Rotation.status == "ongoing",
        Rotation.end_date.between(day, day + NEAR),
        Rotation.end_told.is_distinct_from(Rotation.end_date),
    )
    return {
        "started": _each(begun, lambda rows: _move(rows, "start")),
        "completed": _each(over, lambda rows: _move(rows, "complete")),
        "starting": _each(starting, lambda rows: _tell(rows, RotationStarting, "start")),
        "ending": _each(ending, lambda rows: _tell(rows, RotationEnding, "end")),
    }


def _each(due: sa.ColumnElement[bool], act: Callable[[Sequence[Rotation]], None]) -> int:
    """Do `act` with every rotation that is `due`, chunk by chunk; return with how many it was done.

    Where one of a chunk fails, each of that chunk is done on its own.
    """
    ids = db.session.scalars(sa.select(Rotation.id).where(due).order_by(Rotation.id)).all()
    db.session.rollback()
    done = 0
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        try:
            done += _done(chunk, due, act)
        except (DomainError, SQLAlchemyError):
            db.session.rollback()
            done += sum(_alone(number, due, act) for number in chunk)
    return done


def _done(
    ids: Sequence[int], due: sa.ColumnElement[bool], act: Callable[[Sequence[Rotation]], None]
) -> int:
    """Do `act` with those of `ids` that are still due, locked, in one transaction."""
    query = sa.select(Rotation).where(Rotation.id.in_(ids), due).options(*ROTATION.load)
    rows = db.session.scalars(query.order_by(Rotation.id).with_for_update(of=Rotation)).all()
    act(rows)
    count = len(rows)
    commit()
    return count


def _alone(
    number: int, due: sa.ColumnElement[bool], act: Callable[[Sequence[Rotation]], None]
) -> int:
    try:
        return _done([number], due, act)
    except (DomainError, SQLAlchemyError) as error:
        db.session.rollback()
        log.error("rotation %s can't follow the calendar: %s", number, error)
        return 0


def _move(rows: Sequence[Rotation], name: str) -> None:
    for row in rows:
        workflow.move(ROTATION, row, name, actor=None)


def _tell(rows: Sequence[Rotation], event: type[RotationNear], edge: str) -> None:
    """Publish `event` for each row and note for which day; nobody's open form is stale because of it."""
    day, told = f"{edge}_date", f"{edge}_told"
    noted: dict[str, Any] = {
        told: getattr(Rotation, day),
        "updated_at": Rotation.updated_at,
    }
    db.session.execute(
        sa.update(Rotation)
        .where(Rotation.id.in_([row.id for row in rows]))
        .values(noted)
        .execution_options(synchronize_session=False)
    )
    for row in rows:
        facts = about(ROTATION, row, None)
        publish(event(**facts, day=getattr(row, day), supervisor_id=row.supervisor_id))
