"""The bell and the page behind it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.notifications import kinds, queries, services
from plugins.notifications import preferences as wanted
from plugins.notifications.forms import preferences_form
from plugins.notifications.links import link_of, read_stop
from plugins.notifications.models import EMAIL_MODES
from sims import access, actor
from sims.actor import Actor
from sims.database import commit
from sims.errors import Invalid
from sims.permissions import public, require
from sims.web import csrf

blueprint = Blueprint(
    "notifications", __name__, template_folder="templates", url_prefix="/notifications"
)

VIEW = "notifications.notification.view"


def bell(person: Actor, context: Mapping[str, Any]) -> dict[str, Any]:
    """How many the bell counts."""
    return {"unread": queries.unread(person)}


@blueprint.get("")
@require(VIEW)
def center() -> str:
    """The newest first: those not read yet, or all; of one kind or one person, if asked for."""
    me, here = actor.me(), _here(request.args)
    before = request.args.get("before", type=int)
    rows, following = queries.page(
        me,
        only_unread="show" not in here,
        kind=here.get("kind", ""),
        who=int(here.get("who", 0)),
        before=before,
    )
    named, people = queries.narrowing(me)
    names = access.rule().names(people | {row.actor_id for row in rows if row.actor_id})
    return render_template(
        "notifications/center.html",
        rows=[(row, link_of(row)) for row in rows],
        names=names,
        kinds=sorted((kinds.label_of(name), name) for name in named),
        people=sorted((names[who], who) for who in people if who in names),
        unread=queries.unread(me),
        here=here,
        next_url=url_for(".center", **here, before=following) if following else "",
        first_url=url_for(".center", **here) if before else "",
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
    return redirect(url_for(".center", **_here(request.form)))


@blueprint.post("/read")
@require(VIEW)
def mark_all() -> ResponseReturnValue:
    """Mark all read; the page that follows can take it back."""
    done, moment = services.mark_all_read(actor.me())
    commit()
    undo = moment.isoformat() if done else None
    return redirect(url_for(".center", **_here(request.form), done=done, undo=undo))


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
    return redirect(url_for(".center", **_here(request.form)))


@blueprint.route("/preferences", methods=["GET", "POST"])
@require(VIEW)
def preferences() -> ResponseReturnValue:
    """What one wants to be told, how, and when."""
    me, status = actor.me(), 200
    offered = kinds.of(me)
    chosen = wanted.choices_of(me.id, [kind.name for kind in offered])
    form, lines = preferences_form(offered, chosen, wanted.setting_of(me.id))
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                wanted.save(
                    me.id,
                    {line.kind.name: (line.in_app.data, line.mail.data) for line in lines},
                    digest=form.digest.data,
                    digest_hour=form.digest_hour.data,
                    quiet_from=form.quiet_from.data,
                    quiet_until=form.quiet_until.data,
                )
                commit()
            except Invalid as error:
                form.take_invalid(error)
            else:
                flash("Saved. It holds for mails that wait already, too.", "good")
                return redirect(url_for(".preferences"))
    return render_template("notifications/preferences.html", form=form, lines=lines), status


@blueprint.get("/stop/<secret>")
@public
def stop(secret: str) -> str:
    """Ask whether mails of a kind are to stop, from the link in one of them. Opening it changes nothing: programs that
    look at links before people do would switch everything off."""
    _, kind = read_stop(secret)
    return render_template("notifications/stop.html", kind=kind, label=_label(kind), done="")


@csrf.exempt
@blueprint.post("/stop/<secret>")
@public
def stop_now(secret: str) -> str:
    """Stop mails of a kind, as the link's holder or their mail program asks (RFC 8058: no login, no cookie), or take
    that back."""
    person_id, kind = read_stop(secret)
    back = request.form.get("back", "")
    before = wanted.set_mail(person_id, kind, back if back in EMAIL_MODES else "off")
    commit()
    done = "back" if back in EMAIL_MODES else "stopped"
    return render_template(
        "notifications/stop.html", kind=kind, label=_label(kind), done=done, before=before
    )


def _label(kind: str) -> str:
    """What a link switches off, in words."""
    return "" if kind == kinds.DIGEST else kinds.label_of(kind)


def _here(given: Mapping[str, str]) -> dict[str, Any]:
    """Which list the reader is on: what of its address says so, and makes sense."""
    here: dict[str, Any] = {}
    if given.get("show") == "all":
        here["show"] = "all"
    if kind := given.get("kind", "").replace("\x00", "")[:64]:
        here["kind"] = kind
    if (who := given.get("who", "")).isdecimal() and len(who) < 19:
        here["who"] = who
    return here
