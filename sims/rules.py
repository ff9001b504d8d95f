"""Runs a record's rules over a row: the same objects, the same words, whoever is asking."""

from typing import Any

from sims.contracts import Record
from sims.errors import Invalid, Problem
from sims.plugin import provided


def broken(record: Record, row: Any, *, stage: str = "save") -> tuple[Problem, ...]:
    """Every rule of `record` that `row` breaks at this stage ("save", or "submit" which includes save)."""
    return tuple(
        Problem(code=rule.code, message=rule.message, fields=rule.fields, severity=rule.severity)
        for rule in record.rules
        if (rule.stage == "save" or stage == "submit") and not rule.holds(row)
    )


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
