"""What the rows of a file look like to the plugin that saves them: typed values in, problems or a new row out.

Reading files, matching columns and all that people see of an import is the `bulk` plugin's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sims.actor import Actor
from sims.database import db
from sims.errors import DomainError, Invalid, Problem


@dataclass(frozen=True)
class CellProblem:
    """One thing wrong in one row: the column's name (empty: the whole row), the cell as it stands, and words."""

    column: str
    value: str
    message: str


@dataclass
class ImportRow:
    """One row of a file. `number` is its line as a spreadsheet counts (the headings are 1 or later).

    `values` are the cells by the names of the import's columns, typed by their kind, None where empty or not in
    the file. Whoever saves it sets `made` to the new row, or notes `problems`; `warnings` may come with either.
    """

    number: int
    values: dict[str, Any]
    problems: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)
    made: Any = None

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong with it so far."""
        return not self.problems

    def refuse(self, column: str, message: str) -> None:
        """Note what is wrong with the cell of `column` (empty: with the row)."""
        self.problems.append(CellProblem(column, said(self.values.get(column)), message))

    def take(self, problems: Iterable[Problem], columns: Mapping[str, str]) -> None:
        """Note what a rule or a service said; `columns` maps the fields it speaks of to columns of the file."""
        for problem in problems:
            named = [columns.get(name, name) for name in problem.fields]
            column = next((name for name in named if name in self.values), (*named, "")[0])
            kept = self.warnings if problem.severity == "warning" else self.problems
            kept.append(CellProblem(column, said(self.values.get(column)), problem.message))


def said(value: Any) -> str:
    """A cell as it is shown beside its fault, cut where it is long."""
    text = "" if value is None else str(value)
    return text if len(text) <= 100 else f"{text[:99]}…"


def one_by_one(
    rows: Sequence[ImportRow],
    create: Callable[[ImportRow, Actor], tuple[Any, Iterable[Problem]]],
    *,
    actor: Actor,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Save each row that is still fine by a service: `create` returns the new row and its warnings.

    What the service refuses becomes the row's problems; `columns` maps its fields to columns of the file.
    """
    names = columns or {}
    for row in rows:
        if not row.fine:
            continue
        try:
            row.made, warnings = create(row, actor)
        except DomainError as error:
            for unfinished in db.session.new:
                db.session.expunge(unfinished)
            problems = (
                error.problems
                if isinstance(error, Invalid)
                else [Problem(code="import.refused", message=str(error))]
            )
            row.take(problems, names)
        else:
            row.take(warnings, names)
