"""Rotations as iCalendar (RFC 5545, RFC 7986): whole days, an event per rotation that keeps its UID for good.

A program that reads the feed again finds a rotation that was moved under the same UID with a higher SEQUENCE.
DTSTAMP is when the rotation was last changed (RFC 5545, 3.8.7.2: there is no METHOD), so that the same
rotations give the same bytes.
"""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event, vDuration

from plugins.rotations.models import Rotation
from plugins.rotations.records import WORKFLOW
from sims.actor import Actor

PRODUCT = "-//SIMS//Rotations//EN"
REFRESH = timedelta(hours=6)
STATUSES = {"pending": "TENTATIVE", "cancelled": "CANCELLED"}
"""What programs understand; every other status is CONFIRMED."""


def feed(
    person: Actor, rotations: Iterable[Rotation], *, title: str, site: str, base: str
) -> bytes:
    """The calendar of `person` called `title`; `site` ends the UIDs, `base` begins the links (`https://…`)."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for rotation in rotations:
        calendar.add_component(_event(rotation, person, site, base))
    return bytes(calendar.to_ical())


def _event(rotation: Rotation, person: Actor, site: str, base: str) -> Event:
    event = Event()
    event.add("uid", f"rotation-{rotation.id}@{site}")
    event.add("dtstart", rotation.start_date)
    event.add("dtend", rotation.end_date + timedelta(days=1))
    event.add("dtstamp", rotation.updated_at.replace(microsecond=0))
    event.add("last-modified", rotation.updated_at.replace(microsecond=0))
    event.add("sequence", rotation.version)
    event.add("status", STATUSES.get(rotation.status, "CONFIRMED"))
    event.add("summary", _summary(rotation, person))
    event.add("location", rotation.hospital.name)
    event.add("description", _description(rotation))
    event.add("url", f"{base}/rotations/{rotation.id}")
    event.add("transp", "TRANSPARENT")
    return event


def _summary(rotation: Rotation, person: Actor) -> str:
    """The department; before it the PG's name, unless the calendar is the PG's own."""
    if rotation.pg_id == person.id:
        return rotation.department.name
    return f"{rotation.pg.name}: {rotation.department.name}"


def _description(rotation: Rotation) -> str:
    lines = [f"Rotation, {WORKFLOW.status(rotation.status).label.lower()}"]
    if rotation.supervisor:
        lines.append(f"Supervisor: {rotation.supervisor.name}")
    return "\n".join(lines)
