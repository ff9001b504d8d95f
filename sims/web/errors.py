"""Error pages that say what happened, what to do, and the number to quote."""

import errno
import logging

from flask import Flask, current_app, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from sims import actor, afterwards
from sims.database import db
from sims.errors import Denied, DomainError, Hidden, Missing
from sims.web import uploads

log = logging.getLogger(__name__)

WORDS = {
    400: ("That request can't be read", "Something in the address or the form is malformed.",
          "Go back, check what you entered, and try again."),
    401: ("Sign in first", "This page is for people who are signed in.", "Sign in and open it again."),
    403: ("That is not yours to do", "You may see this, but not change it in this way.",
          "If you think you should, ask your programme office."),
    404: ("There is nothing here", "The page does not exist, or it isn't one you may see.",
          "Check the address, or start from your dashboard."),
    405: ("That can't be done here", "This address does not take that kind of request.",
          "Go back and use the buttons of the page."),
    409: ("Somebody else was faster", "It changed while you were looking at it.",
          "Open it again to see how it stands now."),
    413: ("That is too large", "What was sent is larger than SIMS takes.",
          "Go back, send less, and try again."),
    422: ("There is a problem", "Something in what you sent can't be accepted.",
          "Go back, mend it, and send it again."),
    429: ("Too many tries", "There were too many attempts from here in a short time.",
          "Wait a quarter of an hour, then try again, or reset your password."),
    500: ("Something broke", "The fault is ours, and it has been written down. Nothing was half saved.",
          "Try again in a minute. If it happens again, tell your programme office the number below."),
    503: ("SIMS is busy", "The database does not answer just now. Nothing was half saved.",
          "Try again in a minute."),
    507: ("There is no room left", "The server's disk is full. Nothing was saved.",
          "Tell your programme office; nothing more can be stored until there is room."),
}  # fmt: skip

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def init_app(app: Flask) -> None:
    """Turn every refusal and every fault into a page (or JSON, where JSON was asked for)."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(OSError, _no_room)
    app.register_error_handler(Exception, _fault)


def page(
    code: int, explanation: str = "", title: str = "", advice: str = ""
) -> tuple[str | Response, int]:
    """The error page for `code`, in the words above unless others are given."""
    words = WORDS.get(code, WORDS[400 if code < 500 else 500])
    shown = {
        "code": code,
        "title": title or words[0],
        "explanation": explanation or words[1],
        "advice": advice or words[2],
        "request_id": g.get("request_id", ""),
    }
    if wants_json():
        return jsonify(error=shown["explanation"], request_id=shown["request_id"]), code
    return render_template("error.html", **shown), code


def wants_json() -> bool:
    """Whether the caller is a script of ours rather than a person reading pages."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code == 401 and not wants_json():
        manager = getattr(current_app, "login_manager", None)
        if manager is not None:
            return manager.unauthorized()
    if code in (301, 302, 303, 307, 308):
        return error.get_response()
    if code == 413:
        uploads.drain()
        explanation, advice = uploads.too_large()
        return page(code, explanation, advice=advice)
    return page(code)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    return page(400, "The form was open for too long, or cookies are off. What you typed is still there: "
                "go back, reload the page and send it again.", "This form has expired")  # fmt: skip


def _domain(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, Denied | Hidden):
        afterwards.blocked(str(error))
    return page(error.status, "" if type(error) in (Missing, Hidden) else str(error))


def _database(error: OperationalError) -> ResponseReturnValue:
    log.exception("database: %s", error.orig)
    db.session.rollback()
    actor.forget()
    return page(503)


def _no_room(error: OSError) -> ResponseReturnValue:
    if error.errno not in NO_ROOM:
        return _fault(error)
    log.error("no room left in %s %s: %s", request.method, request.path, error)
    db.session.rollback()
    actor.forget()
    return page(507)


def _fault(error: Exception) -> ResponseReturnValue:
    log.exception("fault in %s %s", request.method, request.path)
    db.session.rollback()
    if current_app.testing or current_app.debug:
        raise error
    actor.forget()  # the fault may lie in what every page shows of its reader
    return page(500)


def goes_home() -> Response:
    """Send the caller to the start page."""
    return redirect("/")
