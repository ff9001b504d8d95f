"""Long reading from a replica (`REPLICA_URL`), so that reports and analytics don't slow down those who write.

A replica is behind by a moment. Whoever reads from it still sees what was committed before they asked: it is waited for, for
REPLICA_WAIT milliseconds; one that is further behind, or away, is passed over, and the reading is done where the writing is.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import current_app, g
from sqlalchemy.exc import OperationalError

from sims.database import db

log = logging.getLogger(__name__)

STEP = 0.01


@contextmanager
def reading() -> Iterator[None]:
    """Within this block the session reads from the replica, if there is one and it is up to date. Nothing may be written."""
    engine = _up_to_date() if "reads_from" not in g else None
    if engine is None:
        yield
        return
    g.reads_from = engine
    try:
        yield
    finally:
        g.pop("reads_from")


def _up_to_date() -> sa.Engine | None:
    """The replica, once it has everything that is committed now; None where there is none or it does not get there."""
    url = current_app.config["REPLICA_URL"]
    if not url:
        return None
    engines: dict[str, sa.Engine] = current_app.extensions.setdefault("sims.replica", {})
    if url not in engines:
        engines[url] = sa.create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": 2}
        )
    until = time.monotonic() + current_app.config["REPLICA_WAIT"] / 1000
    try:
        with db.engine.connect() as primary:
            place = primary.scalar(sa.text("SELECT pg_current_wal_lsn()"))
        arrived = sa.text(
            "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= CAST(:place AS pg_lsn)"
        )
        with engines[url].connect() as replica:
            while not replica.scalar(arrived, {"place": str(place)}):
                if time.monotonic() > until:
                    log.warning("the replica is behind; reading from the primary")
                    return None
                replica.rollback()
                time.sleep(STEP)
    except OperationalError as error:
        log.warning("the replica does not answer; reading from the primary: %s", error.orig)
        return None
    return engines[url]
