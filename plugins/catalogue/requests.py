"""Requests for missing procedures: anyone asks, an administrator adds it, merges it or says why not."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only, selectinload

from plugins.catalogue import queries
from plugins.catalogue.events import (
    ProcedureRequested,
    RequestAccepted,
    RequestDeclined,
    RequestMerged,
)
from plugins.catalogue.forms import RequestForm
from plugins.catalogue.matching import key_of
from plugins.catalogue.models import Procedure, Request
from plugins.catalogue.rules import REQUEST_RULES
from plugins.catalogue.services import add_synonym, create_procedure
from plugins.users.models import User
from sims import records
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Column, Filter, Record
from sims.database import db
from sims.errors import Invalid, Problem
from sims.events import publish
from sims.workflow import Status, Transition, Workflow

DECIDE = "catalogue.request.decide"


def _answered(request: Request, actor: Actor, data: Mapping[str, Any]) -> None:
    request.answer = data.get("feedback", "")
    request.decided_by_id, request.decided_at = actor.id, now()


def _accept(request: Request, actor: Actor, data: Mapping[str, Any]) -> None:
    """The procedure is made, under the name asked for or a better one; then the first leads to it too."""
    name = data.get("name", request.name)
    synonyms = [] if key_of(name) == key_of(request.name) else [request.name]
    values = {"name": name, "category": data["category"], "synonyms": synonyms}
    procedure, _ = create_procedure(values, actor=actor)
    request.procedure_id = procedure.id
    _answered(request, actor, data)


def _merge(request: Request, actor: Actor, data: Mapping[str, Any]) -> None:
    """The name asked for becomes a synonym of a procedure that is there."""
    found = queries.resolve(data["procedure"])
    if found is None:
        words = "There is no procedure of that name. Choose one from the list."
        problem = Problem(code="catalogue.request.merge", message=words, fields=("procedure",))
        raise Invalid([problem])
    load = [selectinload(part) for part in (Procedure.synonyms, Procedure.skills, Procedure.groups)]
    query = sa.select(Procedure).where(Procedure.id == found.id).options(*load)
    procedure = db.session.scalars(query.execution_options(populate_existing=True)).one()
    add_synonym(procedure, request.name, actor=actor)
    request.procedure_id = procedure.id
    _answered(request, actor, data)


WORKFLOW = Workflow(
    statuses=(
        Status(name="pending", label="Waiting for an answer", icon="clock", tone="info"),
        Status(name="accepted", label="Added", icon="circle-check", tone="good"),
        Status(name="merged", label="Merged", icon="git-merge", tone="good"),
        Status(name="declined", label="Declined", icon="circle-x", tone="neutral"),
    ),
    editable=("pending",),
    transitions=(
        Transition(
            name="accept", label="Add it to the catalogue", done="added", icon="check",
            source=("pending",), target="accepted", permission=DECIDE, style="primary",
            requires={"category": "Choose a category for it."}, takes=("name", "feedback"),
            effect=_accept, event=RequestAccepted,
        ),
        Transition(
            name="merge", label="Merge", done="merged", icon="git-merge",
            source=("pending",), target="merged", permission=DECIDE,
            requires={"procedure": "Choose the procedure it is another name for."}, takes=("feedback",),
            effect=_merge, event=RequestMerged,
        ),
        Transition(
            name="decline", label="Decline", done="declined", icon="circle-x",
            source=("pending",), target="declined", permission=DECIDE, style="danger",
            requires={"feedback": "Write why, so that the person who asked knows."},
            effect=_answered, event=RequestDeclined,
        ),
    ),
)  # fmt: skip

REQUEST = Record(
    name="catalogue.request",
    model=Request,
    label="request",
    plural="requests",
    icon="message-circle-question-mark",
    title=lambda request: request.name,
    endpoint="catalogue.request",
    owner="asked_by_id",
    columns=(
        Column(name="name", label="Asked for"),
        Column(name="status", label="Status", kind="status"),
        Column(
            name="asked_by",
            label="By",
            kind="person",
            value=lambda request: request.asked_by.name,
        ),
        Column(name="created_at", label="On", kind="datetime", sort="created_at"),
        Column(name="answer", label="Answer", shown=False),
    ),
    filters=(
        Filter(name="q", label="Name", column="name"),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
    ),
    order="-created_at",
    load=(
        joinedload(Request.asked_by).options(
            load_only(User.first_name, User.last_name, User.username)
        ),
    ),
    workflow=WORKFLOW,
    rules=REQUEST_RULES,
    form=RequestForm,
    labels={"asked_by_id": "Asked by", "decided_by_id": "Answered by", "procedure_id": "Procedure"},
    empty="Is a procedure missing? Ask for it, and the programme office will add it.",
)


def ask(values: Mapping[str, Any], *, actor: Actor) -> tuple[Request, tuple[Problem, ...]]:
    """Ask for a missing procedure (`name`, `reason`); every administrator is told. Raises `Denied`, `Invalid`."""
    request, warnings = records.create(REQUEST, values, actor=actor)
    publish(ProcedureRequested(**records.about(REQUEST, request, actor), reason=request.reason))
    return request, warnings
