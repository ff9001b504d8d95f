"""Writing down what became of each row of an operation."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from plugins.bulk.models import MOST_DETAILS, BulkItem, BulkOperation
from sims import many
from sims.imports import CellProblem, ImportRow

Item = dict[str, Any]
AT_ONCE = 1000


def of_row(row: ImportRow, headings: Mapping[str, str]) -> Item:
    """What became of a row of a file: it was made, or it is refused. `headings`: column → heading in the file."""
    said = [
        *(_told(problem, headings, "error") for problem in row.problems),
        *(_told(problem, headings, "warning") for problem in row.warnings),
    ]
    made = row.made if row.fine else None
    return {
        "number": row.number,
        "status": "done" if row.fine else "refused",
        "row_id": made.id if made is not None else None,
        "version": getattr(made, "version", None),
        "before": None,
        "problems": said or None,
    }


def _told(problem: CellProblem, headings: Mapping[str, str], severity: str) -> dict[str, Any]:
    return {
        "column": headings.get(problem.column, problem.column),
        "value": problem.value,
        "message": problem.message,
        "severity": severity,
    }


def write(operation: BulkOperation, found: Sequence[Item]) -> None:
    """Store new items, count them in the operation, and keep the first faults in its `error_details`."""
    names = ("number", "status", "row_id", "version", "before", "problems")
    operation_id = (
        operation.id
    )  # read before: while rows stream in, the connection answers nothing else
    rows = [(operation_id, *(item[name] for name in names)) for item in found]
    many.insert(BulkItem.__table__, ("operation_id", *names), rows)
    count(operation, found)


def count(operation: BulkOperation, found: Iterable[Item]) -> None:
    """Count what became of these items, and keep the first faults."""
    details = list(operation.error_details or ())
    for item in found:
        if item["status"] == "refused":
            operation.failure += 1
            details += [
                {
                    "row": item["number"],
                    "column": problem["column"],
                    "value": problem["value"],
                    "message": problem["message"],
                }
                for problem in item["problems"] or ()
                if len(details) < MOST_DETAILS and problem["severity"] == "error"
            ]
        elif item["status"] in ("done", "undone"):
            operation.success += 1
    operation.error_details = details[:MOST_DETAILS] or None


class Spool:
    """Items on the disk, for as long as the transaction they tell of may still be rolled back."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by __exit__
        self.refused = 0
        self.done = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()

    def add(self, found: Iterable[Item]) -> None:
        """Put items away."""
        for item in found:
            self.refused += item["status"] == "refused"
            self.done += item["status"] == "done"
            self.file.write(f"{json.dumps(item)}\n")

    def chunks(self) -> Iterator[list[Item]]:
        """Everything put away so far, some at a time."""
        self.file.seek(0)
        part: list[Item] = []
        for line in self.file:
            part.append(json.loads(line))
            if len(part) == AT_ONCE:
                yield part
                part = []
        if part:
            yield part
