"""The bell and the page behind it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.notifications import queries, services
from plugins.notifications.models import Notification
from sims import access, actor
from sims.actor import Actor
from sims.database import commit
from sims.permissions import require

blueprint = Blueprint(
    "notifications", __name__, template_folder="templates", url_prefix="/notifications"
)

VIEW = "notifications.notification.view"


def bell(person: Actor, context: Mapping[str, Any]) -> dict[str, Any]:
    """How many the bell counts."""
    return {"unread": queries.unread(person)}


def link_of(notification: Notification) -> str:
    """Where a notification leads; nowhere, if what it is about belongs to a plugin that is off."""
    if notification.link:
        return notification.link
    record = access.record_of(notification.table)
    return url_for(record.endpoint, id=notification.row_id) if record else ""


@blueprint.get("")
@require(VIEW)
def center() -> str:
    """The newest first: those not read yet, or all."""
    me = actor.me()
    everything = request.args.get("show") == "all"
    before = request.args.get("before", type=int)
    rows, following = queries.page(me, only_unread=not everything, before=before)
    shown = "all" if everything else None
    return render_template(
        "notifications/center.html",
        rows=[(row, link_of(row)) for row in rows],
        names=access.rule().names({row.actor_id for row in rows if row.actor_id}),
        unread=queries.unread(me),
        show=shown,
        next_url=url_for(".center", show=shown, before=following) if following else "",
        first_url=url_for(".center", show=shown) if before else "",
        undo=request.args.get("undo", ""),
        done=request.args.get("done", type=int),
    )


@blueprint.post("/<int:id>/open")
@require(VIEW)
def open_one(id: int) -> ResponseReturnValue:
    """Mark one read and go to what it is about."""
    found = queries.find(actor.me(), id)
    target = link_of(found) or url_for(".center")
    services.mark(actor.me(), [id], read=True)
    commit()
    return redirect(target)


@blueprint.post("/<int:id>/read", defaults={"read": True})
@blueprint.post("/<int:id>/unread", defaults={"read": False})
@require(VIEW)
def mark(id: int, read: bool) -> ResponseReturnValue:
    """Mark one read or unread."""
    queries.find(actor.me(), id)
    services.mark(actor.me(), [id], read=read)
    commit()
    return redirect(url_for(".center", show=_shown()))


@blueprint.post("/read")
@require(VIEW)
def mark_all() -> ResponseReturnValue:
    """Mark all read; the page that follows can take it back."""
    done, moment = services.mark_all_read(actor.me())
    commit()
    undo = moment.isoformat() if done else None
    return redirect(url_for(".center", show=_shown(), done=done, undo=undo))


@blueprint.post("/undo")
@require(VIEW)
def undo() -> ResponseReturnValue:
    """Take "mark all read" back."""
    try:
        moment = datetime.fromisoformat(request.form.get("moment", ""))
    except ValueError:
        return redirect(url_for(".center"))
    if moment.tzinfo is not None:
        services.undo(actor.me(), moment)
        commit()
    return redirect(url_for(".center", show=_shown()))


def _shown() -> str | None:
    """Which of the two lists the reader was on."""
    return "all" if request.form.get("show") == "all" else None
