"""What every request gets: an id, a line in the log, and headers that keep the browser strict."""

import logging
import re
import secrets
import time
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from sims import actor
from sims.web import static, uploads

log = logging.getLogger("sims.requests")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
GIVEN_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def init_app(app: Flask) -> None:
    """Log every request (`g.measured` is what others add to its line), and send the headers above with every answer."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    uploads.allow()


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not static.is_static():
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-ID"] = g.request_id
        log.info(
            {
                "request": g.request_id,
                "method": request.method,
                "path": _path(),
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.began) * 1000, 1),
                "actor": actor.seen_id(),
                "by": request.remote_addr,
                **g.get("measured", {}),
            }
        )
    return response


def _path() -> str:
    """The path as the log keeps it: without what a route calls its `secret`, which alone opens a door."""
    secret = (request.view_args or {}).get("secret")
    return request.path.replace(secret, "…") if secret else request.path


def inside(path: str) -> str:
    """`path` if it leads to a page of this site, else the start page: no redirect leads astray."""
    parts = urlsplit(path)  # drops the tabs and line breaks that browsers drop
    is_ours = parts.path.startswith("/") and not (parts.scheme or parts.netloc or "\\" in path)
    return path if is_ours and path.isprintable() else "/"
