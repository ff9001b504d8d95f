"""Who is signed in: the login manager, the limits on guessing, and the forced first password."""

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user, logout_user

from plugins.users.models import User
from sims.database import db

limiter = Limiter(get_remote_address, strategy="moving-window", swallow_errors=True)
manager = LoginManager()
manager.login_view = "users.login"
manager.login_message = ""


def account() -> str:
    """The account somebody tries to get into: the limits count per account as well as per address."""
    return request.form.get("username", "").strip().lower() or get_remote_address()


def init_app(app: Flask) -> None:
    """Connect sign-in to the application; limits count in Redis, in memory while it is down."""
    app.config.setdefault(
        "RATELIMIT_STORAGE_URI", app.config["REDIS_URL"].replace("unix://", "redis+unix://", 1)
    )
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", True)
    app.config.setdefault("RATELIMIT_KEY_PREFIX", "sims")
    manager.init_app(app)
    limiter.init_app(app)
    app.before_request(_first_password)


@manager.user_loader
def load(token: str) -> User | None:
    """The person behind a session; None once they may no longer act or their password has changed."""
    number, _, _ = token.partition(".")
    person = db.session.get(User, int(number)) if number.isdigit() else None
    if person is None or person.get_id() != token or not person.is_active or person.is_archived:
        return None
    return person


def _first_password() -> ResponseReturnValue | None:
    """Whoever got a password from somebody else chooses their own before anything else."""
    if request.endpoint in (None, "static", "users.password", "users.logout", "core.healthz"):
        return None
    if current_user.is_authenticated and current_user.must_change_password:
        return redirect(url_for("users.password"))
    return None


def sign_out() -> None:
    """End this session."""
    logout_user()
