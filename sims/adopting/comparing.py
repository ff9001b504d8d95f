"""Holding what was taken to what is there: every row, every column that was to be taken."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sims.adopting.old import Old
from sims.adopting.taking import CHUNK, adopted, converted, values_here
from sims.contracts import Adopted, Apart


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
        if kind.apart:
            yield _compared_apart(kind, kind.apart, old)
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


def _compared_apart(kind: Adopted, apart: Apart, old: Old) -> Compared:
    """The same for rows with ids of their own, in whatever order they are here: sums of their hashes are compared."""
    there: dict[int, int] = {}
    last = 0
    while rows := old.rows(kind.source, last, CHUNK):
        last = rows[-1]["id"]
        for row in rows:
            try:
                wanted = converted(kind, row, old)
            except ValueError:
                there[row["id"]] = 0
                continue
            if wanted is not None:
                there[row["id"]] = _hash({n: v for n, v in wanted.items() if n != "id"})
    here = {number: _hash(values) for number, values in apart.here()}
    sums = tuple(f"{sum(hashes.values()) % 2**64:016x}" for hashes in (there, here))
    differ = tuple(number for number, said in there.items() if here.get(number) != said)
    return Compared(kind.source, len(there), len(here), (sums[0], sums[1]), differ)


def _hash(values: Mapping[str, Any]) -> int:
    return int.from_bytes(hashlib.sha256(repr(sorted(values.items())).encode()).digest()[:8])
