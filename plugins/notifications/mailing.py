"""Notifications by mail: each alone and at once, or all of a day in one digest at the person's hour.

What is due becomes a mail in the outbox (`sims.mail`) in the transaction that notes so: of two workers at it, one does
each; one that is killed has done all of a part, or nothing of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import aliased

from plugins.notifications import kinds, preferences
from plugins.notifications.links import link_of, stop_headers, stop_url, whole
from plugins.notifications.models import Notification
from plugins.notifications.preferences import Wish
from plugins.notifications.timing import after_quiet
from plugins.users.models import User
from plugins.users.queries import MAY_ACT
from sims import mail
from sims.addresses import path_to
from sims.clock import local, now
from sims.database import commit, db
from sims.jobs import repeatable
from sims.web.templating import plain_date

BATCH = 100
SHOWN = 10
"""So many notifications of a kind does a digest spell out."""

COPIED = ("recipient_id", "actor_id", "kind", "verb", "title", "body", "link", "table", "row_id", "count", "dedupe")  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The notifications of one kind in a digest: the newest of them, as `(title, note, url)`, and how many more."""

    label: str
    count: int
    oldest: str
    items: Sequence[tuple[str, str, str]]
    more: int
    url: str


def mail_of(row: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """The columns of the mail that says what the notification with these columns says, as its recipient wishes it."""
    due = {"digest": wish.mail == "digest", "scheduled_for": wish.due}
    return {**row, "channel": "email", **due}


@repeatable
def send_due() -> int:
    """The job that puts all mail that is due into the outbox. However many run, each goes once. Returns how many."""
    count = 0
    while done := _alone() or _digests():
        count += done
    return count


def _due(*, digest: bool) -> sa.ColumnElement[bool]:
    return sa.and_(
        Notification.channel == "email",
        Notification.sent_at.is_(None),
        Notification.scheduled_for <= now(),
        Notification.digest == digest,
    )


def _alone() -> int:
    """The next mails that go at once; how many were looked at."""
    query = sa.select(Notification).where(_due(digest=False))
    query = query.order_by(Notification.scheduled_for, Notification.id).limit(BATCH)
    rows = db.session.scalars(query.with_for_update(skip_locked=True)).all()
    for person, own in _by_person(rows).items():
        for row in own:
            _send_one(row, person)
    commit()
    return len(rows)


def _by_person(rows: Sequence[Notification]) -> Mapping[User, Sequence[Notification]]:
    """The rows that can be mailed now, by their recipient. Who left gets none; who sleeps gets theirs later."""
    ids = {row.recipient_id for row in rows}
    hours = preferences.times(ids)
    people = {p.id: p for p in db.session.scalars(sa.select(User).where(User.id.in_(ids), MAY_ACT))}
    found, moment = defaultdict(list), now()
    for row in rows:
        if row.recipient_id not in people:
            db.session.delete(row)
            continue
        times = hours[row.recipient_id]
        due = after_quiet(moment, times.quiet_from, times.quiet_until)
        if due > moment:
            row.scheduled_for = due
        else:
            found[people[row.recipient_id]].append(row)
    return found


def _send_one(row: Notification, person: User) -> None:
    text, html = mail.render(
        "notifications/mail/one.jinja",
        person=person,
        row=row,
        url=whole(link_of(row) or path_to("notifications.center")),
        why=f"You get this mail because of “{kinds.label_of(row.kind)}”.",
        links=_links(person, row.kind, "Stop these mails"),
    )
    mail.send(
        person.email,
        f"{row.title} – {current_app.config['SITE_NAME']}",
        text,
        html=html,
        headers=stop_headers(person.id, row.kind),
        key=f"notification-{row.id}",
    )
    _sent([row])


def _digests() -> int:
    """The digests of the next people whose hour has come; how many people."""
    mine = Notification.recipient_id == User.id
    query = sa.select(User.id).where(sa.exists().where(mine, _due(digest=True))).order_by(User.id)
    locked = query.limit(BATCH).with_for_update(skip_locked=True, key_share=True)
    people = db.session.scalars(locked).all()
    if people:
        _forget_read(people)
        chosen = sa.select(Notification).where(
            Notification.recipient_id.in_(people), _due(digest=True)
        )
        rows = db.session.scalars(chosen.order_by(Notification.id.desc())).all()
        for person, own in _by_person(rows).items():
            _send_digest(person, own)
    commit()
    return len(people)


def _forget_read(people: Sequence[int]) -> None:
    """What somebody has read inside SIMS in the meantime is no news."""
    shown = aliased(Notification)
    read = sa.exists().where(
        shown.recipient_id == Notification.recipient_id,
        shown.channel == "in_app",
        shown.dedupe == Notification.dedupe,
        shown.is_read,
    )
    db.session.execute(
        sa.delete(Notification)
        .where(Notification.recipient_id.in_(people), _due(digest=True), read)
        .execution_options(synchronize_session=False)
    )


def _send_digest(person: User, rows: Sequence[Notification]) -> None:
    """One mail of all `rows`, newest first. Where the day had its digest, they wait for the next."""
    day = local(max(row.scheduled_for for row in rows if row.scheduled_for)).date()
    text, html = mail.render(
        "notifications/mail/digest.jinja",
        person=person,
        count=len(rows),
        groups=_groups(rows),
        url=whole(path_to("notifications.center")),
        why="You get this mail once a day, if there is news.",
        links=_links(person, kinds.DIGEST, "Stop the daily digest"),
    )
    noun = "notification" if len(rows) == 1 else "notifications"
    written = mail.send(
        person.email,
        f"{len(rows)} {noun}, {plain_date(day)} – {current_app.config['SITE_NAME']}",
        text,
        html=html,
        headers=stop_headers(person.id, kinds.DIGEST),
        key=f"digest-{person.id}-{day}",
    )
    if written is not None:
        _sent(rows)
        return
    times = preferences.times([person.id])[person.id]
    for row in rows:
        row.scheduled_for = times.due(now(), digest=True)


def _groups(rows: Sequence[Notification]) -> list[Group]:
    """The rows by kind, in the order of the preferences."""
    found = defaultdict(list)
    for row in rows:
        found[row.kind].append(row)
    order = {name: place for place, name in enumerate(kinds.every())}
    return [
        Group(
            label=kinds.label_of(kind),
            count=len(own),
            oldest=plain_date(local(min(row.created_at for row in own)).date()),
            items=[
                (row.title, plain_date(local(row.created_at).date()), whole(link_of(row)))
                for row in own[:SHOWN]
            ],
            more=len(own[SHOWN:]),
            url=whole(path_to("notifications.center", kind=kind)),
        )
        for kind, own in sorted(found.items(), key=lambda pair: order.get(pair[0], len(order)))
    ]


def _links(person: User, kind: str, words: str) -> list[tuple[str, str]]:
    return [
        (words, stop_url(person.id, kind)),
        ("Choose what you are told, and when", whole(path_to("notifications.preferences"))),
    ]


def _sent(rows: Sequence[Notification]) -> None:
    for row in rows:
        row.sent_at = now()
        row.attempts += 1
