"""What the programme office sees and does about mails that were not sent. Never what they say."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from sims import mail
from sims.clock import now
from sims.database import affected, db
from sims.errors import Conflict, Missing
from sims.jobs import enqueue
from sims.mail import TRIES, Mail

FEW = 50


def unsent(*, given_up: bool) -> list[Any]:
    """The mails SIMS has given up, or those it will try (again) by itself; the next or latest first."""
    query = sa.select(
        Mail.id,
        Mail.recipient,
        Mail.subject,
        Mail.attempts,
        Mail.error,
        Mail.created_at,
        Mail.next_try_at,
    ).where(_which(given_up))
    order = Mail.id.desc() if given_up else Mail.next_try_at
    return list(db.session.execute(query.order_by(order).limit(FEW)))


def count(*, given_up: bool) -> int:
    """How many there are of them."""
    return db.session.scalar(sa.select(sa.func.count(Mail.id)).where(_which(given_up))) or 0


def _which(given_up: bool) -> sa.ColumnElement[bool]:
    tried = Mail.attempts >= TRIES if given_up else Mail.attempts < TRIES
    return sa.and_(Mail.sent_at.is_(None), tried)


def send_again(mail_id: int | None) -> int:
    """Try one mail again from the first try on, or all that were given up (None); return how many.

    Raises `Missing`, and `Conflict` for a mail that was sent, or that a job may be at: two jobs would send it twice.
    """
    moment = now()
    claimed = moment + timedelta(seconds=current_app.config["JOB_TIMEOUT"])  # see mail.deliver
    wanted = Mail.attempts >= TRIES if mail_id is None else Mail.id == mail_id
    again = affected(
        sa.update(Mail)
        .where(Mail.sent_at.is_(None), wanted)
        .where(sa.or_(Mail.next_try_at <= moment, Mail.next_try_at > claimed))
        .values(attempts=0, next_try_at=moment)
    )
    if mail_id is None:
        enqueue(mail.sweep)
    elif again:
        enqueue(mail.deliver, mail_id, on="high")
    elif db.session.get(Mail, mail_id) is None:
        raise Missing("There is no such mail.")
    else:
        raise Conflict("It was sent, or is tried by itself within minutes. Look again.")
    return again
