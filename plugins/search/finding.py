"""Hits, best first: exact before near, then the newest. Who sees what is part of every query.

A hit's *tier* says how well it fits: the title or a code is the question; the title has all its words; has words that
begin so; the words stand anywhere in it; it belongs to a person named in the question. Within a tier the newest comes
first, so that a page of hits reads only as many rows as it shows, however many there are.
"""

import base64
import binascii
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from plugins.search.asking import Question, Unit
from plugins.search.documents import searched
from plugins.search.matching import about, anywhere, exactly, known_by
from plugins.search.models import Document
from plugins.users.queries import called
from sims import access
from sims.actor import Actor
from sims.contracts import Record
from sims.database import PEOPLE, db
from sims.permissions import allowed

PEOPLE_TABLE = PEOPLE.partition(".")[0]

MOST_PEOPLE = 50
"""So many people of one name are looked for in other records."""

COUNTED = 100
"""Hits are counted up to here."""


Order = tuple[int, int, int]
Condition = Callable[[Sequence[str], Sequence[Unit]], sa.ColumnElement[bool]]

NEWEST, NEWEST_OF_FEW = 101, 1000
"""So many documents of a place are looked at first, and so many of one of whose rows the actor sees but some: these
have all to be found before any can be left out, so that more of them cost little more."""

PERSON = 4
"""The tier of the records of people named in the question."""


@dataclass(frozen=True)
class Hit:
    """One document found: its place in the order (`tier`, `day`, `id`), and its row."""

    tier: int
    day: date
    id: int
    record: str
    row_id: int

    @property
    def order(self) -> Order:
        """Where it stands: the lower the earlier."""
        return self.tier, -self.day.toordinal(), -self.id


@dataclass(frozen=True)
class Scope:
    """Where to look, besides what the actor may see: one record ("": all), a status, a person by name, days from and to."""

    record: str = ""
    status: str = ""
    person: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def filters(self) -> dict[str, Any]:
        """Those that are in force, as JSON holds them."""
        days = {"from": self.start, "to": self.end}
        said = {"module": self.record, "status": self.status, "person": self.person}
        return {name: value for name, value in said.items() if value} | {
            name: day.isoformat() for name, day in days.items() if day
        }


