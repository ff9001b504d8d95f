"""Who may read a paper that was made: asked anew each time somebody opens it."""

import sqlalchemy as sa

from plugins.reports import drawn
from plugins.reports.documents import report_named
from plugins.reports.models import Drawn, Recipient, ReportRun
from plugins.reports.records import RUN
from sims import access
from sims.actor import Actor
from sims.database import db
from sims.errors import Missing


def may_find(run: ReportRun, reader: Actor) -> bool:
    """Whether `reader` has anything to do with this run: it is in their list, or it is sent to them."""
    if db.session.scalar(access.visible(RUN, reader, RUN.model.id).where(RUN.model.id == run.id)):
        return True
    if run.schedule_id is None or run.status not in ("completed", "completed_with_errors"):
        return False
    query = sa.select(Recipient.id).where(
        Recipient.schedule_id == run.schedule_id, Recipient.person_id == reader.id
    )
    return db.session.scalar(query) is not None


def refusal(run: ReportRun, reader: Actor) -> str | None:
    """Why `reader` may not read the paper now, in words; None where they may.

    They need the report's own permission, and must now see every row it was drawn from (domain.md, reports).
    """
    try:
        report_named(run.kind, reader)
    except Missing as error:
        return str(error)
    sources = db.session.scalars(sa.select(Drawn).where(Drawn.run_id == run.id)).all()
    if all(drawn.all_visible(source, reader) for source in sources):
        return None
    return "It holds rows that you don't see, or no longer see. Make it anew for what you see now."


def may_read(run: ReportRun, reader: Actor) -> bool:
    """Whether `reader` may have the paper now."""
    return may_find(run, reader) and refusal(run, reader) is None
