"""What happened, told inside the transaction in which it happened.

A service calls `publish(SomethingHappened(...))`; every `Subscriber` to that class, or to a base of it,
runs at once in the same transaction: what it writes is kept or lost together with the act itself.
"""

from dataclasses import dataclass

from sims.plugin import provided


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something happened. `actor_id` did it; None means SIMS itself."""

    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordEvent(Event):
    """Something happened to one row. `record` is the name of its `Record`, `title` how people call the row."""

    record: str
    table: str
    row_id: int
    owner_id: int | None
    title: str


@dataclass(frozen=True, kw_only=True)
class Created(RecordEvent):
    """A row was made."""


@dataclass(frozen=True, kw_only=True)
class Changed(RecordEvent):
    """Fields of a row were changed; `fields` names them."""

    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deleted(RecordEvent):
    """A draft was thrown away by its owner."""


@dataclass(frozen=True, kw_only=True)
class Moved(RecordEvent):
    """A row went from status `source` to `target`. `reviewer_id` is who is asked, or who decided."""

    source: str
    target: str
    reviewer_id: int | None = None
    feedback: str = ""


def publish(event: Event) -> None:
    """Tell every subscriber, in dependency order. What a subscriber raises undoes the whole act."""
    from sims.contracts import Subscriber

    for subscriber in provided(Subscriber):
        if isinstance(event, subscriber.event):
            subscriber.handler(event)
