"""The logbook's pages: its records' own, the quick entry, the statistics."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload, selectinload

from plugins.logbook import queries, services, stats
from plugins.logbook.forms import EntryReviewForm, QuickForm
from plugins.logbook.models import EntrySkill, LogbookEntry, LogbookReview
from plugins.logbook.records import ENTRY, TEMPLATE
from plugins.logbook.roles import KEY_STEPS, ROLES, SYSTEMS, TRAINER, codes_of
from plugins.users.queries import NAMES
from sims import access, actor
from sims.pages import RecordPages
from sims.permissions import require

blueprint = Blueprint("logbook", __name__, template_folder="templates", url_prefix="/logbook")


def _codes(procedure: Any, entry: LogbookEntry) -> Any:
    """The four systems' codes of one procedure of an entry."""
    return codes_of(
        procedure.key_steps, procedure.trainer, procedure.taught, chief=entry.pg_year == 5
    )


def _shown(entry: LogbookEntry) -> dict[str, Any]:
    """What the entry's page needs besides the entry."""
    return {
        "codes_of": _codes,
        "roles": ROLES,
        "systems": SYSTEMS,
        "key_steps": KEY_STEPS,
        "trainer": TRAINER,
    }


def _form_context(row: LogbookEntry | None) -> dict[str, Any]:
    return {"recent": queries.recent_procedures(actor.current())}


entries = RecordPages(
    blueprint,
    ENTRY,
    path="/entries",
    create=services.create_entry,
    change=services.change_entry,
    detail=_shown,
    form_context=_form_context,
    review_form=EntryReviewForm,
    detail_load=(
        selectinload(LogbookEntry.reviews).joinedload(LogbookReview.reviewer).options(NAMES),
        selectinload(LogbookEntry.skills).joinedload(EntrySkill.skill),
        joinedload(LogbookEntry.rotation),
        joinedload(LogbookEntry.template),
    ),
)
entries.add()
RecordPages(blueprint, TEMPLATE, path="/templates").add()

entries.add_new("/quick", "quick", QuickForm)


@blueprint.get("/statistics")
@require("logbook.entry.view")
def statistics() -> Any:
    """The figures of one PG: one's own, or those of a PG one may see."""
    me = actor.current()
    asked = request.args.get("pg", type=int)
    if asked is None and me.role != "pg":
        return redirect(url_for("users.user_list", role="pg"))
    pg = access.find(access.record_named("users.user"), me, asked or me.id)
    found = stats.of(pg)
    return render_template(
        "logbook/statistics.html",
        pg=pg,
        stats=found,
        chart=stats.month_chart(pg.id, found.months),
        roles=ROLES,
    )
