"""Holding what was taken to what is there: every row, every column that was to be taken."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sims.adopting.old import Old
from sims.adopting.taking import CHUNK, adopted, converted, values_here


@dataclass(frozen=True)
class Compared:
    """A table's rows there and here, a checksum over what each side says, and which rows differ (their old ids)."""

    source: str
    there: int
    here: int
    sums: tuple[str, str]
    differ: tuple[int, ...]


def compare(old: Old) -> Iterator[Compared]:
    """Compare every table that keeps its ids; rows that could not be read count as there and not here."""
    for kind in adopted():
        if kind.same or kind.source not in old.tables:
            continue
        there = here = last = 0
        sums, differ = (hashlib.sha256(), hashlib.sha256()), []
        while rows := old.rows(kind.source, last, CHUNK):
            last = rows[-1]["id"]
            found = values_here(kind, [row["id"] for row in rows])
            for row in rows:
                try:
                    wanted = converted(kind, row, old)
                except ValueError:
                    there += 1
                    continue
                if wanted is None:
                    continue
                there += 1
                mine = found.get(row["id"])
                here += mine is not None
                said = {name: mine[name] for name in wanted} if mine is not None else {}
                for total, values in zip(sums, (wanted, said), strict=True):
                    total.update(repr(sorted(values.items())).encode())
                if said != wanted:
                    differ.append(row["id"])
        digests = (sums[0].hexdigest()[:16], sums[1].hexdigest()[:16])
        yield Compared(kind.source, there, here, digests, tuple(differ))
