"""The manifest of research projects, and everything they are: one record, its form, its rules."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, url_for
from sqlalchemy.orm import joinedload
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from plugins.users.queries import active_admins
from sims import access
from sims.actor import Actor
from sims.clock import today
from sims.contracts import (
    Column,
    Figure,
    Filter,
    MenuItem,
    Metric,
    Notice,
    Panel,
    Record,
    Rule,
    Searched,
)  # fmt: skip
from sims.database import db
from sims.forms import Form
from sims.pages import RecordPages
from sims.plugin import Plugin
from sims.review import Approved, review_permissions, review_workflow
from sims_research.models import Project, ProjectReview

NAME = "research.project"
WORKFLOW = review_workflow(NAME, ProjectReview, "project_id")


class ProjectForm(Form):
    """What a PG enters."""

    title = StringField("Title", [InputRequired("Enter the title."), Length(max=200)])
    started = DateField("Started", [InputRequired("Enter the date it started.")], default=today)
    summary = TextAreaField("Summary", [Length(max=20_000)])


PROJECT = Record(
    name=NAME,
    model=Project,
    label="research project",
    plural="research projects",
    icon="flask-conical",
    title=lambda project: project.title,
    endpoint="research.project",
    owner="pg_id",
    also_seen_by=lambda me: (
        Project.supervisor_id == me,
        Project.id.in_(sa.select(ProjectReview.project_id).where(ProjectReview.reviewer_id == me)),
    ),
    columns=(
        Column(name="title", label="Title"),
        Column(name="status", label="Status", kind="status"),
        Column(name="started", label="Started", kind="date", sort="started"),
        Column(name="pg", label="PG", value=lambda project: project.pg.name, kind="person"),
        Column(name="summary", label="Summary", shown=False),
    ),
    filters=(
        Filter(name="q", label="Title", column="title"),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
    ),
    order="-started",
    load=(joinedload(Project.pg),),
    searched=Searched(title=("title",), body=("summary",)),
    workflow=WORKFLOW,
    rules=(
        Rule(
            code=f"{NAME}.not_in_future",
            message="The start is in the future. Enter the day it began.",
            fields=("started",),
            holds=lambda project: project.started is None or project.started <= today(),
            source="our programme's research guide",
        ),
        Rule(
            code=f"{NAME}.summary",
            message="Write a summary before you submit it.",
            fields=("summary",),
            holds=lambda project: bool(project.summary),
            stage="submit",
            source="our programme's research guide",
        ),
    ),
    form=ProjectForm,
    defaults=lambda actor: {"supervisor_id": actor.supervisor_id},
    attachments=True,
    empty="Propose the first one.",
)


def count(actor: Actor) -> Figure:
    """How many projects a PG has."""
    mine = sa.select(sa.func.count()).select_from(Project).where(Project.pg_id == actor.id)
    return Figure(value=db.session.scalar(mine), href=url_for("research.project_list"))


def newest(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any]:
    """The newest project one may see, for the dashboard."""
    query = access.visible(PROJECT, actor).order_by(Project.id.desc()).limit(1)
    return {"project": db.session.scalar(query)}


blueprint = Blueprint("research", __name__, template_folder="templates", url_prefix="/research")
RecordPages(blueprint, PROJECT, path="/projects").add()

plugin = Plugin(
    name="research",
    label="Research",
    requires=("users",),
    blueprints=(blueprint,),
    provides=(
        PROJECT,
        *review_permissions(NAME, owners=("pg",), reviewers=("supervisor",), office=("admin",)),
        MenuItem(label="Research", endpoint="research.project_list", icon="flask-conical", permission=f"{NAME}.view"),
        Metric(name="research.count", label="Research projects", roles=("pg",), value=count),
        Panel(slot="dashboard", template="research/_newest.html", data=newest, permission=f"{NAME}.view"),
        Notice(
            kind="research.approved",
            label="Research projects approved",
            event=Approved,
            recipients=lambda event: active_admins() if event.record == NAME else (),
            subject=lambda event: f"Research project approved: {event.title}",
            link=lambda event: url_for("research.project", id=event.row_id),
        ),
    ),
)  # fmt: skip
