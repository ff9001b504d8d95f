"""The plugin contract: one frozen dataclass per module, found by entry point, switched on by `PLUGINS`.

Nothing here knows what a plugin does. `load()` turns names into checked, ordered `Plugin` objects; the
application keeps them, and `provided(Kind)` is how any part of SIMS asks for what others offer.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from flask import Blueprint, Flask, current_app

from sims.contracts.installing import Setting

GROUP = "sims.plugins"
NAME = re.compile(r"[a-z]{2,20}")

T = TypeVar("T")


class PluginError(RuntimeError):
    """A plugin can't be used as asked. The message names the plugin and says what to do."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """What one module contributes to SIMS.

    `name` is at once the entry point, the blueprint name, the table prefix and the migration branch.
    `requires` lists the plugins whose tables or code it uses. `provides` holds the typed objects of
    `sims.contracts` it offers to the rest. `settings` are its settings with their defaults; each key
    starts with the plugin's name in capitals. `init_app` is the escape hatch for what nothing else covers.
    """

    name: str
    label: str
    requires: tuple[str, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    provides: tuple[object, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    init_app: Callable[[Flask], None] | None = None


def installed() -> dict[str, EntryPoint]:
    """Every plugin installed in this environment, by name, none of them imported."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def load(names: Iterable[str]) -> tuple[Plugin, ...]:
    """Import the named plugins and return them with every requirement before what requires it.

    Raises `PluginError` for a name that is not installed, a module that fails to import, a manifest that
    breaks the contract, a requirement that is switched off, or a circle of requirements.
    """
    available = installed()
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in available:
            known = ", ".join(available) or "none; run: pip install -e ."
            raise PluginError(
                f"PLUGINS names '{name}', which is not installed. Installed: {known}."
            )
    loaded = {name: _import(available[name]) for name in wanted}
    for plugin in loaded.values():
        for needed in plugin.requires:
            if needed not in loaded:
                raise PluginError(
                    f"Plugin '{plugin.name}' needs '{needed}'. Add '{needed}' to PLUGINS, "
                    f"or take '{plugin.name}' out."
                )
    return _sorted(loaded)


def plugins() -> tuple[Plugin, ...]:
    """The plugins of the current application, in dependency order."""
    return current_app.extensions["sims.plugins"]


def provided(kind: type[T]) -> tuple[T, ...]:
    """Every object of `kind` that the enabled plugins (and the core) provide, in dependency order."""
    cache: dict[type, tuple[Any, ...]] = current_app.extensions["sims.provided"]
    if kind not in cache:
        offered = [thing for plugin in plugins() for thing in plugin.provides]
        offered = [*current_app.extensions["sims.core_provides"], *offered]
        cache[kind] = tuple(thing for thing in offered if isinstance(thing, kind))
    return cache[kind]


def _import(point: EntryPoint) -> Plugin:
    try:
        plugin = point.load()
    except Exception as error:
        raise PluginError(
            f"Plugin '{point.name}' ({point.value}) could not be imported: {error}. "
            f"Mend it, or take '{point.name}' out of PLUGINS."
        ) from error
    if not isinstance(plugin, Plugin):
        raise PluginError(f"{point.value} is no sims.plugin.Plugin; the entry point must name one.")
    if plugin.name != point.name or not NAME.fullmatch(plugin.name):
        raise PluginError(
            f"Plugin '{plugin.name}' must be one word of a-z and named as its entry point '{point.name}'."
        )
    for key, setting in plugin.settings.items():
        if not isinstance(setting, Setting):
            raise PluginError(f"{key} of plugin '{plugin.name}' must be a Setting.")
        if not key.startswith(f"{plugin.name.upper()}_"):
            raise PluginError(
                f"Setting {key} of plugin '{plugin.name}' must start with {plugin.name.upper()}_."
            )
    return plugin


def _sorted(loaded: Mapping[str, Plugin]) -> tuple[Plugin, ...]:
    """Requirements first; otherwise the order of the names, so that config order decides nothing."""
    ordered: dict[str, Plugin] = {}
    walking: list[str] = []

    def visit(name: str) -> None:
        if name in ordered:
            return
        if name in walking:
            circle = " → ".join([*walking[walking.index(name) :], name])
            raise PluginError(f"Plugins require one another in a circle: {circle}.")
        walking.append(name)
        for needed in sorted(loaded[name].requires):
            visit(needed)
        walking.pop()
        ordered[name] = loaded[name]

    for name in sorted(loaded):
        visit(name)
    return tuple(ordered.values())
