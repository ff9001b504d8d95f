"""How much one request may bring: little, and more where files are uploaded by somebody who is signed in."""

from collections.abc import Callable
from typing import Any

from flask import current_app, request, session

DRAINED = 4
"""An answer is only read by a browser that has sent everything: this many times the limit is listened to."""


def takes_files(view: Callable[..., Any]) -> None:
    """Mark a view whose form may bring files."""
    vars(view)["takes_files"] = True


def allow() -> None:
    """Raise the limit of this request where its view takes files. Asks the session's cookie, no database: the
    body is still to come, and may take minutes."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False) and "_user_id" in session:
        request.max_content_length = largest()


def largest() -> int:
    """The bytes of the largest request with files."""
    config = current_app.config
    return config["MAX_CONTENT_LENGTH"] + config["FILES_MAX_COUNT"] * config["FILES_MAX_BYTES"]


def too_large() -> tuple[str, str]:
    """What happened and what to do about it, for a request over its limit."""
    config = current_app.config
    if request.max_content_length == largest():
        one, most = config["FILES_MAX_BYTES"] // 2**20, config["FILES_MAX_COUNT"]
        return (
            f"A file may have {one} MB and {most} files may be sent at once; this was more. Nothing was saved.",
            "Go back, choose fewer or smaller files, and send them again.",
        )
    limit = (request.max_content_length or 0) // 2**20
    return (
        f"At most {limit} MB may be sent here; this was more. Nothing was saved.",
        "Go back, send less, and try again.",
    )


def drain() -> None:
    """Listen to the rest of a request that is refused anyway: a browser that is cut short shows no page."""
    left = min(request.content_length or 0, DRAINED * (request.max_content_length or 0))
    stream = request.environ["wsgi.input"]
    while left > 0 and (read := stream.read(min(left, 2**16))):
        left -= len(read)
