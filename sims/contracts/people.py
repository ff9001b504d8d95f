"""Who sees what, and who answers for whom."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sims.contracts.records import Record

if TYPE_CHECKING:
    import sqlalchemy as sa

    from sims.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who sees what and who answers for whom: exactly one plugin (`users`) provides it.

    `find` gives the actor with an id, or None where they may no longer act. `sees` gives the condition
    on a record's rows; `circle` the people one of whom is named by every row the actor sees (None: they see all), so that an
    index can leave out most others before. `answers_for` says whether the actor now supervises the person with this id.
    `names` gives the names of many people at once. `deputies` says who of these people is away on a day, and
    who stands in for each. `acts_for` gives the ids for whom the actor decides today: their own, and those of
    everybody whose deputy they are.
    """

    find: Callable[[int], "Actor | None"]
    sees: Callable[[Record, "Actor"], "sa.ColumnElement[bool]"]
    circle: Callable[["Actor"], frozenset[int] | None]
    answers_for: Callable[["Actor", int], bool]
    names: Callable[[Iterable[int]], Mapping[int, str]]
    deputies: Callable[[Iterable[int], date], Mapping[int, int]]
    acts_for: Callable[["Actor"], frozenset[int]]


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Why things were done to a row, for its history. `of` takes the table and the row's id and gives the words that
    were written with an act, by the id of the request it was done in.

    >>> Reasons(of=lambda table, row_id: {"5f3c": "Wrong side; see the consent form."})
    """

    of: Callable[[str, int], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class OlderVersions:
    """Versions that are no longer in their table, for the history of a row that asks for them.

    `covers` says whether there may be any of a row or its parts; `read` takes a model, its column that names the row, and the row's
    id, and gives them as instances of its version class.

    >>> OlderVersions(covers=archive.covers, read=archive.read)
    """

    covers: Callable[[Record, int], bool]
    read: Callable[[type[Any], str, int], Sequence[Any]]
