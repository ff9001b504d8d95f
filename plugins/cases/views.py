"""The pages of cases: the records' own, consent, statistics, the teaching library."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response
from wtforms import Form, SelectField, StringField

from plugins.cases import library, queries, services, stats
from plugins.cases.forms import CaseReviewForm
from plugins.cases.models import COMPLEXITIES, CaseReview, ClinicalCase
from plugins.cases.records import CASE, CATEGORY
from plugins.rotations.models import Rotation
from plugins.users.queries import NAMES
from sims import access, actor
from sims.database import commit
from sims.pages import RecordPages
from sims.permissions import allowed, require

blueprint = Blueprint("cases", __name__, template_folder="templates", url_prefix="/cases")

VIEWS = (
    ("Cases", "cases.case_list", "cases.case.view"),
    ("Statistics", "cases.statistics", "cases.case.view"),
    ("Teaching library", "cases.library_list", "cases.library.view"),
    ("Categories", "cases.category_list", "cases.category.view"),
)


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """The pages of cases that the signed-in person may open, the one called `here` marked."""
    me = actor.me()
    return [
        (label, url_for(endpoint), endpoint == here)
        for label, endpoint, permission in VIEWS
        if allowed(me, permission)
    ]


class CasePages(RecordPages):
    """The pages of a record of this plugin; its list leads to the others."""

    def index(self) -> str:
        """The list, under the tabs."""
        return self.render("list", page=self.page(tabs=tabs(f"{self.record.endpoint}_list")))


def _shown(case: ClinicalCase) -> dict[str, Any]:
    """What the case's page needs besides the case."""
    me = actor.me()
    return {
        "complexities": COMPLEXITIES,
        "texts": library.TEXTS,
        "may_consent": me.id == case.pg_id and allowed(me, CASE.permission("consent")),
        "oversees": allowed(me, CASE.permission("feature")),
    }


CasePages(
    blueprint,
    CASE,
    path="",
    create=services.create_case,
    change=services.change_case,
    detail=_shown,
    review_form=CaseReviewForm,
    detail_load=(
        selectinload(ClinicalCase.procedures),
        selectinload(ClinicalCase.reviews).joinedload(CaseReview.reviewer).options(NAMES),
        joinedload(ClinicalCase.rotation).joinedload(Rotation.department),
    ),
).add()
CasePages(blueprint, CATEGORY, path="/categories").add()


@blueprint.post("/<int:id>/teaching", endpoint="case_teaching")
@require("cases.case.consent")
def teaching(id: int) -> Response:
    """The PG lets others learn from the case, or no longer does."""
    me = actor.me()
    case = access.find(CASE, me, id)
    given = request.form.get("consent") == "yes"
    changed = services.set_consent(case, given, actor=me)
    commit()
    if changed:
        said = "Others may learn from it." if given else "It is not shown to others any more."
        flash(f"Saved. {said}", "good")
    return redirect(url_for("cases.case", id=id))


@blueprint.get("/statistics")
@require("cases.case.view")
def statistics() -> str:
    """The figures of one PG's cases, or of all one sees."""
    me = actor.me()
    asked = me.id if me.role == "pg" else request.args.get("pg", type=int)
    pg = access.find(access.record_named("users.user"), me, asked) if asked else None
    return render_template(
        "cases/statistics.html",
        pg=pg,
        own=me.role == "pg",
        stats=stats.of(me, pg.id if pg else None),
        tabs=tabs("cases.statistics"),
    )


class LibraryFilters(Form):
    """What narrows the library; it lives in the address."""

    q = StringField("Words in it")
    category = SelectField("Category", validate_choice=False)
    complexity = SelectField("Complexity", choices=[("", "Any"), *COMPLEXITIES.items()])


@blueprint.get("/library")
@require("cases.library.view")
def library_list() -> str:
    """The cases to learn from."""
    filters = LibraryFilters(request.args)
    offered = library.categories()
    filters.category.choices = [("", "Any"), *((str(number), name) for number, name in offered)]
    chosen = next((n for n, _ in offered if str(n) == filters.category.data), None)
    complexity = filters.complexity.data if filters.complexity.data in COMPLEXITIES else ""
    text = (filters.q.data or "").strip()[:200]
    number = min(max(request.args.get("page", 1, type=int), 1), 1000)
    lessons, more = library.page(text=text, category=chosen, complexity=complexity, number=number)
    given = {"q": text, "category": chosen, "complexity": complexity}
    kept = {name: value for name, value in given.items() if value}
    pages = {place: f"?{urlencode(kept | {'page': place})}" for place in (number - 1, number + 1)}
    return render_template(
        "cases/library.html",
        filters=filters,
        lessons=lessons,
        is_filtered=bool(kept),
        offered=queries.offered() if allowed(actor.me(), CASE.permission("feature")) else 0,
        previous_url=pages[number - 1] if number > 1 else "",
        next_url=pages[number + 1] if more else "",
        tabs=tabs("cases.library_list"),
    )


@blueprint.get("/library/<key>")
@require("cases.library.view")
def lesson(key: str) -> str:
    """One case to learn from, without anybody's name."""
    return render_template("cases/lesson.html", lesson=library.find(key), texts=library.TEXTS)
