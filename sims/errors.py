"""The ways a service says no. Views, jobs and imports each turn them into their own kind of answer."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with a record: `code` for machines, `message` for people, the `fields` it is about.

    `severity` is "error" (nothing is saved) or "warning" (saved, and said).
    """

    code: str
    message: str
    fields: tuple[str, ...] = ()
    severity: str = "error"


@dataclass(frozen=True, kw_only=True)
class Suspicion(Problem):
    """Words of a free text that a `Guard` wants the writer to look at again; `words` are those."""

    words: tuple[str, ...] = ()


class DomainError(Exception):
    """Base of everything a service refuses on purpose. `status` is the HTTP answer it becomes."""

    status = 400


class Invalid(DomainError):
    """The record breaks rules: `problems` lists every one of them, not only the first."""

    status = 422

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class Denied(DomainError):
    """The actor sees the record but may not do this to it; the message says why."""

    status = 403


class Missing(DomainError):
    """There is no such thing, or the actor may not know of it: the two look the same on purpose."""

    status = 404


class Hidden(Missing):
    """There is such a row, and the actor may not see it. They are told what everybody is told who asks for nothing."""


class Conflict(DomainError):
    """Somebody else changed it first. `current` holds what is stored now, where that helps."""

    status = 409

    def __init__(self, message: str, current: object = None):
        self.current = current
        super().__init__(message)
