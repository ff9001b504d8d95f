"""What happened, told inside the transaction in which it happened.

A service calls `publish(SomethingHappened(...))`; every `Subscriber` to that class, or to a base of it,
runs at once in the same transaction: what it writes is kept or lost together with the act itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flask import g

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


@dataclass(frozen=True, kw_only=True)
class Refused(RecordEvent):
    """Somebody tried to do something to a row that is not theirs to do it to. `act` says what."""

    act: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Viewed(RecordEvent):
    """Somebody looked at a row of a sensitive record that is not about them. `what` says at which part of it."""

    what: str = ""


@dataclass(frozen=True, kw_only=True)
class Exported(Event):
    """Rows left SIMS as a file: which (`title`), in which format, and narrowed how (`query`, as in an address)."""

    title: str
    format: str
    record: str = ""
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class Blocked(Event):
    """Somebody signed in asked for what is not theirs to see or do: by which request, and what was said to them."""

    method: str
    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Overruled(RecordEvent):
    """Somebody saved a row although the guard `code` marked words in these `fields`; `reason` is theirs.

    The words themselves are not told: should the writer be wrong, nobody else shall keep them.
    """

    code: str
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class GatheringEnded(Event):
    """Whatever was done under this `key` (see `gathering`) is done: people are told of all of it at once."""

    key: str


def publish(event: Event) -> None:
    """Tell every subscriber, in dependency order. What a subscriber raises undoes the whole act."""
    from sims.contracts import Subscriber

    for subscriber in provided(Subscriber):
        if isinstance(event, subscriber.event):
            subscriber.handler(event)


def publish_many(events: Sequence[Event]) -> None:
    """Tell every subscriber of many events of one transaction: all at once, where it takes them so."""
    from sims.contracts import Subscriber

    for subscriber in provided(Subscriber):
        heard = [event for event in events if isinstance(event, subscriber.event)]
        if heard and subscriber.many:
            subscriber.many(heard)
        else:
            for event in heard:
                subscriber.handler(event)


@contextmanager
def gathering(key: str) -> Iterator[None]:
    """What is published within this block belongs to one act of many rows: nobody is told of it row by row.

    `key` names the act, the same in every transaction of it; `GatheringEnded` with that key ends it.
    """
    before = g.get("gathering")
    g.gathering = key
    try:
        yield
    finally:
        g.gathering = before


def gathered() -> str | None:
    """The key of the act of many rows that is going on, or None."""
    key: str | None = g.get("gathering")
    return key
