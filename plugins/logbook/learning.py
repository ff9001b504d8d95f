"""Growing independence: how much of a procedure PGs do themselves, by how often they have done it."""

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from plugins.catalogue.models import Procedure
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.logbook.roles import RANK, role_sql
from sims.actor import Actor
from sims.contracts import LearningCurve
from sims.database import db
from sims.figures import Curve, CurvePoint
from sims.lists import ListPage, address_of
from sims.review import COUNTED

BINS = ((1, 5), (6, 10), (11, 20), (21, 40), (41, 80), (81, None))
OFFERED = 40
ALONE = 2
"""From this rank of `roles.RANK` on the PG did it: supervised, unsupervised, or teaching somebody."""


def choices(actor: Actor) -> list[tuple[str, str]]:
    """The procedures the actor's visible, approved entries have most, by number."""
    page = ListPage(ENTRY, actor, MultiDict({"counted": "1"}))
    query = (
        page.query()
        .with_only_columns(Procedure.id, Procedure.name, maintain_column_froms=True)
        .join(EntryProcedure, EntryProcedure.entry_id == LogbookEntry.id)
        .join(Procedure, Procedure.id == EntryProcedure.procedure_id)
        .group_by(Procedure.id, Procedure.name)
        .order_by(sa.func.count().desc(), Procedure.name)
    )
    return [(str(row.id), row.name) for row in db.session.execute(query.limit(OFFERED))]


def draw(actor: Actor, key: str, person: int | None) -> Curve:
    """The share of approved entries with this procedure that the PG did themselves, by each PG's first, second, … one.

    An entry counts once, by the PG's role of most responsibility in it. One the actor does not see is not in the
    curve, but counts as practice before the next. One query.
    """
    arguments = {"procedure": key, "counted": "1", **({"person": str(person)} if person else {})}
    page = ListPage(ENTRY, actor, MultiDict(arguments))
    entry = EntryProcedure
    rank = sa.case(RANK, value=role_sql(entry.key_steps, entry.trainer, entry.taught))
    done = (
        sa.select(entry.entry_id, sa.func.max(rank).label("rank"))
        .where(entry.procedure_id == int(key))
        .group_by(entry.entry_id)
        .subquery()
    )
    nth = sa.func.row_number().over(
        partition_by=LogbookEntry.pg_id, order_by=(LogbookEntry.date, LogbookEntry.id)
    )
    practice = (
        sa.select(LogbookEntry.id, nth.label("nth"), done.c.rank)
        .join(done, done.c.entry_id == LogbookEntry.id)
        .where(LogbookEntry.status.in_(COUNTED))
    )
    if person:
        practice = practice.where(LogbookEntry.pg_id == person)
    numbered = practice.subquery()
    seen = page.query().with_only_columns(LogbookEntry.id)
    place = sa.case(
        *((numbered.c.nth <= last, number) for number, (_, last) in enumerate(BINS) if last),
        else_=len(BINS) - 1,
    )
    query = (
        sa.select(place, sa.func.count(), sa.func.count().filter(numbered.c.rank >= ALONE))
        .where(numbered.c.id.in_(seen))
        .group_by(sa.literal_column("1"))
    )
    found = {row[0]: row[1:] for row in db.session.execute(query)}
    points = [
        CurvePoint(
            label=f"{first}–{last}" if last else f"{first} on",
            n=found[number][0],
            value=found[number][1] / found[number][0],
        )
        for number, (first, last) in enumerate(BINS)
        if number in found
    ]
    return Curve(
        points=points,
        unit="Done by the PG",
        href=address_of(ENTRY, arguments),
        note="Approved entries in the order in which each PG did them: 1–5 are everybody's first five.",
    )


AUTONOMY = LearningCurve(
    name="logbook.autonomy",
    label="Growing independence",
    record=ENTRY,
    about="How often PGs do a procedure themselves, by how often they have been at one.",
    choices=choices,
    draw=draw,
)
