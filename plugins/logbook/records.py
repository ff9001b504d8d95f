"""The logbook's records, declared once: everything SIMS does with them starts here."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from plugins.catalogue import queries as catalogue
from plugins.catalogue.models import Skill
from plugins.logbook import dividing
from plugins.logbook.forms import EntryForm, TemplateForm
from plugins.logbook.models import (
    SCORES,
    EntryProcedure,
    EntrySkill,
    LogbookEntry,
    LogbookReview,
    Template,
)
from plugins.logbook.roles import KEY_STEPS, ROLES, TRAINER
from plugins.logbook.rules import RULES, TEMPLATE_RULES
from plugins.rotations.queries import of_rotations_supervised
from plugins.users.models import User
from plugins.users.queries import NAMES, called, name_sql
from sims.contracts import Column, Dated, Filter, Part, Record, Searched
from sims.database import matches, named
from sims.review import COUNTED, review_workflow, seen_by_reviewers


def describe(procedure: EntryProcedure) -> str:
    """One procedure of an entry in words, the facts included; also of an old version."""
    taught = ", taught" if procedure.taught else ""
    facts = (
        f"{KEY_STEPS[procedure.key_steps].lower()}, trainer {TRAINER[procedure.trainer].lower()}"
    )
    return f"{procedure.name} ({facts}{taught})"


def _also_seen_by(person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """What a supervisor sees besides the entries of their own PGs (domain.md, who sees what)."""
    reviewed = seen_by_reviewers(LogbookEntry, LogbookReview, "entry_id")
    return (*reviewed(person_id), of_rotations_supervised(LogbookEntry.rotation_id, person_id))


WORKFLOW = review_workflow(
    "logbook.entry",
    LogbookReview,
    "entry_id",
    scores=SCORES,
    extra=("strengths", "improvements", "recommendations", "needs_follow_up"),
    copies={"supervisor_score": "overall_score", "supervisor_feedback": "feedback"},
)

ENTRY = Record(
    name="logbook.entry",
    model=LogbookEntry,
    label="entry",
    plural="logbook entries",
    icon="notebook-pen",
    title=lambda entry: entry.title,
    endpoint="logbook.entry",
    owner="pg_id",
    also_seen_by=_also_seen_by,
    columns=(
        Column(name="title", label="What"),
        Column(name="status", label="Status", kind="status"),
        Column(name="date", label="Date", kind="date", sort="date"),
        Column(name="role", label="Role", value=lambda entry: ROLES.get(entry.role, ""), sql=lambda joined: dividing.first_role()),
        Column(
            name="pg",
            label="PG",
            kind="person",
            value=lambda entry: entry.pg.name,
            sql=lambda joined: name_sql(joined(User, LogbookEntry.pg_id)),
        ),
        Column(
            name="supervisor",
            label="Supervisor",
            kind="person",
            value=lambda entry: entry.supervisor.name if entry.supervisor else "",
            sql=lambda joined: name_sql(joined(User, LogbookEntry.supervisor_id)),
        ),
        Column(name="location", label="Place", shown=False),
        Column(
            name="procedures",
            label="Procedures",
            shown=False,
            value=lambda entry: [describe(procedure) for procedure in entry.procedures],
            sql=lambda joined: dividing.procedures_in_words(),
        ),
        Column(name="supervisor_score", label="Score", kind="number", shown=False),
        Column(name="submitted_at", label="Submitted", kind="datetime", shown=False),
        Column(name="reviewed_at", label="Reviewed", kind="datetime", shown=False),
        Column(name="created_at", label="Logged", kind="datetime", sort="created_at", shown=False),
    ),
    filters=(
        Filter(name="q", label="Title", where=lambda text: matches(LogbookEntry.title, text)),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
        Filter(name="role", label="Role", kind="choice", choices=tuple(ROLES.items()), where=dividing.in_role),
        Filter(name="pg", label="PG", where=lambda text: LogbookEntry.pg_id.in_(called(text))),
        Filter(name="from", label="From", kind="from", column="date"),
        Filter(name="to", label="To", kind="to", column="date"),
        Filter(name="person", label="PG", kind="id", column="pg_id"),
        Filter(name="supervisor", label="Supervisor", kind="id", where=named(LogbookEntry.supervisor_id)),
        Filter(name="procedure", label="Procedure", kind="id", where=dividing.with_procedure),
        Filter(name="counted", label="Counted", kind="id", where=lambda yes: LogbookEntry.status.in_(COUNTED)),
        Filter(name="decided", label="Decided", kind="id", where=lambda yes: LogbookEntry.reviewed_at.is_not(None)),
        Filter(name="submitted", label="Submitted", kind="id", where=lambda yes: LogbookEntry.submitted_at.is_not(None)),
        Filter(name="logged_from", label="Logged on or after", kind="from", column="created_at", hidden=True),
        Filter(name="logged_to", label="Logged on or before", kind="to", column="created_at", hidden=True),
        Filter(name="reviewed_from", label="Reviewed on or after", kind="from", column="reviewed_at", hidden=True),
        Filter(name="reviewed_to", label="Reviewed on or before", kind="to", column="reviewed_at", hidden=True),
        Filter(name="department", label="Department", kind="id", where=dividing.in_department),
        Filter(name="target", label="Counts towards", kind="id", where=dividing.towards),
        Filter(name="year", label="Training year", kind="id", where=dividing.in_year),
        Filter(name="category", label="Category of procedure", hidden=True, where=dividing.in_category),
    ),
    order="-date",
    load=(
        joinedload(LogbookEntry.pg).options(NAMES),
        joinedload(LogbookEntry.supervisor).options(NAMES),
        joinedload(LogbookEntry.template).load_only(Template.required),
        selectinload(LogbookEntry.procedures),
    ),
    light=(
        LogbookEntry.title, LogbookEntry.status, LogbookEntry.date, LogbookEntry.location, LogbookEntry.pg_id,
        LogbookEntry.supervisor_id, LogbookEntry.supervisor_score, LogbookEntry.submitted_at,
        LogbookEntry.reviewed_at, LogbookEntry.created_at, LogbookEntry.version, LogbookEntry.template_id,
    ),
    searched=Searched(title=("title",), body=("primary_diagnosis", "topic", "learning_points"), through=("rotation_id",)),
    workflow=WORKFLOW,
    rules=RULES,
    parts=(
        Part(name="procedures", model=EntryProcedure, link="entry_id", show=describe),
        Part(
            name="skills",
            model=EntrySkill,
            link="entry_id",
            show=lambda part: catalogue.names_of(Skill)[part.skill_id],
        ),
    ),
    form=EntryForm,
    labels={
        "supervisor_id": "Supervisor",
        "pg_id": "PG",
        "pg_year": "Training year",
        "verified_by_id": "Approved by",
        "verified_at": "Approved",
    },
    attachments=True,
    empty="Log the first one: it takes less than a minute.",
    dated=Dated(attribute="created_at", label="logged", start="logged_from", end="logged_to"),
    dimensions=dividing.DIMENSIONS,
)  # fmt: skip

TEMPLATE = Record(
    name="logbook.template",
    model=Template,
    label="template",
    plural="entry templates",
    icon="layout-template",
    title=lambda template: template.name,
    endpoint="logbook.template",
    columns=(
        Column(name="name", label="Name", sort="name"),
        Column(name="kind", label="For"),
        Column(
            name="required",
            label="Required to submit",
            value=lambda t: ", ".join(t.required).replace("_", " "),
        ),
        Column(name="is_active", label="In use"),
    ),
    order="name",
    rules=TEMPLATE_RULES,
    form=TemplateForm,
)
