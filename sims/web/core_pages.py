"""The pages of the core itself: health, dashboard, files, drafts, style guide."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from sims import access, actor, afterwards, drafts, files, jobs, queues, upgrading
from sims.database import commit
from sims.permissions import REVIEWS, public, require, signed_in
from sims.web.styleguide import samples

FILE_POLICY = "default-src 'none'; sandbox"
"""What a file may do in a browser: nothing."""

pages = Blueprint("core", __name__)


@pages.get("/healthz")
@public
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@pages.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Whether people may be sent here: 503 while the database is away or lacks a revision. Redis may be away: then
    only jobs wait, so that is said, and no reason to take every host out."""
    fault = upgrading.fault()
    said = {"database": fault or "ok", "redis": jobs.fault() or "ok"}
    return jsonify(status="not ready" if fault else "ready", **said), 503 if fault else 200


@pages.get("/")
@signed_in
def dashboard() -> str:
    """The start page: figures and panels of whoever is signed in."""
    return render_template("dashboard.html")


@pages.get("/review")
@require(REVIEWS)
def review() -> ResponseReturnValue:
    """To the queue in which somebody has waited longest for the signed-in reviewer."""
    queue = queues.first(actor.me())
    return redirect(queue.url if queue else url_for("core.dashboard"))


@pages.get("/files/<token>")
@signed_in
def file(token: str) -> Response:
    """A file, to whoever may see its record."""
    stored = files.find(token, actor.me())
    record = access.record_of(stored.table)
    if record and record.sensitive:
        row = access.find(record, actor.me(), stored.row_id)
        afterwards.viewed(record, row, f"file {stored.name}", now=True)
    response = Response(files.read(stored), mimetype=stored.content_type)
    response.content_length = stored.size
    shown = "inline" if stored.content_type.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = files.disposition(shown, stored)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@pages.get("/files/<token>/small")
@signed_in
def thumbnail(token: str) -> Response:
    """The small picture of a file, to whoever may see its record. The browser keeps it, and asks each time
    whether it may still show it."""
    stored = files.find(token, actor.me())
    known = request.if_none_match.contains(stored.sha256)
    response = Response(status=304) if known else Response(files.thumbnail(stored))
    response.mimetype = "image/jpeg"
    response.set_etag(stored.sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@pages.post("/drafts")
@signed_in
def save_draft() -> Response:
    """Autosave: what somebody is typing, kept apart from the record until they save it."""
    return drafts.answer(request.get_json(), actor.me())


@pages.post("/drafts/<token>/discard")
@signed_in
def discard_draft(token: str) -> ResponseReturnValue:
    """Throw away what was autosaved."""
    drafts.discard(token, actor.me())
    commit()
    return drafts.back_to(request.form.get("next", ""))


@pages.get("/styleguide")
@public
def styleguide() -> str:
    """Every component in every state, for those who build pages."""
    if not current_app.config["STYLEGUIDE"]:
        abort(404)
    return render_template("styleguide.html", **samples())
