"""Runs a record's rules over a row: the same objects, the same words, whoever is asking."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from sims.contracts import Record, Rule
from sims.errors import Invalid, Problem
from sims.plugin import provided


def broken(record: Record, row: Any, *, stage: str = "save") -> tuple[Problem, ...]:
    """Every rule of `record` that `row` breaks at this stage ("save", or "submit" which includes save), and what is
    too long or too large for its column."""
    return (
        *misfits(record, row),
        *(
            Problem(
                code=rule.code, message=rule.message, fields=rule.fields, severity=rule.severity
            )
            for rule in record.rules
            if (rule.stage == "save" or stage == "submit") and not rule.holds(row)
        ),
    )


def text_needed(record: str, field: str, message: str, *, source: str) -> Rule:
    """The rule that a text of the record called `record` is not empty. Forms take blanks for an answer, and nothing
    is left of these when they are stored."""
    return Rule(
        code=f"{record}.{field}_missing",
        message=message,
        fields=(field,),
        holds=lambda row: bool(getattr(row, field)),
        source=source,
    )


def misfits(record: Record, row: Any) -> list[Problem]:
    """What does not fit into its column, as far as the row is loaded: PostgreSQL would refuse it without a word."""
    values, found = vars(row), []
    for name, longest, largest in _sizes(sa.inspect(record.model)):
        value = values.get(name)
        if isinstance(value, str) and longest and len(value) > longest:
            message = f"Keep this to {longest:,} characters."
        elif isinstance(value, int) and largest and abs(value) > largest:
            message = "This number is too large."
        else:
            continue
        found.append(Problem(code=f"{record.name}.{name}.fits", message=message, fields=(name,)))
    return found


@cache
def _sizes(mapper: Mapper[Any]) -> tuple[tuple[str, int, int], ...]:
    """Attribute, longest text and largest number of every column of a table that has such a limit."""
    found = []
    for attribute in mapper.column_attrs:
        kind = attribute.columns[0].type
        longest = getattr(kind, "length", None) if isinstance(kind, sa.String) else None
        bits = 63 if isinstance(kind, sa.BigInteger) else 31 if isinstance(kind, sa.Integer) else 0
        if longest or bits:
            found.append((attribute.key, longest or 0, 2**bits - 1))
    return tuple(found)


def kept_by(constraint: str | None) -> Problem | None:
    """What the rule says that the database keeps by the constraint of this name; None where there is none."""
    for record in provided(Record):
        for rule in record.rules:
            if constraint and rule.constraint == constraint:
                return Problem(code=rule.code, message=rule.message, fields=rule.fields)
    return None


def enforce(record: Record, row: Any, *, stage: str = "save") -> tuple[Problem, ...]:
    """Raise `Invalid` with every broken rule of severity error; return the warnings."""
    problems = broken(record, row, stage=stage)
    if any(problem.severity == "error" for problem in problems):
        raise Invalid(problem for problem in problems if problem.severity == "error")
    return problems
