"""Who holds what they need: how each required type stands with a PG, for many PGs at once.

The required types are few and read once a request; everything else is one query however many PGs are asked about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import aliased, load_only

from plugins.certificates.models import Certificate, Type
from plugins.certificates.validity import SOON
from plugins.users.models import User
from sims.clock import today
from sims.database import db


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one PG stands with one type: a word, an icon, a tone. The higher the rank, the better."""

    name: str
    label: str
    icon: str
    tone: str
    rank: int


VALID = Standing(name="valid", label="Valid", icon="circle-check", tone="good", rank=5)
EXPIRING = Standing(name="expiring", label="Expiring", icon="hourglass", tone="warn", rank=4)
UNDER_REVIEW = Standing(
    name="under_review", label="Under review", icon="clock", tone="info", rank=3
)
EXPIRED = Standing(name="expired", label="Expired", icon="calendar-x", tone="bad", rank=2)
MISSING = Standing(name="missing", label="Missing", icon="circle-dashed", tone="bad", rank=1)
STANDINGS = (VALID, EXPIRING, UNDER_REVIEW, EXPIRED, MISSING)
BY_RANK = {standing.rank: standing for standing in STANDINGS}
GAP = "gap"
"""Asks for PGs to whom something is missing or expired."""

PRESENT = sa.and_(User.role == "pg", ~User.is_archived)
"""The people compliance is about: the PGs who have not left."""


@dataclass(frozen=True)
class Held:
    """The certificate that counts for a PG and a type (id None: there is none), and how it stands."""

    standing: Standing
    id: int | None = None
    expiry_date: date | None = None

    @property
    def meets(self) -> bool:
        """Whether the requirement is met today: approved and unexpired."""
        return self.standing.rank >= EXPIRING.rank

    @property
    def days_left(self) -> int | None:
        """How many days until its last valid day; None where there is no such day."""
        return (self.expiry_date - today()).days if self.expiry_date else None


NOTHING = Held(MISSING)


def required_types() -> Sequence[Type]:
    """The types some PG needs, by name; read once a request."""
    if "certificates_required" not in g:
        query = sa.select(Type).where(Type.is_required, Type.is_active)
        shown = load_only(
            Type.name,
            Type.category,
            Type.required_from_year,
            Type.specialties,
            Type.validity_months,
        )
        g.certificates_required = db.session.scalars(query.order_by(Type.name).options(shown)).all()
    types: Sequence[Type] = g.certificates_required
    return types


def applies(kind: Type, pg: Any) -> bool:
    """Whether this PG needs this type, by training year and specialty."""
    if kind.required_from_year and (pg.year or 0) < kind.required_from_year:
        return False
    return not kind.specialties or pg.specialty.lower() in {s.lower() for s in kind.specialties}


def held(pg_ids: Iterable[int], types: Iterable[Type]) -> dict[tuple[int, int], Held]:
    """`(PG, type)` → what counts for it, where the PG has any certificate of the type. One query."""
    people, kinds = list(pg_ids), [kind.id for kind in types]
    if not people or not kinds:
        return {}
    rank = _rank()
    last = sa.func.coalesce(Certificate.expiry_date, date.max)
    query = (
        sa.select(
            Certificate.pg_id, Certificate.type_id, Certificate.id, Certificate.expiry_date,
            rank.label("rank"),
        )
        .where(Certificate.pg_id.in_(people), Certificate.type_id.in_(kinds))
        .order_by(rank, last, Certificate.id)
    )  # fmt: skip
    return {
        (row.pg_id, row.type_id): Held(BY_RANK[row.rank], row.id, row.expiry_date)
        if row.rank > MISSING.rank
        else NOTHING
        for row in db.session.execute(query)
    }  # the best one comes last, and stays


def of(pg: Any) -> list[tuple[Type, Held]]:
    """Every type this PG needs, and how it stands; the most urgent first."""
    types = [kind for kind in required_types() if applies(kind, pg)]
    found = held([pg.id], types)
    standing = [(kind, found.get((pg.id, kind.id), NOTHING)) for kind in types]
    return sorted(standing, key=lambda pair: (pair[1].standing.rank, pair[0].name.lower()))


