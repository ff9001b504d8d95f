"""Reminders of what waits for a review: after 3 and 7 days, and where too much waits for one person.

domain.md, notifications: review waiting 3 and 7 days; facts.md: the UK eLogbook reminds a trainer past 25 entries or
30 days.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from plugins.notifications.models import NotificationBacklog, NotificationReminder
from plugins.users.models import User
from plugins.users.queries import MAY_ACT
from sims import access
from sims.addresses import path_to
from sims.clock import local, today, zone
from sims.contracts import Notice, Record
from sims.database import commit, db
from sims.events import Event, publish
from sims.jobs import repeatable
from sims.plugin import provided
from sims.web.templating import plain_date

DAYS = (7, 3)
"""After so many days of the hospital's calendar a reviewer is reminded, the longest first."""

MOST = 25
LONGEST = 30
AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class ReviewsWaiting(Event):
    """So many rows have waited for a reviewer for `days` days, and nobody has said so yet. `name` is theirs."""

    reviewer_id: int
    name: str
    days: int
    count: int
    oldest: date


@dataclass(frozen=True, kw_only=True)
class ReviewsPiledUp(Event):
    """More than `MOST` rows wait for a reviewer, or one waits for `LONGEST` days. `name` is theirs."""

    reviewer_id: int
    name: str
    count: int
    oldest: date


def _deputies(event: Any) -> list[int]:
    return list(access.rule().deputies([event.reviewer_id], today()).values())


def _office(event: ReviewsPiledUp) -> Sequence[int]:
    query = sa.select(User.id).where(User.role == "admin", MAY_ACT, User.id != event.reviewer_id)
    return db.session.scalars(query).all()


def _waited(event: ReviewsWaiting) -> str:
    have = "1 item has" if event.count == 1 else f"{event.count:,} items have"
    return f"{have} waited {event.days} days for your review"


def _wait(event: ReviewsPiledUp, whose: str) -> str:
    return f"{'1 item waits' if event.count == 1 else f'{event.count:,} items wait'} for {whose}"


def _away(event: Any) -> str:
    return f"For {event.name}, who is away: "


def _notice(event: type[Event], recipients: Any, subject: Any, link: Any = None) -> Notice:
    """One of the notices below: all go by mail at once, and say since when the oldest waits."""
    waiting = event is ReviewsWaiting
    return Notice(
        kind="review.waiting" if waiting else "review.backlog",
        label="Something has waited for your review for 3 or 7 days"
        if waiting
        else "Too much waits for one reviewer",
        event=event,
        recipients=recipients,
        subject=subject,
        body=lambda event: f"The oldest since {plain_date(event.oldest)}.",
        link=link or (lambda event: path_to("core.review")),
        mail="at_once",
        roles=("supervisor", "admin"),
    )


NOTICES = (
    _notice(ReviewsWaiting, lambda event: [event.reviewer_id], _waited),
    _notice(ReviewsWaiting, _deputies, lambda event: _away(event) + _waited(event)),
    _notice(
        ReviewsPiledUp, lambda event: [event.reviewer_id], lambda event: _wait(event, "your review")
    ),
    _notice(ReviewsPiledUp, _deputies, lambda event: _away(event) + _wait(event, "your review")),
    _notice(
        ReviewsPiledUp,
        _office,
        lambda event: _wait(event, event.name),
        lambda event: path_to("users.user", id=event.reviewer_id),
    ),
)


@repeatable
def remind() -> None:
    """The daily job: each row is spoken of once after each number of days, each backlog once until it is gone.

    Run late, it makes up for the days it missed in one go; run twice, it says nothing new.
    """
    records = [r for r in provided(Record) if r.workflow and r.workflow.waiting]
    for event in (*_waiting(records), *_piled_up(records)):
        publish(event)
    commit()


def _begin_of(days_ago: int) -> datetime:
    """The end of the day so many days ago, by the hospital's clock: what came before has waited that long."""
    day = today() - timedelta(days=days_ago - 1)
    return datetime.combine(day, time(), tzinfo=zone()).astimezone(UTC)


def _rows_waiting(record: Record) -> tuple[sa.ColumnElement[bool], ...]:
    model = record.model
    return (
        model.status == record.flow.waiting,
        model.supervisor_id.is_not(None),
        model.submitted_at.is_not(None),
    )


def _waiting(records: Sequence[Record]) -> Iterator[ReviewsWaiting]:
    """What has newly waited so long; it is noted here that it is told. A row that has passed several of the `DAYS`
    at once is told of as the longest."""
    spoken: set[tuple[str, int]] = set()
    for days in DAYS:
        found: dict[int, list[datetime]] = defaultdict(list)
        for record in records:
            for row_id, reviewer_id, since in _newly(record, days):
                if (record.table, row_id) not in spoken:
                    found[reviewer_id].append(since)
                spoken.add((record.table, row_id))
        names = access.rule().names(found) if found else {}
        for reviewer_id, moments in sorted(found.items()):
            yield ReviewsWaiting(
                reviewer_id=reviewer_id,
                name=names[reviewer_id],
                days=days,
                count=len(moments),
                oldest=local(min(moments)).date(),
            )


def _newly(record: Record, days: int) -> Iterator[tuple[int, int, datetime]]:
    """`(row, reviewer, since when)` of what has waited `days` days and is noted as such only now."""
    model, reminder = record.model, NotificationReminder
    noted = sa.exists().where(
        reminder.table == record.table,
        reminder.row_id == model.id,
        reminder.since == model.submitted_at,
        reminder.days == days,
    )
    query = sa.select(model.id, model.supervisor_id, model.submitted_at).where(
        *_rows_waiting(record), model.submitted_at < _begin_of(days), ~noted
    )
    rows = db.session.execute(query.order_by(model.id)).all()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        values = [
            {"table": record.table, "row_id": row_id, "since": since, "days": days}
            for row_id, _, since in part
        ]
        statement = insert(reminder).values(values).on_conflict_do_nothing()
        new = set(db.session.scalars(statement.returning(reminder.row_id)))
        yield from ((row_id, who, since) for row_id, who, since in part if row_id in new)


def _piled_up(records: Sequence[Record]) -> Iterator[ReviewsPiledUp]:
    """Reviewers with a backlog of whom nobody was told since it was less."""
    waits = _backlogs(records)
    backlog = NotificationBacklog
    db.session.execute(sa.delete(backlog).where(backlog.person_id.not_in(list(waits))))
    names = access.rule().names(waits)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    for reviewer_id, (count, oldest) in sorted(waits.items()):
        statement = insert(backlog).values(person_id=reviewer_id).on_conflict_do_nothing()
        if db.session.scalar(statement.returning(backlog.id)) is not None:
            yield ReviewsPiledUp(
                reviewer_id=reviewer_id,
                name=names[reviewer_id],
                count=count,
                oldest=local(oldest).date(),
            )


def _backlogs(records: Sequence[Record]) -> Mapping[int, tuple[int, datetime]]:
    """How much waits for whom, and since when, where that is too much or too long."""
    found: dict[int, tuple[int, datetime]] = {}
    for record in records:
        model = record.model
        counted = sa.func.count(model.id), sa.func.min(model.submitted_at)
        query = sa.select(model.supervisor_id, *counted).where(*_rows_waiting(record))
        for reviewer_id, count, oldest in db.session.execute(query.group_by(model.supervisor_id)):
            before = found.get(reviewer_id, (0, oldest))
            found[reviewer_id] = (before[0] + count, min(before[1], oldest))
    limit = _begin_of(LONGEST)
    return {who: kept for who, kept in found.items() if kept[0] > MOST or kept[1] < limit}
