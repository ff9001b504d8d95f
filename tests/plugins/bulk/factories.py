"""Files and operations for tests of bulk work."""

from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage

from plugins.bulk import queries, services
from plugins.bulk.models import BulkOperation
from plugins.users.models import User
from sims.database import commit, db


def upload(
    admin: User, name: str, content: str | bytes, *, filename: str = "file.csv", **options: Any
) -> BulkOperation:
    """A file sent by `admin`, committed: its check waits for a worker."""
    data = content.encode() if isinstance(content, str) else content
    given = FileStorage(BytesIO(data), filename=filename)
    entry = queries.import_named(name, admin)
    operation = services.upload(entry, given, {"dates": "dmy"} | options, actor=admin)
    commit()
    return operation


def fresh(operation_id: int) -> BulkOperation:
    """An operation as it stands in the database now."""
    return db.session.get_one(BulkOperation, operation_id, populate_existing=True)


def faults(operation: BulkOperation) -> list[tuple[int, str, str]]:
    """Row, column and words of everything wrong in an operation."""
    return [
        (item.number, problem["column"], problem["message"])
        for item in queries.items(operation, "refused")
        for problem in item.problems or ()
    ]
