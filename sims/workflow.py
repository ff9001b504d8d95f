"""How a status changes: one transition table per record, one function that moves a row.

A page, an import, a bulk operation and a job all call `move()`. It checks the permission, the status,
the guard, the required words and the rules, then changes the status and publishes a `Moved` event.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sims import guards
from sims.actor import Actor
from sims.contracts import Record
from sims.database import db, flush
from sims.errors import Conflict, Denied, Invalid, Problem
from sims.events import Moved, publish
from sims.permissions import allowed
from sims.records import about
from sims.rules import enforce


@dataclass(frozen=True, kw_only=True)
class Status:
    """A status as people see it: a word, an icon and a tone (neutral, info, warn, good, bad)."""

    name: str
    label: str
    icon: str
    tone: str = "neutral"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One way from a status to another.

    `permission` is what the actor's role must hold; `guard` returns why this actor may not move this row,
    or None. `requires` names the data that must come with it (with the words that ask for it), `takes` what may
    come besides. `stage`
    "submit" runs the rules that drafts may still break. `effect` stamps fields and writes the review.
    `key` is the keyboard's, `style` the button's. `by_clock` lets SIMS itself make it, in a daily job. `undo`
    puts back what `effect` did, for whoever made it by mistake; without it the transition can't be undone.
    """

    name: str
    label: str
    done: str
    source: tuple[str, ...]
    target: str
    permission: str
    icon: str = "arrow-right"
    style: str = "plain"
    key: str = ""
    guard: Callable[[Any, Any], str | None] | None = None
    requires: Mapping[str, str] | None = None
    takes: tuple[str, ...] = ()
    stage: str = "save"
    effect: Callable[[Any, Any, Mapping[str, Any]], None] | None = None
    undo: Callable[[Any, Any], None] | None = None
    event: type[Moved] = Moved
    bulk: bool = False
    by_clock: bool = False


@dataclass(frozen=True, kw_only=True)
class Undone(Moved):
    """A transition was taken back by who had made it."""


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """The statuses of a record and every transition between them. `editable` are those in which its author
    may still change the row, `deletable` those in which they may throw it away, `waiting` the one in which it
    waits for a reviewer (none: there is no review queue)."""

    statuses: tuple[Status, ...]
    transitions: tuple[Transition, ...]
    editable: tuple[str, ...] = ()
    deletable: tuple[str, ...] = ()
    waiting: str = ""

    def status(self, name: str) -> Status:
        """The status called `name`."""
        return next(status for status in self.statuses if status.name == name)

    def transition(self, name: str) -> Transition:
        """The transition called `name`. Raises `KeyError`."""
        for transition in self.transitions:
            if transition.name == name:
                return transition
        raise KeyError(name)

    def names(self) -> tuple[str, ...]:
        """The names of all statuses, for the database's CHECK."""
        return tuple(status.name for status in self.statuses)

    def choices(self) -> tuple[tuple[str, str], ...]:
        """`(name, label)` of all statuses, for a filter."""
        return tuple((status.name, status.label) for status in self.statuses)


def refusal(transition: Transition, row: Any, actor: Actor | None) -> str | None:
    """Why `actor` (None: SIMS itself, by the clock) may not move `row` this way, in words; None where they may."""
    if not _may(transition, actor):
        return "Your role does not do this."
    if row.status not in transition.source:
        return f"It is {row.status} by now, so it can't be {transition.done} any more."
    return transition.guard(row, actor) if transition.guard else None


def _may(transition: Transition, actor: Actor | None) -> bool:
    return transition.by_clock if actor is None else allowed(actor, transition.permission)


def available(record: Record, row: Any, actor: Actor) -> tuple[Transition, ...]:
    """The transitions `actor` may make with `row` now, in the order they are declared."""
    if record.workflow is None:
        return ()
    return tuple(
        transition
        for transition in record.workflow.transitions
        if refusal(transition, row, actor) is None
    )


def move(
    record: Record,
    row: Any,
    name: str,
    *,
    actor: Actor | None,
    data: Mapping[str, Any] | None = None,
) -> tuple[Problem, ...]:
    """Move `row` by the transition called `name`; return the warnings of its rules.

    The caller has loaded `row` through `access`, so the actor sees it; a job that follows the clock has no
    actor, and may make only the transitions that say `by_clock`. Raises `Denied` (not theirs to do),
    `Conflict` (the status has moved on), `Invalid` (required words missing, rules broken).
    """
    transition = record.flow.transition(name)
    data = {key: value for key, value in (data or {}).items() if value not in ("", None)}
    if row.status not in transition.source and _may(transition, actor):
        label = record.flow.status(row.status).label.lower()
        raise Conflict(f"This {record.label} is {label} by now. Somebody was faster.", current=row)
    if reason := refusal(transition, row, actor):
        raise Denied(reason)
    missing = [
        Problem(code=f"{record.name}.{name}.{key}", message=words, fields=(key,))
        for key, words in (transition.requires or {}).items()
        if key not in data
    ]
    if missing:
        raise Invalid(missing)
    suspicions = guards.look_at(data)
    source, row.status = row.status, transition.target
    try:
        with db.session.no_autoflush:
            warnings = enforce(record, row, stage=transition.stage)
    except Invalid:
        row.status = source
        raise
    if transition.effect:
        transition.effect(row, actor, data)
    flush()
    _tell(record, row, transition.event, source, actor, str(data.get("feedback", "")))
    return (*warnings, *suspicions)


def undo(record: Record, row: Any, name: str, source: str, *, actor: Actor) -> None:
    """Take back that `row` was moved by the transition `name`: it stands at `source` again.

    The caller has made sure that nothing happened to the row since. Raises `Denied` (not theirs to do, or it can't
    be undone) and `Conflict` (the status has moved on).
    """
    transition = record.flow.transition(name)
    if transition.undo is None or not allowed(actor, transition.permission):
        raise Denied("This can't be undone by you.")
    if row.status != transition.target or source not in transition.source:
        raise Conflict("Its status has changed since.", current=row)
    before, row.status = row.status, source
    transition.undo(row, actor)
    flush()
    _tell(record, row, Undone, before, actor)


def _tell(
    record: Record,
    row: Any,
    event: type[Moved],
    source: str,
    actor: Actor | None,
    feedback: str = "",
) -> None:
    publish(
        event(
            **about(record, row, actor),
            source=source,
            target=row.status,
            reviewer_id=getattr(row, "supervisor_id", None),
            feedback=feedback,
        )
    )
