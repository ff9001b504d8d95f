"""What speaks against rotations that are not stored yet: asked for all of them at once, in five queries.

The same rules as `rules.py` keeps for a single rotation (domain.md, rotations), and what an office wants to know
besides: that somebody left, that a department is closed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from plugins.rotations.calendar import dates
from plugins.rotations.models import TAKEN, Department, Hospital, Rotation
from plugins.users.models import Supervision, User
from sims.database import db
from sims.errors import Problem

CODE = "rotations.placing"


@dataclass(frozen=True)
class Placement:
    """One rotation that would be, for one PG, and what speaks against it."""

    pg_id: int
    department_id: int
    start_date: date
    end_date: date
    supervisor_id: int | None
    problems: tuple[Problem, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether no rule forbids it."""
        return all(problem.severity != "error" for problem in self.problems)


@dataclass(frozen=True)
class Known:
    """What the database says about the PGs, departments and supervisors of a plan, and of the days it is for."""

    planned: dict[int, list[Placement]]
    people: dict[int, Any] = field(default_factory=dict)
    places: dict[int, Any] = field(default_factory=dict)
    standing: dict[int, list[Any]] = field(default_factory=dict)
    supervised: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, planned: Sequence[Placement]) -> "Known":
        """Read everything these rotations depend on."""
        by_pg: dict[int, list[Placement]] = {}
        for one in planned:
            by_pg.setdefault(one.pg_id, []).append(one)
        supervisors = {one.supervisor_id for one in planned if one.supervisor_id is not None}
        return cls(
            planned=by_pg,
            people=_people({*by_pg, *supervisors}),
            places=_places({one.department_id for one in planned}),
            standing=_standing(by_pg, planned),
            supervised=_supervised(by_pg, supervisors),
        )

    def name(self, person_id: int | None) -> str:
        """What a person of the plan is called."""
        row = self.people.get(person_id or 0)
        return (f"{row.first_name} {row.last_name}".strip() or row.username) if row else ""

    def place(self, department_id: int) -> str:
        """A department of the plan with its hospital."""
        row = self.places.get(department_id)
        return f"{row.name}, {row.hospital}" if row else ""

    def problems(self, one: Placement) -> tuple[Problem, ...]:
        """Everything that speaks against one rotation of the plan."""
        return tuple(self._about_people(one)) + tuple(self._about_days(one))

    def _about_people(self, one: Placement) -> Iterator[Problem]:
        pg, place = self.people.get(one.pg_id), self.places.get(one.department_id)
        if pg is None or pg.role != "pg":
            yield _problem("pg", "This is no PG; only a PG is placed in a rotation.")
        elif pg.is_archived:
            yield _problem("left", "This PG has left; the record is archived.")
        elif not pg.is_active:
            yield _problem("inactive", "This PG's account is deactivated.", "warning")
        if place is None:
            yield _problem("department", "There is no such department.")
        elif not (place.is_active and place.hospital_active):
            yield _problem("closed", "This department, or its hospital, is not in use.")
        if one.supervisor_id is None:
            return
        supervisor = self.people.get(one.supervisor_id)
        if supervisor is None or supervisor.role != "supervisor" or one.supervisor_id == one.pg_id:
            yield _problem("supervisor", "Choose somebody who is a supervisor.")
        elif supervisor.is_archived or not supervisor.is_active:
            yield _problem("supervisor_left", "The supervisor's account is closed.")
        elif (one.pg_id, one.supervisor_id) not in self.supervised:
            yield _problem(
                "foreign", f"{self.name(one.supervisor_id)} is not one of the PG's own.", "warning"
            )

    def _about_days(self, one: Placement) -> Iterator[Problem]:
        if one.end_date <= one.start_date:
            yield _problem("dates", "The end must come after the start.")
            return
        for other in self.planned[one.pg_id]:
            if other is not one and share_a_day(one, other):
                words = f"{self.place(other.department_id)}, {dates(other)}"
                yield _problem("within", f"Overlaps in this plan with {words}.")
        for row in self.standing.get(one.pg_id, ()):
            if share_a_day(one, row):
                words = f"{row.name}, {dates(row)}"
                if row.status in TAKEN:
                    yield _problem("overlap", f"The PG is {row.status} for {words}.")
                else:
                    yield _problem("proposed", f"Proposed for the same days: {words}.", "warning")


def share_a_day(one: Any, other: Any) -> bool:
    """Whether two rotations have a day in common; first and last days count."""
    return bool(one.start_date <= other.end_date and other.start_date <= one.end_date)


def _problem(name: str, message: str, severity: str = "error") -> Problem:
    return Problem(code=f"{CODE}.{name}", message=message, severity=severity)


def _people(ids: Iterable[int]) -> dict[int, Any]:
    columns = (
        User.id, User.first_name, User.last_name, User.username, User.role, User.is_active, User.is_archived,
    )  # fmt: skip
    rows = db.session.execute(sa.select(*columns).where(User.id.in_(set(ids))))
    return {row.id: row for row in rows}


def _places(ids: Iterable[int]) -> dict[int, Any]:
    query = (
        sa.select(
            Department.id,
            Department.name,
            Department.is_active,
            Hospital.name.label("hospital"),
            Hospital.is_active.label("hospital_active"),
        )
        .join(Hospital, Hospital.id == Department.hospital_id)
        .where(Department.id.in_(set(ids)))
    )
    return {row.id: row for row in db.session.execute(query)}


def _standing(pg_ids: Iterable[int], planned: Sequence[Placement]) -> dict[int, list[Any]]:
    """What stands, or is proposed, in these PGs' calendars in the days of the plan."""
    query = (
        sa.select(
            Rotation.pg_id, Rotation.start_date, Rotation.end_date, Rotation.status, Department.name
        )
        .join(Department, Department.id == Rotation.department_id)
        .where(
            Rotation.pg_id.in_(list(pg_ids)),
            Rotation.status.in_((*TAKEN, "pending")),
            Rotation.start_date <= max(one.end_date for one in planned),
            Rotation.end_date >= min(one.start_date for one in planned),
        )
        .order_by(Rotation.start_date, Rotation.id)
    )
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.pg_id, []).append(row)
    return found


def _supervised(pg_ids: Iterable[int], supervisors: Iterable[int]) -> set[tuple[int, int]]:
    """Which of these PGs is now supervised by which of these people, as primary or co-supervisor."""
    pgs, wanted = list(pg_ids), list(supervisors)
    now = sa.select(User.id, User.supervisor_id).where(
        User.id.in_(pgs), User.supervisor_id.in_(wanted)
    )
    also = sa.select(Supervision.pg_id, Supervision.supervisor_id).where(
        Supervision.pg_id.in_(pgs),
        Supervision.supervisor_id.in_(wanted),
        Supervision.until.is_(None),
    )
    rows: Iterable[Any] = db.session.execute(now.union(also))
    return {(row[0], row[1]) for row in rows}
