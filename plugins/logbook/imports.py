"""Entries from a file, brought by the office for PGs: a department's paper logbook, another system's export.

They come as drafts of their PGs, or submitted to the supervisor; nothing is approved by being imported. They are made
by bulk statements (`sims.many`), with the rules, history and events of a single one.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import Procedure
from plugins.catalogue.patients import SEXES
from plugins.logbook.models import EntryProcedure, LogbookEntry, LogbookReview, Template
from plugins.logbook.records import ENTRY
from plugins.logbook.roles import ROLES
from plugins.logbook.services import as_columns, complete
from plugins.rotations.models import Rotation
from plugins.users.lookup import People
from plugins.users.models import User
from sims import many
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Import, ImportColumn
from sims.database import db
from sims.demo import Scale
from sims.errors import Denied
from sims.events import publish_many
from sims.imports import ImportRow
from sims.records import clean
from sims.review import submitted

FACTS = {
    "observed": ("watched", "theatre", False),
    "assisted": ("assisted", "scrubbed", False),
    "supervised": ("me", "scrubbed", False),
    "unsupervised": ("me", "elsewhere", False),
    "taught": ("me", "theatre", True),
}
"""What each role of domain.md says of the two facts an entry holds: key steps, trainer, whether it was taught."""

CODES = {
    "o": "observed", "a": "assisted", "fa": "assisted", "s-ts": "supervised", "ps": "supervised",
    "p": "unsupervised", "pi": "unsupervised", "t": "taught", "ta": "taught",
    "1": "observed", "2": "assisted", "3": "supervised", "4": "unsupervised",
}  # fmt: skip
"""Codes of UK eLogbook, ACGME, NMC and CPSP that mean one role only (`roles.py` says which is whose)."""

UNSCRUBBED = "s-tu"
TEXTS = {
    "title": "title", "location": "location", "topic": "topic", "case_reference": "case_reference",
    "chief_complaint": "chief_complaint", "history": "history_summary", "diagnosis": "primary_diagnosis",
    "management": "management", "learning_points": "learning_points",
}  # fmt: skip
NAMED = {value: column for column, value in TEXTS.items()} | {
    "pg_id": "pg", "supervisor_id": "supervisor", "procedures": "procedure", "template_id": "template",
    "patient_age": "patient_age", "patient_sex": "patient_sex",
}  # fmt: skip
"""Attribute → column of the file, for what the rules say."""


def save(rows: Sequence[ImportRow], actor: Actor) -> None:
    """Make the entries of one chunk; a handful of queries, however many there are."""
    people = People(rows, pg="pg", supervisor="supervisor")
    templates = {entry.name.casefold(): entry for entry in db.session.scalars(sa.select(Template))}
    known = catalogue.resolve_many({name for row in rows for name in _names(row)})
    pgs = {row.number: people.of(row, "pg") for row in rows}
    rotations = _rotations({pg.id for pg in pgs.values() if pg}, rows)
    made: dict[str, list[tuple[ImportRow, LogbookEntry]]] = {"draft": [], "pending": []}
    for row in rows:
        supervisor = people.of(row, "supervisor")
        template = _template(row, templates)
        procedures = _procedures(row, known)
        pg = pgs[row.number]
        if not row.fine or pg is None:
            continue
        entry = _entry(row, pg, supervisor, template, procedures, rotations)
        made[row.values["status"] or "draft"].append((row, entry))
    for status, pairs in made.items():
        entries = [entry for _, entry in pairs]
        stage = "submit" if status == "pending" else "save"
        said = many.create(ENTRY, entries, actor=actor, stage=stage)
        for (row, entry), problems in zip(pairs, said, strict=True):
            row.take(problems, NAMED)
            if row.fine:
                row.made = entry
        if status == "pending":
            publish_many([submitted(ENTRY, entry, actor) for row, entry in pairs if row.fine])


def _entry(
    row: ImportRow,
    pg: User,
    supervisor: User | None,
    template: Template | None,
    procedures: list[EntryProcedure],
    rotations: Mapping[int, Sequence[Any]],
) -> LogbookEntry:
    day: date = row.values["date"]
    values: dict[str, Any] = {name: row.values[column] or "" for column, name in TEXTS.items()}
    values |= {
        "pg_id": pg.id,
        "supervisor_id": supervisor.id if supervisor else pg.supervisor_id,
        "pg_year": year_on(pg, day),
        "date": day,
        "patient_age": row.values["patient_age"],
        "patient_sex": row.values["patient_sex"] or "U",
        "rotation_id": _rotation(rotations.get(pg.id, ()), day),
        "template": template,
        "template_id": template.id if template else None,
        "procedures": procedures,
    }
    if row.values["status"] == "pending":
        values |= {"status": "pending", "round": 1, "submitted_at": now()}
    complete(values)
    return many.draft(LogbookEntry, values)


def year_on(pg: User, day: date) -> int | None:
    """The training year a PG was in on a day, where it is known when their training began; else the present one."""
    if pg.training_start is None or day < pg.training_start:
        return pg.year
    return min((day - pg.training_start).days // 365 + 1, 6)


def _names(row: ImportRow) -> list[str]:
    """The procedures of a row, as written: several are separated by semicolons."""
    return [name for part in (row.values["procedure"] or "").split(";") if (name := clean(part))]


def _procedures(row: ImportRow, known: Mapping[str, Procedure]) -> list[EntryProcedure]:
    text = (row.values["role"] or "").casefold().strip()
    names = _names(row)
    if names and not text:
        row.refuse("role", "Say the PG's role in it.")
    labels = {label.casefold(): role for role, label in ROLES.items()}
    role = CODES.get(text) or labels.get(text) or text
    facts = ("me", "theatre", False) if text == UNSCRUBBED else FACTS.get(role)
    if text and facts is None:
        row.refuse("role", f"Say one of: {', '.join(ROLES)}, or a code such as O, A, S-TS, P or T.")
    if facts is None:
        return []
    given: Iterable[dict[str, Any]] = (
        {"name": name, "key_steps": facts[0], "trainer": facts[1], "taught": facts[2]}
        for name in names
    )
    return [many.draft(EntryProcedure, columns) for columns in as_columns(given, known)]


def _template(row: ImportRow, templates: Mapping[str, Template]) -> Template | None:
    name = row.values["template"]
    found = templates.get(name.casefold()) if name else None
    if name and found is None:
        known = ", ".join(sorted(template.name for template in templates.values()))
        row.refuse("template", f"There is no kind of entry called {name}. Known are: {known}.")
    return found


def _rotations(pg_ids: set[int], rows: Sequence[ImportRow]) -> dict[int, list[Any]]:
    """The rotations of these PGs in the days of these rows."""
    days = [row.values["date"] for row in rows if row.values["date"]]
    if not days or not pg_ids:
        return {}
    query = sa.select(Rotation.id, Rotation.pg_id, Rotation.start_date, Rotation.end_date).where(
        Rotation.pg_id.in_(pg_ids),
        Rotation.status.in_(("planned", "ongoing", "completed")),
        Rotation.start_date <= max(days),
        Rotation.end_date >= min(days),
    )
    found: dict[int, list[Any]] = {}
    for rotation in db.session.execute(query):
        found.setdefault(rotation.pg_id, []).append(rotation)
    return found


def _rotation(rotations: Sequence[Any], day: date) -> int | None:
    """The one rotation a PG was in on a day, or None."""
    there = [entry.id for entry in rotations if entry.start_date <= day <= entry.end_date]
    return there[0] if len(there) == 1 else None


def remove(entry: LogbookEntry, actor: Actor) -> None:
    """Take an entry out again. Raises `Denied` where somebody has reviewed it."""
    reviewed = sa.select(LogbookReview.id).where(LogbookReview.entry_id == entry.id).limit(1)
    if db.session.scalar(reviewed) is not None:
        raise Denied("It has been reviewed by now, so it stays.")
    db.session.delete(entry)


def demo_rows(scale: Scale, count: int) -> Iterator[dict[str, str]]:
    """Entries of the demo's PGs, as a department's old system would write them; some can't be read."""
    query = sa.select(User.username).where(User.role == "pg", ~User.is_archived)
    names = list(db.session.scalars(query.order_by(User.id)))
    rng = random.Random(scale.rng.random())
    for _ in range(count):
        day = scale.anchor - timedelta(days=rng.randrange(1, 700))
        yield {
            "pg": rng.choice(names) if rng.random() > 0.002 else "nobody",
            "date": day.isoformat() if rng.random() > 0.002 else f"{day:%d/%m/%y}",
            "procedure": rng.choice(
                ("Appendicectomy", "Inguinal hernia repair", "Wound debridement")
            ),
            "role": rng.choice(("O", "A", "S-TS", "P")) if rng.random() > 0.001 else "surgeon",
            "location": "Theatre 1",
            "patient_age": str(rng.randrange(5, 90)),
        }


