"""What the logbook adds to a PG's portfolio. Counts and what was done: nothing that was written about a patient."""

from collections.abc import Iterator
from typing import Any

from plugins.catalogue.models import LEAST_ROLES
from plugins.logbook import stats
from plugins.logbook.models import LogbookEntry, LogbookReview
from plugins.logbook.records import ENTRY
from plugins.logbook.roles import ROLES
from plugins.users.models import User
from plugins.users.queries import name_sql
from sims.contracts import Chapter, Column
from sims.database import db
from sims.lists import address_of
from sims.tables import Asked, Table, grouped, listing

LISTED = ("date", "title", "procedures", "location", "supervisor", "status", "reviewed_at")
TARGET_COLUMNS = (
    Column(name="target", label="Target"),
    Column(name="role", label="At least"),
    Column(name="by_year", label="By year", kind="number"),
    Column(name="minimum", label="Needed", kind="number"),
    Column(name="done", label="Approved", kind="number"),
    Column(name="waiting", label="Waiting", kind="number"),
    Column(name="share", label="Reached", kind="percent"),
)
REVIEW_COLUMNS = (
    Column(name="created_at", label="When", kind="date"),
    Column(name="title", label="Entry"),
    Column(name="reviewer", label="By", kind="person"),
    Column(name="outcome", label="Outcome"),
    Column(name="overall", label="Score", kind="number"),
)


def procedures(pg: Any, asked: Asked) -> Iterator[Table]:
    """Procedures by role, and how far they are with each target."""
    page = asked.page(ENTRY, {"person": pg.id, "counted": "1"})
    found = stats.of(pg)
    yield Table(
        name="procedures",
        title="Procedures by role",
        columns=(
            Column(name="procedure", label="Procedure"),
            *(Column(name=role, label=label, kind="number") for role, label in ROLES.items()),
            Column(name="total", label="Total", kind="number"),
        ),
        rows=[
            (each.name, *(each.by_role[role] for role in ROLES), each.total)
            for each in found.procedures
        ],
        href=address_of(ENTRY, page.arguments),
        note="Approved ones. An entry may hold several procedures; each counts.",
    )
    yield Table(
        name="targets",
        title="Against targets",
        columns=TARGET_COLUMNS,
        rows=[
            (t.label, LEAST_ROLES[t.role], t.by_year, t.target, t.done, t.waiting, t.share)
            for t in found.targets
        ],
        note="Of the specialty, in the version the PG's cohort started with.",
    )


def entries(pg: Any, asked: Asked) -> Iterator[Table]:
    """How many entries stand where, and each of them."""
    page = asked.page(ENTRY, {"person": pg.id})
    yield grouped(page, [ENTRY.dimension("status")], title="Entries by status")
    columns = {column.name: column for column in ENTRY.columns}
    yield listing(page, [columns[name] for name in LISTED], name="entries", title="Entries")


def reviews(pg: Any, asked: Asked) -> Iterator[Table]:
    """Every decision on the PG's entries: when, by whom, with which outcome and score."""
    page = asked.page(ENTRY, {"person": pg.id})
    query = (
        page.query()
        .with_only_columns(
            LogbookReview.created_at,
            LogbookEntry.title,
            name_sql(User),
            LogbookReview.outcome,
            LogbookReview.overall_score,
            maintain_column_froms=True,
        )
        .join(LogbookReview, LogbookReview.entry_id == LogbookEntry.id)
        .join(User, User.id == LogbookReview.reviewer_id)
        .order_by(LogbookReview.created_at.desc(), LogbookReview.id.desc())
    )
    yield Table(
        name="reviews",
        title="Reviews of logbook entries",
        columns=REVIEW_COLUMNS,
        rows=((*row[:3], str(row[3]).capitalize(), row[4]) for row in db.session.execute(query)),
        href=address_of(ENTRY, page.arguments),
    )


def facts(pg: Any, asked: Asked) -> list[tuple[str, str]]:
    """How many entries there are, and how many of them are approved."""
    every = asked.page(ENTRY, {"person": pg.id}).count()
    approved = asked.page(ENTRY, {"person": pg.id, "counted": "1"}).count()
    return [("Logbook entries", f"{every:,}"), ("Of them approved", f"{approved:,}")]


CHAPTERS = (
    Chapter(name="logbook.procedures", title="Procedures", permission="logbook.entry.view", tables=procedures, order=30),
    Chapter(name="logbook.entries", title="Logbook", permission="logbook.entry.view", tables=entries, facts=facts, order=40),
    Chapter(name="logbook.reviews", title="Reviews", permission="logbook.entry.view", tables=reviews, order=70),
)  # fmt: skip
