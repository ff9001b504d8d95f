"""What one may do: every route says which permission it needs, or that it is public. The rest is refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

from sims import actor as acting
from sims import afterwards
from sims.actor import Actor
from sims.contracts import Permission
from sims.plugin import PluginError, provided

PUBLIC = "public"
SIGNED_IN = "signed in"
REVIEWS = "reviews"
"""Held by every role that reviews any record."""

View = TypeVar("View", bound=Callable[..., Any])


def require(permission: str) -> Callable[[View], View]:
    """Mark a view: only people whose role holds `permission` reach it; for others it isn't there (404)."""

    def mark(view: View) -> View:
        vars(view)["sims_access"] = permission
        return view

    return mark


def public(view: View) -> View:
    """Mark a view that anybody may reach, signed in or not."""
    vars(view)["sims_access"] = PUBLIC
    return view


def signed_in(view: View) -> View:
    """Mark a view that everybody signed in may reach, whatever their role."""
    vars(view)["sims_access"] = SIGNED_IN
    return view


def allowed(actor: Actor | None, permission: str) -> bool:
    """Whether `actor` holds `permission`. An unknown permission is held by nobody."""
    if actor is None or not actor.is_active:
        return False
    if permission in (PUBLIC, SIGNED_IN):
        return True
    return actor.role in roles_of(permission)


def roles_of(permission: str) -> frozenset[str]:
    """The roles that hold `permission`; empty for a name no enabled plugin declares."""
    table = current_app.extensions.get("sims.permissions")
    if table is None:
        table = {entry.name: frozenset(entry.roles) for entry in provided(Permission)}
        reviewers = [roles for name, roles in table.items() if name.endswith(".review")]
        table[REVIEWS] = frozenset().union(*reviewers)
        current_app.extensions["sims.permissions"] = table
    return table.get(permission, frozenset())


def access_of(endpoint: str) -> str | None:
    """What the view behind `endpoint` was marked with; None if somebody forgot."""
    return getattr(current_app.view_functions[endpoint], "sims_access", None)


def init_app(app: Flask) -> None:
    """Guard every request, and refuse to start with a permission declared twice."""
    with app.app_context():
        names = [entry.name for entry in provided(Permission)]
        if len(names) != len(set(names)):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise PluginError(f"Permissions declared twice: {', '.join(twice)}.")
    app.before_request(_guard)


def _guard() -> None:
    if request.endpoint is None or request.endpoint.rpartition(".")[2] == "static":
        return
    needed = access_of(request.endpoint)
    if needed == PUBLIC:
        return
    if acting.current() is None:
        abort(401)
    if needed is None or not allowed(acting.current(), needed):
        afterwards.blocked(f"This takes the permission {needed}.")
        abort(404)
