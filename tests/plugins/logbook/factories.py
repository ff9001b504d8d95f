"""Entries for tests: in the session, flushed, as the services would have left them."""

from typing import Any

from plugins.logbook.models import EntryProcedure, LogbookEntry, LogbookReview, Template
from sims.clock import now, today
from sims.database import db


def make_template(**given: Any) -> Template:
    """A template that requires nothing but procedures."""
    defaults = {
        "name": "Procedure",
        "kind": "procedure",
        "sections": [],
        "required": ["procedures"],
    }
    template = Template(**defaults | given)
    db.session.add(template)
    db.session.flush()
    return template


def make_entry(
    pg: Any, supervisor: Any = None, *, status: str = "draft", **given: Any
) -> LogbookEntry:
    """An entry of `pg` in this status, with one procedure unless `procedures` are given."""
    procedures = given.pop("procedures", None) or [make_procedure()]
    defaults: dict[str, Any] = {
        "title": procedures[0].name,
        "date": today(),
        "location": "Theatre 2",
        "pg_year": pg.year,
        "supervisor_id": supervisor.id if supervisor else pg.supervisor_id,
    }
    if status != "draft":
        defaults |= {"submitted_at": now(), "round": 1}
    if status in ("approved", "returned", "rejected"):
        defaults |= {"reviewed_at": now()}
    entry = LogbookEntry(pg_id=pg.id, status=status, procedures=procedures, **defaults | given)
    db.session.add(entry)
    db.session.flush()
    return entry


def make_procedure(name: str = "Appendicectomy", **given: Any) -> EntryProcedure:
    """A procedure of an entry: done by the PG, trainer scrubbed."""
    return EntryProcedure(**{"name": name, "key_steps": "me", "trainer": "scrubbed"} | given)


def make_review(entry: LogbookEntry, reviewer: Any, outcome: str = "approved") -> LogbookReview:
    """A decision on the entry's last submission."""
    review = LogbookReview(
        entry_id=entry.id,
        reviewer_id=reviewer.id,
        round=entry.round,
        outcome=outcome,
        feedback="Well.",
    )
    db.session.add(review)
    db.session.flush()
    return review


def form_of(**given: str) -> dict[str, str]:
    """What a browser sends for a complete quick entry."""
    fields = {
        "date": today().isoformat(),
        "procedures-0-name": "Appendicectomy",
        "procedures-0-key_steps": "me",
        "procedures-0-trainer": "scrubbed",
    }
    return fields | given
