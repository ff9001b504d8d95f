"""The pages about people: lists and records, accounts, supervision, absences."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.users import absences, credentials, queries, services, supervision
from plugins.users.blueprint import blueprint
from plugins.users.forms import AbsenceForm, AssignForm
from plugins.users.models import KIND_LABELS, User
from plugins.users.records import PGS, USER, state
from sims import actor
from sims.database import commit, db
from sims.errors import Invalid, Problem
from sims.lists import ListPage
from sims.pages import RecordPages, shown
from sims.permissions import allowed, require

ACCOUNT_ACTS: dict[str, tuple[Callable[..., None], str]] = {
    "archive": (services.archive, "archived; the record stays"),
    "unarchive": (services.unarchive, "brought back"),
    "deactivate": (services.deactivate, "deactivated"),
    "activate": (services.activate, "activated"),
}


def _create(values: Mapping[str, Any], *, actor: Any) -> tuple[User, tuple[Problem, ...]]:
    given = dict(values)
    invite = bool(given.pop("invite", True))
    return services.create(given, actor=actor, invite=invite)


def _change(
    person: User, values: Mapping[str, Any], *, actor: Any, version: int | None
) -> tuple[Problem, ...]:
    given = dict(values)
    reason = given.pop("reason", "") or ""
    return services.change(person, given, actor=actor, version=version, reason=reason)


def _shown(person: User) -> dict[str, Any]:
    """What a person's page needs besides the person."""
    me = actor.me()
    may_manage = allowed(me, "users.user.manage") and me.id != person.id
    return {
        "state": state(person),
        "may_manage": may_manage,
        "may_assign": allowed(me, "users.user.assign") and person.role == "pg",
        "supervisions": queries.supervision_history(person.id) if person.role == "pg" else [],
        "pgs": queries.pgs_of(person.id) if person.role == "supervisor" else [],
        "kinds": KIND_LABELS,
        **absences.shown(person, me),
    }


pages = RecordPages(blueprint, USER, path="/people", create=_create, change=_change, detail=_shown)
pages.add()


@blueprint.get("/people/mine")
@require("users.user.supervise")
def mine() -> str:
    """The PGs whom the supervisor supervises now, as primary or co-supervisor."""
    page = ListPage(
        PGS,
        actor.me(),
        request.args,
        title="My PGs",
        narrow=[User.role == "pg", *USER.usual(request.args)],
    )
    return render_template("list.html", page=page, record=PGS, shown=shown)


@blueprint.get("/people/specialties")
@require("users.user.edit")
def suggest_specialties() -> Response:
    """Specialties that contain what was typed, for the combobox."""
    text = request.args.get("q", "").replace("\x00", "").strip()[:100]
    return jsonify([{"value": name, "label": name} for name in queries.specialties(text)])


# -- supervision -------------------------------------------------------------------------------------


@blueprint.route("/people/<int:id>/supervisor", methods=["GET", "POST"], endpoint="user_assign")
@require("users.user.assign")
def assign(id: int) -> ResponseReturnValue:
    """Give a PG another primary supervisor."""
    return _supervise(id, "primary", supervision.assign, "The supervisor is changed.")


@blueprint.route("/people/<int:id>/co-supervisors", methods=["GET", "POST"], endpoint="user_add_co")
@require("users.user.assign")
def add_co(id: int) -> ResponseReturnValue:
    """Give a PG a further supervisor."""
    return _supervise(id, "co", supervision.add_co, "The co-supervisor is added.")


def _supervise(
    row_id: int, kind: str, act: Callable[..., object], done: str
) -> ResponseReturnValue:
    person = pages.find(row_id)
    form = AssignForm()
    form.supervisor_id.offer(queries.supervisor_choices(besides=person.supervisor_id))
    if form.validate_on_submit():
        try:
            act(person, form.supervisor_id.data, reason=form.reason.data or "", actor=actor.me())
            commit()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
            person = pages.find(row_id)
        else:
            flash(done, "good")
            return redirect(url_for("users.user", id=row_id))
    status = 422 if request.method == "POST" else 200
    return render_template("users/assign.html", form=form, person=person, kind=kind), status


@blueprint.post("/people/<int:id>/co-supervisors/<int:row_id>/end", endpoint="user_end_co")
@require("users.user.assign")
def end_co(id: int, row_id: int) -> ResponseReturnValue:
    """End a co-supervision today."""
    supervision.end_co(pages.find(id), row_id, actor=actor.me())
    commit()
    flash("The co-supervision ends today.", "good")
    return redirect(url_for("users.user", id=id))


@blueprint.route("/people/<int:id>/absences", methods=["GET", "POST"], endpoint="user_away")
@require("users.absence.plan")
def away(id: int) -> ResponseReturnValue:
    """Say when a supervisor is away and who stands in."""
    person = _away(id)
    form = AbsenceForm()
    form.deputy_id.offer(queries.supervisor_choices(besides=person.id))
    if form.validate_on_submit():
        try:
            _, warnings = absences.plan(person, form.values(), actor=actor.me())
            commit()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
            person = _away(id)
        else:
            flash("The absence is saved, and the deputy is told.", "good")
            for warning in warnings:
                flash(warning.message, "warn")
            return _back_from_away(id)
    status = 422 if request.method == "POST" else 200
    return render_template("users/away.html", form=form, person=person), status


@blueprint.post("/people/<int:id>/absences/<int:row_id>/end", endpoint="user_back")
@require("users.absence.plan")
def back(id: int, row_id: int) -> ResponseReturnValue:
    """Somebody is back before their last day away, or does not go at all."""
    absences.end(_away(id), row_id, actor=actor.me())
    commit()
    flash("The absence has ended. Nobody stands in any more.", "good")
    return _back_from_away(id)


def _away(row_id: int) -> User:
    """The person whose absences the actor plans. Raises `Missing`, `Denied`."""
    person: User = pages.find(row_id)
    absences.require(actor.me(), person)
    return person


def _back_from_away(row_id: int) -> ResponseReturnValue:
    if row_id == actor.me().id:
        return redirect(url_for("users.profile"))
    return redirect(url_for("users.user", id=row_id))


# -- accounts ----------------------------------------------------------------------------------------


@blueprint.post(
    "/people/<int:id>/<any(archive, unarchive, deactivate, activate):act>", endpoint="user_account"
)
@require("users.user.manage")
def set_account(id: int, act: str) -> ResponseReturnValue:
    """Open or close an account."""
    person = pages.find(id)
    service, done = ACCOUNT_ACTS[act]
    try:
        service(person, actor=actor.me())
        commit()
    except Invalid as error:
        db.session.rollback()
        context = pages.shown(pages.find(id))
        return pages.render("detail", problems=error.problems, problem_of=act, **context), 422
    flash(f"{person.name}: {done}.", "good")
    return redirect(url_for("users.user", id=id))


@blueprint.route("/people/<int:id>/password", methods=["GET", "POST"], endpoint="user_password")
@require("users.user.manage")
def give_password(id: int) -> ResponseReturnValue:
    """A link by mail, or a password to be told, for somebody who can't sign in. The password is shown once."""
    person, given = pages.find(id), ""
    if request.method == "POST":
        if request.form.get("way") == "mail":
            credentials.invite_again(person, actor=actor.me())
            commit()
            flash(f"A link is on its way to {person.email}.", "good")
            return redirect(url_for("users.user", id=id))
        given = credentials.give_temporary_password(person, actor=actor.me())
        commit()
    return render_template("users/give_password.html", person=person, given=given)
