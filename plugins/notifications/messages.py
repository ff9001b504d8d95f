"""What an event says, and to whom: the words of every review, and those the plugins declare."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sims import access
from sims.clock import today
from sims.contracts import Notice
from sims.events import Event, Moved, RecordEvent
from sims.plugin import provided
from sims.review import Approved, Rejected, Reopened, Returned, Submitted

DECISIONS: dict[type[Moved], str] = {
    Approved: "approved",
    Returned: "returned",
    Rejected: "rejected",
    Reopened: "reopened",
}
LONGEST_TITLE = 300


@dataclass(frozen=True)
class Message:
    """What one event says to some people. `asks`: to review something, so whoever stands in for them is asked too."""

    kind: str
    verb: str
    title: str
    recipients: tuple[int, ...]
    body: str = ""
    link: str = ""
    asks: bool = False


@dataclass(frozen=True)
class Note:
    """One person is told of one event, in these words."""

    recipient_id: int
    message: Message
    event: Event

    def values(self) -> dict[str, Any]:
        """The columns of a notification that says so."""
        about = self.event if isinstance(self.event, RecordEvent) else None
        return {
            "recipient_id": self.recipient_id,
            "actor_id": self.event.actor_id,
            "kind": self.message.kind,
            "verb": self.message.verb,
            "title": self.message.title[:LONGEST_TITLE],
            "body": self.message.body,
            "link": self.message.link,
            "table": about.table if about else "",
            "row_id": about.row_id if about else None,
        }


def notes_of(events: Sequence[Event]) -> list[Note]:
    """Whom these events concern: each of them tells a person once, and never the one who did it."""
    said = [(event, [*of_review(event), *of_notices(event)]) for event in events]
    asked = {who for _, messages in said for one in messages if one.asks for who in one.recipients}
    deputies = access.rule().deputies(asked, today()) if asked else {}
    names = access.rule().names(deputies) if deputies else {}
    notes = []
    for event, messages in said:
        told: set[int | None] = {event.actor_id, None}
        for message in messages:
            people = set(message.recipients) - told
            notes += [Note(person, message, event) for person in sorted(people)]
            told |= people
        for message in messages:
            for absent in message.recipients:
                deputy = deputies.get(absent) if message.asks else None
                if deputy and deputy not in told:
                    title = f"For {names[absent]}, who is away: {message.title}"
                    notes.append(Note(deputy, replace(message, title=title), event))
                    told.add(deputy)
    return notes


def of_review(event: Event) -> Iterator[Message]:
    """What the review of any record says: to the reviewer that it waits, to its owner what was decided."""
    if isinstance(event, Submitted) and event.reviewer_id is not None:
        title = f"Waits for your review: {event.title}"
        yield Message("review.submitted", "submitted", title, (event.reviewer_id,), asks=True)
    for kind, verb in DECISIONS.items():
        if isinstance(event, kind) and event.owner_id is not None:
            title = f"{verb.capitalize()}: {event.title}"
            yield Message(f"review.{verb}", verb, title, (event.owner_id,), event.feedback)


def of_notices(event: Event) -> Iterator[Message]:
    """What the plugins declared that this event says."""
    for notice in provided(Notice):
        if isinstance(event, notice.event):
            yield Message(
                notice.kind,
                notice.kind.rpartition(".")[2],
                notice.subject(event),
                tuple(notice.recipients(event)),
                notice.body(event),
                notice.link(event),
            )
