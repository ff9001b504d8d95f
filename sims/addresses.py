"""Addresses of pages where there may be no request: in mails, notices, papers, jobs and commands."""

from flask import current_app, has_request_context, request


def path_to(endpoint: str, **values: object) -> str:
    """The path of a page."""
    return current_app.url_map.bind("").build(endpoint, values)


def site() -> str:
    """How this site is reached from outside, without a slash at the end; empty where nobody said."""
    found = current_app.config["EXTERNAL_URL"]
    if not found and has_request_context():
        found = request.url_root
    return str(found).rstrip("/")
