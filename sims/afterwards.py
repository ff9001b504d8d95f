"""What is told about a request that itself writes nothing: that somebody looked, took rows away, or was refused.

It is told once the answer is made, in a transaction of its own, and before the answer leaves: what can't be written
down is not shown.
"""

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from sims import actor
from sims.database import apart, db
from sims.events import Blocked, Event, Exported, Viewed, publish_many

if TYPE_CHECKING:
    from sims.contracts import Record


def init_app(app: Flask) -> None:
    """Tell of every request what is to be told."""
    app.after_request(_tell)


def tell(event: Event) -> None:
    """`event` is published when the answer to this request is made."""
    g.setdefault("afterwards", []).append(event)


def tell_now(event: Event) -> None:
    """`event` is published at once: for an answer that is still being read from the database while it is sent."""
    with apart():
        publish_many([event])


def viewed(record: "Record", row: Any, what: str = "", *, now: bool = False) -> None:
    """The reader looks at a row; that is only told where the record is sensitive and the row not about them.
    `now` as in `tell_now`."""
    from sims import access, records

    me = actor.me()
    if record.sensitive and access.owner_id(record, row) != me.id:
        event = Viewed(**records.about(record, row, me), what=what)
        tell_now(event) if now else tell(event)


def exported(title: str, format: str, record: str = "") -> None:
    """The rows of this page's address leave SIMS as a file. Call it before the first of them is read."""
    query = request.query_string.decode("utf-8", "replace")
    made = {"title": title, "format": format, "record": record, "query": query}
    tell_now(Exported(actor_id=actor.current_id(), **made))


def blocked(reason: str) -> None:
    """This request of somebody signed in is refused."""
    if actor.current() is not None:
        where = {"method": request.method, "path": request.path[:300]}
        tell(Blocked(actor_id=actor.current_id(), reason=reason, **where))


def _tell(response: Response) -> Response:
    events = g.pop("afterwards", ())
    if events:
        db.session.rollback()  # what a refused request had begun is given up
        with apart():
            publish_many(events)
    return response
