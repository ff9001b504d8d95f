"""The ways in which logbook entries can be divided, and what the same says as a filter of their list."""

from typing import Any

import sqlalchemy as sa

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import CATEGORIES, Procedure
from plugins.catalogue.queries import Requirement
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.roles import KEY_STEPS, LEAST, RANK, ROLES, TRAINER, role_sql
from plugins.rotations.models import Rotation
from plugins.rotations.queries import department_names
from plugins.users.dividing import YEAR_NAMES, by_person, by_supervisor
from plugins.users.models import YEARS
from sims.contracts import Dimension
from sims.review import STATUSES
from sims.rows import Joined


def in_department(department_id: int) -> sa.ColumnElement[bool]:
    """Entries of rotations in this department; 0: of no rotation."""
    if not department_id:
        return LogbookEntry.rotation_id.is_(None)
    return LogbookEntry.rotation_id.in_(
        sa.select(Rotation.id).where(Rotation.department_id == department_id)
    )


def in_year(year: int) -> sa.ColumnElement[bool]:
    """Entries of PGs who were in this training year; 0: of an unknown one."""
    return LogbookEntry.pg_year == year if year else LogbookEntry.pg_year.is_(None)


def in_role(role: str) -> sa.ColumnElement[bool]:
    """Entries with a procedure in this role; "0": without any procedure."""
    if role == "0":
        return LogbookEntry.id.not_in(sa.select(EntryProcedure.entry_id))
    entry = EntryProcedure
    done = role_sql(entry.key_steps, entry.trainer, entry.taught)
    return LogbookEntry.id.in_(sa.select(entry.entry_id).where(done == role))


def with_procedure(procedure_id: int) -> sa.ColumnElement[bool]:
    """Entries with this procedure of the catalogue; 0: with none, or one that the catalogue lacks."""
    entry = EntryProcedure
    if procedure_id:
        return LogbookEntry.id.in_(
            sa.select(entry.entry_id).where(entry.procedure_id == procedure_id)
        )
    known = sa.select(entry.entry_id).where(entry.procedure_id.is_(None))
    return sa.or_(LogbookEntry.id.in_(known), LogbookEntry.id.not_in(sa.select(entry.entry_id)))


def in_category(category: str) -> sa.ColumnElement[bool]:
    """Entries with a procedure of this category; "0": with none, or one that the catalogue lacks."""
    if category == "0":
        return with_procedure(0)
    return LogbookEntry.id.in_(
        sa.select(EntryProcedure.entry_id)
        .join(Procedure, Procedure.id == EntryProcedure.procedure_id)
        .where(Procedure.category == category)
    )


def counts_towards(target: Requirement, entry: Any = EntryProcedure) -> sa.ColumnElement[bool]:
    """Whether a procedure of an entry counts towards a target: the rule of `stats.towards`, in SQL.

    `entry` is where its facts are, if not in the table itself.
    """
    role = role_sql(entry.key_steps, entry.trainer, entry.taught)
    enough = role.in_([name for name, rank in RANK.items() if rank >= LEAST[target.role]])
    if target.procedure_ids is None:
        return enough
    return sa.and_(enough, entry.procedure_id.in_(sorted(target.procedure_ids)))


def towards(target_id: int) -> sa.ColumnElement[bool]:
    """Entries with a procedure that counts towards this target."""
    target = catalogue.target(target_id)
    if target is None:
        return sa.false()
    chosen = sa.select(EntryProcedure.entry_id).where(counts_towards(target))
    return LogbookEntry.id.in_(chosen)


def first_role() -> sa.ColumnElement[str]:
    """The role in an entry's first procedure, in words: `LogbookEntry.role` as an expression."""
    entry = EntryProcedure
    role = role_sql(entry.key_steps, entry.trainer, entry.taught)
    first = (
        sa.select(sa.case(ROLES, value=role, else_=""))
        .where(entry.entry_id == LogbookEntry.id)
        .order_by(entry.position, entry.id)
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(first, "")


def procedures_in_words() -> sa.ColumnElement[str]:
    """An entry's procedures with their facts, as the list says them, as an expression."""
    entry = EntryProcedure
    steps = {key: label.lower() for key, label in KEY_STEPS.items()}
    places = {key: label.lower() for key, label in TRAINER.items()}
    words = (
        entry.name
        + " ("
        + sa.case(steps, value=entry.key_steps)
        + ", trainer "
        + sa.case(places, value=entry.trainer)
        + ")"
        + sa.case((entry.taught, ", taught"), else_="")
    )
    ordered = (
        sa.select(words.label("words"))
        .where(entry.entry_id == LogbookEntry.id)
        .order_by(entry.position, entry.id)
        .correlate(LogbookEntry)
        .subquery()
    )
    together = sa.select(sa.func.aggregate_strings(ordered.c.words, "; ")).scalar_subquery()
    return sa.func.coalesce(together.correlate(LogbookEntry), "")


def _procedure(joined: Joined) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(joined.each(EntryProcedure, "entry_id").procedure_id, 0)


def _role(joined: Joined) -> sa.ColumnElement[Any]:
    part = joined.each(EntryProcedure, "entry_id")
    role = role_sql(part.key_steps, part.trainer, part.taught)
    return sa.case((part.id.is_(None), ""), else_=role)


def _category(joined: Joined) -> sa.ColumnElement[Any]:
    part = joined.each(EntryProcedure, "entry_id")
    return sa.func.coalesce(joined(Procedure, part.procedure_id).category, "")


def _department(joined: Joined) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(joined(Rotation, LogbookEntry.rotation_id).department_id, 0)


DIMENSIONS = (
    Dimension(
        name="status", label="Status", key=lambda joined: LogbookEntry.status,
        order=tuple(status.name for status in STATUSES),
    ),
    Dimension(name="role", label="Role", key=_role, names=lambda keys: ROLES, order=tuple(ROLES), many=True),
    Dimension(
        name="procedure", label="Procedure", key=_procedure, names=catalogue.procedure_names, many=True,
    ),
    Dimension(
        name="category", label="Category", key=_category, names=lambda keys: CATEGORIES,
        order=tuple(CATEGORIES), many=True,
    ),
    Dimension(name="department", label="Department", key=_department, names=department_names),
    by_supervisor(LogbookEntry.supervisor_id),
    by_person(LogbookEntry.pg_id),
    Dimension(
        name="year", label="Training year", names=lambda keys: YEAR_NAMES, order=YEARS,
        key=lambda joined: sa.func.coalesce(LogbookEntry.pg_year, 0),
    ),
)  # fmt: skip
