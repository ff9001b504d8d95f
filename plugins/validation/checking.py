"""Asking every rule of every stored row, some hundred rows to a transaction; taken up where it stopped."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from plugins.users.models import User
from plugins.users.queries import MAY_ACT
from plugins.validation.models import Check, Count, Finding
from plugins.validation.permissions import VIEW
from sims import access, rules, runs
from sims.actor import Actor
from sims.clock import now
from sims.contracts import LongWork, Record, Rule
from sims.database import commit, db
from sims.permissions import roles_of
from sims.plugin import provided

CHUNK = 500
ENDED_WELL = ("completed", "completed_with_errors")
KEPT = timedelta(days=366)
"""So long the numbers of a check are kept; its rows only until the next one has ended."""

PLACE = 1 << 40
"""A run's position is the number of its record times this, and the id of the last row read."""


def ruled() -> tuple[Record, ...]:
    """Every record that has rules, in the order of their plugins."""
    return tuple(record for record in provided(Record) if record.rules)


def rule_named(code: str) -> tuple[Record, Rule] | None:
    """The rule with this code and the record it is of."""
    for record in ruled():
        for rule in record.rules:
            if rule.code == code:
                return record, rule
    return None


def stage(record: Record, row: Any) -> str:
    """Which rules hold for a stored row: what its writer may still change is a draft, all else was submitted."""
    flow = record.workflow
    return "submit" if flow and flow.editable and row.status not in flow.editable else "save"


def begin(actor: Actor) -> Check:
    """A new check, handed to a worker once this is committed."""
    total = sum(
        db.session.scalar(sa.select(sa.func.count()).select_from(r.model)) or 0 for r in ruled()
    )
    check = Check(user_id=actor.id, total=total)
    db.session.add(check)
    db.session.flush()
    runs.start(check)
    return check


def nightly() -> int | None:
    """Schedule: check everything in the name of the first administrator whose account is open; the check's id."""
    person = _office()
    if person is None or ((last := latest(open_too=True)) is not None and last.is_open):
        return None
    check = begin(person)
    commit()
    return check.id


def step(check: Check) -> bool:
    """Ask the rules of the next rows; says whether more are left."""
    number, last = divmod(check.position, PLACE)
    found = ruled()
    if number >= len(found):
        return False
    record = found[number]
    broken, ids = _ask(record, last)
    check.position = number * PLACE + ids[-1] if ids else (number + 1) * PLACE
    check.success += len(ids)
    for code, rows in broken.items():
        if rows:
            db.session.execute(
                sa.insert(Finding),
                [{"check_id": check.id, "code": code, "row_id": row_id} for row_id in rows],
            )
    check.failure += len(set().union(*broken.values())) if broken else 0
    return True


def end(check: Check) -> None:
    """Count what was found; drop the rows of earlier checks, and numbers older than a year."""
    if check.status not in ENDED_WELL:
        return
    found = (
        sa.select(Finding.code, sa.func.count())
        .where(Finding.check_id == check.id)
        .group_by(Finding.code)
    )
    numbers = dict(db.session.execute(found).all())
    codes = [rule.code for record in ruled() for rule in record.rules]
    counts = [
        {"check_id": check.id, "code": code, "number": numbers.get(code, 0)} for code in codes
    ]
    db.session.execute(sa.insert(Count), counts)
    db.session.execute(sa.delete(Finding).where(Finding.check_id != check.id))
    db.session.execute(sa.delete(Check).where(Check.created_at < now() - KEPT))


def latest(*, open_too: bool = False) -> Check | None:
    """The last check that ended well, or (`open_too`) the last one at all."""
    query = sa.select(Check).order_by(Check.id.desc()).limit(1)
    if not open_too:
        query = query.where(Check.status.in_(ENDED_WELL))
    return db.session.scalar(query)


def trends(checks: int = 12) -> Mapping[str, Sequence[int]]:
    """For every rule how many rows broke it in the last checks, the oldest first. One query."""
    last = (
        sa.select(Check.id)
        .where(Check.status.in_(ENDED_WELL))
        .order_by(Check.id.desc())
        .limit(checks)
    )
    query = (
        sa.select(Count.code, Count.number).where(Count.check_id.in_(last)).order_by(Count.check_id)
    )
    found: dict[str, list[int]] = {}
    for code, number in db.session.execute(query):
        found.setdefault(code, []).append(number)
    return found


def page(
    record: Record, code: str, actor: Actor, after: int, size: int
) -> tuple[list[Any], int | None]:
    """The rows that broke a rule in the last check and that the actor sees, those behind the id `after`; and where the
    next page begins."""
    check = latest()
    if check is None:
        return [], None
    ids = sa.select(Finding.row_id).where(Finding.check_id == check.id, Finding.code == code)
    model = record.model
    query = access.visible(record, actor).where(model.id.in_(ids), model.id > after)
    rows = list(
        db.session.scalars(query.options(*record.load).order_by(model.id).limit(size + 1)).unique()
    )
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def _ask(record: Record, after: int) -> tuple[dict[str, set[int]], list[int]]:
    """The next rows of a record behind an id: by rule, the ids of those that break it; and all their ids."""
    query = sa.select(record.model).where(record.model.id > after).order_by(record.model.id)
    rows = list(db.session.scalars(query.options(*record.load).limit(CHUNK)).unique())
    broken: dict[str, set[int]] = {}
    with db.session.no_autoflush:
        for row in rows:
            for problem in rules.broken(record, row, stage=stage(record, row)):
                broken.setdefault(problem.code, set()).add(row.id)
    ids = [row.id for row in rows]
    for row in rows:
        db.session.expunge(row)
    return broken, ids


def _office() -> Actor | None:
    """Somebody in whose name SIMS may check: the first whose role may see the rules."""
    query = sa.select(User).where(User.role.in_(roles_of(VIEW)), MAY_ACT).order_by(User.id).limit(1)
    return db.session.scalar(query)


WORK = LongWork(
    name="validation.check",
    label="checks of what is stored",
    model=Check,
    step=step,
    end=end,
    title=lambda check: "Check of every stored record",
    endpoint="validation.check",
)
