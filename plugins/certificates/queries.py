"""Every read of certificates that is more than their lists and who holds what (`compliance`)."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from plugins.certificates.models import Certificate, Type
from plugins.users.models import User
from sims.clock import today
from sims.database import db
from sims.files import File

LONGEST = 36_500
"""As many days ahead as anybody asks: a hundred years."""


def types(*, kept: int | None = None) -> list[Type]:
    """The types in use, and the one called `kept` even if it no longer is; by name."""
    query = sa.select(Type).where(sa.or_(Type.is_active, Type.id == kept))
    return list(db.session.scalars(query.order_by(sa.func.lower(Type.name))))


def type_choices(*, kept: int | None = None) -> list[tuple[int, str]]:
    """The types to choose from."""
    return [(kind.id, kind.name) for kind in types(kept=kept)]


def all_types() -> list[tuple[str, str]]:
    """Every type there ever was, for a list's filter."""
    query = sa.select(Type.id, Type.name).order_by(sa.func.lower(Type.name))
    return [(str(row.id), row.name) for row in db.session.execute(query)]


def type_named(name: str) -> Type | None:
    """The type of this name, whatever case; or None."""
    same = sa.func.lower(Type.name) == sa.func.lower(sa.literal(name))
    return db.session.scalar(sa.select(Type).where(same))


def has_file(certificate: Certificate) -> bool:
    """Whether the paper itself is attached."""
    query = sa.select(File.id).where(
        File.table == Certificate.__tablename__, File.row_id == certificate.id
    )
    return db.session.scalar(query.limit(1)) is not None


def same_number(certificate: Certificate) -> bool:
    """Whether the PG has another certificate of the same type under the same number."""
    if not certificate.number:
        return False
    query = sa.select(Certificate.id).where(
        Certificate.pg_id == certificate.pg_id,
        Certificate.type_id == certificate.type_id,
        sa.func.lower(Certificate.number) == sa.func.lower(sa.literal(certificate.number)),
        Certificate.id != (certificate.id or 0),
    )
    return db.session.scalar(query.limit(1)) is not None


def expires_within(days: int) -> sa.ColumnElement[bool]:
    """The condition "approved, and ends within so many days from today"."""
    day = today()
    last = day + timedelta(days=max(0, min(days, LONGEST)))
    return sa.and_(Certificate.status == "approved", Certificate.expiry_date.between(day, last))


def renewed() -> sa.ColumnElement[bool]:
    """The condition "the PG has another approved one of the type that lasts longer": nobody waits for this one."""
    newer = aliased(Certificate)
    lasts = sa.or_(newer.expiry_date.is_(None), newer.expiry_date > Certificate.expiry_date)
    return sa.exists().where(
        newer.pg_id == Certificate.pg_id,
        newer.type_id == Certificate.type_id,
        newer.id != Certificate.id,
        newer.status == "approved",
        lasts,
    )


def concerned_by_end(certificate_id: int) -> list[int]:
    """Who is told that this certificate has ended: its PG, unless they left or hold a newer one."""
    query = (
        sa.select(Certificate.pg_id)
        .join(User, User.id == Certificate.pg_id)
        .where(Certificate.id == certificate_id, ~User.is_archived, ~renewed())
    )
    return list(db.session.scalars(query))
