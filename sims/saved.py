"""A filtered list under a name: what somebody looks at every week is one click away."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from sims.actor import Actor
from sims.database import Base, Stamped, db, flush, person
from sims.errors import Invalid, Missing, Problem
from sims.records import clean

MOST = 30


class SavedList(Stamped, Base):
    """One person's name for the filters, sort and columns of one list."""

    __tablename__ = "core_savedlist"
    __table_args__ = (sa.UniqueConstraint("owner_id", "record", "name"),)

    owner_id: Mapped[int] = person()
    record: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(80))
    query: Mapped[str]


def of(record: str, actor: Actor) -> list[SavedList]:
    """The actor's saved lists of this record, by name."""
    query = sa.select(SavedList).where(SavedList.owner_id == actor.id, SavedList.record == record)
    return list(db.session.scalars(query.order_by(SavedList.name)))


def save(record: str, name: str, query: str, *, actor: Actor) -> SavedList:
    """Keep `query` (as it stands in the address) under `name`; the same name again replaces it.

    Raises `Invalid` for an empty name or the 31st list, `Conflict` where the same press came twice at once.
    """
    name = " ".join(clean(name).split())[:80]
    mine = {entry.name: entry for entry in of(record, actor)}
    if not name:
        raise _refused("Give the list a name.")
    if name not in mine and len(mine) >= MOST:
        raise _refused(f"You have {MOST} saved lists; remove one first.")
    entry = mine.get(name) or SavedList(owner_id=actor.id, record=record, name=name)
    entry.query = clean(query)[:2000]
    db.session.add(entry)
    flush()
    return entry


def remove(entry_id: int, *, actor: Actor) -> None:
    """Forget one saved list. Raises `Missing` unless it is the actor's own."""
    entry = db.session.get(SavedList, entry_id)
    if entry is None or entry.owner_id != actor.id:
        raise Missing("There is no such saved list.")
    db.session.delete(entry)


def _refused(message: str) -> Invalid:
    return Invalid([Problem(code="saved.name", message=message, fields=("name",))])
