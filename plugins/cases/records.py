"""The records of clinical cases, declared once: everything SIMS does with them starts here."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.cases import dividing, queries
from plugins.cases.forms import CaseForm, CategoryForm
from plugins.cases.models import (
    COLOURS,
    COMPLEXITIES,
    CaseProcedure,
    CaseReview,
    Category,
    ClinicalCase,
)
from plugins.cases.rules import RULES
from plugins.cases.workflow import WORKFLOW
from plugins.rotations.models import Rotation
from plugins.rotations.queries import of_rotations_supervised
from plugins.users.models import User
from plugins.users.queries import NAMES, called, name_sql
from sims.contracts import Column, Dated, Filter, Part, Record, Rule, Searched
from sims.database import matches, named
from sims.review import COUNTED, seen_by_reviewers
from sims.rules import text_needed


def _also_seen_by(person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """What a supervisor sees besides the cases of their own PGs (domain.md, who sees what)."""
    reviewed = seen_by_reviewers(ClinicalCase, CaseReview, "case_id")
    return (*reviewed(person_id), of_rotations_supervised(ClinicalCase.rotation_id, person_id))


CASE = Record(
    name="cases.case",
    model=ClinicalCase,
    label="case",
    plural="clinical cases",
    icon="stethoscope",
    title=lambda case: case.title,
    endpoint="cases.case",
    owner="pg_id",
    also_seen_by=_also_seen_by,
    columns=(
        Column(name="title", label="Case"),
        Column(name="status", label="Status", kind="status"),
        Column(name="date_encountered", label="Date", kind="date", sort="date_encountered"),
        Column(name="category", label="Category", value=lambda case: case.category.name if case.category else "",
               sql=lambda joined: sa.func.coalesce(joined(Category, ClinicalCase.category_id).name, "")),
        Column(name="complexity", label="Complexity", value=lambda case: COMPLEXITIES[case.complexity],
               sql=lambda joined: sa.case(COMPLEXITIES, value=ClinicalCase.complexity)),
        Column(name="pg", label="PG", value=lambda case: case.pg.name, kind="person",
               sql=lambda joined: name_sql(joined(User, ClinicalCase.pg_id))),
        Column(
            name="supervisor",
            label="Supervisor",
            kind="person",
            value=lambda case: case.supervisor.name if case.supervisor else "",
            sql=lambda joined: name_sql(joined(User, ClinicalCase.supervisor_id)),
        ),
        Column(name="diagnosis", label="Diagnosis", shown=False),
        Column(name="supervisor_score", label="Score", kind="number", shown=False),
        Column(name="teaching_consent", label="For teaching", shown=False),
        Column(name="featured", label="In the library", shown=False),
        Column(name="submitted_at", label="Submitted", kind="datetime", shown=False),
        Column(name="reviewed_at", label="Reviewed", kind="datetime", shown=False),
        Column(name="created_at", label="Written", kind="datetime", sort="created_at", shown=False),
    ),
    filters=(
        Filter(name="q", label="Diagnosis", where=lambda text: matches(ClinicalCase.diagnosis, text)),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
        Filter(
            name="category",
            label="Category",
            kind="choice",
            column="category_id",
            choices=lambda actor: [(str(c.id), c.name) for c in queries.all_categories()],
        ),
        Filter(name="complexity", label="Complexity", kind="choice", choices=tuple(COMPLEXITIES.items())),
        Filter(name="pg", label="PG", where=lambda text: ClinicalCase.pg_id.in_(called(text))),
        Filter(name="from", label="From", kind="from", column="date_encountered"),
        Filter(name="to", label="To", kind="to", column="date_encountered"),
        Filter(name="person", label="PG", kind="id", column="pg_id"),
        Filter(name="supervisor", label="Supervisor", kind="id", where=named(ClinicalCase.supervisor_id)),
        Filter(name="condition", label="Diagnosis", kind="id", column="primary_diagnosis_id"),
        Filter(name="unlisted", label="Not in the catalogue", kind="id", where=lambda yes: ClinicalCase.primary_diagnosis_id.is_(None)),
        Filter(name="uncategorised", label="Without a category", kind="id", where=lambda yes: ClinicalCase.category_id.is_(None)),
        Filter(name="procedure", label="Procedure", kind="id", where=queries.with_procedure),
        Filter(name="counted", label="Approved", kind="id", where=lambda yes: ClinicalCase.status.in_(COUNTED)),
        Filter(name="featured", label="In the library", kind="id", where=lambda yes: ClinicalCase.featured.is_(True)),
        Filter(name="offered", label="Offered for teaching", kind="id", where=lambda yes: queries.OFFERED),
        *dividing.FILTERS,
    ),
    order="-date_encountered",
    load=(
        joinedload(ClinicalCase.pg).options(NAMES),
        joinedload(ClinicalCase.supervisor).options(NAMES),
        joinedload(ClinicalCase.category).load_only(Category.name, Category.colour),
        joinedload(ClinicalCase.rotation).load_only(Rotation.pg_id),
    ),
    light=(
        ClinicalCase.title, ClinicalCase.status, ClinicalCase.date_encountered, ClinicalCase.complexity,
        ClinicalCase.pg_id, ClinicalCase.supervisor_id, ClinicalCase.category_id, ClinicalCase.rotation_id,
        ClinicalCase.diagnosis, ClinicalCase.supervisor_score, ClinicalCase.teaching_consent, ClinicalCase.featured,
        ClinicalCase.submitted_at, ClinicalCase.reviewed_at, ClinicalCase.created_at, ClinicalCase.version,
    ),
    searched=Searched(
        title=("title",), body=("diagnosis", "chief_complaint", "learning_points"), through=("rotation_id",)
    ),
    workflow=WORKFLOW,
    rules=RULES,
    parts=(
        Part(name="procedures", model=CaseProcedure, link="case_id", show=lambda part: part.name),
    ),
    form=CaseForm,
    labels={
        "supervisor_id": "Supervisor",
        "pg_id": "PG",
        "category_id": "Category",
        "primary_diagnosis_id": "Diagnosis in the catalogue",
        "verified_by_id": "Approved by",
        "verified_at": "Approved",
        "teaching_consent": "Others may learn from it",
        "featured_at": "Put into the library",
        "featured_by_id": "Put into the library by",
    },
    attachments=True,
    sensitive=True,
    dated=Dated(attribute="created_at", label="written", start="written_from", end="written_to"),
    dimensions=dividing.DIMENSIONS,
    empty="Write up the first one: what you saw, what you did, what you learned.",
)  # fmt: skip


def _name_is_free(category: Category) -> bool:
    taken = queries.category_named(category.name or "")
    return taken is None or taken == category.id


CATEGORY = Record(
    name="cases.category",
    model=Category,
    label="category",
    plural="case categories",
    icon="shapes",
    title=lambda category: category.name,
    endpoint="cases.category",
    columns=(
        Column(name="name", label="Name", sort="name"),
        Column(name="position", label="Position", kind="number", sort="position"),
        Column(name="colour", label="Colour", value=lambda category: COLOURS[category.colour]),
        Column(name="is_active", label="In use"),
    ),
    order="position",
    rules=(
        text_needed(
            "cases.category",
            "name",
            "Give the category a name.",
            source="domain.md, cases: categories have names",
        ),
        Rule(
            code="cases.category.name",
            message="There is a category of this name already.",
            fields=("name",),
            holds=_name_is_free,
            source="domain.md, cases: categories have names",
        ),
    ),
    form=CategoryForm,
)
