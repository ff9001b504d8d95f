"""Every write to procedures: a row with its synonyms, skills and groups."""

from collections.abc import Iterable, Mapping
from typing import Any

from plugins.catalogue.matching import key_of
from plugins.catalogue.models import Procedure, ProcedureGroup, ProcedureSkill, Synonym
from plugins.catalogue.records import PROCEDURE
from sims import records
from sims.actor import Actor
from sims.clock import now
from sims.errors import Problem
from sims.records import clean


def create_procedure(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[Procedure, tuple[Problem, ...]]:
    """A new procedure. `values` are its columns, `synonyms` (texts), `skills` and `groups` (ids).

    Raises `Denied`, `Invalid`.
    """
    columns, synonyms, skills, groups = _split(values)
    given = {name: value for name, value in columns.items() if value is not None} | {
        "synonyms": [Synonym(text=clean(text)) for text in synonyms or ()],
        "skills": [ProcedureSkill(skill_id=skill) for skill in skills or ()],
        "groups": [ProcedureGroup(group_id=group) for group in groups or ()],
    }
    return records.create(PROCEDURE, given, actor=actor)


def change_procedure(
    procedure: Procedure, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> tuple[Problem, ...]:
    """Change a procedure, loaded with synonyms, skills and groups; what `values` leaves out stays.

    Under a new name it is still found by the old one. Raises `Denied`, `Conflict`, `Invalid`.
    """
    records.require_editable(PROCEDURE, procedure, actor)
    columns, synonyms, skills, groups = _split(values)
    if version is None or version == procedure.version:
        name = clean(columns.get("name", procedure.name))
        if synonyms is None:
            synonyms = [synonym.text for synonym in procedure.synonyms]
        if key_of(name) != procedure.key:
            synonyms = [*synonyms, procedure.name]
        wanted = {key_of(clean(text)): clean(text) for text in synonyms}
        wanted.pop(key_of(name), None)
        changed = _sync_synonyms(procedure, wanted)
        changed |= _sync(procedure.skills, "skill_id", skills, ProcedureSkill)
        changed |= _sync(procedure.groups, "group_id", groups, ProcedureGroup)
        if changed:
            columns["updated_at"] = now()
    return records.change(PROCEDURE, procedure, columns, actor=actor, version=version)


def add_synonym(procedure: Procedure, text: str, *, actor: Actor) -> None:
    """Let `text` lead to a procedure (loaded as for `change_procedure`). Raises `Denied`, `Invalid`."""
    synonyms = [*(synonym.text for synonym in procedure.synonyms), text]
    change_procedure(procedure, {"synonyms": synonyms}, actor=actor)


def _split(
    values: Mapping[str, Any],
) -> tuple[dict[str, Any], Iterable[str] | None, Iterable[int] | None, Iterable[int] | None]:
    parts = ("synonyms", "skills", "groups")
    columns = {name: value for name, value in values.items() if name not in parts}
    return columns, values.get("synonyms"), values.get("skills"), values.get("groups")


def _sync_synonyms(procedure: Procedure, wanted: Mapping[str, str]) -> bool:
    """Make the synonyms those of `wanted` (key → text). Those that stay keep their rows."""
    there = {synonym.key: synonym for synonym in procedure.synonyms}
    changed = there.keys() != wanted.keys()
    for key, text in wanted.items():
        if key not in there:
            procedure.synonyms.append(Synonym(text=text))
        elif there[key].text != text:
            there[key].text, changed = text, True
    for key in there.keys() - wanted.keys():
        procedure.synonyms.remove(there[key])
    return changed


def _sync(parts: list[Any], link: str, wanted: Iterable[int] | None, model: type[Any]) -> bool:
    """Make the linked ids those of `wanted`; None leaves them as they are."""
    if wanted is None:
        return False
    there = {getattr(part, link): part for part in parts}
    ids = set(wanted)
    parts.extend(model(**{link: number}) for number in sorted(ids - there.keys()))
    for number in there.keys() - ids:
        parts.remove(there[number])
    return ids != there.keys()
