"""Static files carry a hash of their content in the address, and are cached for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

YEAR = 365 * 24 * 3600


class _Sessions(SecureCookieSessionInterface):
    """Sessions as Flask keeps them, but none for static files: what sets a cookie can't be shared by caches."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not is_static():
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Add `?v=<hash>` to every static address, and let such addresses be cached for ever."""
    app.url_defaults(_add_hash)
    app.after_request(_cache)
    app.session_interface = _Sessions()


def is_static() -> bool:
    """Whether this request is for a static file, the core's or a plugin's."""
    return request.endpoint is not None and request.endpoint.rpartition(".")[2] == "static"


def _add_hash(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint.rpartition(".")[2] == "static" and "filename" in values:
        values["v"] = _hash(endpoint, values["filename"])


def _hash(endpoint: str, filename: str) -> str | None:
    """The hash of a static file's content as it is now; None where there is no such file."""
    owner = endpoint.rpartition(".")[0]
    folder = current_app.blueprints[owner].static_folder if owner else current_app.static_folder
    path = Path(folder or "") / filename
    return _digest(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _cache(response: Response) -> Response:
    """Only the content that the hash belongs to is kept: another host may run another release."""
    asked = request.args.get("v")
    if not asked or not is_static() or response.status_code not in (200, 304):
        return response
    if asked == _hash(str(request.endpoint), (request.view_args or {})["filename"]):
        response.cache_control.max_age = YEAR
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.cache_control.no_cache = None
    return response
