"""SIMS as the benchmark serves it: the real application, which also says what it asked the database."""

import os
import pickle
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request

from sims.database import db
from sims.permissions import public
from wsgi import app as served

CAPTURED = Path(os.environ["SIMS_INSTANCE"]) / "captured"


def watched(app: Flask) -> Flask:
    """Count the statements of each request into `X-Queries`; keep them where `X-Capture` names a file."""

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *others: Any) -> None:
        if has_request_context():
            g.setdefault("statements", []).append((statement, parameters))

    @app.after_request
    def tell(response: Response) -> Response:
        statements = g.get("statements", [])
        response.headers["X-Queries"] = str(len(statements))
        if name := request.headers.get("X-Capture"):
            CAPTURED.mkdir(exist_ok=True)
            (CAPTURED / Path(name).name).write_bytes(pickle.dumps(statements))
        return response

    @app.get("/bench-empty")
    @public
    def empty() -> str:
        return "ok"

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", note)
    return app


app = watched(served)
