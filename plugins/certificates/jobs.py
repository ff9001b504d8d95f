"""What happens to certificates by the calendar: they expire, and their end is announced before it comes.

Everything here may run twice, or not for days: what was done is not done again, what was missed is made up for once.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from plugins.certificates.events import CertificateExpiring
from plugins.certificates.models import Certificate, Reminder
from plugins.certificates.queries import renewed
from plugins.certificates.records import CERTIFICATE
from plugins.certificates.validity import THRESHOLDS, threshold_due
from plugins.users.models import User
from sims.clock import today
from sims.database import commit, db
from sims.errors import DomainError
from sims.events import publish
from sims.jobs import repeatable
from sims.records import about
from sims.workflow import move

CHUNK = 200
TO_SUPERVISOR = min(THRESHOLDS)
"""The reminder the PG's supervisor gets as well: the last one."""

log = logging.getLogger(__name__)


@repeatable
def daily() -> None:
    """The scheduled job: expire what is past its last day, then announce what ends soon."""
    expire()
    remind()


def expire() -> int:
    """Approved certificates past their last day, by the hospital's calendar, are expired; returns how many."""
    past = (Certificate.status == "approved", Certificate.expiry_date < today())
    done, last = 0, 0
    while rows := _chunk(sa.select(Certificate).where(*past), last):
        last = rows[-1].id
        for certificate in rows:
            try:
                move(CERTIFICATE, certificate, "expire", actor=None)
                done += 1
            except DomainError as error:
                log.warning("certificate %s does not expire: %s", certificate.id, error)
        commit()
    return done


def remind() -> int:
    """Announce the end of every approved certificate that has reached a threshold, once for each.

    A certificate gets the latest threshold it has reached and no earlier one, however long nobody looked. Nobody
    is told of people who left, nor of what was renewed. Returns how many were announced.
    """
    done, last = 0, 0
    while rows := _chunk(_due(), last):
        last = rows[-1].id
        mine = _due().where(Certificate.id.in_([row.id for row in rows]))
        due = db.session.scalars(mine).all()  # asked again: another job may have held them before
        supervisors = _supervisors([certificate.pg_id for certificate in due])
        for certificate in due:
            _announce(certificate, supervisors.get(certificate.pg_id))
        commit()
        done += len(due)
    return done


def _chunk(query: sa.Select, after: int) -> Sequence[Any]:
    """The next rows of `query`, by id, theirs until the commit."""
    query = query.where(Certificate.id > after).order_by(Certificate.id).limit(CHUNK)
    return db.session.scalars(query.with_for_update(of=Certificate)).all()


def _due() -> sa.Select:
    """The certificates whose latest threshold reached has not been announced."""
    day = today()
    steps = sorted(THRESHOLDS)
    reached = sa.case(
        *((Certificate.expiry_date <= day + timedelta(days=step), step) for step in steps[:-1]),
        else_=steps[-1],
    )
    announced = sa.exists().where(
        Reminder.certificate_id == Certificate.id,
        Reminder.expiry_date == Certificate.expiry_date,
        Reminder.threshold <= reached,
    )
    return (
        sa.select(Certificate)
        .join(User, User.id == Certificate.pg_id)
        .where(
            Certificate.status == "approved",
            Certificate.expiry_date.between(day, day + timedelta(days=steps[-1])),
            ~User.is_archived,
            ~renewed(),
            ~announced,
        )
    )


def _supervisors(pg_ids: Sequence[int]) -> dict[int, int]:
    """PG → who supervises them now, without those who left."""
    supervisor = aliased(User)
    query = (
        sa.select(User.id, User.supervisor_id)
        .join(supervisor, supervisor.id == User.supervisor_id)
        .where(User.id.in_(pg_ids), ~supervisor.is_archived)
    )
    return {row.id: row.supervisor_id for row in db.session.execute(query)}


def _announce(certificate: Certificate, supervisor_id: int | None) -> None:
    expiry = certificate.expiry_date
    left = (expiry - today()).days if expiry else -1
    threshold = threshold_due(left)
    if expiry is None or threshold is None:
        return
    db.session.add(Reminder(certificate_id=certificate.id, expiry_date=expiry, threshold=threshold))
    publish(
        CertificateExpiring(
            **about(CERTIFICATE, certificate, None),
            days_left=left,
            threshold=threshold,
            expiry_date=expiry,
            supervisor_id=supervisor_id if threshold == TO_SUPERVISOR else None,
        )
    )
