"""The pages of audit: the activity log, and what SIMS holds about oneself."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response, render_template, stream_with_context
from jinja2.filters import do_filesizeformat

from plugins.audit import personal, verifying
from plugins.audit.archive import sizes
from plugins.audit.blueprint import blueprint
from plugins.audit.models import ActivityLog
from plugins.audit.permissions import OWN, VIEW
from plugins.audit.records import ENTRY
from sims import access, actor, afterwards
from sims.addresses import path_to
from sims.clock import today
from sims.database import db
from sims.pages import RecordPages
from sims.permissions import allowed, require


def _shown(entry: ActivityLog) -> dict[str, Any]:
    """What the page of one entry needs besides: whether it is whole, and what it was about."""
    record = access.record_of(entry.target_table)
    there = record is not None and db.session.get(record.model, entry.target_id) is not None
    may = record is not None and allowed(actor.me(), record.permission("view"))
    return {
        "whole": verifying.is_whole(entry),
        "target": path_to(record.endpoint, id=entry.target_id) if record and there and may else "",
        "kind": record.label if record else entry.target_table,
    }


pages = RecordPages(blueprint, ENTRY, path="/activity", detail=_shown)
pages.add()


def reasons(table: str, row_id: int) -> Mapping[str, str]:
    """For `Reasons`: the words that went with what was done to a row, by the request that did it."""
    query = (
        sa.select(ActivityLog.request_id, ActivityLog.details)
        .where(ActivityLog.target_table == table, ActivityLog.target_id == row_id)
        .order_by(ActivityLog.id)
    )
    found = {}
    for request_id, said in db.session.execute(query):
        words = said.get("feedback") or said.get("reason")
        if request_id and words:
            found[request_id] = words
    return found


@blueprint.get("/sizes")
@require(VIEW)
def show_sizes() -> str:
    """How large tables and their history are, how they grow, and what that comes to."""
    found = sizes.sizes()
    history = sum(size.history or 0 for size in found)
    files, rows, held = sizes.archived()
    return render_template(
        "audit/sizes.html",
        history=history,
        files=files,
        rows=rows,
        bytes=held,
        outlook=sizes.outlook(history),
        lines=[
            (
                size.table,
                _size(size.bytes),
                _size(size.history),
                f"{size.history / size.bytes:.1f} ×" if size.bytes and size.history else "—",
            )
            for size in found
        ],
    )


def _size(number: int | None) -> str:
    return "—" if number is None else do_filesizeformat(number)


@blueprint.get("/mine")
@require(OWN)
def mine() -> str:
    """What SIMS holds about the reader: how much of what, and the way to have all of it."""
    return render_template("audit/mine.html", parts=personal.overview(actor.me()))


@blueprint.get("/mine.zip")
@require(OWN)
def download() -> Response:
    """Everything SIMS holds about the reader, as JSON and CSV files in one archive."""
    me = actor.me()
    afterwards.exported("Everything about oneself", "zip")
    packed = stream_with_context(personal.packed(me))
    response = Response(packed, mimetype="application/zip")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"sims-{me.id}-{today()}.zip"
    )
    return response
