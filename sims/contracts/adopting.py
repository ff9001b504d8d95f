"""What becomes of the rows of another system when this one takes over."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sims.adopting.old import Old


@dataclass(frozen=True, kw_only=True)
class Apart:
    """How rows are taken whose table gives ids of its own, as a log whose entries are chained does.

    `add` puts rows (with their old `id`) where they belong, in this transaction; `last` gives the highest old id that is here,
    0 where none is; `here` gives every such row's old id and columns, to be compared.

    >>> Apart(add=chain_them, last=lambda: 0, here=lambda: [(7, {"action": "login"})])
    """

    add: Callable[[Sequence[Mapping[str, Any]]], None]
    last: Callable[[], int]
    here: Callable[[], Iterable[tuple[int, Mapping[str, Any]]]]


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """One table of the Django SIMS, and what becomes of its rows; `flask adopt` reads them in dependency order.

    `values` takes a row and the old database and gives the new row's columns, or None where nothing becomes of it; it raises
    `ValueError` with words where the row can't be taken. Ids stay, unless `same` is given: it takes those columns and gives the id of the row that is
    here already (a procedure of the catalogue), or None. `history` names the old history's table, which has the same columns; `apart` is
    for a table that can't keep the old ids.

    >>> Adopted(source="theses_thesis", model=Thesis, values=lambda row, old: {"title": row["title"]})
    """

    source: str
    model: type[Any]
    values: Callable[[Mapping[str, Any], "Old"], Mapping[str, Any] | None]
    same: Callable[[Mapping[str, Any]], int | None] | None = None
    history: str = ""
    apart: Apart | None = None
