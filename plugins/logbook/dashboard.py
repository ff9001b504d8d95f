"""What the logbook shows on dashboards and on a PG's page: figures, things to do, progress."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import g, url_for

from plugins.logbook import stats
from plugins.logbook.models import LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.users.access import supervised
from plugins.users.models import User
from sims import access
from sims.actor import Actor
from sims.clock import now, today
from sims.contracts import Figure
from sims.database import db
from sims.lists import loads
from sims.review import COUNTED, counts_by_status
from sims.web.templating import span

FEW = 5
LATE = timedelta(days=7)
MANY = 8
SILENT = timedelta(days=30)
WEEKS = 12


def returned(actor: Actor) -> Figure:
    """Entries that came back to the PG."""
    count = _own(actor).get("returned", 0)
    href = url_for("logbook.entry_list", status="returned")
    note = "Mend these first" if count else "Nothing to mend"
    return Figure(value=count, note=note, href=href, tone="warn" if count else "neutral")


def waiting(actor: Actor) -> Figure:
    """Entries of the PG that wait for their supervisor."""
    count = _own(actor).get("pending", 0)
    return Figure(
        value=count,
        note="With your supervisor",
        href=url_for("logbook.entry_list", status="pending"),
    )


def approved(actor: Actor) -> Figure:
    """Entries of the PG that count."""
    own = _own(actor)
    total = sum(own.values())
    return Figure(
        value=own.get("approved", 0),
        note=f"of {total:,} logged",
        href=url_for("logbook.entry_list", status="approved"),
    )


def all_pending(actor: Actor) -> Figure:
    """Everything that waits for a review anywhere."""
    query = sa.select(sa.func.count(), sa.func.min(LogbookEntry.submitted_at)).where(
        LogbookEntry.status == "pending"
    )
    count, oldest = db.session.execute(query).one()
    note = f"Oldest {span((now() - oldest).total_seconds())}" if oldest else "Nothing waits"
    return Figure(value=count, note=note, href=url_for("logbook.entry_list", status="pending"))


def logged_this_month(actor: Actor) -> Figure:
    """Entries dated in this month."""
    first = today().replace(day=1)
    count = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(LogbookEntry)
        .where(LogbookEntry.date >= first, LogbookEntry.date <= today())
    )
    address = url_for("logbook.entry_list") + f"?from={first.isoformat()}&to={today().isoformat()}"
    return Figure(value=count, note=f"since {first.day} {first:%b}", href=address)


def backlog(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """Where reviews wait: the supervisors with the oldest ones, for the programme office."""
    if actor.role != "admin":
        return None
    query = (
        sa.select(
            User.id,
            User.first_name,
            User.last_name,
            sa.func.count().label("waiting"),
            sa.func.count().filter(LogbookEntry.submitted_at < now() - LATE).label("late"),
            sa.func.min(LogbookEntry.submitted_at).label("oldest"),
        )
        .join(User, User.id == LogbookEntry.supervisor_id)
        .where(LogbookEntry.status == "pending")
        .group_by(User.id, User.first_name, User.last_name)
        .order_by(sa.text("late DESC"), sa.text("oldest"))
        .limit(MANY)
    )
    return {"people": db.session.execute(query).all(), "days": LATE.days}


def silent(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """PGs who have logged nothing for a month, for the programme office (facts.md: backlogs of months)."""
    if actor.role != "admin":
        return None
    last = (
        sa.select(LogbookEntry.date)
        .where(LogbookEntry.pg_id == User.id)
        .order_by(LogbookEntry.date.desc(), LogbookEntry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(User.id, User.first_name, User.last_name, User.year, last.label("last"))
        .where(User.role == "pg", User.is_active, ~User.is_archived)
        .where(sa.or_(last < today() - SILENT, last.is_(None)))
        .order_by(User.last_name, User.first_name)
        .limit(MANY)
    )
    return {"people": db.session.execute(query).all(), "days": SILENT.days}


def weeks(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The last twelve weeks of everybody, for the programme office: dated in the week, and approved of those."""
    if actor.role != "admin":
        return None
    this = today() - timedelta(days=today().weekday())
    first = this - timedelta(weeks=WEEKS - 1)
    query = (
        sa.select(
            LogbookEntry.date,
            sa.func.count(),
            sa.func.count().filter(LogbookEntry.status.in_(COUNTED)),
        )
        .where(LogbookEntry.date >= first, LogbookEntry.date < this + timedelta(weeks=1))
        .group_by(LogbookEntry.date)
    )
    logged, counted = [0] * WEEKS, [0] * WEEKS
    for day, count, done in db.session.execute(query):
        logged[(day - first).days // 7] += count
        counted[(day - first).days // 7] += done
    starts = [first + timedelta(weeks=number) for number in range(WEEKS)]
    lists = [
        f"{url_for('logbook.entry_list')}?from={start}&to={start + timedelta(days=6)}"
        for start in starts
    ]
    chart = {
        "series": [("Logged", logged), ("Approved", counted)],
        "labels": [f"{start.day}\N{NO-BREAK SPACE}{start:%b}" for start in starts],
        "hrefs": [lists, [f"{address}&counted=1" for address in lists]],
    }
    return {"chart": chart}


def todo(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """A PG's next steps: returned entries first, then drafts."""
    if actor.role != "pg":
        return None
    order = sa.case((LogbookEntry.status == "returned", 0), else_=1)
    query = (
        access.visible(ENTRY, actor)
        .where(LogbookEntry.status.in_(("returned", "draft")))
        .options(*loads(ENTRY))
        .order_by(order, LogbookEntry.date.desc(), LogbookEntry.id.desc())
        .limit(FEW)
    )
    return {"entries": db.session.scalars(query).unique().all(), "record": ENTRY}


def progress(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """A PG's targets: those of this year that need most first."""
    if actor.role != "pg":
        return None
    return {"targets": nearest(stats.targets(actor), actor.year), "pg": actor}


def months(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """A PG's last twelve months."""
    if actor.role != "pg":
        return None
    return {"chart": stats.month_chart(actor.id, stats.by_month(actor.id))}


def my_pgs(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """A supervisor's PGs, each with a light: what waits, what was logged lately (facts.md: weekly logging)."""
    if actor.role != "supervisor":
        return None
    month_ago = today() - timedelta(days=30)
    query = (
        sa.select(
            User.id,
            User.first_name,
            User.last_name,
            User.year,
            sa.func.max(LogbookEntry.date).label("last"),
            sa.func.count().filter(LogbookEntry.date >= month_ago).label("month"),
            sa.func.count().filter(LogbookEntry.status == "pending").label("pending"),
            sa.func.count().filter(LogbookEntry.status == "returned").label("returned"),
        )
        .outerjoin(LogbookEntry, LogbookEntry.pg_id == User.id)
        .where(User.id.in_(supervised(actor)), ~User.is_archived)
        .group_by(User.id, User.first_name, User.last_name, User.year)
        .order_by(User.last_name, User.first_name)
    )
    return {
        "people": [(row, light(row.last, row.returned)) for row in db.session.execute(query)],
        "month_ago": month_ago,
    }


def light(last: Any, returned_count: int) -> tuple[str, str, str]:
    """`(tone, icon, words)` for a PG: logging weekly is expected (NMC, facts.md), a month without is a gap."""
    if last is None:
        return "bad", "circle-alert", "Nothing logged yet"
    days = (today() - last).days
    if days > 30:
        return "bad", "circle-alert", f"Nothing for {days} days"
    if days > 7:
        return "warn", "triangle-alert", f"Last entry {days} days ago"
    if returned_count >= 3:
        return "warn", "triangle-alert", f"{returned_count} returned, not mended"
    return "good", "circle-check", "Up to date"


def person(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The logbook on a PG's own page, for whoever may see it."""
    pg = context["person"]
    if pg.role != "pg":
        return None
    return {"by_status": counts_by_status(LogbookEntry, pg.id), "workflow": ENTRY.workflow}


def nearest(targets: list[stats.Progress], year: int | None) -> list[stats.Progress]:
    """The targets due soonest, the furthest behind first; those already met last."""
    due = [target for target in targets if target.by_year >= (year or 1)]
    return sorted(due, key=lambda t: (t.done >= t.target, t.by_year, t.share))[:6]


def _own(actor: Actor) -> dict[str, int]:
    """The PG's counts by status, asked once a request."""
    if "logbook_by_status" not in g:
        g.logbook_by_status = counts_by_status(LogbookEntry, actor.id)
    return g.logbook_by_status
