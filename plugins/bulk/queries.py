"""Every read of bulk operations that is more than their list."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.bulk.models import BulkItem, BulkMatching, BulkOperation
from plugins.users.queries import NAMES
from sims import access
from sims.actor import Actor
from sims.contracts import BulkAct, Import
from sims.database import db
from sims.errors import Missing
from sims.files import File
from sims.lists import bulk_actions
from sims.permissions import allowed
from sims.plugin import provided
from sims.workflow import Transition

PAGE = 100


def imports_for(actor: Actor) -> list[Import]:
    """The imports `actor` may make, in their order."""
    found = [entry for entry in provided(Import) if allowed(actor, entry.permission)]
    return sorted(found, key=lambda entry: (entry.order, entry.label))


def import_named(name: str, actor: Actor) -> Import:
    """The import called `name`. Raises `Missing` unless `actor` may make it."""
    for entry in imports_for(actor):
        if entry.name == name:
            return entry
    raise Missing("There is no such import.")


def act_named(record_type: str, name: str, actor: Actor) -> Transition | BulkAct:
    """What `actor` may do with many rows of this record under this name. Raises `Missing`."""
    for act in bulk_actions(access.record_named(record_type), actor):
        if act.name == name:
            return act
    raise Missing("There is no such thing to do with these rows.")


def items(
    operation: BulkOperation, *statuses: str, after: int | None = None, limit: int = PAGE
) -> Sequence[BulkItem]:
    """The items in these statuses (none named: all), in their order, from behind number `after` on."""
    query = sa.select(BulkItem).where(BulkItem.operation_id == operation.id)
    if after is not None:
        query = query.where(BulkItem.number > after)
    if statuses:
        query = query.where(BulkItem.status.in_(statuses))
    return db.session.scalars(query.order_by(BulkItem.number).limit(limit)).all()


def all_items(operation: BulkOperation, *statuses: str) -> Iterator[Any]:
    """Number and problems of all items in these statuses, in their order, streamed."""
    query = (
        sa.select(BulkItem.number, BulkItem.problems)
        .where(BulkItem.operation_id == operation.id, BulkItem.status.in_(statuses))
        .order_by(BulkItem.number)
    )
    yield from db.session.execute(query.execution_options(yield_per=1000))


def counts(operation: BulkOperation) -> dict[str, int]:
    """How many items stand in each status."""
    query = (
        sa.select(BulkItem.status, sa.func.count())
        .where(BulkItem.operation_id == operation.id)
        .group_by(BulkItem.status)
    )
    return dict(db.session.execute(query).all())


def reasons(operation: BulkOperation, limit: int = 3) -> list[tuple[str, int]]:
    """Why rows were not done, and how many for each reason, the most frequent first (of the first hundred)."""
    said = Counter(
        item.problems[0]["message"] for item in items(operation, "refused") if item.problems
    )
    same = counts(operation).get("skipped", 0)
    return [*said.most_common(limit), *([("nothing had to change.", same)] if same else [])]


def warned(operation: BulkOperation) -> Sequence[BulkItem]:
    """The first items that were done and have something said of them."""
    query = sa.select(BulkItem).where(
        BulkItem.operation_id == operation.id,
        BulkItem.status == "done",
        BulkItem.problems.is_not(None),
    )
    return db.session.scalars(query.order_by(BulkItem.number).limit(PAGE)).all()


def earlier(operation: BulkOperation) -> BulkOperation | None:
    """The last import of the same file that kept something and was not undone, its person loaded; or None."""
    query = (
        sa.select(BulkOperation)
        .where(
            BulkOperation.source_sha256 == operation.source_sha256,
            BulkOperation.act == operation.act,
            BulkOperation.operation == "import",
            BulkOperation.id != operation.id,
            BulkOperation.status.in_(
                ("pending", "running", "completed", "completed_with_errors", "cancelled")
            ),
            sa.or_(BulkOperation.success > 0, BulkOperation.status.in_(("pending", "running"))),
        )
        .options(joinedload(BulkOperation.user).options(NAMES))
    )
    return db.session.scalar(query.order_by(BulkOperation.id.desc()).limit(1))


def followers(operation: BulkOperation) -> Sequence[BulkOperation]:
    """The operations that followed this one: the import after its check, the undo after either."""
    query = sa.select(BulkOperation).where(BulkOperation.follows_id == operation.id)
    return db.session.scalars(query.order_by(BulkOperation.id)).all()


def source(operation: BulkOperation) -> File | None:
    """The file of an import or a check, or None where it is not kept any more."""
    return db.session.scalar(sa.select(File).where(File.token == operation.source_token))


def fingerprint(headings: Sequence[str]) -> str:
    """A short text that is the same for files with the same headings."""
    return hashlib.sha256(json.dumps(list(headings)).encode()).hexdigest()


def remembered(act: str, headings: Sequence[str]) -> dict[str, str] | None:
    """Column → heading as somebody matched them before in a file of the same headings, or None."""
    query = sa.select(BulkMatching.columns).where(
        BulkMatching.act == act, BulkMatching.headings == fingerprint(headings)
    )
    return db.session.scalar(query)
