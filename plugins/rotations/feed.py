"""Calendar feeds: one address per person, behind a secret of which only the hash is kept, until it is revoked.

The secret has 256 random bits, so nobody guesses it, and a plain SHA-256 finds its row by an index.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from plugins.rotations.models import Feed, Rotation
from plugins.rotations.records import ROTATION
from sims import access
from sims.actor import Actor
from sims.clock import now, today
from sims.database import affected, commit, db, flush
from sims.errors import Denied, Missing
from sims.permissions import allowed

PERMISSION = "rotations.feed.make"
BYTES = 32
KEPT = timedelta(days=400)
"""How long a feed still shows what is over."""
NOTED = timedelta(hours=1)
"""How often at most a reading is noted down: programs read every few minutes."""


def of(person_id: int) -> Feed | None:
    """The person's feed in force, or None."""
    query = sa.select(Feed).where(Feed.person_id == person_id, Feed.revoked_at.is_(None))
    return db.session.scalar(query)


def make(*, actor: Actor) -> str:
    """A new feed for the actor; one they had is revoked. Returns its secret, which nobody can ask for again.

    Raises `Denied`, and `Conflict` where another one was made at the same moment.
    """
    if not allowed(actor, PERMISSION):
        raise Denied("There is no calendar feed for your role.")
    revoke(actor=actor)
    secret = secrets.token_urlsafe(BYTES)
    db.session.add(Feed(person_id=actor.id, secret_hash=_hash(secret)))
    flush()
    return secret


def revoke(*, actor: Actor) -> bool:
    """End the actor's feed at once; return whether there was one."""
    feed = of(actor.id)
    if feed is None:
        return False
    feed.revoked_at = now()
    flush()
    return True


def reader(secret: str) -> Actor:
    """Whose feed this secret opens. Raises `Missing`: unknown, revoked, or theirs no longer to read."""
    query = sa.select(Feed.person_id).where(
        Feed.secret_hash == _hash(secret), Feed.revoked_at.is_(None)
    )
    person_id = db.session.scalar(query)
    person = access.rule().find(person_id) if person_id is not None else None
    if person is None or not allowed(person, PERMISSION):
        raise Missing("There is no such calendar feed, or it was revoked.")
    return person


def note_reading(secret: str) -> None:
    """Write down that the feed was read, in a transaction of its own, unless that was done within the hour."""
    db.session.rollback()  # SQLite lets only a fresh transaction write while others do
    moment = now()
    stale = sa.or_(Feed.last_read_at.is_(None), Feed.last_read_at < moment - NOTED)
    found = sa.update(Feed).where(Feed.secret_hash == _hash(secret), stale)
    affected(found.values(last_read_at=moment))
    commit()


def rotations_of(person: Actor) -> Sequence[Rotation]:
    """What the feed holds: every rotation the person may see (a PG's own; for a supervisor those they
    supervise and their PGs'), from a year back on, oldest first."""
    query = access.visible(ROTATION, person).where(Rotation.end_date >= today() - KEPT)
    return db.session.scalars(
        query.options(*ROTATION.load).order_by(Rotation.start_date, Rotation.id)
    ).all()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
