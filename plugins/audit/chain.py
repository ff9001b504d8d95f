"""The chains of the activity log: how an entry gets its hash, and how entries are added.

Every entry's hash is an HMAC of all it says, its place and the hash before it, with a key that is not in the
database: whoever can only write to the database can't make one. A transaction adds its entries at its very end, in one
lane that nobody else is in just then, so that writers only wait for one another when more than `LANES` commit at once.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from plugins.audit.models import ActivityLog, Head
from sims import many
from sims.database import db

LANES = 32
SAID = (
    "id", "user_id", "action", "verb", "target_table", "target_id", "target_text", "metadata", "ip", "request_id",
    "is_sensitive", "created_at", "lane", "sequence", "previous_hash",
)  # fmt: skip
"""What a hash is made of, in this order."""

TRIES = 4
"""So many lanes are tried before one is waited for."""

FEW = 20
"""More rows than these go by COPY."""

Entry = dict[str, Any]
"""A row of the log by its columns' names."""


def key() -> bytes:
    """The key of all hashes: AUDIT_KEY, or made of SECRET_KEY where that is not set."""
    given = current_app.config["AUDIT_KEY"] or "audit:" + current_app.config["SECRET_KEY"]
    return hashlib.sha256(given.encode()).digest()


def digest(secret: bytes, entry: Mapping[str, Any]) -> str:
    """The hash of an entry: 64 hexadecimal digits."""
    values = [
        value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for value in (entry[name] for name in SAID)
    ]
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def seal(secret: bytes, lane: int, count: int, last: str) -> str:
    """What shows that a lane's head was written by SIMS."""
    return hmac.new(secret, f"head {lane} {count} {last}".encode(), hashlib.sha256).hexdigest()


def place(lane: int, sequence: int) -> int:
    """The id of the entry at this place."""
    return (sequence - 1) * LANES + lane + 1


def append(entries: Sequence[Entry]) -> None:
    """Add entries (all they say but their place) to the log, in their order, as a part of this transaction."""
    secret = key()
    lane, count, last = _lane(len(entries))
    for sequence, entry in enumerate(entries, start=count - len(entries) + 1):
        entry |= {"lane": lane, "sequence": sequence, "id": place(lane, sequence)}
        entry["previous_hash"] = last
        entry["hash"] = last = digest(secret, entry)
    ended = {"new_hash": last, "new_seal": seal(secret, lane, count, last), "its_lane": lane}
    if len(entries) == 1 and db.engine.dialect.name == "postgresql":
        values = {f"new_{name}_": value for name, value in entries[0].items()}
        db.session.execute(ADD_ONE, values | ended)
        return
    if len(entries) > FEW:
        names = [*SAID, "hash"]
        many.insert(LOG, names, ([entry[name] for name in names] for entry in entries))
    else:
        db.session.execute(sa.insert(LOG), list(entries))
    db.session.execute(END, ended)


LOG: sa.Table = ActivityLog.__table__  # type: ignore[assignment]
HEADS: sa.Table = Head.__table__  # type: ignore[assignment]
END = (
    sa.update(HEADS)
    .where(HEADS.c.lane == sa.bindparam("its_lane"))
    .values(hash=sa.bindparam("new_hash"), seal=sa.bindparam("new_seal"))
)
ADD_ONE = (
    sa.insert(LOG)
    .values({c.name: sa.bindparam(f"new_{c.name}_", type_=c.type) for c in LOG.columns})
    .add_cte(END.cte("ended"))
)
"""One entry, and what it makes of its lane's head, in one statement: by far the most transactions have one."""

CHOSEN = sa.bindparam("chosen", type_=sa.SmallInteger)
COUNT_ON = (
    sa.update(HEADS)
    .values(count=HEADS.c.count + sa.bindparam("number", type_=sa.BigInteger))
    .returning(HEADS.c.count, HEADS.c.hash)
)
IF_FREE = COUNT_ON.where(
    HEADS.c.lane
    == sa.select(HEADS.c.lane)
    .where(HEADS.c.lane == CHOSEN)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
IN_TURN = COUNT_ON.where(HEADS.c.lane == CHOSEN)


def _lane(number: int) -> tuple[int, int, str]:
    """A lane that nobody else adds to just now, with room for so many entries: lane, new count, last hash."""
    several = db.engine.dialect.name == "postgresql"
    tries = [IF_FREE] * TRIES if several else []
    for step in (*tries, IN_TURN, None, IN_TURN):
        if step is None:
            db.session.execute(_absent([{"lane": lane} for lane in range(LANES)]))
            continue
        lane = random.randrange(LANES) if several else 0
        if found := db.session.execute(step, {"chosen": lane, "number": number}).one_or_none():
            return lane, found.count, found.hash
    raise LookupError("The activity log has no lanes: run flask db upgrade.")


def _absent(rows: list[dict[str, Any]]) -> sa.Executable:
    kind = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    start = {"count": 0, "hash": "", "seal": ""}
    return kind.insert(HEADS).values([row | start for row in rows]).on_conflict_do_nothing()
