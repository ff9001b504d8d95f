"""Which heading of a file means which column: by the column's name, its label and its synonyms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sims.contracts import ImportColumn

FILLERS = re.compile(r"[\s_.*:-]+")


@dataclass(frozen=True)
class Matching:
    """Column name → place of its heading; headings nobody asked for; columns that are needed and not there; and
    what stands twice, in words."""

    by_column: dict[str, int]
    unused: list[str] = field(default_factory=list)
    missing: list[ImportColumn] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def match(headings: Sequence[str], columns: Sequence[ImportColumn]) -> Matching:
    """Match headings to columns. Of two headings for one column neither is taken; the reader is asked."""
    known: dict[str, str] = {}
    for words in (  # no synonym takes a heading from the column that is called so
        lambda column: (column.name,),
        lambda column: (column.label,),
        lambda column: column.synonyms,
    ):
        for column in columns:
            for word in words(column):
                known.setdefault(plain(word), column.name)
    places: dict[str, list[int]] = {}
    unused = []
    for place, heading in enumerate(headings):
        name = known.get(plain(heading))
        if name is not None:
            places.setdefault(name, []).append(place)
        elif heading:
            unused.append(heading)
    twice = [
        " and ".join(headings[place] for place in found) + " mean the same column"
        for found in places.values()
        if len(found) > 1
    ]
    by_column = {name: found[0] for name, found in places.items() if len(found) == 1}
    missing = [column for column in columns if column.required and column.name not in places]
    return Matching(by_column, unused, missing, twice)


def plain(heading: str) -> str:
    """A heading as it is compared: capitals, spaces, underscores, points and hyphens make no difference."""
    return FILLERS.sub("", heading).casefold()
