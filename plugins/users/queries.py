"""Every read of people that is more than their list."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only

from plugins.users.models import Supervision, User
from sims.database import db


def by_login(text: str) -> User | None:
    """The person with this username or e-mail address, whatever case."""
    plain = text.strip().lower().replace("\x00", "")
    either = sa.or_(sa.func.lower(User.username) == plain, sa.func.lower(User.email) == plain)
    return db.session.scalar(sa.select(User).where(either).limit(1))


def supervisors() -> sa.Select:
    """Everybody who may be assigned as supervisor."""
    return sa.select(User).where(User.role == "supervisor", User.is_active, ~User.is_archived)


def supervisor_choices(kept: int | None = None) -> list[tuple[int, str]]:
    """The supervisors to choose from, by name; and `kept`, even if archived."""
    query = sa.select(User).where(
        sa.or_(
            sa.and_(User.role == "supervisor", User.is_active, ~User.is_archived),
            User.id == (kept or 0),
        )
    )
    query = query.order_by(User.last_name, User.first_name).options(
        load_only(User.first_name, User.last_name, User.username, User.specialty)
    )
    return [
        (person.id, f"{person.name}, {person.specialty}") for person in db.session.scalars(query)
    ]


def supervision_history(pg_id: int) -> list[Supervision]:
    """Who supervised this PG, the newest first, names loaded."""
    query = (
        sa.select(Supervision)
        .where(Supervision.pg_id == pg_id)
        .options(joinedload(Supervision.supervisor))
        .order_by(Supervision.since.desc(), Supervision.id.desc())
    )
    return list(db.session.scalars(query))


def active_admins() -> list[int]:
    """The ids of everybody in the programme office who can act."""
    query = sa.select(User.id).where(User.role == "admin", User.is_active, ~User.is_archived)
    return list(db.session.scalars(query))
