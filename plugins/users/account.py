"""The pages of one's own account: signing in and out, passwords, profile."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from plugins.users import absences, credentials, queries, services, tokens
from plugins.users.blueprint import blueprint
from plugins.users.events import LoggedOut
from plugins.users.forms import (
    ChangePasswordForm,
    ForgotForm,
    LoginForm,
    NewPasswordForm,
    ProfileForm,
)
from plugins.users.models import User
from plugins.users.records import USER
from sims import access, actor, records
from sims.addresses import site
from sims.database import commit, db
from sims.errors import Denied, Invalid
from sims.events import publish
from sims.forms import Form
from sims.permissions import public, signed_in
from sims.throttle import TooMany
from sims.web.requests import inside


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Sign in, and on to where one was going, if that is inside SIMS."""
    target = inside(request.args.get("next", "/"))
    if actor.current() is not None:
        return redirect(target)
    form, status = LoginForm(), 200
    if request.method == "POST":
        status = 422
        try:
            if form.validate():
                person = credentials.check_login(
                    form.username.data or "", form.password.data or "", address=_address()
                )
                _begin_session(person)
                credentials.note_login(person, address=_address())
                commit()
                return redirect(target)
        except Invalid as error:
            commit()
            form.take_invalid(error)
        except TooMany as error:
            commit()
            form.form_errors.append(str(error))
            status = error.status
    return render_template("users/login.html", form=form, target=target), status


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """Sign out here."""
    me = _me()
    publish(LoggedOut(**records.about(USER, me, me)))
    commit()
    logout_user()
    session.clear()
    flash("You are signed out.", "good")
    return redirect(url_for("users.login"))


@blueprint.route("/password/first", methods=["GET", "POST"])
@signed_in
def first_password() -> ResponseReturnValue:
    """The password somebody has to choose who was given one."""
    me, form = _me(), NewPasswordForm()
    if not me.must_change_password:
        return redirect(url_for("users.password"))
    if form.validate_on_submit():
        try:
            credentials.choose_first_password(me, form.password.data)
            commit()
        except Invalid as error:
            _refuse(form, error)
        else:
            return _password_is_new(me)
    return render_template("users/first_password.html", form=form), _status()


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change one's password."""
    me, form = _me(), ChangePasswordForm()
    if form.validate_on_submit():
        try:
            credentials.change_password(me, form.password.data, current=form.current.data)
            commit()
        except Invalid as error:
            _refuse(form, error)
        else:
            return _password_is_new(me)
    return render_template("users/password.html", form=form), _status()


@blueprint.route("/password/forgot", methods=["GET", "POST"])
@public
def forgot() -> ResponseReturnValue:
    """Ask for a link to a new password. The answer is the same whether or not there is such a person."""
    form, status = ForgotForm(), _status()
    if form.validate_on_submit():
        try:
            credentials.start_reset(form.name.data, address=_address(), base=site())
            commit()
        except TooMany as error:
            form.form_errors.append(str(error))
            status = error.status
        else:
            minutes = current_app.config["USERS_RESET_MINUTES"]
            return render_template("users/forgot_sent.html", minutes=minutes)
    return render_template("users/forgot.html", form=form), status


@blueprint.route("/password/set/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> ResponseReturnValue:
    """Choose a password by the link from a mail."""
    person = tokens.bearer(token)
    if person is None:
        return render_template("users/link_spent.html"), 410
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            credentials.finish_reset(person, form.password.data)
            commit()
        except Invalid as error:
            _refuse(form, error)
        else:
            session.clear()
            flash("Your password is set. Sign in with it.", "good")
            return redirect(url_for("users.login"))
    name = person.username
    return render_template("users/set_password.html", form=form, username=name), _status()


@blueprint.route("/profile", methods=["GET", "POST"])
@signed_in
def profile() -> ResponseReturnValue:
    """One's own contact details to change, and the rest to read."""
    me = access.find(USER, actor.me(), actor.me().id)
    form = ProfileForm(obj=me)
    if request.method == "GET":
        form.version.data = me.version
    elif form.validate():
        try:
            services.change_profile(
                me,
                form.values(),
                actor=me,
                current=form.current.data or "",
                version=form.first_version,
            )
            commit()
        except Invalid as error:
            _refuse(form, error)
            me = access.find(USER, actor.me(), actor.me().id)
        else:
            flash("Your profile is saved.", "good")
            return redirect(url_for("users.profile"))
    supervisions = queries.supervision_history(me.id)
    more = absences.shown(me, me)
    page = render_template(
        "users/profile.html", form=form, me=me, row=me, supervisions=supervisions, **more
    )
    return page, _status()


def _me() -> User:
    """The person signed in, as a row. Raises `Denied` for an actor that is none."""
    me = actor.me()
    person = db.session.get(User, me.id)
    if person is None:
        raise Denied("You have no account here.")
    return person


def _address() -> str:
    return request.remote_addr or ""


def _begin_session(person: User) -> None:
    """A fresh session, so that nothing put into the old one before lives on."""
    session.clear()
    login_user(person)
    session.permanent = True


def _password_is_new(person: User) -> ResponseReturnValue:
    _begin_session(person)
    flash("Your password is changed. Your other sessions have ended.", "good")
    return redirect("/")


def _refuse(form: Form, error: Invalid) -> None:
    db.session.rollback()
    form.take_invalid(error)


def _status() -> int:
    return 422 if request.method == "POST" else 200
