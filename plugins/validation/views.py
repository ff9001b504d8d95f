"""The pages of validation: every rule, which stored records break it, and the check that finds out."""

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.validation import checking
from plugins.validation.blueprint import blueprint
from plugins.validation.models import Check
from plugins.validation.permissions import VIEW
from sims import actor, runs
from sims.addresses import path_to
from sims.contracts import Guard
from sims.database import commit, db
from sims.errors import Conflict, Missing
from sims.permissions import require
from sims.plugin import provided


@blueprint.get("")
@require(VIEW)
def index() -> str:
    """Every rule, and how many stored records broke it when they were last checked."""
    last, running = checking.latest(), checking.latest(open_too=True)
    trends = checking.trends()
    running = running if running and (running.is_open or running.status == "failed") else None
    return render_template(
        "validation/index.html",
        records=checking.ruled(),
        guards=provided(Guard),
        trends=trends,
        total=sum(numbers[-1] for numbers in trends.values()) if last else None,
        last=last,
        running=running,
        seen=runs.seen(running) if running else 0,
        only="only" in request.args,
    )


@blueprint.post("/check")
@require(VIEW)
def begin() -> ResponseReturnValue:
    """Check everything now, in a worker. Raises `Conflict` where that is going on."""
    running = checking.latest(open_too=True)
    if running and running.is_open:
        raise Conflict("A check is going on. Wait until it has ended.")
    checking.begin(actor.me())
    commit()
    flash("The check has begun.")
    return redirect(url_for("validation.index"))


@blueprint.get("/check/<int:id>")
@require(VIEW)
def check(id: int) -> ResponseReturnValue:
    """A check is shown with the rules."""
    _check(id)
    return redirect(url_for("validation.index"))


@blueprint.get("/check/<int:id>/progress")
@require(VIEW)
def progress(id: int) -> Response:
    """How far a check is, for the bar that follows it."""
    found = _check(id)
    done = max(runs.seen(found), found.success)
    return jsonify(done=done, total=found.total, errors=found.failure, eta="", state=found.status)


@blueprint.post("/check/<int:id>/stop")
@require(VIEW)
def stop(id: int) -> ResponseReturnValue:
    """Stop a check; what the one before found stays."""
    runs.cancel(_check(id))
    commit()
    return redirect(url_for("validation.index"))


@blueprint.get("/<code>")
@require(VIEW)
def rule(code: str) -> str:
    """One rule, and the stored records that break it."""
    found = checking.rule_named(code)
    if found is None:
        raise Missing(f"There is no rule {code}.")
    record, named = found
    after = request.args.get("after", 0, type=int)
    size = current_app.config["PAGE_SIZE"]
    rows, following = checking.page(record, code, actor.me(), min(max(after, 0), 2**62), size)
    return render_template(
        "validation/rule.html",
        record=record,
        rule=named,
        rows=[(record.title(row), path_to(record.endpoint, id=row.id), row.id) for row in rows],
        following=following,
        numbers=checking.trends().get(code, ()),
        last=checking.latest(),
    )


def _check(number: int) -> Check:
    found = db.session.get(Check, number)
    if found is None:
        raise Missing("There is no such check.")
    return found
