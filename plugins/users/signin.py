"""Who is signed in: the login manager, and the password somebody has to choose before anything else."""

import hmac

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user

from plugins.users.access import find
from plugins.users.models import User

OPEN_ENDPOINTS = {"users.first_password", "users.logout", "core.healthz", "static"}
"""What somebody may reach who still has the password that was given to them."""


def init_app(app: Flask) -> None:
    """Connect sign-in to the application. A session lasts `SESSION_HOURS`, wherever the phone roams."""
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(load)
    manager.unauthorized_handler(unauthorized)
    manager.init_app(app, add_context_processor=False)
    app.before_request(_first_password)


def load(token: str) -> User | None:
    """The person behind a session; None once they may no longer act or their password has changed."""
    number = token.partition(".")[0]
    person = find(int(number)) if number.isdecimal() and len(number) < 19 else None
    return person if person and hmac.compare_digest(person.get_id(), token) else None


def unauthorized() -> ResponseReturnValue:
    """To the login page, and from there back to where somebody wanted to go."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("users.login", next=None if wanted == "/" else wanted))


def _first_password() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    if current_user.is_authenticated and current_user.must_change_password:
        return redirect(url_for("users.first_password"))
    return None
