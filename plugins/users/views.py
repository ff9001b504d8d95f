"""The pages about people: sign in, passwords, profile, and what the programme office does."""

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from plugins.users import importing, queries, services
from plugins.users.forms import (
    AssignForm,
    ImportForm,
    LoginForm,
    PasswordForm,
    ProfileForm,
    ResetForm,
)
from plugins.users.models import User
from plugins.users.records import USER, state
from plugins.users.signin import account, limiter
from sims import access, actor
from sims.database import commit, db
from sims.errors import DomainError, Invalid
from sims.lists import ListPage
from sims.pages import RecordPages
from sims.permissions import allowed, public, require, signed_in

blueprint = Blueprint("users", __name__, template_folder="templates")
limit = limiter.limit


def _login_limit() -> str:
    return current_app.config["RATELIMIT_LOGIN"]


def _reset_limit() -> str:
    return current_app.config["RATELIMIT_RESET"]


def _shown(person: User) -> dict[str, Any]:
    return {
        "supervisions": queries.supervision_history(person.id) if person.role == "pg" else [],
        "state": state(person),
        "may_manage": allowed(actor.me(), "users.user.manage"),
    }


pages = RecordPages(
    blueprint, USER, path="/people", create=services.create, change=services.change, detail=_shown
)
pages.add()


@blueprint.route("/login", methods=["GET", "POST"])
@public
@limit(_login_limit, methods=["POST"], deduct_when=lambda response: response.status_code == 422)
@limit(
    _login_limit,
    methods=["POST"],
    key_func=account,
    deduct_when=lambda response: response.status_code == 422,
)
def login() -> ResponseReturnValue:
    """Sign in; back to where one was going, if that is inside SIMS."""
    form = LoginForm()
    if request.method == "POST" and form.validate():
        person = services.check_login(form.username.data, form.password.data)
        if person is not None:
            session.clear()
            login_user(person)
            session.permanent = True
            services.note_login(person, request.remote_addr)
            commit()
            target = request.args.get("next", "")
            inside = target.startswith("/") and not target.startswith(("//", "/\\"))
            return redirect(target if inside else "/")
        form.form_errors.append("The username or the password is wrong, or the account is closed.")
    return render_template("users/login.html", form=form), 422 if request.method == "POST" else 200


@blueprint.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Sign out here."""
    logout_user()
    session.clear()
    return redirect(url_for("users.login"))


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change one's password; the first one is forced."""
    me, form = actor.me(), PasswordForm()
    first = me.must_change_password
    if request.method == "POST" and form.validate():
        try:
            current = None if first else form.current.data or ""
            services.change_password(me, form.password.data, current=current)
            commit()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
        else:
            login_user(me)
            flash("Your password is changed. All other sessions have ended.", "good")
            return redirect("/")
    page = render_template("users/password.html", form=form, first=first)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/reset", methods=["GET", "POST"])
@public
@limit(_reset_limit, methods=["POST"])
def reset() -> ResponseReturnValue:
    """Ask for a link to a new password; the answer is the same whether or not there is such a person."""
    form = ResetForm()
    if request.method == "POST" and form.validate():
        services.start_reset(form.email.data)
        commit()
        return render_template("users/reset_sent.html")
    return render_template("users/reset.html", form=form), 422 if request.method == "POST" else 200


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset_with(token: str) -> ResponseReturnValue:
    """Choose a new password by the link from the mail."""
    person = services.reader_of(token)
    if person is None:
        return render_template("users/reset_old.html"), 410
    form = PasswordForm()
    if request.method == "POST" and form.validate():
        try:
            services.change_password(person, form.password.data)
            commit()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
        else:
            flash("Your password is changed. Sign in with it.", "good")
            return redirect(url_for("users.login"))
    page = render_template("users/password.html", form=form, first=True)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/profile", methods=["GET", "POST"])
@signed_in
def profile() -> ResponseReturnValue:
    """One's own particulars."""
    me = access.find(USER, actor.me(), actor.me().id)
    form = ProfileForm(obj=me)
    if request.method == "POST" and form.validate():
        try:
            services.change_profile(me, form.values(), actor=me)
            commit()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
        else:
            flash("Your profile is saved.", "good")
            return redirect(url_for("users.profile"))
    history = queries.supervision_history(me.id)
    page = render_template("users/profile.html", form=form, me=me, supervisions=history)
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/people/mine")
@require("users.user.supervise")
def mine() -> str:
    """A supervisor's PGs."""
    me = actor.me()
    page = ListPage(
        USER, me, request.args, title="Your PGs",
        narrow=[User.role == "pg", ~User.is_archived],
    )  # fmt: skip
    return render_template("list.html", page=page)


@blueprint.route("/people/<int:id>/supervisor", methods=["GET", "POST"])
@require("users.user.manage")
def assign(id: int) -> ResponseReturnValue:
    """Give a PG another primary supervisor."""
    person = access.find(USER, actor.me(), id)
    form = AssignForm()
    form.supervisor_id.offer(queries.supervisor_choices(person.supervisor_id))
    if request.method == "POST" and form.validate():
        try:
            services.assign_supervisor(
                person, form.supervisor_id.data, reason=form.reason.data or "", actor=actor.me()
            )
            commit()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
            person = access.find(USER, actor.me(), id)
        else:
            flash("The supervisor is changed; what was waiting has moved along.", "good")
            return redirect(url_for("users.user", id=id))
    page = render_template("users/assign.html", form=form, person=person)
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/people/<int:id>/state/<name>")
@require("users.user.manage")
def set_state(id: int, name: str) -> ResponseReturnValue:
    """Activate, deactivate, archive or bring back an account."""
    states = {"activate": (True, False), "deactivate": (False, False), "archive": (False, True)}
    if name not in states:
        abort(404)
    person = access.find(USER, actor.me(), id)
    active, archived = states[name]
    try:
        services.set_state(person, active=active, archived=archived, actor=actor.me())
        commit()
        flash(f"{person.name}: {state(person).lower()}.", "good")
    except DomainError as error:
        db.session.rollback()
        flash(str(error), "bad")
    return redirect(url_for("users.user", id=id))


@blueprint.post("/people/<int:id>/password")
@require("users.user.manage")
def temporary_password(id: int) -> ResponseReturnValue:
    """A password to be told to somebody; shown once."""
    person = access.find(USER, actor.me(), id)
    given = services.set_temporary_password(person, actor=actor.me())
    commit()
    return render_template("users/temporary.html", person=person, password=given)


@blueprint.route("/people/import", methods=["GET", "POST"])
@require("users.user.create")
def import_people() -> ResponseReturnValue:
    """Add people from a CSV file: look at every row first, then all or nothing."""
    form, plan = ImportForm(), None
    if request.method == "POST":
        try:
            if request.form.get("confirmed"):
                plan = importing.read_text(request.form.get("content", ""))
                added = importing.run(plan, actor=actor.me())
                commit()
                flash(
                    f"{added} people added; each gets a mail with a link to choose a password.",
                    "good",
                )
                return redirect(url_for("users.user_list"))
            if form.validate():
                plan = importing.read(form.file.data.read())
                importing.check(plan, actor=actor.me())
                db.session.rollback()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
            plan = None
    wrong = request.method == "POST" and (plan is None or plan.problems)
    return render_template("users/import.html", form=form, plan=plan), 422 if wrong else 200
