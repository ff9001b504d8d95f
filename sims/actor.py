"""Who is acting: the signed-in person in a request, the person who asked in a job, nobody in the shell."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast

from flask import current_app, g, has_app_context, has_request_context, request
from flask_login import current_user

from sims.errors import Missing


class Actor(Protocol):
    """What the core needs to know of a person. The `users` plugin supplies the real thing."""

    id: int
    role: str
    is_active: bool

    @property
    def name(self) -> str:
        """The full name, for people."""


def current() -> Actor | None:
    """The person signed in to this request, or None."""
    if not has_request_context() or not hasattr(current_app, "login_manager") or "nobody" in g:
        return None
    person = cast(Actor, current_user) if current_user.is_authenticated else None
    g.seen_id = person.id if person else None
    return person


def seen_id() -> int | None:
    """The id of the person signed in, if this request has asked for them: the log makes no query of its own."""
    return g.get("seen_id")


def forget() -> None:
    """From here on this request is nobody's: its page must not ask a database that does not answer."""
    g.nobody = True


def me() -> Actor:
    """The person signed in, where the route's permission has made sure that there is one."""
    person = current()
    if person is None:
        raise Missing("Nobody is signed in.")
    return person


def current_id() -> int | None:
    """The id history is written under: whoever `acting_as` names, else the person signed in."""
    if has_app_context() and "acting_as" in g:
        return g.acting_as
    actor = current()
    return actor.id if actor else None


@contextmanager
def acting_as(actor_id: int | None) -> Iterator[None]:
    """Within this block, history names `actor_id`: for jobs, imports and commands."""
    before = {"acting_as": g.acting_as} if "acting_as" in g else {}
    g.acting_as = actor_id
    try:
        yield
    finally:
        g.pop("acting_as")
        vars(g).update(before)


def remote_addr() -> str | None:
    """The caller's address, or None outside a request."""
    return request.remote_addr if has_request_context() else None


def request_id() -> str | None:
    """The id of this request (or of the request a job stems from), as logs and history carry it."""
    return g.get("request_id") if has_app_context() else None
