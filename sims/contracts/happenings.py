"""What happens by itself: on an event, and by the clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sims.events import Event


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """`handler` runs in the transaction of every event of this class or of a class below it.

    Work with thousands of rows publishes their events together (`publish_many`): `many` then gets them as one
    list, in one call; without it `handler` is called for each.

    >>> Subscriber(event=SupervisorChanged, handler=move_pending_entries)
    """

    event: type[Event]
    handler: Callable[[Any], None]
    many: Callable[[Sequence[Any]], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Who is told of an event, and in which words. `kind` is what people switch on and off.

    `recipients` gives people's ids, `subject` and `body` texts, `link` a path inside SIMS. `mail` is how who did not
    choose gets it by mail: at_once, digest (once a day with the others) or off. `roles` are those whom it may concern
    (none: everybody), so that nobody else is asked about it.

    >>> Notice(kind="catalogue.request", label="Procedure requests", event=ProcedureRequested,
    ...        recipients=admins, subject=lambda event: f"Asked for: {event.title}")
    """

    kind: str
    label: str
    event: type[Event]
    recipients: Callable[[Any], Iterable[int]]
    subject: Callable[[Any], str]
    body: Callable[[Any], str] = lambda event: ""
    link: Callable[[Any], str] = lambda event: ""
    mail: str = "digest"
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job that runs by the clock: `cron` is read in the hospital's time zone.

    `job` is a function of no arguments. However many schedulers run, it runs once for each time due.

    >>> Schedule(name="logbook-remind", cron="0 7 * * *", job=remind)
    """

    name: str
    cron: str
    job: Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Written:
    """Called once at the end of every transaction that made, changed or deleted rows of records, bulk work included.

    `handler` gets the ids of those that were made or changed, and of those that are gone, each by the records' names;
    what it writes is kept or lost together with them.

    >>> Written(handler=index.follow)
    """

    handler: Callable[[Mapping[str, Set[int]], Mapping[str, Set[int]]], None]
