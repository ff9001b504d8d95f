"""Who is told what about accounts and supervision."""

from plugins.users.access import names
from plugins.users.events import (
    AbsenceEnded,
    AbsenceEvent,
    AbsencePlanned,
    PasswordChanged,
    SupervisorChanged,
)
from sims.addresses import path_to
from sims.contracts import Notice
from sims.web.templating import plain_date


def _told_now(event: SupervisorChanged) -> set[int]:
    return {event.pg_id} | ({event.new_id} if event.new_id else set())


def _told_before(event: SupervisorChanged) -> set[int]:
    return {event.old_id} if event.old_id else set()


def _subject(event: SupervisorChanged) -> str:
    known = names(_told_now(event))
    if event.new_id is None:
        return f"{known[event.pg_id]} is no longer supervised"
    return f"{known[event.pg_id]} is now supervised by {known[event.new_id]}"


def _days(event: AbsenceEvent) -> str:
    if event.since == event.until:
        return f"on {plain_date(event.since)}"
    return f"from {plain_date(event.since)} to {plain_date(event.until)}"


def _absent(event: AbsenceEvent) -> str:
    return names({event.person_id})[event.person_id]


NOTICES = (
    Notice(
        kind="users.supervisor",
        label="Changes of supervisor",
        event=SupervisorChanged,
        recipients=_told_now,
        subject=_subject,
        body=lambda event: event.reason,
        mail="at_once",
        link=lambda event: path_to("users.user", id=event.pg_id),
    ),
    # Who supervised before may no longer see the PG's page: no link.
    Notice(
        kind="users.supervisor",
        label="Changes of supervisor",
        event=SupervisorChanged,
        recipients=_told_before,
        subject=_subject,
        body=lambda event: event.reason,
        mail="at_once",
    ),
    Notice(
        kind="users.password",
        label="Changes of your password",
        event=PasswordChanged,
        recipients=lambda event: {event.row_id},
        subject=lambda event: "Your password was changed",
        mail="off",  # a mail of its own says so, whatever somebody chose
        link=lambda event: path_to("users.profile"),
    ),
    Notice(
        kind="users.deputy",
        label="Standing in for somebody",
        event=AbsencePlanned,
        recipients=lambda event: {event.deputy_id},
        subject=lambda event: f"You stand in for {_absent(event)} {_days(event)}",
        body=lambda event: (
            "In these days you see their PGs, and what waits for them waits for you."
        ),
        link=lambda event: path_to("core.review"),
        mail="at_once",
    ),
    Notice(
        kind="users.deputy",
        label="Standing in for somebody",
        event=AbsenceEnded,
        recipients=lambda event: {event.deputy_id},
        subject=lambda event: f"You no longer stand in for {_absent(event)} {_days(event)}",
        mail="at_once",
    ),
)
