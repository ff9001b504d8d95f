"""The learning curve of the logbook: how much of a procedure PGs do themselves, by how often they have done it."""

from collections.abc import Sequence

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from plugins.catalogue.models import Group, Procedure, ProcedureGroup
from plugins.logbook.dividing import of_group
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.logbook.roles import LEAST, RANK, role_sql
from sims.actor import Actor
from sims.contracts import LearningCurve
from sims.database import db
from sims.errors import Missing
from sims.figures import Curve, CurvePoint
from sims.lists import ListPage, address_of
from sims.review import COUNTED

MOST = 30
STEPS = (5, 10, 20, 40, 80)
"""Where one step of practice ends: the 1st to 5th time, the 6th to 10th, and so on; the last one is open."""

DONE = tuple(role for role, rank in RANK.items() if rank >= LEAST["performed"])
"""The roles in which the PG did it."""


def choices(actor: Actor) -> Sequence[tuple[str, str]]:
    """The procedures and groups of the catalogue most often approved among what the actor sees. Two queries."""
    seen = ListPage(ENTRY, actor, MultiDict({"counted": "1"})).query()
    parts = seen.with_only_columns(EntryProcedure.procedure_id, LogbookEntry.id.label("entry_id"))
    parts = parts.join(EntryProcedure, EntryProcedure.entry_id == LogbookEntry.id)
    part = parts.where(EntryProcedure.procedure_id.is_not(None)).subquery()
    number = sa.func.count(sa.distinct(part.c.entry_id)).label("number")
    procedures = (
        sa.select(Procedure.id, Procedure.name, number)
        .join(part, part.c.procedure_id == Procedure.id)
        .group_by(Procedure.id, Procedure.name)
    )
    groups = (
        sa.select(Group.id, Group.name, number)
        .join(ProcedureGroup, ProcedureGroup.group_id == Group.id)
        .join(part, part.c.procedure_id == ProcedureGroup.procedure_id)
        .group_by(Group.id, Group.name)
    )
    found = [
        (-row.number, label.format(row.name), f"{kind}-{row.id}")
        for kind, label, query in (
            ("procedure", "{}", procedures),
            ("group", "{} (all procedures)", groups),
        )
        for row in db.session.execute(query.order_by(number.desc()).limit(MOST))
    ]
    return [(key, label) for _, label, key in sorted(found)[:MOST]]


def autonomy(actor: Actor, key: str, pg_id: int | None) -> Curve:
    """The share of approved entries in which PGs did the procedure (or one of the group) themselves, by the how
    manieth it was of the PG, the first by date being number 1.

    An entry that the actor does not see is not in the curve, but is one of those that came before. Raises `Missing`
    for a key that is none of a procedure or a group. One query.
    """
    kind, _, number = key.partition("-")
    if kind not in ("procedure", "group") or not number.isdecimal() or len(number) > 9:
        raise Missing(f"There is no learning curve of {key}.")
    arguments = {kind: number, "counted": "1", "person": str(pg_id) if pg_id else ""}
    seen = ListPage(ENTRY, actor, MultiDict(arguments)).query()
    nth = _practice(kind, int(number), pg_id)
    step = sa.case(
        *((nth.c.nth <= last, place) for place, last in enumerate(STEPS)), else_=len(STEPS)
    )
    query = (
        sa.select(
            step.label("step"), sa.func.count().label("n"), sa.func.sum(nth.c.did).label("did")
        )
        .where(nth.c.id.in_(seen.with_only_columns(LogbookEntry.id)))
        .group_by(sa.literal_column("1"))
        .order_by(sa.literal_column("1"))
    )
    return Curve(
        points=[
            CurvePoint(label=_label(row.step), n=row.n, value=row.did / row.n)
            for row in db.session.execute(query)
        ],
        unit="done by the PG",
        href=address_of(ENTRY, arguments),
    )


def _practice(kind: str, number: int, pg_id: int | None) -> sa.Subquery:
    """The approved entries with it, of everybody or of one PG: the how manieth of the PG, and whether the PG did it
    (in an entry with two of a group: one of them)."""
    part = EntryProcedure
    did = sa.case((role_sql(part.key_steps, part.trainer, part.taught).in_(DONE), 1), else_=0)
    chosen = part.procedure_id == number if kind == "procedure" else of_group(number)
    done = (
        sa.select(part.entry_id, sa.func.max(did).label("did"))
        .where(chosen)
        .group_by(part.entry_id)
        .subquery()
    )
    nth = sa.func.row_number().over(
        partition_by=LogbookEntry.pg_id, order_by=(LogbookEntry.date, LogbookEntry.id)
    )
    query = (
        sa.select(LogbookEntry.id, done.c.did, nth.label("nth"))
        .join(done, done.c.entry_id == LogbookEntry.id)
        .where(LogbookEntry.status.in_(COUNTED))
    )
    return (query.where(LogbookEntry.pg_id == pg_id) if pg_id else query).subquery()


def _label(step: int) -> str:
    first = STEPS[step - 1] + 1 if step else 1
    return f"{first}–{STEPS[step]}" if step < len(STEPS) else f"{first} and more"


AUTONOMY = LearningCurve(
    name="logbook.autonomy",
    label="Growing independence",
    record=ENTRY,
    about=(
        "Of the approved entries with the procedure, the share in which the PG did it (supervised, unsupervised or "
        "teaching), by how often the PG had logged it: the first to fifth time, the sixth to tenth, and so on."
    ),
    choices=choices,
    draw=autonomy,
)
