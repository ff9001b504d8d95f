"""Who is told that a certificate ends, and in which words."""

from plugins.certificates import queries
from plugins.certificates.events import CertificateExpired, CertificateExpiring
from sims import access
from sims.contracts import Notice
from sims.web.templating import plain_date


def when(event: CertificateExpiring) -> str:
    """How long a certificate still is valid, in words."""
    if event.days_left == 0:
        return "Today is its last day"
    days = "1 day" if event.days_left == 1 else f"{event.days_left} days"
    return f"{days} left, until {plain_date(event.expiry_date)}"


def _owner(event: CertificateExpiring | CertificateExpired) -> str:
    names = access.rule().names([event.owner_id] if event.owner_id else [])
    return next(iter(names.values()), "A PG")


NOTICES = (
    Notice(
        kind="certificates.expiring",
        label="A certificate of yours expires soon",
        event=CertificateExpiring,
        recipients=lambda event: [event.owner_id] if event.owner_id else [],
        subject=lambda event: f"Expires soon: {event.title}",
        mail="at_once",
        body=lambda event: f"{when(event)}. Renew it, and add the new certificate.",
    ),
    Notice(
        kind="certificates.pg_expiring",
        label="A certificate of a PG of yours expires within a week",
        event=CertificateExpiring,
        recipients=lambda event: [event.supervisor_id] if event.supervisor_id else [],
        subject=lambda event: f"{_owner(event)}'s certificate expires soon: {event.title}",
        roles=("supervisor",),
        body=lambda event: f"{when(event)}.",
    ),
    Notice(
        kind="certificates.expired",
        label="A certificate of yours has expired",
        event=CertificateExpired,
        recipients=lambda event: queries.concerned_by_end(event.row_id),
        subject=lambda event: f"Expired: {event.title}",
        mail="at_once",
        body=lambda event: "It no longer counts. Add the new one as soon as you have it.",
    ),
)
