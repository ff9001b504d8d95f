"""What a plugin puts before people: permissions, the menu, panels and figures of other pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sims.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A permission and the roles that hold it. The table of all of them is SIMS' whole access policy.

    >>> Permission(name="logbook.entry.submit", label="Submit logbook entries", roles=("pg",))
    """

    name: str
    label: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """An entry of the main menu, shown to who holds `permission`. `phone` puts it in the tab bar.

    `badge` takes the actor and gives a small number (0 hides it). `within` is a part of the path that marks
    this entry as the one the reader is at, wherever it occurs.

    >>> MenuItem(label="Logbook", endpoint="logbook.entries", icon="list", permission="logbook.entry.view")
    """

    label: str
    endpoint: str
    icon: str
    permission: str
    order: int = 50
    phone: bool = False
    badge: Callable[["Actor"], int] | None = None
    within: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A template in a named slot of another page.

    `data` takes the actor and the slot's context and gives the template's variables, or None to stay away.
    Slots: topbar, topbar.end, dashboard, dashboard.figures, person, record, profile.

    >>> Panel(slot="dashboard", template="logbook/_todo.html", data=todo, permission="logbook.entry.view")
    """

    slot: str
    template: str
    data: Callable[["Actor", Mapping[str, Any]], Mapping[str, Any] | None]
    permission: str
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number on a dashboard, its reading, and the list behind it."""

    value: object
    note: str = ""
    href: str | None = None
    tone: str = "neutral"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number worth watching, per role: dashboards show it, analytics will draw it.

    `value` takes the actor and gives a `Figure`, whose link leads to exactly the rows counted, or None
    to leave it out. No `roles` means every role.

    >>> Metric(name="logbook.pending", label="Waiting for review", roles=("pg",), value=pending_of)
    """

    name: str
    label: str
    roles: tuple[str, ...] = ()
    value: Callable[["Actor"], Figure | None]
    order: int = 50
