"""What the programme office does with many people of the list at once."""

from collections.abc import Callable, Mapping
from typing import Any

from plugins.users import credentials, services, supervision
from plugins.users.forms import AssignForm
from plugins.users.models import User
from sims.actor import Actor
from sims.contracts import BulkAct

Act = Callable[[User, Mapping[str, Any], Actor], Mapping[str, Any] | None]
Undo = Callable[[User, Mapping[str, Any], Actor], None]


def assign(person: User, values: Mapping[str, Any], actor: Actor) -> Mapping[str, Any] | None:
    """Another primary supervisor. Raises `Denied`, `Invalid`."""
    before = {"supervisor_id": person.supervisor_id}
    reason = values.get("reason") or ""
    changed = supervision.assign(person, values["supervisor_id"], reason=reason, actor=actor)
    return before if changed else None


def assign_back(person: User, before: Mapping[str, Any], actor: Actor) -> None:
    """The supervisor from before. Raises `Denied`, `Invalid` (who has left meanwhile)."""
    supervision.assign(person, before["supervisor_id"], reason="Taken back", actor=actor)


def invite(person: User, values: Mapping[str, Any], actor: Actor) -> Mapping[str, Any] | None:
    """A link to choose a password, for who has none yet. Raises `Denied`."""
    if person.password_hash:
        return None
    credentials.invite_again(person, actor=actor)
    return {}


def _account(service: Callable[..., None], attribute: str) -> Act:
    """An act on the account by `service`; None where `attribute` was so already."""

    def act(person: User, values: Mapping[str, Any], actor: Actor) -> Mapping[str, Any] | None:
        before = getattr(person, attribute)
        service(person, actor=actor)
        return None if getattr(person, attribute) == before else {}

    return act


def _account_back(service: Callable[..., None]) -> Undo:
    """The reverse by `service`."""

    def undo(person: User, before: Mapping[str, Any], actor: Actor) -> None:
        service(person, actor=actor)

    return undo


ACTS = (
    BulkAct(
        name="assign", record="users.user", label="Assign a supervisor", done="assigned", icon="user-round-cog",
        permission="users.user.assign", form=AssignForm, act=assign, undo=assign_back,
    ),
    BulkAct(
        name="invite", record="users.user", label="Send an invitation", done="invited", icon="mail",
        permission="users.user.manage", act=invite,
    ),
    BulkAct(
        name="activate", record="users.user", label="Activate", done="activated", icon="user-round-check",
        permission="users.user.manage", operation="archive",
        act=_account(services.activate, "is_active"), undo=_account_back(services.deactivate),
    ),
    BulkAct(
        name="deactivate", record="users.user", label="Deactivate", done="deactivated", icon="user-round-x",
        permission="users.user.manage", operation="archive",
        act=_account(services.deactivate, "is_active"), undo=_account_back(services.activate),
    ),
    BulkAct(
        name="archive", record="users.user", label="Archive", done="archived", icon="archive",
        permission="users.user.manage", operation="archive",
        act=_account(services.archive, "is_archived"), undo=_account_back(services.unarchive),
    ),
)  # fmt: skip
