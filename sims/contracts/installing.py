"""What an installation starts with and can be told at the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click


@dataclass(frozen=True, kw_only=True)
class Seed:
    """Rows every installation starts with. `load` adds what is missing, changes nothing that is there, and
    returns how many rows it added; `flask seed` runs all of them after every upgrade.

    >>> Seed(label="entry templates", load=load_templates)
    """

    label: str
    load: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Fills a plugin's tables with plausible rows. `fill` takes a `sims.demo.Scale`; runs in dependency order.

    >>> Demo(label="logbook entries", fill=fill)
    """

    label: str
    fill: Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of `flask`, only there while its plugin is on.

    >>> Command(command=create_admin)
    """

    command: "click.Command"
