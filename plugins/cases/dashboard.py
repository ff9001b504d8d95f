"""What cases show on dashboards and on a PG's page."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import url_for

from plugins.cases.models import ClinicalCase
from plugins.cases.records import CASE
from sims import access
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Figure
from sims.database import db
from sims.lists import loads
from sims.review import COUNTED, counts_by_status
from sims.web.templating import span

FEW = 5


def approved(actor: Actor) -> Figure:
    """Cases of the PG that count."""
    own = counts_by_status(ClinicalCase, actor.id)
    return Figure(
        value=sum(own.get(status, 0) for status in COUNTED),
        note=f"of {sum(own.values()):,} written up",
        href=url_for("cases.case_list", counted=1),
    )


def waiting(actor: Actor) -> Figure:
    """Every case that waits for a review anywhere."""
    query = sa.select(sa.func.count(), sa.func.min(ClinicalCase.submitted_at))
    count, oldest = db.session.execute(query.where(ClinicalCase.status == "pending")).one()
    note = f"Oldest {span((now() - oldest).total_seconds())}" if oldest else "Nothing waits"
    return Figure(value=count, note=note, href=url_for("cases.case_list", status="pending"))


def todo(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """A PG's returned cases, then their drafts; nothing where there is none."""
    if actor.role != "pg":
        return None
    order = sa.case((ClinicalCase.status == "returned", 0), else_=1)
    query = (
        access.visible(CASE, actor)
        .where(ClinicalCase.pg_id == actor.id, ClinicalCase.status.in_(("returned", "draft")))
        .options(*loads(CASE))
        .order_by(order, ClinicalCase.date_encountered.desc(), ClinicalCase.id.desc())
        .limit(FEW)
    )
    cases = db.session.scalars(query).unique().all()
    return {"cases": cases, "record": CASE} if cases else None


def person(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The cases on a PG's own page, for whoever may see it."""
    pg = context["person"]
    if pg.role != "pg":
        return None
    return {"by_status": counts_by_status(ClinicalCase, pg.id), "workflow": CASE.workflow}
