"""The teaching library: approved cases whose PGs agreed and which the programme office chose, without names.

Only the columns named here are ever read for it: what is not selected can't leak. PG, supervisor, reviewer,
place, day, number and files are none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.cases.models import COMPLEXITIES, CaseProcedure, Category, ClinicalCase
from sims.database import db, matches
from sims.errors import Missing

PAGE = 24
BELOW = 90
"""Ages from here on are one band: there are too few to hide among."""

SEXES = {"M": "Male", "F": "Female"}
TEXTS = {
    "chief_complaint": "Chief complaint",
    "history": "History",
    "examination": "Examination",
    "investigations": "Investigations",
    "diagnosis": "Diagnosis",
    "secondary_diagnoses": "Further diagnoses",
    "management": "Management",
    "outcome": "Outcome",
    "follow_up": "Follow-up",
    "reasoning": "Clinical reasoning",
    "learning_points": "What was learned",
}
"""The texts of a case that the library shows, in the order a reader needs them."""

SHOWN = sa.and_(
    ClinicalCase.featured, ClinicalCase.teaching_consent, ClinicalCase.status == "approved"
)
"""The condition on cases the library shows: chosen, agreed to, approved, all three."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A case as the library shows it. `texts` are those that are written, by the names of `TEXTS`."""

    key: str
    title: str
    category: str
    colour: str
    complexity: str
    patient: str
    year: int
    texts: Mapping[str, str]
    procedures: tuple[str, ...] = ()


def age_band(age: int | None) -> str:
    """An age in years as the library says it: a decade, "Infant" below 1, "90 or older"; empty for none."""
    if age is None:
        return ""
    if age < 1:
        return "Infant"
    if age >= BELOW:
        return f"{BELOW} or older"
    decade = age // 10 * 10
    return f"{max(1, decade)} to {decade + 9} years"


def find(key: str) -> Lesson:
    """The case at this address. Raises `Missing` unless the library shows it now."""
    query = _columns(*TEXTS).where(ClinicalCase.library_key == key)
    row = db.session.execute(query).first()
    if row is None:
        raise Missing("There is no such case in the teaching library.")
    names = (
        sa.select(CaseProcedure.name)
        .join(ClinicalCase, ClinicalCase.id == CaseProcedure.case_id)
        .where(SHOWN, ClinicalCase.library_key == key)
        .order_by(CaseProcedure.position)
    )
    return _lesson(row, tuple(db.session.scalars(names)))


def page(
    *, text: str = "", category: int | None = None, complexity: str = "", number: int = 1
) -> tuple[list[Lesson], bool]:
    """The cases that match, the newest in the library first, and whether more follow after this page."""
    query = _columns("diagnosis", "learning_points")
    if text:
        said = (ClinicalCase.diagnosis, ClinicalCase.chief_complaint, ClinicalCase.learning_points)
        whole: sa.ColumnElement[str] = ClinicalCase.title + ""
        for column in said:
            whole = whole + " " + column
        query = query.where(matches(whole, text))
    if category is not None:
        query = query.where(ClinicalCase.category_id == category)
    if complexity:
        query = query.where(ClinicalCase.complexity == complexity)
    query = query.order_by(ClinicalCase.featured_at.desc(), ClinicalCase.id.desc())
    rows = db.session.execute(query.limit(PAGE + 1).offset(PAGE * (number - 1))).all()
    return [_lesson(row) for row in rows[:PAGE]], len(rows) > PAGE


def categories() -> Sequence[tuple[int, str]]:
    """The categories of which the library holds a case, in their order."""
    used = sa.select(ClinicalCase.category_id).where(SHOWN)
    query = sa.select(Category.id, Category.name).where(Category.id.in_(used))
    rows = db.session.execute(query.order_by(Category.position, Category.name))
    return [(row.id, row.name) for row in rows]


def _columns(*texts: str) -> sa.Select[Any]:
    """The columns of a lesson and nothing else, of the cases the library shows."""
    return (
        sa.select(
            ClinicalCase.library_key,
            ClinicalCase.title,
            ClinicalCase.complexity,
            ClinicalCase.patient_age,
            ClinicalCase.patient_sex,
            sa.extract("year", ClinicalCase.date_encountered).label("year"),
            Category.name.label("category"),
            Category.colour,
            *(getattr(ClinicalCase, text) for text in texts),
        )
        .outerjoin(Category, Category.id == ClinicalCase.category_id)
        .where(SHOWN)
    )


def _lesson(row: Any, procedures: tuple[str, ...] = ()) -> Lesson:
    found = row._mapping
    return Lesson(
        key=row.library_key,
        title=row.title,
        category=row.category or "",
        colour=row.colour or "neutral",
        complexity=COMPLEXITIES[row.complexity],
        patient=", ".join(
            filter(None, (age_band(row.patient_age), SEXES.get(row.patient_sex, "").lower()))
        ),
        year=int(row.year),
        texts={name: found[name] for name in TEXTS if found.get(name)},
        procedures=procedures,
    )
