"""Every read of cases that is more than their lists."""

import sqlalchemy as sa

from plugins.cases.models import CaseProcedure, Category, ClinicalCase
from plugins.catalogue.matching import key_of
from plugins.catalogue.models import Diagnosis
from sims.actor import Actor
from sims.database import db

OFFERED = sa.and_(
    ClinicalCase.teaching_consent, ClinicalCase.status == "approved", ~ClinicalCase.featured
)
"""The condition on approved cases whose PGs lend them for teaching and which the library does not show yet."""


def category_choices(kept: int | None = None) -> list[tuple[int, str]]:
    """The categories in use (and `kept`), in their order."""
    query = (
        sa.select(Category.id, Category.name)
        .where(sa.or_(Category.is_active, Category.id == kept))
        .order_by(Category.position, Category.name)
    )
    return [(row.id, row.name) for row in db.session.execute(query)]


def all_categories() -> list[Category]:
    """Every category, those no longer in use too, in their order."""
    return list(db.session.scalars(sa.select(Category).order_by(Category.position, Category.name)))


def category_named(name: str) -> int | None:
    """The id of the category of this name, whatever case, or None."""
    same = sa.func.lower(Category.name) == sa.func.lower(sa.literal(name))
    return db.session.scalar(sa.select(Category.id).where(same).limit(1))


def diagnosis_named(text: str) -> Diagnosis | None:
    """The catalogue's diagnosis of this name, whatever case, accents and punctuation; archived ones too."""
    key = key_of(text)
    if not key:
        return None
    query = sa.select(Diagnosis).where(Diagnosis.key == key)
    return db.session.scalar(query.order_by(Diagnosis.is_archived, Diagnosis.id).limit(1))


def last_supervisor(actor: Actor) -> int | None:
    """Who was asked to review the actor's newest case, or None."""
    query = (
        sa.select(ClinicalCase.supervisor_id)
        .where(ClinicalCase.pg_id == actor.id)
        .order_by(ClinicalCase.date_encountered.desc(), ClinicalCase.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def with_procedure(procedure_id: int) -> sa.ColumnElement[bool]:
    """The condition "this patient had that procedure"."""
    chosen = sa.select(CaseProcedure.case_id).where(CaseProcedure.procedure_id == procedure_id)
    return ClinicalCase.id.in_(chosen)


def offered() -> int:
    """How many approved cases wait for the programme office to put them into the library."""
    query = sa.select(sa.func.count()).select_from(ClinicalCase).where(OFFERED)
    return db.session.scalar(query) or 0
