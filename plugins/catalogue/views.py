"""The catalogue's pages: a list of each kind of thing, one place to look things up while typing."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload, selectinload

from plugins.catalogue import queries, services
from plugins.catalogue.models import CATEGORIES, Procedure, ProcedureGroup, ProcedureSkill, Request
from plugins.catalogue.records import (
    DIAGNOSIS,
    GROUP,
    PROCEDURE,
    SKILL,
    TARGET,
    specialty_label,
)
from plugins.catalogue.requests import REQUEST, ask
from sims import actor
from sims.contracts import Record
from sims.lists import ListPage
from sims.pages import RecordPages
from sims.permissions import allowed, signed_in

blueprint = Blueprint("catalogue", __name__, template_folder="templates", url_prefix="/catalogue")

TABS = (PROCEDURE, DIAGNOSIS, SKILL, TARGET, GROUP, REQUEST)
LONGEST = 100


class CataloguePages(RecordPages):
    """The pages of one kind of thing; every list leads to the others."""

    def page(self, **options: Any) -> ListPage:
        """The list, with a tab for each kind."""
        tabs = [
            (tab.plural.capitalize(), url_for(f"{tab.endpoint}_list"), tab is self.record)
            for tab in TABS
        ]
        if self.record is PROCEDURE and allowed(actor.me(), "catalogue.request.create"):
            missing = {
                "new_url": url_for("catalogue.request_new"),
                "new_label": "Ask for a missing one",
            }
            options = missing | options
        return super().page(**({"tabs": tabs} | options))


def _procedure(procedure: Procedure) -> dict[str, Any]:
    return {
        "codes": queries.codes(procedure_id=procedure.id),
        "targets": queries.counts_to(procedure),
        "specialty_label": specialty_label,
    }


def _pages(record: Record, path: str, **options: Callable[..., Any] | Any) -> None:
    CataloguePages(blueprint, record, path=path, **options).add()


_pages(
    PROCEDURE,
    "/procedures",
    create=services.create_procedure,
    change=services.change_procedure,
    detail=_procedure,
    detail_load=(
        selectinload(Procedure.skills).joinedload(ProcedureSkill.skill),
        selectinload(Procedure.groups).joinedload(ProcedureGroup.group),
    ),
)
_pages(
    DIAGNOSIS,
    "/diagnoses",
    detail=lambda diagnosis: {"codes": queries.codes(diagnosis_id=diagnosis.id)},
)
_pages(SKILL, "/skills")
_pages(GROUP, "/groups")
_pages(TARGET, "/targets")
_pages(
    REQUEST,
    "/requests",
    create=ask,
    detail=lambda row: {"categories": CATEGORIES},
    detail_load=(joinedload(Request.procedure).load_only(Procedure.name),),
)


@blueprint.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The catalogue begins with its procedures."""
    return redirect(url_for("catalogue.procedure_list"))


@blueprint.get("/procedures/suggest")
@signed_in
def suggest_procedures() -> Response:
    """What the typed text may mean, as JSON, for the combobox of any form."""
    specialty = getattr(actor.me(), "specialty", "")
    return jsonify(queries.suggest(_typed(), specialty=specialty))


@blueprint.get("/diagnoses/suggest")
@signed_in
def suggest_diagnoses() -> Response:
    """The same for diagnoses."""
    return jsonify(queries.suggest_diagnoses(_typed()))


def _typed() -> str:
    return request.args.get("q", "")[:LONGEST].replace("\x00", "")