@dataclass(frozen=True)
class Place:
    """Records that are asked together: those everybody sees, or one that has owners."""

    records: tuple[Record, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its records."""
        return tuple(record.name for record in self.records)

    @property
    def owned(self) -> bool:
        """Whether not everybody sees every row."""
        return self.records[0].owner is not None


class Finder:
    """Looks for one question of one actor.

    Every place is first asked for its newest documents that have the words at all. Of a place that has no more than
    fit (`NEWEST`) everything is known then; only the others are asked again for each tier.
    """

    def __init__(self, question: Question, actor: Actor, scope: Scope | None = None):
        self.question, self.actor, self.scope = question, actor, scope or Scope()
        # a plan PostgreSQL makes once for all words walks whole tables
        if db.engine.dialect.name == "postgresql":
            db.session.execute(sa.text("SET LOCAL plan_cache_mode = force_custom_plan"))

    def page(self, size: int, after: str = "") -> tuple[list[Hit], str]:
        """The next `size` hits behind the mark `after`, and the mark for what follows ("": nothing does)."""
        if not self.question.units:
            return [], ""
        behind = _unmarked(after)
        found = [hit for hit in self._known.hits if behind is None or hit.order > behind]
        for tier in range(PERSON + 1 if self._named[0] else PERSON):
            if behind and tier < behind[0]:
                continue
            edge = behind if behind and tier == behind[0] else None
            found += self._more(tier, size + 1, edge)
            if sum(hit.tier <= tier for hit in found) > size:
                break
        found.sort(key=lambda hit: hit.order)
        more = len(found) > size
        return found[:size], _mark(found[size - 1]) if more else ""

    def counts(self) -> dict[str, int]:
        """How many hits each record has, counted up to `COUNTED` + 1; those without any left out."""
        if not self.question.units:
            return {}
        found = Counter(hit.record for hit in self._known.hits)
        found.update({name: COUNTED + 1 for place in self._known.full for name in place.names})
        parts = []
        for place in self._places() if self._named[0] else ():
            if (asked := self._of_person(place)) is not None and place not in self._known.full:
                some = self._of(place, asked).limit(COUNTED + 1).subquery()
                counted = sa.select(sa.literal(place.names[0]), sa.func.count())
                parts.append(counted.select_from(some))
        if parts:
            found.update(dict(db.session.execute(sa.union_all(*parts)).all()))
        return {name: min(number, COUNTED + 1) for name, number in found.items() if number}

    def suggestions(self, size: int) -> list[Hit]:
        """The first hits by their titles and codes only, for whoever is still typing."""
        if not self.question.units:
            return []
        known = self._first(known_by)
        exact = self._among(known.full, 0, size, None)
        newest = {hit.id: hit for hit in (*known.newest, *known.hits, *exact)}
        return sorted(newest.values(), key=lambda hit: hit.order)[:size]

    # -- how well it fits --------------------------------------------------------------------------

    @cached_property
    def _known(self) -> "Known":
        return self._first(anywhere)

    def _steps(self, place: Place) -> list[sa.ColumnElement[bool]]:
        """What documents of each tier meet, the best first; those of one may meet what comes later, too."""
        asked = self.question.units
        return [
            exactly(place.names, self.question),
            known_by(place.names, asked, whole=True),
            known_by(place.names, asked),
            anywhere(place.names, asked),
        ]

    def _tier(self, place: Place, tier: int) -> "sa.ColumnElement[bool] | None":
        """What the documents of this tier meet and no better ones; None where the place has none."""
        if tier == PERSON:
            return self._of_person(place)
        steps = self._steps(place)
        return sa.and_(steps[tier], *(sa.not_(better) for better in steps[:tier]))

    def _first(self, condition: Condition) -> "Known":
        """The newest documents of every place that meet the condition. At most three queries.

        Whoever sees everything is likely to have very many that do: the newest of a place are looked through one by
        one first, and only where few of them do, all that do are sought by their words. Walking k of n documents
        costs k; if it finds too few, no more than about n · NEWEST / k have the words; both are least at √(n · NEWEST).
        """
        places = self._places()
        wide = self._circle is None and not (self.scope.status or self.scope.person)
        if not wide or db.engine.dialect.name != "postgresql":
            return self._look(condition, places)
        walked = self._look(condition, places, self._lengths(places))
        rest = self._look(condition, [place for place in places if place not in walked.full])
        return Known(rest.hits, (*walked.newest, *rest.newest), (*walked.full, *rest.full))

    def _lengths(self, places: Sequence[Place]) -> dict[tuple[str, ...], int]:
        """How many documents of each place to look through first, by how many there are about."""
        large = [place for place in places if place.owned]
        if not large:
            return {}
        last = [
            sa.select(sa.func.max(Document.row_id)).where(Document.record.in_(place.names))
            for place in large
        ]
        numbers = db.session.execute(sa.select(*(each.scalar_subquery() for each in last))).one()
        return {
            place.names: math.isqrt(NEWEST * (number or 0))
            for place, number in zip(large, numbers, strict=True)
        }

    def _look(
        self,
        condition: Condition,
        places: Sequence[Place],
        lengths: Mapping[tuple[str, ...], int] | None = None,
    ) -> "Known":
        """The newest documents of these places that meet the condition, each with its tier; with `lengths` only among
        so many of the newest of each. One query."""
        if lengths is not None:
            places = [place for place in places if place.names in lengths]
        if not places:
            return Known((), (), ())
        newest_first = (Document.day.desc(), Document.id.desc())
        parts = []
        for number, place in enumerate(places):
            asked = condition(place.names, self.question.units)
            steps = self._steps(place)[:-1]
            tier = sa.case(*((step, tier) for tier, step in enumerate(steps)), else_=len(steps))
            said = (sa.literal(number).label("place"), tier.label("tier"))
            if lengths is None:
                found = self._of(place, asked, *said).order_by(*newest_first)
            else:
                walked = self._of(place, sa.true(), *said, asked.label("met"))
                some = walked.order_by(*newest_first).limit(lengths[place.names]).subquery()
                columns = [column for column in some.c if column.name != "met"]
                found = sa.select(*columns).where(some.c.met)
                found = found.order_by(some.c.day.desc(), some.c.id.desc())
            parts.append(sa.select(found.limit(self._most(place)).subquery()))
        rows = db.session.execute(sa.union_all(*parts)).all()
        sizes = Counter(row.place for row in rows)
        full = tuple(p for number, p in enumerate(places) if sizes[number] == self._most(p))
        hits: tuple[list[Hit], list[Hit]] = ([], [])
        for row in rows:
            hit = Hit(row.tier, row.day, row.id, row.record, row.row_id)
            hits[places[row.place] in full].append(hit)
        return Known(tuple(hits[0]), tuple(hits[1]), full)

    def _more(self, tier: int, size: int, edge: Order | None) -> list[Hit]:
        """The first hits of a tier in the places of which not everything is known yet."""
        places = self._known.full if tier < PERSON else self._places()
        return self._among(places, tier, size, edge)

    def _of_person(self, place: Place) -> "sa.ColumnElement[bool] | None":
        """The records of the people named in the question that have its other words, where the words themselves
        don't say all of it; None where the place can have none."""
        (record,) = place.records if place.owned else (None,)
        if record is None or record.table == PEOPLE_TABLE:
            return None
        people, others = self._named
        owner = getattr(record.model, record.owner or "id")
        row = record.model.id == Document.row_id
        theirs = sa.select(sa.literal(1)).where(row, owner.in_(people)).scalar_subquery() == 1
        said = anywhere(place.names, self.question.units)
        named = about(place.names, people)
        return sa.and_(named, theirs, anywhere(place.names, others), sa.not_(said))

    @cached_property
    def _named(self) -> tuple[list[int], tuple[Unit, ...]]:
        """The people whom words of the question name, and its other words. At most two queries."""
        people = next((record for record in searched() if record.table == PEOPLE_TABLE), None)
        units = self.question.units
        if people is None or not any(place.owned for place in self._places()):
            return [], ()
        held = Document.record == people.name
        known = [
            sa.select(Document.id)
            .where(held, known_by((people.name,), (unit,), whole=True))
            .exists()
            for unit in units
        ]
        there = db.session.execute(sa.select(*known)).one()
        names = tuple(unit for unit, known in zip(units, there, strict=True) if known)
        if not names:
            return [], ()
        query = sa.select(Document.row_id).where(held, known_by((people.name,), names, whole=True))
        others = tuple(unit for unit in units if unit not in names)
        return list(db.session.scalars(query.order_by(Document.id).limit(MOST_PEOPLE))), others

    # -- where to look -------------------------------------------------------------------------------

    def _records(self) -> list[Record]:
        """Those the scope allows, of which the actor may see any."""
        scope = self.scope
        return [
            record
            for record in searched()
            if allowed(self.actor, record.permission("view"))
            and scope.record in ("", record.name)
            and (not scope.status or _has_status(record, scope.status))
            and (not scope.person or record.owner)
        ]

    def _places(self) -> list[Place]:
        records = self._records()
        shared = tuple(record for record in records if record.owner is None)
        return [
            *([Place(shared)] if shared and not self.scope.status else ()),
            *(Place((r,)) for r in records if r.owner or self.scope.status),
        ]

    def _most(self, place: Place) -> int:
        """How many of its documents are looked at first."""
        return NEWEST if self._circle is None or not place.owned else NEWEST_OF_FEW

    @cached_property
    def _circle(self) -> frozenset[int] | None:
        return access.rule().circle(self.actor)

    def _of(
        self, place: Place, condition: sa.ColumnElement[bool], *columns: sa.ColumnElement[Any]
    ) -> sa.Select[Any]:
        """The documents of a place that meet the condition and that the actor may see: id, day, record, row_id."""
        query = sa.select(
            Document.id, Document.day, Document.record, Document.row_id, *columns
        ).where(Document.record.in_(place.names), condition)
        if place.owned and self._circle is not None:
            (record,) = place.records
            row = record.model.id == Document.row_id
            seen = access.visible(record, self.actor, sa.literal(1)).where(row).scalar_subquery()
            query = query.where(about(place.names, self._circle), seen == 1)
        if self.scope.status or self.scope.person:
            (record,) = place.records
            rows = sa.select(record.model.id)
            if self.scope.status:
                rows = rows.where(record.model.status == self.scope.status)
            if self.scope.person:
                owner = getattr(record.model, record.owner or "id")
                rows = rows.where(owner.in_(called(self.scope.person)))
            query = query.where(Document.row_id.in_(rows))
        if self.scope.start:
            query = query.where(Document.day >= self.scope.start)
        if self.scope.end:
            query = query.where(Document.day <= self.scope.end)
        return query

    def _among(
        self,
        places: Sequence[Place],
        tier: int,
        size: int,
        edge: Order | None,
    ) -> list[Hit]:
        """The first hits of a tier behind `edge`, the newest first. One query."""
        parts = []
        for place in places:
            if (condition := self._tier(place, tier)) is None:
                continue
            query = self._of(place, condition)
            if edge:
                day = date.fromordinal(-edge[1])
                behind = sa.and_(Document.day == day, Document.id < -edge[2])
                query = query.where(Document.day <= day, sa.or_(Document.day < day, behind))
            ordered = query.order_by(Document.day.desc(), Document.id.desc()).limit(size)
            parts.append(sa.select(ordered.subquery()))
        rows = db.session.execute(sa.union_all(*parts)) if parts else ()
        return [Hit(tier, row.day, row.id, row.record, row.row_id) for row in rows]


@dataclass(frozen=True)
class Known:
    """What a first look found: every hit of the places that were read to their end, the newest of the `full` ones,
    and which places those are."""

    hits: tuple[Hit, ...]
    newest: tuple[Hit, ...]
    full: tuple[Place, ...]


def _has_status(record: Record, status: str) -> bool:
    flow = record.workflow
    return flow is not None and any(each.name == status for each in flow.statuses)


def _mark(hit: Hit) -> str:
    token = json.dumps(hit.order).encode()
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def _unmarked(token: str) -> Order | None:
    """What `_mark` made; None where there is none or it was tampered with."""
    try:
        tier, day, number = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        date.fromordinal(-day)
        return (int(tier), int(day), int(number)) if abs(number) < 2**62 else None
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None
