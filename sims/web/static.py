"""Static files carry a hash of their content in the address, and are cached for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Add `?v=<hash>` to every static address, and let such addresses be cached for ever."""
    app.url_defaults(_add_hash)
    app.after_request(_cache)


def _add_hash(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint.rpartition(".")[2] != "static" or "filename" not in values:
        return
    owner = endpoint.rpartition(".")[0]
    folder = current_app.blueprints[owner].static_folder if owner else current_app.static_folder
    path = Path(folder or "") / values["filename"]
    if path.is_file():
        values["v"] = _digest(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _cache(response: Response) -> Response:
    if request.endpoint and request.endpoint.rpartition(".")[2] == "static" and "v" in request.args:
        response.cache_control.max_age = YEAR
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.cache_control.no_cache = None
    return response
