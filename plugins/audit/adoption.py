"""The activity log of a Django SIMS. Its entries are chained here as they come, each with its old number: from then on nobody
alters them unseen. What was done to them before, nobody can tell."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.audit import chain
from plugins.audit.models import ActivityLog
from plugins.users.adoption import is_taken
from sims.adopting.old import Old, carry
from sims.contracts import Adopted, Apart
from sims.database import db

MARK = "adopted:"
"""The request of an adopted entry is this and its old number."""

AT_ONCE = 2000
SAID = ("user_id", "action", "verb", "target_table", "target_id", "target_text", "metadata", "ip", "is_sensitive", "created_at")  # fmt: skip
LOG: sa.Table = ActivityLog.__table__  # type: ignore[assignment]
OURS = sa.select(LOG).where(LOG.c.request_id.startswith(MARK, autoescape=True))


def entry(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """An entry; somebody who is not here is named in its details."""
    who, details = row["user_id"], dict(row.get("metadata") or {})
    if who is not None and not is_taken(old, who):
        who, details = None, details | {"user": row["user_id"]}
    values = {
        "verb": "",
        "target_table": "",
        "target_id": None,
        "target_text": "",
        "ip": "",
        "is_sensitive": False,
    }
    values |= dict(
        carry(row, "verb", "target_id", "target_text", "ip", "is_sensitive", "created_at")
    )
    values |= {"target_table": row.get("target_type") or "", "user_id": who, "metadata": details}
    for name, longest in (("verb", 200), ("target_text", 300), ("target_table", 64), ("ip", 50)):
        values[name] = values[name][:longest]
    return values | {"action": row["action"][:40]}


def add(rows: Sequence[Mapping[str, Any]]) -> None:
    """Put entries behind the last one of a lane."""
    chain.append([{**row, "request_id": f"{MARK}{row['id']}"} for row in rows])


def last() -> int:
    """The highest number of old that is here; 0 where none is."""
    numbers = db.session.scalars(OURS.with_only_columns(LOG.c.request_id))
    return max((int(number.removeprefix(MARK)) for number in numbers), default=0)


def here() -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Every adopted entry: its old number and what it says."""
    for row in db.session.execute(OURS.execution_options(yield_per=AT_ONCE)).mappings():
        yield int(row["request_id"].removeprefix(MARK)), {name: row[name] for name in SAID}


ADOPTED = Adopted(
    source="audit_activitylog",
    model=ActivityLog,
    values=entry,
    apart=Apart(add=add, last=last, here=here),
)
