"""Whether the log is what SIMS wrote: every hash anew, every place filled, every lane as long as its head says."""

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.audit import chain
from plugins.audit.models import ActivityLog, Head
from sims.database import db

CHUNK = 2000
LOG: sa.Table = ActivityLog.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Fault:
    """Something that is not as SIMS wrote it. `kind` is altered, missing, inserted, moved or head."""

    kind: str
    lane: int
    sequence: int
    words: str


@dataclass(frozen=True)
class Seal:
    """How far a lane had come when it was sealed: its number of entries and its last hash."""

    count: int
    hash: str


def faults(seals: Mapping[int, Seal] | None = None) -> Iterator[Fault]:
    """Everything that is wrong, lane by lane, in its order. `seals` (lane → seal) are from `sealed()` of another day,
    kept where nobody who can write to the database can: they show a lane that was cut short, head and all."""
    secret = chain.key()
    heads = {head.lane: head for head in db.session.scalars(sa.select(Head))}
    lanes = (
        set(db.session.scalars(sa.select(LOG.c.lane).distinct())) | set(heads) | set(seals or ())
    )
    for lane in sorted(lanes):
        yield from _lane(secret, lane, heads.get(lane), (seals or {}).get(lane))


def sealed() -> dict[str, dict[str, Any]]:
    """Every lane's head as JSON holds it, to be kept elsewhere."""
    heads = db.session.scalars(sa.select(Head).where(Head.count > 0).order_by(Head.lane))
    return {str(head.lane): {"count": head.count, "hash": head.hash} for head in heads}


def seals_in(text: str) -> dict[int, Seal]:
    """What `sealed()` once gave. Raises `ValueError` where it is something else."""
    try:
        said = json.loads(text)
        return {int(lane): Seal(int(s["count"]), str(s["hash"])) for lane, s in said.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError("This is no seal: it must be what `flask audit seal` printed.") from error


def number() -> int:
    """How many entries the log has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(LOG)) or 0


def is_whole(entry: ActivityLog) -> bool:
    """Whether this one entry says what SIMS wrote, as far as it alone can tell."""
    said = {column.name: getattr(entry, key) for key, column in _columns()}
    return hmac.compare_digest(chain.digest(chain.key(), said), entry.hash)


def _columns() -> list[tuple[str, sa.Column[Any]]]:
    mapper = sa.inspect(ActivityLog)
    return [(attribute.key, attribute.columns[0]) for attribute in mapper.column_attrs]


def _lane(secret: bytes, lane: int, head: Head | None, kept: Seal | None) -> Iterator[Fault]:
    if head is None or not _is_sealed(secret, head):
        yield Fault("head", lane, 0, f"The head of lane {lane} was not written by SIMS.")
    last, sequence, count = "", 0, head.count if head else 0
    for entry in _entries(lane):
        place, name = entry["sequence"], _name(entry)
        if place != sequence + 1:
            gap = f"{sequence + 1}" if place == sequence + 2 else f"{sequence + 1} to {place - 1}"
            yield Fault(
                "missing",
                lane,
                sequence + 1,
                f"Lane {lane}: entry {gap} is missing, before {name}.",
            )
            last = entry["previous_hash"]
        if place > count:
            yield Fault("inserted", lane, place, f"{name} stands behind the end of lane {lane}.")
        elif not hmac.compare_digest(chain.digest(secret, entry), entry["hash"]):
            yield Fault("altered", lane, place, f"{name} was altered, or was not written by SIMS.")
        elif entry["previous_hash"] != last:
            yield Fault("moved", lane, place, f"{name} does not follow the entry before it.")
        if kept and place == kept.count and entry["hash"] != kept.hash:
            yield Fault("altered", lane, place, f"{name} is not what the seal says.")
        last, sequence = entry["hash"], place
    if sequence < count:
        yield Fault(
            "missing",
            lane,
            sequence + 1,
            f"Lane {lane} ends at entry {sequence} of {count}: the rest is gone.",
        )
    elif head and sequence == count and last != head.hash:
        yield Fault("head", lane, sequence, f"The head of lane {lane} names another last entry.")
    if kept and max(sequence, count) < kept.count:
        yield Fault(
            "missing", lane, sequence + 1,
            f"Lane {lane} had {kept.count} entries when it was sealed and has {sequence} now.",
        )  # fmt: skip


def _entries(lane: int) -> Iterator[Mapping[str, Any]]:
    query = sa.select(LOG).where(LOG.c.lane == lane).order_by(LOG.c.sequence)
    rows = db.session.execute(query.execution_options(yield_per=CHUNK))
    yield from rows.mappings()


def _is_sealed(secret: bytes, head: Head) -> bool:
    if head.count == 0:
        return head.hash == head.seal == ""
    return hmac.compare_digest(chain.seal(secret, head.lane, head.count, head.hash), head.seal)


def _name(entry: Mapping[str, Any]) -> str:
    moment = entry["created_at"].isoformat(timespec="seconds")
    return f"Entry {entry['id']} (lane {entry['lane']}, no. {entry['sequence']}: {entry['action']}, {moment})"
