"""Figures kept for at most a minute, and never past a change of the rows they were counted from."""

from collections.abc import Callable, Sequence
from typing import Any

from plugins.analytics.measuring import Point, Scope
from sims import replica
from sims.actor import Actor
from sims.cache import Kept, kept
from sims.clock import today
from sims.contracts import Record

PEOPLE = "users_user"
"""Who supervises whom decides what a supervisor sees."""


def figures(name: str, scope: Scope, work_out: Callable[[], Any], *more: object) -> Kept:
    """What `work_out` gives for this scope (plain JSON), for as long as it holds."""
    parts = (
        scope.measure.name,
        _whose(scope.actor),
        sorted(scope.arguments().items()),
        today().isoformat(),
        *more,
    )
    return kept(f"analytics:{name}", parts, (scope.record.table, PEOPLE), _apart(work_out))


def of_records(
    name: str, actor: Actor, records: Sequence[Record], work_out: Callable[[], Any], *more: object
) -> Kept:
    """The same for figures of several records at once."""
    tables = {record.table for record in records} | {PEOPLE}
    return kept(
        f"analytics:{name}", (_whose(actor), today().isoformat(), *more), tables, _apart(work_out)
    )


def _apart(work_out: Callable[[], Any]) -> Callable[[], Any]:
    """The same, worked out where it keeps nobody from writing."""

    def read() -> Any:
        with replica.reading():
            return work_out()

    return read


def _whose(actor: Actor) -> object:
    """Everybody who sees everything shares what is kept."""
    return "all" if actor.role == "admin" else actor.id


def plain(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Points as JSON."""
    return [vars(point) | {"spread": dict(point.spread)} for point in points]


def points(found: Sequence[dict[str, Any]]) -> list[Point]:
    """Points as they were."""
    return [Point(**each) for each in found]