def shares(condition: sa.ColumnElement[bool]) -> Mapping[int, tuple[int, int]]:
    """PG → (met, required) for every PG who needs anything and meets `condition` on `User`. One query."""
    query = _shares(condition)
    return {row.id: (row.met, row.required) for row in db.session.execute(query)}


def total(condition: sa.ColumnElement[bool]) -> tuple[int, int]:
    """`(met, required)` of all these PGs together. One query."""
    part = _shares(condition).subquery()
    query = sa.select(
        sa.func.coalesce(sa.func.sum(part.c.met), 0),
        sa.func.coalesce(sa.func.sum(part.c.required), 0),
    )
    met, required = db.session.execute(query).one()
    return int(met), int(required)


def with_standing(states: Iterable[str], type_id: int | None = None) -> sa.Select:
    """The ids of the PGs who stand so (names of standings, or `GAP`) with a type they need, or with this one."""
    person = aliased(User)
    kinds = [kind for kind in required_types() if type_id in (None, kind.id)]
    best = _best(kinds)
    ranks = {standing.name: {standing.rank} for standing in STANDINGS}
    ranks[GAP] = {MISSING.rank, EXPIRED.rank}
    wanted = set().union(*(ranks[state] for state in states))
    return (
        sa.select(person.id)
        .select_from(person)
        .join(Type, _applies(kinds, person))
        .outerjoin(best, sa.and_(best.c.pg_id == person.id, best.c.type_id == Type.id))
        .where(person.role == "pg", sa.func.coalesce(best.c.rank, MISSING.rank).in_(wanted))
    )


def _shares(condition: sa.ColumnElement[bool]) -> sa.Select:
    kinds = required_types()
    best = _best(kinds)
    met = sa.func.count().filter(best.c.rank >= EXPIRING.rank)
    return (
        sa.select(User.id, sa.func.count().label("required"), met.label("met"))
        .select_from(User)
        .join(Type, _applies(kinds, User))
        .outerjoin(best, sa.and_(best.c.pg_id == User.id, best.c.type_id == Type.id))
        .where(PRESENT, condition)
        .group_by(User.id)
    )


def _rank() -> sa.Case[int]:
    """The rank of a certificate's standing today. What a PG has not submitted, or was refused, is still missing."""
    day, status, expiry = today(), Certificate.status, Certificate.expiry_date
    approved = status == "approved"
    return sa.case(
        (
            sa.and_(approved, sa.or_(expiry.is_(None), expiry > day + timedelta(days=SOON))),
            VALID.rank,
        ),
        (sa.and_(approved, expiry >= day), EXPIRING.rank),
        (status == "under_review", UNDER_REVIEW.rank),
        (sa.or_(approved, status == "expired"), EXPIRED.rank),
        else_=MISSING.rank,
    )


def _best(kinds: Sequence[Type]) -> sa.Subquery:
    """The best rank for each PG and type."""
    return (
        sa.select(Certificate.pg_id, Certificate.type_id, sa.func.max(_rank()).label("rank"))
        .where(Certificate.type_id.in_([kind.id for kind in kinds]))
        .group_by(Certificate.pg_id, Certificate.type_id)
        .subquery()
    )


def _applies(kinds: Sequence[Type], person: Any) -> sa.ColumnElement[bool]:
    """`applies` as a condition between a person and the row of `Type` they are joined with."""
    cases: list[sa.ColumnElement[bool]] = [sa.false()]
    for kind in kinds:
        needed = [Type.id == kind.id]
        if kind.required_from_year:
            needed.append(person.year >= kind.required_from_year)
        if kind.specialties:
            names = [name.lower() for name in kind.specialties]
            needed.append(sa.func.lower(person.specialty).in_(names))
        cases.append(sa.and_(*needed))
    return sa.or_(*cases)
