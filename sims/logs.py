"""The log: one JSON object a line on standard error, each with the request and the person it was written for.

Whoever runs SIMS hands standard error on to where logs are kept (docs/operations.md). Python's other loggers are left to
the web server.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, has_app_context, has_request_context

from sims import actor


class Lines(logging.Formatter):
    """A record as one line of JSON: `at`, `level`, `from`, and what it says, a mapping's keys each by themselves."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
        }
        if isinstance(record.msg, dict):
            line |= record.msg
        else:
            line["says"] = record.getMessage()
        if has_request_context() and "request_id" in g:
            line.setdefault("request", g.request_id)
        if has_app_context():
            line.setdefault("actor", actor.seen_id())
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class _Stderr(logging.StreamHandler[Any]):
    """Writes to whatever standard error is at that moment: servers and tests put others in its place."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Standard error."""
        return sys.stderr


_handler = _Stderr()
_handler.setFormatter(Lines())


def init_app(app: Flask) -> None:
    """Have everything that SIMS and its plugins log written, from LOG_LEVEL on."""
    for name in ("sims", "plugins"):
        logger = logging.getLogger(name)
        logger.setLevel(app.config["LOG_LEVEL"])
        if _handler not in logger.handlers and not app.config["TESTING"]:
            logger.addHandler(_handler)
            logger.propagate = False
