"""Events: told at once, in the transaction of the act, and kept or lost together with it."""

from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from sims import mail
from sims.contracts import Subscriber
from sims.database import commit, db
from sims.events import Event, publish
from sims.mail import Mail


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    """Something happened."""

    what: str = "this"


@dataclass(frozen=True, kw_only=True)
class HappenedTwice(Happened):
    """It happened again."""


@dataclass(frozen=True, kw_only=True)
class Unrelated(Event):
    """Something else happened."""


@pytest.fixture
def subscribe(app_context: Flask) -> Iterator[Callable[..., None]]:
    """A function that makes these the only subscribers."""
    provided = app_context.extensions["sims.provided"]
    before = dict(provided)

    def only(*pairs: tuple[type[Event], Callable[..., None]]) -> None:
        provided[Subscriber] = tuple(Subscriber(event=e, handler=h) for e, h in pairs)

    yield only
    provided.clear()
    provided.update(before)


def test_subscribers_hear_of_their_class_and_those_below_it(subscribe):
    heard = []
    subscribe(
        (Event, lambda event: heard.append(("any", type(event)))),
        (Happened, lambda event: heard.append((event.what, type(event)))),
        (HappenedTwice, lambda event: heard.append(("twice", type(event)))),
    )
    publish(Happened(what="that"))
    publish(HappenedTwice())
    publish(Unrelated())
    assert heard == [
        ("any", Happened),
        ("that", Happened),
        ("any", HappenedTwice),
        ("this", HappenedTwice),
        ("twice", HappenedTwice),
        ("any", Unrelated),
    ]


def test_what_a_subscriber_writes_is_lost_with_the_act(subscribe):
    subscribe((Happened, lambda event: mail.send("pg@example.org", "It happened", event.what)))
    publish(Happened())
    assert count() == 1
    db.session.rollback()
    assert count() == 0
    publish(Happened())
    commit()
    db.session.rollback()
    assert count() == 1


def test_what_a_subscriber_raises_undoes_the_whole_act(subscribe):
    heard = []

    def refuse(event: Happened) -> None:
        raise LookupError(event.what)

    subscribe((Happened, refuse), (Happened, heard.append))
    with pytest.raises(LookupError, match="this"):
        publish(Happened())
    assert heard == []


def test_an_event_is_a_fact_and_does_not_change():
    with pytest.raises(FrozenInstanceError):
        Happened().what = "something else"


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Mail))
