"""The pages of rotations, hospitals, disciplines and departments."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from plugins.rotations import (
    calendar_views,
    completion,
    feed_views,
    placing_views,
    queries,
    services,
)
from plugins.rotations.models import Discipline, Hospital
from plugins.rotations.records import DEPARTMENT, DISCIPLINE, HOSPITAL, ROTATION
from plugins.rotations.tabs import tabs
from sims import access, actor
from sims.database import commit, db
from sims.errors import Invalid
from sims.lists import ListPage
from sims.pages import RecordPages
from sims.permissions import require

blueprint = Blueprint("rotations", __name__, template_folder="templates", url_prefix="/rotations")


class RotationPages(RecordPages):
    """The pages of one of the four kinds; each list leads to the others."""

    def page(self, **options: Any) -> ListPage:
        """The list, with a tab for each kind and the calendar."""
        return super().page(**({"tabs": tabs(f"{self.record.endpoint}_list")} | options))


def _departments(hospital: Hospital) -> dict[str, Any]:
    return {"departments": queries.departments_of(hospital)}


def _departments_in(discipline: Discipline) -> dict[str, Any]:
    return {"departments": queries.departments_in(discipline)}


RotationPages(
    blueprint,
    ROTATION,
    path="",
    create=services.create_rotation,
    change=services.change_rotation,
    detail=lambda row: completion.shown(row, actor.me()),
).add()
RotationPages(blueprint, HOSPITAL, path="/hospitals", detail=_departments).add()
RotationPages(blueprint, DISCIPLINE, path="/disciplines", detail=_departments_in).add()
RotationPages(blueprint, DEPARTMENT, path="/departments").add()

blueprint.add_url_rule("/calendar", "calendar", calendar_views.show)
blueprint.add_url_rule("/place", "place", placing_views.choose)
blueprint.add_url_rule("/place/plan", "place_plan", placing_views.plan, methods=["GET", "POST"])
blueprint.add_url_rule("/feed", "feed_page", feed_views.page)
blueprint.add_url_rule("/feed", "feed_make", feed_views.make, methods=["POST"])
blueprint.add_url_rule("/feed/revoke", "feed_revoke", feed_views.revoke, methods=["POST"])
blueprint.add_url_rule("/feed/<secret>.ics", "feed", feed_views.read)


@blueprint.post("/<int:id>/certificate")
@require(completion.CERTIFY)
def certify(id: int) -> ResponseReturnValue:
    """Issue the certificate of a completed rotation."""
    rotation = access.find(ROTATION, actor.me(), id)
    try:
        proof = completion.issue(rotation, actor=actor.me())
        code = proof.shown_code
        commit()
        flash(f"The certificate is issued. Its code is {code}.", "good")
    except Invalid as error:
        db.session.rollback()
        flash(str(error), "bad")
    return redirect(url_for("rotations.rotation", id=id))


@blueprint.get("/people/<any(pg, supervisor):role>")
@require("rotations.rotation.create")
def suggest_people(role: str) -> Response:
    """People of a role, for the fields that name one: `[{"value", "label", "hint"}]`."""
    text = request.args.get("q", "")[:100].replace("\x00", "")
    return jsonify(
        [
            {
                "value": f"{person.name} ({person.username})",
                "label": f"{person.name} ({person.username})",
                "hint": " · ".join(
                    filter(None, (person.specialty, person.year and f"year {person.year}"))
                ),
            }
            for person in queries.people(text, role)
        ]
    )
