"""Every read of people that is more than their list."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload, load_only

from plugins.users.models import Supervision, User
from sims.actor import Actor
from sims.database import db

NAMES = load_only(User.first_name, User.last_name, User.username)
MAY_ACT = sa.and_(User.is_active, ~User.is_archived)
MOST_SUGGESTED = 8


def name_sql(person: Any) -> sa.ColumnElement[str]:
    """What `User.name` says, as an expression on a joined `User`; empty where nobody is joined."""
    full = sa.func.trim(person.first_name + " " + person.last_name)
    return sa.func.coalesce(sa.func.nullif(full, ""), person.username, "")


def people_names(ids: Collection[int]) -> Mapping[int, str]:
    """The names behind these ids, for groups of rows by person."""
    if not ids:
        return {}
    query = sa.select(User.id, name_sql(User).label("name")).where(User.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(query)}


def by_login(text: str) -> User | None:
    """The person with this e-mail address or username, whatever case; the address counts first."""
    plain = sa.func.lower(sa.literal(text))
    same_address, same_name = (
        sa.func.lower(User.email) == plain,
        sa.func.lower(User.username) == plain,
    )
    query = sa.select(User).where(sa.or_(same_address, same_name))
    return db.session.scalar(query.order_by(sa.case((same_address, 0), else_=1)).limit(1))


def by_email(address: str) -> User | None:
    """The person with this e-mail address, whatever case."""
    same = sa.func.lower(User.email) == sa.func.lower(sa.literal(address))
    return db.session.scalar(sa.select(User).where(same))


def id_of(attribute: str, value: str, *, other_than: int | None) -> int | None:
    """The id of somebody else whose `attribute` (username or email) is `value`, whatever case."""
    same = sa.func.lower(getattr(User, attribute)) == sa.func.lower(sa.literal(value))
    query = sa.select(User.id).where(same, User.id != (other_than or 0))
    return db.session.scalar(query.limit(1))


def active_admins() -> set[int]:
    """The ids of everybody in the programme office who can act, locked until the end of the transaction."""
    query = sa.select(User.id).where(User.role == "admin", MAY_ACT)
    return set(db.session.scalars(query.order_by(User.id).with_for_update()))


def supervisor_choices(
    *, kept: int | None = None, besides: int | None = None
) -> list[tuple[int, str]]:
    """The supervisors to choose from, by name, without `besides`; and `kept`, even if archived."""
    offered = sa.and_(User.role == "supervisor", MAY_ACT, User.id != (besides or 0))
    query = (
        sa.select(User)
        .where(sa.or_(offered, User.id == (kept or 0)))
        .order_by(User.last_name, User.first_name, User.id)
        .options(NAMES, load_only(User.specialty))
    )
    return [
        (person.id, f"{person.name}, {person.specialty}" if person.specialty else person.name)
        for person in db.session.scalars(query)
    ]


def supervisors_with_pgs() -> list[tuple[str, str]]:
    """`(id, name)` of everybody who supervises somebody now, for the list's filter."""
    busy = sa.select(User.supervisor_id).where(User.supervisor_id.is_not(None))
    query = sa.select(User).where(User.id.in_(busy)).options(NAMES)
    return [
        (str(person.id), person.name)
        for person in db.session.scalars(query.order_by(User.last_name, User.first_name))
    ]


def supervision_history(pg_id: int) -> list[Supervision]:
    """Who supervises and supervised this PG: who does now first, then the newest; names loaded."""
    query = (
        sa.select(Supervision)
        .where(Supervision.pg_id == pg_id)
        .options(joinedload(Supervision.supervisor).options(NAMES))
        .order_by(
            Supervision.until.is_not(None),
            Supervision.kind.desc(),
            Supervision.since.desc(),
            Supervision.id.desc(),
        )
    )
    return list(db.session.scalars(query))


def current_supervision(pg_id: int, *, kind: str) -> list[Supervision]:
    """The PG's supervisions of this kind (primary, co) that have not ended."""
    query = sa.select(Supervision).where(
        Supervision.pg_id == pg_id, Supervision.kind == kind, Supervision.until.is_(None)
    )
    return list(db.session.scalars(query))


def pgs_of(supervisor_id: int) -> list[User]:
    """The PGs whose primary supervisor this is, without those who left, by name."""
    query = sa.select(User).where(User.supervisor_id == supervisor_id, ~User.is_archived)
    return list(
        db.session.scalars(
            query.order_by(User.last_name, User.first_name).options(NAMES, load_only(User.year))
        )
    )


def has_pgs(supervisor_id: int) -> bool:
    """Whether PGs who have not left have this person as their primary supervisor."""
    query = sa.select(User.id).where(User.supervisor_id == supervisor_id, ~User.is_archived)
    return db.session.scalar(query.limit(1)) is not None


def specialties(text: str) -> list[str]:
    """Specialties that contain `text`: those of the setting, and those people already have."""
    used = sa.select(User.specialty).where(User.specialty != "").distinct().limit(500)
    known = {name.casefold(): name for name in db.session.scalars(used)}
    known |= {name.casefold(): name for name in current_app.config["USERS_SPECIALTIES"]}
    found = [name for key, name in known.items() if text.casefold() in key]
    found.sort(key=lambda name: (not name.casefold().startswith(text.casefold()), name.casefold()))
    return found[:MOST_SUGGESTED]


def specialties_of_pgs() -> list[str]:
    """The specialties of the PGs who have not left, by name."""
    query = sa.select(User.specialty).where(
        User.role == "pg", ~User.is_archived, User.specialty != ""
    )
    return list(db.session.scalars(query.distinct().order_by(User.specialty)))


def supervisors_for(actor: Actor) -> list[tuple[int, str]]:
    """Everybody who may be named as supervisor: the actor's own first, then by name."""
    own = sa.select(Supervision.supervisor_id).where(
        Supervision.pg_id == actor.id, Supervision.until.is_(None)
    )
    nearest = sa.case((User.id == (actor.supervisor_id or 0), 0), (User.id.in_(own), 1), else_=2)
    query = (
        sa.select(User)
        .where(User.role == "supervisor", MAY_ACT, User.id != actor.id)
        .order_by(nearest, User.last_name, User.first_name)
        .options(NAMES)
    )
    return [(person.id, person.name) for person in db.session.scalars(query)]


def called(text: str) -> sa.Select:
    """The ids of everybody whose name has `text` in it: what a list narrows a column of people by."""
    name = User.first_name + " " + User.last_name
    return sa.select(User.id).where(name.icontains(text.replace("\x00", ""), autoescape=True))


def known_as(texts: Iterable[str], role: str) -> dict[str, list[User]]:
    """The people of a role whose e-mail address, username or registration number is one of `texts`, whatever case.

    By the text in small letters; two where it is the number of one and the name of another. One query.
    """
    wanted = {text.lower() for text in texts if text}
    attributes = (User.email, User.username, User.registration_number)
    named = [sa.func.lower(attribute).in_(wanted) for attribute in attributes]
    query = sa.select(User).where(User.role == role, sa.or_(*named)).order_by(User.id)
    found: dict[str, list[User]] = {}
    for person in db.session.scalars(query) if wanted else ():
        for text in {person.email, person.username, person.registration_number}:
            if text.lower() in wanted:
                found.setdefault(text.lower(), []).append(person)
    return found