ENTRIES = Import(
    name="logbook.entry",
    label="Logbook entries",
    record=ENTRY,
    permission="logbook.entry.import",
    columns=(
        ImportColumn(
            name="pg", label="PG", required=True, example="ali.pgr@example.com",
            synonyms=("pg_email", "email", "username", "resident", "resident_email", "trainee", "pgr", "pgr_id", "registration_number"),
            hint="E-mail address, username or registration number.",
        ),
        ImportColumn(
            name="date", label="Date", kind="date", required=True, example="2026-01-15",
            synonyms=("date_of_procedure", "operation_date", "procedure_date", "performed_on"),
        ),
        ImportColumn(
            name="procedure", label="Procedure", synonyms=("procedures", "operation", "procedure_name"),
            example="Appendicectomy", hint="Several are separated by semicolons.",
        ),
        ImportColumn(
            name="role", label="Role", synonyms=("pg_role", "level", "supervision", "role_code"), example="supervised",
            hint="observed, assisted, supervised, unsupervised, taught, or a code such as O, A, S-TS, S-TU, P, T.",
        ),
        ImportColumn(name="title", label="Title", synonyms=("what", "case_title"), hint="Empty: the procedure."),
        ImportColumn(name="location", label="Place", synonyms=("hospital", "place", "theatre"), example="Theatre 1"),
        ImportColumn(
            name="supervisor", label="Supervisor", synonyms=("supervisor_email", "consultant", "trainer"),
            example="dr.asim@example.com", hint="Empty: the PG's own.",
        ),
        ImportColumn(name="template", label="Kind of entry", synonyms=("kind", "type", "template_name"), example="Procedure"),
        ImportColumn(name="patient_age", label="Patient's age", kind="integer", synonyms=("age",), example="34"),
        ImportColumn(
            name="patient_sex", label="Patient's sex", kind="choice", synonyms=("sex", "gender"), choices=SEXES, example="F",
        ),
        ImportColumn(name="case_reference", label="Case reference", synonyms=("reference", "case_id"), hint="Never a patient's number."),
        ImportColumn(name="diagnosis", label="Diagnosis", synonyms=("primary_diagnosis",), example="Acute appendicitis"),
        ImportColumn(name="chief_complaint", label="Chief complaint", synonyms=("complaint",)),
        ImportColumn(name="history", label="History", synonyms=("history_summary",)),
        ImportColumn(name="management", label="Management"),
        ImportColumn(name="learning_points", label="Learning points", synonyms=("notes", "learning")),
        ImportColumn(name="topic", label="Topic"),
        ImportColumn(
            name="status", label="Status", kind="choice", choices={"draft": "Draft", "pending": "Submitted"}, example="draft",
            hint="Submitted ones wait for the supervisor; none is approved by being imported.",
        ),
    ),
    one_of=(("procedure", "title"),),
    save=save,
    remove=remove,
    chunk=1000,
    independent=True,
    demo=demo_rows,
    note="Entries of PGs from a paper logbook or another system, as drafts or submitted to their supervisors.",
    order=70,
)  # fmt: skip
