"""Reports under a name: one's own, and those shared with one's role. Whoever uses one sees only what they see anyway."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.reports.documents import order
from plugins.reports.models import ReportConfig, ScheduledReport
from plugins.users.models import ROLES
from plugins.users.queries import NAMES
from sims.actor import Actor
from sims.database import db, flush
from sims.errors import Conflict, Invalid, Missing, Problem
from sims.records import clean

MOST = 100


def visible(actor: Actor) -> sa.Select[Any]:
    """The saved reports this person may use: their own, and those shared with their role."""
    return (
        sa.select(ReportConfig)
        .where(sa.or_(ReportConfig.owner_id == actor.id, ReportConfig.shared_with == actor.role))
        .options(joinedload(ReportConfig.owner).options(NAMES))
        .order_by(ReportConfig.name, ReportConfig.id)
    )


def of(actor: Actor) -> list[ReportConfig]:
    """All of them, by name."""
    return list(db.session.scalars(visible(actor).limit(2 * MOST)))


def find(config_id: int, actor: Actor, *, own: bool = False) -> ReportConfig:
    """One of them (with `own`: one's own). Raises `Missing`."""
    query = visible(actor).where(ReportConfig.id == config_id)
    if own:
        query = query.where(ReportConfig.owner_id == actor.id)
    found = db.session.scalar(query)
    if found is None:
        raise Missing("There is no saved report with this number that you may use.")
    return found


def save(
    name: str,
    kind: str,
    options: Mapping[str, Any],
    *,
    format: str,
    paper: str,
    shared_with: str = "",
    actor: Actor,
) -> ReportConfig:
    """Keep a report under a name; the same name again replaces it.

    Raises `Invalid` for an empty or too long name, an unknown role, the 101st report, and whatever can't be made.
    """
    name = " ".join(clean(name).split())
    if not name or len(name) > 120:
        raise _refused("name", "Give the report a name of at most 120 characters.")
    if shared_with not in ("", *ROLES):
        raise _refused("shared_with", "A report is shared with a role: admin, supervisor or pg.")
    order(kind, options, actor, paper=paper)
    own = sa.select(ReportConfig).where(ReportConfig.owner_id == actor.id)
    config = db.session.scalar(own.where(ReportConfig.name == name))
    if config is None:
        count = db.session.scalar(sa.select(sa.func.count()).select_from(own.subquery())) or 0
        if count >= MOST:
            raise _refused("name", f"You have {MOST} saved reports; delete one first.")
        config = ReportConfig(owner_id=actor.id, name=name, created_by_id=actor.id)
        db.session.add(config)
    config.kind, config.options, config.format = kind, dict(options), format
    config.paper, config.shared_with = paper, shared_with
    flush()
    return config


def remove(config: ReportConfig) -> None:
    """Forget a saved report. Raises `Conflict` while a schedule runs it."""
    scheduled = sa.select(ScheduledReport.id).where(ScheduledReport.config_id == config.id)
    if db.session.scalar(scheduled.limit(1)) is not None:
        raise Conflict("A schedule runs this report. Remove the schedule first.")
    db.session.delete(config)
    flush()


def _refused(field: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"report.{field}", message=message, fields=(field,))])
