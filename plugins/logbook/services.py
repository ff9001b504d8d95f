"""Every write of the logbook: an entry with its procedures and skills."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import Procedure
from plugins.logbook.models import EntryProcedure, EntrySkill, LogbookEntry, Template
from plugins.logbook.records import ENTRY
from sims import records
from sims.actor import Actor
from sims.clock import now
from sims.database import db
from sims.errors import Invalid, Problem
from sims.records import clean

SHIPPED_TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name": "Procedure",
        "kind": "procedure",
        "sections": ["patient", "reflection"],
        "required": ["procedures"],
    },
    {
        "name": "Surgical case",
        "kind": "surgical",
        "sections": ["patient", "case", "reflection", "skills"],
        "required": ["procedures", "history_summary", "primary_diagnosis", "management"],
    },
    {
        "name": "Medical case",
        "kind": "medical",
        "sections": ["patient", "case", "reflection", "skills"],
        "required": ["chief_complaint", "history_summary", "primary_diagnosis", "management"],
    },
    {
        "name": "Emergency",
        "kind": "emergency",
        "sections": ["patient", "case", "reflection"],
        "required": ["chief_complaint", "primary_diagnosis", "management"],
    },
)


def create_entry(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[LogbookEntry, tuple[Problem, ...]]:
    """A new draft of the actor's. `values` are the form's: columns, `procedures` (dicts), `skills` (ids).

    Raises `Invalid`, `Denied`.
    """
    columns, procedures, skills = _split(values)
    given = {
        "title": "",
        "supervisor_id": actor.supervisor_id,
        "pg_year": actor.year,
        **{
            key: value
            for key, value in columns.items()
            if value is not None or key != "supervisor_id"
        },
        "procedures": [EntryProcedure(**procedure) for procedure in procedures],
        "skills": [EntrySkill(skill_id=skill) for skill in skills or ()],
    }
    complete(given)
    given["template"] = _template(given.get("template_id"))
    return records.create(ENTRY, given, actor=actor)


def change_entry(
    entry: LogbookEntry, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """Change an entry that is a draft or was returned. Raises `Denied`, `Conflict`, `Invalid`."""
    records.require_editable(ENTRY, entry, actor)
    columns, procedures, skills = _split(values)
    if version is not None and version != entry.version:
        return records.change(
            ENTRY, entry, columns, actor=actor, version=version
        )  # says who was faster
    if "procedures" in values and records.sync(entry.procedures, EntryProcedure, procedures):
        columns["updated_at"] = now()
    if skills is not None and _sync_skills(entry, skills):
        columns["updated_at"] = now()
    if "title" in columns or "procedures" in values:
        columns.setdefault("title", entry.title)
        complete(columns | {"procedures": entry.procedures}, into=columns)
    if "template_id" in columns and columns["template_id"] != entry.template_id:
        entry.template = _template(columns["template_id"])
    return records.change(ENTRY, entry, columns, actor=actor, version=version)


def load_templates() -> int:
    """The four entry templates SIMS ships, added where their name is missing. Returns how many."""
    known = set(db.session.scalars(sa.select(Template.name)))
    missing = [Template(**given) for given in SHIPPED_TEMPLATES if given["name"] not in known]
    db.session.add_all(missing)
    return len(missing)


def loaded(query: sa.Select) -> sa.Select:
    """`query` of entries with everything `change_entry` and the rules touch."""
    return query.options(
        selectinload(LogbookEntry.procedures),
        selectinload(LogbookEntry.skills),
        selectinload(LogbookEntry.template),
    )


def _split(
    values: Mapping[str, Any],
) -> tuple[dict[str, Any], list[dict[str, Any]], Sequence[int] | None]:
    columns = {key: value for key, value in values.items() if key not in ("procedures", "skills")}
    given = values.get("procedures", ())
    found = catalogue.resolve_many([clean(entry["name"]) for entry in given])
    return columns, as_columns(given, found), values.get("skills")


def as_columns(
    procedures: Iterable[Mapping[str, Any]], found: Mapping[str, Procedure]
) -> list[dict[str, Any]]:
    """Procedures as they were entered, as columns of `EntryProcedure`; `found` are those the catalogue knows."""
    return [
        {
            "position": position,
            "procedure_id": known.id if (known := found.get(clean(given["name"]))) else None,
            "name": known.name if known else clean(given["name"]),
            "key_steps": given["key_steps"],
            "trainer": given["trainer"],
            "taught": bool(given.get("taught")) and given["key_steps"] != "watched",
        }
        for position, given in enumerate(procedures)
    ]


def complete(values: dict[str, Any], into: dict[str, Any] | None = None) -> None:
    """An entry without a title is called by its procedures."""
    if not clean(values.get("title") or "") and values.get("procedures"):
        first, *rest = values["procedures"]
        more = f" and {len(rest)} more" if rest else ""
        (values if into is None else into)["title"] = f"{first.name}{more}"


def _template(template_id: int | None) -> Template | None:
    if template_id is None:
        return None
    template = db.session.get(Template, template_id)
    if template is None:
        raise Invalid(
            [
                Problem(
                    code="logbook.entry.template",
                    message="Choose a kind of entry from the list.",
                    fields=("template_id",),
                )
            ]
        )
    return template


def _sync_skills(entry: LogbookEntry, wanted: Sequence[int]) -> bool:
    before = {part.skill_id: part for part in entry.skills}
    for skill_id in set(wanted) - set(before):
        entry.skills.append(EntrySkill(skill_id=skill_id))
    for skill_id in set(before) - set(wanted):
        entry.skills.remove(before[skill_id])
    return set(before) != set(wanted)
