"""Every read of the catalogue that is more than its lists: suggestions, look-ups, targets, choices."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, g

from plugins.catalogue.matching import Entry, Names, key_of, slug_of
from plugins.catalogue.models import (
    CATEGORIES,
    CodeMap,
    Diagnosis,
    Group,
    Procedure,
    ProcedureGroup,
    Request,
    Skill,
    Synonym,
    Target,
)
from plugins.users.models import Supervision, User
from sims.actor import Actor
from sims.clock import today
from sims.database import db

MOST = 8


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A target as a PG's record is measured by it. `procedure_ids` is None where everything counts."""

    id: int
    label: str
    minimum: int
    role: str
    by_year: int
    procedure_ids: frozenset[int] | None


def suggest(text: str, limit: int = MOST, specialty: str = "") -> list[dict[str, str]]:
    """The procedures `text` may mean, as `{"value", "label", "hint"}`, best first; archived ones left out.

    `specialty` (a person's, as they write it) comes first among equals. One query while nothing changes.
    """
    found = _names(Procedure, _procedure_entries).find(text, limit, slug_of(specialty))
    return [
        {"value": match.entry.name, "label": match.entry.name, "hint": match.hint}
        for match in found
    ]


def suggest_diagnoses(text: str, limit: int = MOST) -> list[dict[str, str]]:
    """The diagnoses `text` may mean, as `suggest` gives procedures."""
    found = _names(Diagnosis, _diagnosis_entries).find(text, limit)
    return [
        {"value": match.entry.name, "label": match.entry.name, "hint": match.hint}
        for match in found
    ]


def synonyms_sql() -> sa.ColumnElement[str]:
    """The synonyms of a procedure, one after the other, as an expression."""
    mine = (
        sa.select(Synonym.text)
        .where(Synonym.procedure_id == Procedure.id)
        .order_by(Synonym.id)
        .correlate(Procedure)
        .subquery()
    )
    joined = sa.select(sa.func.aggregate_strings(mine.c.text, ", ")).scalar_subquery()
    return sa.func.coalesce(joined, "")


