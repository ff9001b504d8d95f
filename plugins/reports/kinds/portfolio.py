"""The portfolio: one PG's whole record as one paper, a chapter from every plugin that has something to say."""

from collections.abc import Iterator
from dataclasses import replace

from plugins.users.records import USER
from sims.contracts import Chapter, Report
from sims.permissions import allowed
from sims.plugin import provided
from sims.tables import Asked, Table

NAME = "reports.portfolio"


def chapters_for(asked: Asked) -> list[Chapter]:
    """The chapters the reader may see, in order."""
    found = [chapter for chapter in provided(Chapter) if allowed(asked.actor, chapter.permission)]
    return sorted(found, key=lambda chapter: chapter.order)


def facts_of(asked: Asked) -> list[tuple[str, str]]:
    """The counts of every chapter: for the cover, and for whoever checks the paper at `/verify`."""
    person = asked.person
    found = [("Name", person.name)]
    if person.registration_number:
        found.append(("Registration number", person.registration_number))
    for chapter in chapters_for(asked):
        found += chapter.facts(person, asked)
    return found


def _tables(asked: Asked) -> Iterator[Table]:
    for chapter in chapters_for(asked):
        for table in chapter.tables(asked.person, asked):
            yield replace(table, part=chapter.title)


PORTFOLIO = Report(
    name=NAME,
    label="Portfolio",
    about="One PG's whole record: person, rotations, procedures against targets, entries, cases, certificates, "
    "evaluations and reviews. With a code by which anybody can check it.",
    record=USER,
    permission="users.user.view",
    tables=_tables,
    person=True,
    proof=facts_of,
    formats=("pdf", "xlsx"),
    icon="book-user",
    order=5,
)
