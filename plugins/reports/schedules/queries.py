"""Every read of schedules."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from plugins.reports.models import Recipient, ReportRun, ScheduledReport
from plugins.users.models import User
from plugins.users.queries import MAY_ACT, NAMES
from sims.actor import Actor
from sims.database import db
from sims.errors import Missing

LISTED = 200
SHOWN_RUNS = 30


def visible(actor: Actor) -> sa.Select[Any]:
    """The schedules this person sees: their own, or all of them for the office."""
    query = sa.select(ScheduledReport).options(
        joinedload(ScheduledReport.config),
        joinedload(ScheduledReport.owner).options(NAMES),
        selectinload(ScheduledReport.recipients).joinedload(Recipient.person).options(NAMES),
    )
    return query if actor.role == "admin" else query.where(ScheduledReport.owner_id == actor.id)


def of(actor: Actor) -> Sequence[ScheduledReport]:
    """All of them, those due next first and those that stand still last."""
    order = (ScheduledReport.is_active.desc(), ScheduledReport.next_run_at, ScheduledReport.id)
    return db.session.scalars(visible(actor).order_by(*order).limit(LISTED)).all()


def count(actor: Actor) -> int:
    """How many there are."""
    query = visible(actor).with_only_columns(
        sa.func.count(ScheduledReport.id), maintain_column_froms=True
    )
    return db.session.scalar(query) or 0


def find(schedule_id: int, actor: Actor, *, own: bool = False) -> ScheduledReport:
    """One of them (with `own`: one's own). Raises `Missing`."""
    found = db.session.scalar(visible(actor).where(ScheduledReport.id == schedule_id))
    if found is None or (own and found.owner_id != actor.id):
        raise Missing("There is no schedule with this number that you may see.")
    return found


def runs_of(schedule: ScheduledReport) -> Sequence[ReportRun]:
    """What it has made, the newest first."""
    query = sa.select(ReportRun).where(ReportRun.schedule_id == schedule.id)
    return db.session.scalars(query.order_by(ReportRun.id.desc()).limit(SHOWN_RUNS)).all()


def people_named(texts: Sequence[str]) -> dict[str, User]:
    """The people who may act, by the username or address somebody typed, in small letters."""
    wanted = {text.lower() for text in texts}
    columns = (sa.func.lower(User.username), sa.func.lower(User.email))
    query = sa.select(User).where(sa.or_(*(column.in_(wanted) for column in columns)), MAY_ACT)
    found: dict[str, User] = {}
    for person in db.session.scalars(query):
        found |= {person.username.lower(): person, person.email.lower(): person}
    return {text: found[text] for text in wanted if text in found}
