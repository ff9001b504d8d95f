"""The pages about people: lists and records, accounts, supervision, import."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from plugins.users import absences, credentials, importing, queries, services, supervision
from plugins.users.blueprint import blueprint
from plugins.users.forms import AbsenceForm, AssignForm, ImportForm
from plugins.users.models import KIND_LABELS, User
from plugins.users.records import PGS, USER, state
from sims import access, actor
from sims.database import commit, db
from sims.errors import DomainError, Invalid, Problem
from sims.lists import ListPage
from sims.pages import RecordPages, shown
from sims.permissions import allowed, require

MOST_AT_ONCE = 200
ACCOUNT_ACTS: dict[str, tuple[Callable[..., None], str]] = {
    "archive": (services.archive, "archived; the record stays"),
    "unarchive": (services.unarchive, "brought back"),
    "deactivate": (services.deactivate, "deactivated"),
    "activate": (services.activate, "activated"),
}


class UserPages(RecordPages):
    """The pages of people: those who left are only listed when asked for, and many can be assigned at once."""

    def page(self, **options: Any) -> ListPage:
        """The list, without archived people unless the address asks for a state of the account."""
        options.setdefault("narrow", current_people(request.args))
        return super().page(**options)


def current_people(arguments: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    """The condition that leaves archived people out, unless `arguments` ask for a state."""
    return [] if arguments.get("state") else [~User.is_archived]


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


pages = UserPages(blueprint, USER, path="/people", create=_create, change=_change, detail=_shown)
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
        narrow=[User.role == "pg", *current_people(request.args)],
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


@blueprint.post("/people/bulk", endpoint="user_bulk")
@require("users.user.assign")
def bulk() -> ResponseReturnValue:
    """What the list's ticked rows (or all that match) are to be given: here, another supervisor."""
    arguments = MultiDict(parse_qsl(request.form.get("query", "")))
    page = ListPage(USER, actor.me(), arguments, narrow=current_people(arguments))
    query = page.query().where(User.role == "pg")
    if not request.form.get("all"):
        query = query.where(User.id.in_(_ticked()))
    ids = db.session.scalars(query.with_only_columns(User.id).order_by(User.id).limit(MOST_AT_ONCE))
    return _assign_many(list(ids), AssignForm(formdata=None))


@blueprint.post("/people/assign", endpoint="user_assign_many")
@require("users.user.assign")
def assign_many() -> ResponseReturnValue:
    """Give many PGs the same primary supervisor. All of them, or none where a rule refuses one."""
    form, ids = AssignForm(), _ticked()
    form.supervisor_id.offer(queries.supervisor_choices())
    if not form.validate():
        return _assign_many(ids, form)
    visible = access.visible(USER, actor.me()).where(User.id.in_(ids), User.role == "pg")
    people = list(db.session.scalars(visible.order_by(User.id)))
    try:
        changed = sum(
            supervision.assign(
                person, form.supervisor_id.data, reason=form.reason.data or "", actor=actor.me()
            )
            for person in people
        )
        commit()
    except Invalid as error:
        db.session.rollback()
        form.form_errors.append(str(error))
        return _assign_many(ids, form)
    flash(f"{changed} {'PG has' if changed == 1 else 'PGs have'} another supervisor.", "good")
    if same := len(people) - changed:
        flash(f"{same} skipped: they had this supervisor already.", "info")
    return redirect(url_for("users.user_list", role="pg", supervisor=form.supervisor_id.data))


def _assign_many(ids: list[int], form: AssignForm) -> ResponseReturnValue:
    people = [person for person in queries.named(ids) if person.role == "pg"]
    if not people:
        flash("No PG was ticked.", "warn")
        return redirect(url_for("users.user_list"))
    form.supervisor_id.offer(queries.supervisor_choices())
    page = render_template("users/assign_many.html", form=form, people=people)
    return page, 422 if form.errors else 200


def _ticked() -> list[int]:
    given = request.form.getlist("id")
    return [
        int(value) for value in given if value.isascii() and value.isdigit() and len(value) < 19
    ][:MOST_AT_ONCE]


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


# -- import ------------------------------------------------------------------------------------------


@blueprint.route("/people/import", methods=["GET", "POST"], endpoint="user_import")
@require("users.user.create")
def import_people() -> ResponseReturnValue:
    """People from a CSV file: choose it, look at every row, confirm; all or nothing."""
    form, plan = ImportForm(), None
    if form.validate_on_submit():
        try:
            if "text" in request.form:
                plan = importing.read_text(request.form["text"])
                added = importing.run(plan, actor=actor.me(), invite=bool(form.invite.data))
                commit()
                flash(f"{added} {'person' if added == 1 else 'people'} added.", "good")
                return redirect(url_for("users.user_list"))
            if not form.file.data:
                raise Invalid(
                    [Problem(code="users.import", message="Choose a file.", fields=("file",))]
                )
            plan = importing.read(form.file.data.read(importing.LARGEST + 1))
            importing.check(plan, actor=actor.me())
            db.session.rollback()
        except DomainError as error:
            db.session.rollback()
            problems = error.problems if isinstance(error, Invalid) else ()
            form.take(problems or [Problem(code="users.import", message=str(error))])
    fine = request.method == "GET" or (plan is not None and not plan.problems and not form.errors)
    page = render_template("users/import.html", form=form, plan=plan, columns=importing.PREVIEW)
    return page, 200 if fine else 422
