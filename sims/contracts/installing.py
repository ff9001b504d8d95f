"""What an installation starts with and can be told at the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click


@dataclass(frozen=True)
class Setting:
    """A setting: its `default`, whose type is the setting's (a tuple is given as words between commas), and what it means.

    `secret` ones are never shown. `choices` are all it may be, `least` the smallest number. A switch is one whose default is
    True or False; docs/feature-flags.md lists them.

    >>> Setting(365, "Days after which searches are forgotten.", least=1)
    """

    default: bool | int | str | tuple[int | str, ...]
    meaning: str
    secret: bool = False
    choices: tuple[str, ...] = ()
    least: int = 0

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return isinstance(self.default, bool)


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
class Folder:
    """A folder whose files belong to the installation beside its database: a backup takes them along. `path` gives it.

    >>> Folder(name="archive", path=files.folder)
    """

    name: str
    path: Callable[[], Path]


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of `flask`, only there while its plugin is on.

    >>> Command(command=create_admin)
    """

    command: "click.Command"
