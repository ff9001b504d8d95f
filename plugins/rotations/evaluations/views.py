"""The pages of evaluations."""

from typing import Any

from flask import redirect, render_template, request, url_for

from plugins.rotations.evaluations import queries, services
from plugins.rotations.evaluations.models import KINDS
from plugins.rotations.evaluations.records import EVALUATION
from plugins.rotations.evaluations.rules import grade, passed
from plugins.rotations.tabs import tabs
from plugins.rotations.views import blueprint
from sims import actor, drafts
from sims.errors import Denied, Missing
from sims.forms import Form
from sims.lists import ListPage
from sims.pages import RecordPages
from sims.permissions import require

NOT_YOURS = "There is no such rotation that you may evaluate in this way."


class EvaluationPages(RecordPages):
    """The pages of evaluations. A new one begins with a rotation and a kind, both in the address."""

    def page(self, **options: Any) -> ListPage:
        """The list, beside those of rotations; a new one begins by choosing whom."""
        ours = {
            "tabs": tabs(f"{self.record.endpoint}_list"),
            "new_url": url_for("rotations.evaluate"),
            "new_label": "Write an evaluation",
        }
        return super().page(**(ours | options))

    def new(self, form_class: type[Form] | None = None, page: str = "form") -> Any:
        """The form for the rotation and kind in the address; without them, the choice of both."""
        me, given = actor.me(), self._asked()
        number, kind = given.get("rotation_id", ""), given.get("type", "")
        if not number and not kind:
            return redirect(url_for("rotations.evaluate"))
        about = queries.subject(me, number)
        if about is None or kind not in about.kinds:
            raise Missing(NOT_YOURS)
        mine = queries.written(me, [about.rotation]).get((about.rotation.id, kind))
        if mine and request.method == "GET":
            return redirect(self.url("", id=mine))
        if reason := about.kinds[kind]:
            raise Denied(reason)
        return super().new(form_class, page)

    def _asked(self) -> dict[str, str]:
        """Rotation and kind, from the address, the form sent, or the draft that is continued."""
        token = request.args.get("draft")
        if token and (draft := drafts.find(token, actor.me())):
            return {key: draft.as_formdata().get(key, "") for key in ("rotation_id", "type")}
        return {key: request.values.get(key, "") for key in ("rotation_id", "type")}

    def _form(self, row: Any | None, draft: Any, form_class: type[Form] | None = None) -> Form:
        form = super()._form(row, draft, form_class)
        if row is None and draft is None and request.method == "GET":
            for name, value in self._asked().items():
                form[name].data = value
        return form

    def _show_form(self, form: Form, row: Any | None, page: str = "form", **more: Any) -> str:
        about = None if row else queries.subject(actor.me(), form["rotation_id"].data)
        if row is None and about is None:
            raise Missing(NOT_YOURS)
        context = {
            "rotation": about.rotation if about else row.rotation,
            "kind": KINDS.get(row.type if row else form["type"].data, ""),
        }
        return super()._show_form(form, row, page, **(context | more))


EvaluationPages(
    blueprint,
    EVALUATION,
    path="/evaluations",
    create=services.create_evaluation,
    change=services.change_evaluation,
    detail=lambda row: {"grade": grade(row.score), "passed": passed(row.score)},
).add()


@blueprint.get("/evaluate")
@require("rotations.evaluation.create")
def evaluate() -> str:
    """Whom one may evaluate these days; of colleagues only name, department and dates."""
    me, text = actor.me(), request.args.get("q", "").replace("\x00", "").strip()[:100]
    found = queries.subjects(me, text)
    written = queries.written(me, [about.rotation for about in found])
    return render_template(
        "rotations/evaluate.html",
        subjects=found,
        written=written,
        labels=KINDS,
        text=text,
        tabs=tabs("rotations.evaluation_list"),
    )
