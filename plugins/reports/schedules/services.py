"""Making, changing, pausing and removing schedules. Each runs with its owner's permissions, never with another's."""

import re
from collections.abc import Sequence
from zoneinfo import available_timezones

from plugins.reports import saving
from plugins.reports.documents import report_named
from plugins.reports.models import Recipient, ReportConfig, ScheduledReport
from plugins.reports.permissions import MAKE
from plugins.reports.schedules import queries
from plugins.reports.schedules.cron import check
from plugins.reports.schedules.dates import following
from plugins.users.models import User
from sims.actor import Actor
from sims.clock import now
from sims.database import db, flush
from sims.errors import Invalid, Problem
from sims.permissions import roles_of

MOST = 50
MOST_RECIPIENTS = 50


def create(
    config: ReportConfig, cron: str, timezone: str, recipients: str, *, actor: Actor
) -> ScheduledReport:
    """A schedule of this saved report, as `actor`. `recipients` are usernames or addresses, by commas or lines.

    Raises `Invalid` for cron text or a zone that can't be read, for somebody who is not there or makes no reports, and
    for the 51st schedule.
    """
    if queries.count(actor) >= MOST and actor.role != "admin":
        raise _refused("cron", f"You have {MOST} schedules; remove one first.")
    report_named(config.kind, actor)
    own = saving.find(config.id, actor)
    schedule = ScheduledReport(
        owner_id=actor.id,
        config_id=own.id,
        created_by_id=actor.id,
        cron="",
        timezone="",
        recipients=[],
    )
    _set(schedule, cron, timezone, recipients)
    db.session.add(schedule)
    flush()
    return schedule


def change(schedule: ScheduledReport, cron: str, timezone: str, recipients: str) -> None:
    """Run it at other times or tell other people. Raises `Invalid` as `create` does."""
    _set(schedule, cron, timezone, recipients)
    flush()


def pause(schedule: ScheduledReport) -> None:
    """It stands still until it is resumed."""
    schedule.is_active = False
    schedule.next_run_at = None


def resume(schedule: ScheduledReport) -> None:
    """It runs again from the next time on; what was missed meanwhile is not made up for."""
    schedule.is_active, schedule.failures = True, 0
    schedule.next_run_at = following(schedule.cron, schedule.timezone, now())


def remove(schedule: ScheduledReport) -> None:
    """Forget it; what it has made stays as long as any report."""
    db.session.delete(schedule)
    flush()


def _set(schedule: ScheduledReport, cron: str, timezone: str, recipients: str) -> None:
    tidy = check(cron)
    if timezone not in available_timezones():
        raise _refused(
            "timezone", f"There is no time zone called “{timezone}”. Asia/Karachi is one."
        )
    people = _people(recipients)
    schedule.cron, schedule.timezone = tidy, timezone
    if schedule.is_active is not False:
        schedule.next_run_at = following(tidy, timezone, now())
    there = {recipient.person_id for recipient in schedule.recipients}
    wanted = {person.id for person in people}
    schedule.recipients = [
        *(recipient for recipient in schedule.recipients if recipient.person_id in wanted),
        *(Recipient(person_id=number) for number in sorted(wanted - there)),
    ]


def _people(text: str) -> Sequence[User]:
    named = [part for part in re.split(r"[\s,;]+", text) if part]
    found = queries.people_named(named)
    if unknown := [part for part in named if part.lower() not in found]:
        raise _refused("recipients", f"Nobody with an open account is called {', '.join(unknown)}.")
    people = list({person.id: person for person in found.values()}.values())
    if len(people) > MOST_RECIPIENTS:
        raise _refused("recipients", f"A report goes to {MOST_RECIPIENTS} people at most.")
    makers = roles_of(MAKE)
    if others := [person.name for person in people if person.role not in makers]:
        raise _refused("recipients", f"{others[0]} may not read reports.")
    return people


def _refused(field: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"schedule.{field}", message=message, fields=(field,))])
