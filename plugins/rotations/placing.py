"""Bulk assignment: many PGs and one plan of rotations, every conflict known before anything is saved.

`preview` says what would come of a plan; `save` locks the PGs' calendars, looks again, and refuses where that
differs from what was seen. All rotations are stored in one transaction, by the services a single one uses.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from flask import g

from plugins.rotations import services
from plugins.rotations.calendar import dates
from plugins.rotations.checking import Known, Placement
from plugins.rotations.events import RotationsPlaced
from plugins.rotations.records import ROTATION
from plugins.users.models import User
from sims import workflow
from sims.actor import Actor
from sims.database import db
from sims.errors import Conflict, Denied, Invalid, Problem
from sims.events import publish
from sims.permissions import allowed

PLAN = "rotations.rotation.plan"
MOST_PGS, MOST_ROTATIONS = 300, 600


@dataclass(frozen=True)
class Step:
    """One rotation of a plan; both days are part of it."""

    department_id: int
    start_date: date
    end_date: date
    supervisor_id: int | None = None


@dataclass(frozen=True)
class Preview:
    """Every rotation a plan comes to, PG by PG in the order chosen, and the names to show them by."""

    placements: tuple[Placement, ...]
    known: Known = field(repr=False)

    @property
    def fitting(self) -> tuple[Placement, ...]:
        """The rotations nothing forbids."""
        return tuple(placement for placement in self.placements if placement.fits)

    @property
    def by_pg(self) -> list[tuple[int, list[Placement]]]:
        """PG by PG, those with a conflict first."""
        rows = [(pg, list(theirs)) for pg, theirs in groupby(self.placements, lambda p: p.pg_id)]
        return sorted(rows, key=lambda row: all(placement.fits for placement in row[1]))

    @property
    def seal(self) -> str:
        """A short text that is another one as soon as anything in the preview is."""
        said = [
            (p.pg_id, p.department_id, p.start_date.isoformat(), p.end_date.isoformat(), p.supervisor_id,
             [(problem.code, problem.message) for problem in p.problems])
            for p in self.placements
        ]  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def arrange(pg_ids: Sequence[int], steps: Sequence[Step], *, rotate: bool) -> list[Placement]:
    """Every step for every PG. With `rotate` the days stay, and each PG begins one department further on, so
    that a group moves through the departments without meeting in one (as long as there are enough of them)."""
    found = []
    for turn, pg_id in enumerate(pg_ids):
        for number, slot in enumerate(steps):
            step = steps[(number + turn) % len(steps)] if rotate else slot
            found.append(
                Placement(
                    pg_id, step.department_id, slot.start_date, slot.end_date, step.supervisor_id
                )
            )
    return found


def preview(pg_ids: Sequence[int], steps: Sequence[Step], *, rotate: bool, actor: Actor) -> Preview:
    """What would come of the plan; nothing is stored. Five queries, however many rotations.

    Raises `Denied`, and `Invalid` where there is no PG or no step, or too many of them.
    """
    if not allowed(actor, PLAN) or not allowed(actor, ROTATION.permission("create")):
        raise Denied("Your role does not plan rotations.")
    pg_ids = list(dict.fromkeys(pg_ids))
    if message := _refusal(len(pg_ids), len(steps)):
        raise Invalid([Problem(code="rotations.placing.size", message=message)])
    placements = arrange(pg_ids, steps, rotate=rotate)
    known = Known.of(placements)
    return Preview(
        tuple(replace(placement, problems=known.problems(placement)) for placement in placements),
        known,
    )


def save(
    pg_ids: Sequence[int],
    steps: Sequence[Step],
    *,
    rotate: bool,
    seal: str,
    partly: bool = False,
    actor: Actor,
) -> int:
    """Store and plan the rotations of a plan that was previewed; return how many. One notice per person.

    `seal` is the preview's; `partly` leaves out what conflicts. Raises `Denied`, `Invalid` (a conflict, and not
    `partly`; or nothing is left), and `Conflict` with the fresh preview as `current` where it differs by now.
    The PGs' calendars are locked in the order of their ids: two such plans wait for one another, never both.
    """
    _lock(pg_ids)
    found = preview(pg_ids, steps, rotate=rotate, actor=actor)
    if found.seal != seal:
        raise Conflict(
            "Something changed since you looked: below is how it stands now. Nothing was saved.",
            current=found,
        )
    chosen = found.fitting if partly else found.placements
    if not chosen or (not partly and found.fitting != found.placements):
        message = "Some of these rotations are in conflict. Change the plan, or leave them out."
        raise Invalid([Problem(code="rotations.placing.conflict", message=message)])
    with _together():
        for placement in chosen:
            _store(placement, actor)
    _tell(chosen, found.known, actor)
    return len(chosen)


def told_together() -> bool:
    """Whether rotations are being planned of which people are told all at once, at the end."""
    return bool(g.get("rotations_told_together"))


def _refusal(pgs: int, steps: int) -> str:
    if not pgs:
        return "Choose at least one PG."
    if not steps:
        return "Write at least one rotation."
    if pgs > MOST_PGS:
        return f"Choose at most {MOST_PGS} PGs at once."
    if pgs * steps > MOST_ROTATIONS:
        return (
            f"{pgs} PGs with {steps} rotations each are {pgs * steps} rotations; "
            f"at most {MOST_ROTATIONS} are planned at once. Choose fewer PGs."
        )
    return ""


def _lock(pg_ids: Iterable[int]) -> None:
    """As `queries.lock_calendar`, for many, in the order of ids."""
    people = sa.select(User.id).where(User.id.in_(set(pg_ids))).order_by(User.id)
    db.session.execute(people.with_for_update(key_share=True)).all()


@contextmanager
def _together() -> Iterator[None]:
    g.rotations_told_together = True
    try:
        yield
    finally:
        g.rotations_told_together = False


def _store(placement: Placement, actor: Actor) -> None:
    values: dict[str, Any] = {
        "pg_id": placement.pg_id,
        "department_id": placement.department_id,
        "start_date": placement.start_date,
        "end_date": placement.end_date,
        "supervisor_id": placement.supervisor_id,
    }
    rotation, _ = services.create_rotation(values, actor=actor)
    workflow.move(ROTATION, rotation, "plan", actor=actor)
    db.session.expunge(rotation)  # or history looks at all of them again with each flush


def _tell(placements: Sequence[Placement], known: Known, actor: Actor) -> None:
    """One event for every PG and every supervisor named, with all that is new for them."""
    news: dict[int, list[str]] = {}
    for placement in placements:
        line = f"{known.place(placement.department_id)}, {dates(placement)}"
        news.setdefault(placement.pg_id, []).append(line)
        if placement.supervisor_id is not None:
            theirs = f"{known.name(placement.pg_id)}: {line}"
            news.setdefault(placement.supervisor_id, []).append(theirs)
    first = min(placement.start_date for placement in placements)
    for person_id, lines in news.items():
        publish(
            RotationsPlaced(
                actor_id=actor.id, recipient_id=person_id, lines=tuple(lines), first_day=first
            )
        )
