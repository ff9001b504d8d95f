"""What people want to be told, and how: read for many people at once, written by each for themselves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa

from plugins.notifications import kinds
from plugins.notifications.models import (
    DIGEST_HOUR,
    EMAIL_MODES,
    Notification,
    NotificationPreference,
    NotificationSetting,
)
from plugins.notifications.timing import after_quiet, next_digest
from plugins.users.models import User
from plugins.users.queries import MAY_ACT
from sims.clock import now
from sims.database import db
from sims.errors import Invalid, Problem


@dataclass(frozen=True)
class Times:
    """When one person wants mail, and whether they can have any: who left gets none."""

    may_act: bool
    digest: bool = True
    digest_hour: int = DIGEST_HOUR
    quiet_from: time | None = None
    quiet_until: time | None = None

    def due(self, moment: datetime, *, digest: bool) -> datetime:
        """When a mail of `moment` goes out to them."""
        chosen = next_digest(moment, self.digest_hour) if digest else moment
        return after_quiet(chosen, self.quiet_from, self.quiet_until)


@dataclass(frozen=True)
class Wish:
    """How one person is told of one kind: inside SIMS or not, and by mail at once, in the digest, or not at all."""

    in_app: bool
    mail: str
    due: datetime | None = None


def times(people: Collection[int]) -> dict[int, Times]:
    """When each of these people wants mail; one query."""
    setting = NotificationSetting
    query = (
        sa.select(
            User.id,
            MAY_ACT,
            sa.func.coalesce(setting.digest, sa.true()),
            sa.func.coalesce(setting.digest_hour, DIGEST_HOUR),
            setting.quiet_from,
            setting.quiet_until,
        )
        .join_from(User, setting, setting.person_id == User.id, isouter=True)
        .where(User.id.in_(people))
    )
    return {
        row[0]: Times(bool(row[1]), bool(row[2]), *row[3:]) for row in db.session.execute(query)
    }


def wishes(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Wish]:
    """What each of these people wants of each kind, `(person, kind)` → wish; two queries however many they are."""
    asked = set(pairs)
    if not asked:
        return {}
    people = {person for person, _ in asked}
    when, moment = times(people), now()
    chosen = _rows(people, {kind for _, kind in asked})
    found = {}
    for person, kind in asked:
        row, hours = chosen.get((person, kind)), when.get(person, Times(may_act=False))
        mode = row.email if row else kinds.mode_of(kind)
        if not hours.may_act or (mode == "digest" and not hours.digest):
            mode = "off"
        due = None if mode == "off" else hours.due(moment, digest=mode == "digest")
        found[person, kind] = Wish(row.in_app if row else True, mode, due)
    return found


def _rows(
    people: Collection[int], names: Collection[str]
) -> dict[tuple[int, str], NotificationPreference]:
    query = sa.select(NotificationPreference).where(
        NotificationPreference.person_id.in_(people), NotificationPreference.kind.in_(names)
    )
    return {(row.person_id, row.kind): row for row in db.session.scalars(query)}


def setting_of(person_id: int) -> NotificationSetting | None:
    """When one person wants mail, if they ever chose."""
    query = sa.select(NotificationSetting).where(NotificationSetting.person_id == person_id)
    return db.session.scalar(query)


def choices_of(person_id: int, names: Collection[str]) -> dict[str, tuple[bool, str]]:
    """Of each kind: whether one person sees it in SIMS, and how it is mailed to them."""
    rows = _rows([person_id], names)
    return {
        name: (row.in_app, row.email)
        if (row := rows.get((person_id, name)))
        else (True, kinds.mode_of(name))
        for name in names
    }


def save(
    person_id: int,
    chosen: Mapping[str, tuple[bool, str]],
    *,
    digest: bool,
    digest_hour: int,
    quiet_from: time | None,
    quiet_until: time | None,
) -> None:
    """Keep what one person wants from now on; mails that wait already follow it.

    `chosen` is kind → (in SIMS, mail). Raises `Invalid` where the quiet hours have no beginning, no end or no length.
    """
    if (quiet_from is None) != (quiet_until is None) or (quiet_from and quiet_from == quiet_until):
        raise Invalid(
            [
                Problem(
                    code="notifications.quiet",
                    message="Quiet hours need a beginning and a different end. Leave both empty for none.",
                    fields=("quiet_until",),
                )
            ]
        )
    rows = _rows([person_id], chosen.keys())
    for kind, (in_app, mail) in chosen.items():
        row = rows.get((person_id, kind))
        if row is None and (in_app, mail) != (True, kinds.mode_of(kind)):
            row = NotificationPreference(person_id=person_id, kind=kind)
            db.session.add(row)
        if row is not None:
            row.in_app, row.email = in_app, mail
    setting = _setting(person_id)
    setting.digest, setting.digest_hour = digest, digest_hour
    setting.quiet_from, setting.quiet_until = quiet_from, quiet_until
    replan(person_id)


def set_mail(person_id: int, kind: str, mode: str) -> str:
    """Mail one kind (or `kinds.DIGEST`: all digests) this way from now on; return how it was. Twice is as good as once.

    `mode` is one of `EMAIL_MODES`; of all digests, "off" or anything else. Raises `ValueError` for another.
    """
    if mode not in EMAIL_MODES:
        raise ValueError(f"{mode!r} is no way to be mailed; use one of {EMAIL_MODES}.")
    if kind == kinds.DIGEST:
        setting = _setting(person_id)
        before = "digest" if setting.digest else "off"
        setting.digest = mode != "off"
    else:
        in_app, before = choices_of(person_id, [kind])[kind]
        row = _rows([person_id], [kind]).get((person_id, kind))
        if row is None:
            row = NotificationPreference(person_id=person_id, kind=kind, in_app=in_app)
            db.session.add(row)
        row.email = mode
    replan(person_id)
    return before


def _setting(person_id: int) -> NotificationSetting:
    setting = setting_of(person_id)
    if setting is None:
        setting = NotificationSetting(person_id=person_id, digest=True, digest_hour=DIGEST_HOUR)
        db.session.add(setting)
    return setting


def replan(person_id: int) -> None:
    """Mails of one person that wait go out as they want it now; those of a kind they no longer want don't."""
    db.session.flush()
    query = sa.select(Notification).where(
        Notification.recipient_id == person_id,
        Notification.channel == "email",
        Notification.sent_at.is_(None),
    )
    waiting = db.session.scalars(query.with_for_update()).all()
    wanted = wishes((person_id, row.kind) for row in waiting)
    for row in waiting:
        wish = wanted[person_id, row.kind]
        if wish.mail == "off":
            db.session.delete(row)
        else:
            row.digest, row.scheduled_for = wish.mail == "digest", wish.due
