"""Procedure numbers against targets: every PG whom the reader sees, with every target of theirs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import LEAST_ROLES
from plugins.catalogue.queries import Requirement
from plugins.logbook import stats
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.logbook.roles import role_sql
from plugins.users.models import User
from plugins.users.records import USER
from sims.contracts import Column, Report
from sims.database import db
from sims.lists import CHUNK, address_of
from sims.review import COUNTED
from sims.tables import Asked, Table

COLUMNS = (
    Column(name="pg", label="PG", kind="person"),
    Column(name="specialty", label="Specialty"),
    Column(name="year", label="Year", kind="number"),
    Column(name="target", label="Target"),
    Column(name="role", label="At least"),
    Column(name="by_year", label="By year", kind="number"),
    Column(name="minimum", label="Needed", kind="number"),
    Column(name="done", label="Approved", kind="number"),
    Column(name="waiting", label="Waiting", kind="number"),
    Column(name="missing", label="Missing", kind="number"),
    Column(name="share", label="Reached", kind="percent"),
)


def tables(asked: Asked) -> Iterator[Table]:
    """One table: PG by PG, target by target."""
    people = asked.page(USER, asked.arguments, User.role == "pg")
    ids = people.query().with_only_columns(User.id, maintain_column_froms=True)
    counted = asked.page(ENTRY, {}, LogbookEntry.pg_id.in_(ids))
    yield Table(
        name="targets",
        title="Numbers against targets",
        columns=COLUMNS,
        rows=_rows(people, counted.query()),
        href=address_of(USER, {**people.arguments, "role": "pg"}),
        note="Approved procedures count. Waiting ones are logged, but nobody has approved them yet.",
    )


def _rows(people: Any, visible: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    query = people.query().with_only_columns(
        User.id, User.first_name, User.last_name, User.username, User.specialty, User.year,
        maintain_column_froms=True,
    )  # fmt: skip
    found = db.session.execute(query.order_by(User.last_name, User.first_name, User.id)).all()
    years = catalogue.years_started(found)
    asked: dict[tuple[str, int], list[Requirement]] = {}
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        counts = _counts(visible, [pg.id for pg in part])
        for pg in part:
            cohort = (pg.specialty, years[pg.id])
            if cohort not in asked:
                asked[cohort] = catalogue.targets_for(*cohort) if pg.specialty else []
            name = f"{pg.first_name} {pg.last_name}".strip() or pg.username
            for target in asked[cohort]:
                far = stats.towards(target, counts[pg.id])
                yield (
                    name, pg.specialty, pg.year, far.label, LEAST_ROLES[far.role], far.by_year, far.target,
                    far.done, far.waiting, max(0, far.target - far.done), far.share,
                )  # fmt: skip


def _counts(visible: sa.Select[Any], pg_ids: Sequence[int]) -> dict[int, list[Any]]:
    """For each of these PGs their counts by procedure, role and whether they count. One query."""
    role = role_sql(EntryProcedure.key_steps, EntryProcedure.trainer, EntryProcedure.taught)
    query = (
        visible.with_only_columns(
            LogbookEntry.pg_id,
            EntryProcedure.procedure_id,
            role.label("role"),
            LogbookEntry.status.in_(COUNTED).label("counted"),
            sa.func.count().label("count"),
            maintain_column_froms=True,
        )
        .join(EntryProcedure, EntryProcedure.entry_id == LogbookEntry.id)
        .where(LogbookEntry.pg_id.in_(pg_ids), LogbookEntry.status.not_in(("draft", "rejected")))
        .group_by(sa.text("1, 2, 3, 4"))
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.pg_id].append(row)
    return found


TARGETS = Report(
    name="logbook.targets",
    label="Procedure numbers against targets",
    about="How far every PG is with every target of their specialty, in the version their cohort started with.",
    record=USER,
    permission="logbook.entry.view",
    tables=tables,
    icon="target",
    order=20,
)
