"""The pages of search: results, suggestions while typing, and one's own past searches."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.search import history
from plugins.search.asking import forgive, understand
from plugins.search.blueprint import blueprint
from plugins.search.documents import searched
from plugins.search.finding import COUNTED, Finder
from plugins.search.forms import SearchForm
from plugins.search.permissions import FIND
from plugins.search.showing import shown
from sims import actor
from sims.actor import Actor
from sims.database import apart, commit
from sims.permissions import require

SUGGESTED = 8


@blueprint.get("")
@require(FIND)
def find() -> ResponseReturnValue:
    """What was found, best first; all of it in what the reader may see."""
    began = time.perf_counter()
    me, text = actor.me(), request.args.get("q", "").strip()
    form = SearchForm(request.args)
    fine = form.validate()
    scope = form.scope
    question = understand(text)
    finder = Finder(question, me, scope)
    after = request.args.get("after", "")
    hits, following = finder.page(current_app.config["PAGE_SIZE"], after)
    if not hits and question.units and not question.corrected:
        finder = Finder(forgive(question), me, scope)
        hits, following = finder.page(current_app.config["PAGE_SIZE"], after)
    counts = finder.counts() if question.units else {}
    took = round(1000 * (time.perf_counter() - began))
    page = render_template(
        "search/results.html",
        text=text,
        form=form,
        scope=scope,
        results=shown(hits, finder.question.words),
        counts=[(record, counts[record.name]) for record in searched() if record.name in counts],
        counted=COUNTED,
        following=_address(after=following) if following else "",
        address=_address,
        asked=bool(question.units),
        corrected=finder.question.corrected,
        recent=history.recent(me) if not text else (),
        first=not after,
    )
    if question.units and not after and fine:
        with apart():
            history.keep(me, text, scope.filters, sum(counts.values()), took)
    return page, 200 if fine else 422


@blueprint.get("/suggestions")
@require(FIND)
def suggestions() -> ResponseReturnValue:
    """The first titles and codes that fit, as `[{"value", "label", "hint", "url"}]`."""
    me = actor.me()
    question = understand(request.args.get("q", ""))
    hits = Finder(question, me).suggestions(3 * SUGGESTED)
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for hit in shown(hits, question.words):
        owner = f" · {hit.person}" if hit.person and hit.record.owner and me.role != "pg" else ""
        found.setdefault(
            (hit.record.name, hit.text),
            {
                "value": hit.text,
                "label": hit.text,
                "hint": f"{hit.record.label}{owner}",
                "url": hit.url,
            },
        )
    return jsonify(list(found.values())[:SUGGESTED])


@blueprint.get("/history")
@require(FIND)
def past() -> ResponseReturnValue:
    """One's own searches, the newest first."""
    term = request.args.get("q", "").replace("\x00", "").strip()[:200]
    rows, following = history.page(actor.me(), term, request.args.get("after", type=int))
    return render_template(
        "search/history.html",
        rows=[(row, url_for("search.find", q=row.search_term, **row.filters)) for row in rows],
        term=term,
        following=following,
    )


@blueprint.post("/history/clear")
@require(FIND)
def clear() -> ResponseReturnValue:
    """Forget all of one's own searches, or the one named."""
    number = history.clear(actor.me(), request.form.get("id", type=int))
    commit()
    flash("Forgotten." if number else "There was nothing to forget.")
    return redirect(url_for("search.past"))


def box(me: Actor, context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the search box in the top bar shows."""
    return {"typed": request.args.get("q", "") if request.endpoint == "search.find" else ""}


def _address(**changes: str) -> str:
    """The same search with other arguments; empty ones go."""
    said = {**request.args.to_dict(), "after": "", **changes}
    return f"{url_for('search.find')}?{urlencode({k: v for k, v in said.items() if v})}"