def names_of_procedures(phrases: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Which of these phrases (as `key_of` writes them) name a procedure, or are a word of its names that another of
    them says otherwise ("appendectomy"): what else is said for it. One query while nothing changes."""
    names = _names(Procedure, _procedure_entries)
    found = {
        phrase: (*names.called(phrase), *names.other_words.get(phrase, ())) for phrase in phrases
    }
    return {phrase: others for phrase, others in found.items() if others}


def resolve(text: str) -> Procedure | None:
    """The procedure with exactly this name or synonym, whatever case, accents and punctuation; archived too."""
    return resolve_many([text]).get(text)


def resolve_many(texts: Iterable[str]) -> Mapping[str, Procedure]:
    """For each text that is the name or a synonym of a procedure, that procedure. One query."""
    keys = {text: key for text in texts if (key := key_of(text))}
    if not keys:
        return {}
    wanted = set(keys.values())
    called = sa.and_(Synonym.procedure_id == Procedure.id, Synonym.key.in_(wanted))
    query = (
        sa.select(Procedure, Synonym.key)
        .outerjoin(Synonym, called)
        .where(sa.or_(Procedure.key.in_(wanted), Synonym.key.is_not(None)))
    )
    found: dict[str, Procedure] = {}
    for procedure, key in db.session.execute(query):
        found[key or procedure.key] = found[procedure.key] = procedure
    return {text: found[key] for text, key in keys.items() if key in found}


def targets_for(specialty: str, edition: int) -> list[Requirement]:
    """The targets of a specialty for the cohorts that began in the year `edition`: those of the newest edition
    at or before it, or of the oldest there is. One query.
    """
    slug = slug_of(specialty)
    mine = sa.select(Target.edition).where(Target.specialty == slug, ~Target.is_archived)
    newest = sa.select(sa.func.max(mine.where(Target.edition <= edition).subquery().c.edition))
    oldest = sa.select(sa.func.min(mine.subquery().c.edition))
    query = (
        sa.select(Target, ProcedureGroup.procedure_id)
        .outerjoin(ProcedureGroup, ProcedureGroup.group_id == Target.group_id)
        .where(
            Target.specialty == slug,
            ~Target.is_archived,
            Target.edition == sa.func.coalesce(newest.scalar_subquery(), oldest.scalar_subquery()),
        )
        .order_by(Target.by_year, Target.id)
    )
    return _requirements(query)


def target(target_id: int) -> Requirement | None:
    """The target with this id, archived ones too, or None. One query."""
    query = (
        sa.select(Target, ProcedureGroup.procedure_id)
        .outerjoin(ProcedureGroup, ProcedureGroup.group_id == Target.group_id)
        .where(Target.id == target_id)
    )
    return next(iter(_requirements(query)), None)


def _requirements(query: sa.Select[Any]) -> list[Requirement]:
    """Targets with the procedures of their groups, put together."""
    members: dict[Target, set[int | None]] = {}
    for target, procedure_id in db.session.execute(query):
        members.setdefault(target, set()).add(procedure_id or target.procedure_id)
    return [
        Requirement(
            id=target.id,
            label=target.label,
            minimum=target.minimum,
            role=target.role,
            by_year=target.by_year,
            procedure_ids=None
            if target.group_id is None and target.procedure_id is None
            else frozenset(number for number in ids if number is not None),
        )
        for target, ids in members.items()
    ]


def targets_for_pg(pg: User) -> list[Requirement]:
    """The targets this PG's cohort started with."""
    return targets_for(pg.specialty, started(pg)) if pg.specialty else []


def started(pg: User) -> int:
    """The year in which a PG's training began: that of the first supervision on record, or what the training
    year says now, whichever is earlier (a record that was brought over starts late, a year ends in mid-year).
    """
    return years_started([pg])[pg.id]


def years_started(pgs: Iterable[Any]) -> dict[int, int]:
    """The same of many PGs (rows with `id` and `year`), by their ids. One query."""
    people = list(pgs)
    query = (
        sa.select(Supervision.pg_id, sa.func.min(Supervision.since).label("since"))
        .where(Supervision.pg_id.in_([pg.id for pg in people]))
        .group_by(Supervision.pg_id)
    )
    first = {row.pg_id: row.since.year for row in db.session.execute(query)}
    this = today().year
    by_training_year = {pg.id: this - (pg.year or 1) + 1 for pg in people}
    return {number: min(first.get(number, year), year) for number, year in by_training_year.items()}


def skill_choices(kept: Iterable[int] = ()) -> list[tuple[int, str]]:
    """The skills in use, by name, and those in `kept` even if they are archived."""
    return _choices(Skill, kept)


def group_choices() -> list[tuple[int, str]]:
    """The groups targets count by, by name."""
    query = sa.select(Group.id, Group.name).order_by(Group.name)
    return [(row.id, row.name) for row in db.session.execute(query)]


def ids_by_slug() -> dict[str, int]:
    """The id of every group, by its short name."""
    return {row.slug: row.id for row in db.session.execute(sa.select(Group.slug, Group.id))}


def skills_by_key(names: Iterable[str]) -> dict[str, int]:
    """The ids of the skills of these names, by their keys (`key_of`). One query."""
    keys = {key_of(name) for name in names}
    query = sa.select(Skill.key, Skill.id).where(Skill.key.in_(keys))
    return {row.key: row.id for row in db.session.execute(query)} if keys else {}


def procedure_choices(kept: Iterable[int] = ()) -> list[tuple[int, str]]:
    """The procedures in use, by name, and those in `kept` even if they are archived."""
    return _choices(Procedure, kept)


def procedure_names(ids: Iterable[int]) -> Mapping[int, str]:
    """The names of these procedures, archived ones too."""
    query = sa.select(Procedure.id, Procedure.name).where(Procedure.id.in_(set(ids)))
    return {row.id: row.name for row in db.session.execute(query)}


def names_of(model: type[Skill] | type[Group]) -> Mapping[int, str]:
    """The name of every skill (or group), archived ones too; read once a request."""
    known: dict[type, dict[int, str]] = g.setdefault("catalogue_names", {})
    if model not in known:
        rows = db.session.execute(sa.select(model.id, model.name))
        known[model] = {row.id: row.name for row in rows}
    return known[model]


def codes(**subject: int) -> Sequence[CodeMap]:
    """The codes of a procedure or diagnosis: `codes(procedure_id=7)`."""
    query = sa.select(CodeMap).filter_by(**subject).order_by(CodeMap.system, CodeMap.code)
    return db.session.scalars(query).all()


def counts_to(procedure: Procedure) -> Sequence[Target]:
    """The targets a procedure (with its groups loaded) counts to, besides those of all procedures."""
    groups = [part.group_id for part in procedure.groups]
    query = sa.select(Target).where(
        ~Target.is_archived,
        sa.or_(Target.group_id.in_(groups), Target.procedure_id == procedure.id),
    )
    return db.session.scalars(query.order_by(Target.specialty, Target.edition, Target.id)).all()


def pending_requests(actor: Actor) -> int:
    """How many requests wait for an administrator; for the menu, and nobody else's business."""
    if actor.role != "admin":
        return 0
    query = sa.select(sa.func.count()).select_from(Request).where(Request.status == "pending")
    return db.session.scalar(query) or 0


def taken_keys(keys: Iterable[str], procedure_id: int | None) -> set[str]:
    """Those of `keys` by which another procedure than this one is called already."""
    keys = set(keys)
    query = (
        sa.select(Procedure.key)
        .where(Procedure.key.in_(keys), Procedure.id != (procedure_id or 0))
        .union(
            sa.select(Synonym.key).where(
                Synonym.key.in_(keys), Synonym.procedure_id != (procedure_id or 0)
            )
        )
    )
    return set(db.session.scalars(query))


def _choices(model: type[Skill] | type[Procedure], kept: Iterable[int]) -> list[tuple[int, str]]:
    wanted = sa.or_(~model.is_archived, model.id.in_(list(kept)))
    query = sa.select(model.id, model.name).where(wanted).order_by(model.key)
    return [(row.id, row.name) for row in db.session.execute(query)]


def _names(model: Any, entries: Any) -> Names:
    """The searchable names of a table, kept in memory until a row of it changes (its versions add up)."""
    cache: dict[type, tuple[Any, Names]] = current_app.extensions.setdefault("catalogue.names", {})
    state = sa.select(sa.func.count(), sa.func.sum(model.version), sa.func.max(model.updated_at))
    stamp = tuple(db.session.execute(state).one())
    if model not in cache or cache[model][0] != stamp:
        cache[model] = (stamp, Names(entries()))
    return cache[model][1]


def _procedure_entries() -> list[Entry]:
    others: dict[int, list[str]] = {}
    for row in db.session.execute(
        sa.select(Synonym.procedure_id, Synonym.text).order_by(Synonym.id)
    ):
        others.setdefault(row.procedure_id, []).append(row.text)
    query = sa.select(Procedure.id, Procedure.name, Procedure.category, Procedure.specialties)
    return [
        Entry(
            row.name,
            CATEGORIES[row.category],
            tuple(others.get(row.id, ())),
            tuple(row.specialties),
        )
        for row in db.session.execute(query.where(~Procedure.is_archived))
    ]


def _diagnosis_entries() -> list[Entry]:
    query = sa.select(Diagnosis.name, Diagnosis.category).where(~Diagnosis.is_archived)
    return [Entry(row.name, row.category) for row in db.session.execute(query)]
