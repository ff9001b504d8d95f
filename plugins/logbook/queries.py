"""Every read of the logbook that is more than its lists."""

from typing import Any

import sqlalchemy as sa

from plugins.logbook.models import EntryProcedure, LogbookEntry, Template
from sims.actor import Actor
from sims.database import db

RECENT = 4


def last_entry(actor: Actor) -> Any | None:
    """Place and supervisor of the actor's newest entry, or None."""
    query = (
        sa.select(LogbookEntry.location, LogbookEntry.supervisor_id)
        .where(LogbookEntry.pg_id == actor.id)
        .order_by(LogbookEntry.date.desc(), LogbookEntry.id.desc())
        .limit(1)
    )
    return db.session.execute(query).first()


def recent_procedures(actor: Actor) -> list[str]:
    """The procedures the actor logs most, by their last hundred entries: offered before typing."""
    latest = (
        sa.select(LogbookEntry.id)
        .where(LogbookEntry.pg_id == actor.id)
        .order_by(LogbookEntry.date.desc(), LogbookEntry.id.desc())
        .limit(100)
    )
    query = (
        sa.select(EntryProcedure.name)
        .where(EntryProcedure.entry_id.in_(latest.scalar_subquery()))
        .group_by(EntryProcedure.name)
        .order_by(sa.func.count().desc(), EntryProcedure.name)
        .limit(RECENT)
    )
    return list(db.session.scalars(query))


def template_choices() -> list[tuple[int, str]]:
    """The templates in use."""
    query = sa.select(Template.id, Template.name).where(Template.is_active).order_by(Template.name)
    return [(row.id, row.name) for row in db.session.execute(query)]


def template_id(kind: str) -> int | None:
    """The first template in use for entries of this kind."""
    query = sa.select(Template.id).where(Template.kind == kind, Template.is_active)
    return db.session.scalar(query.order_by(Template.id).limit(1))
