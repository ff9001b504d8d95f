"""The pages of operations: their list, one with its progress and result, and starting one from a list."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import (
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from plugins.bulk import queries, services
from plugins.bulk.blueprint import blueprint
from plugins.bulk.forms import ConfirmForm
from plugins.bulk.models import BulkOperation
from plugins.bulk.permissions import ACT, IMPORT, VIEW
from plugins.bulk.records import OPERATION
from plugins.bulk.source import opened
from plugins.bulk.undoing import what_was_done
from plugins.bulk.work import said
from sims import access, actor, drafts, runs, selection
from sims.contracts import BulkAct, Record
from sims.database import commit, db
from sims.errors import DomainError, Invalid, Missing
from sims.forms import Form
from sims.lists import safe_cell
from sims.pages import RecordPages
from sims.permissions import allowed, require
from sims.rows import csv_line
from sims.web.templating import span
from sims.workflow import Transition

AT_ONCE = 200
"""So many rows are done while the browser waits; more go to a worker."""


class OperationPages(RecordPages):
    """The list of operations; nobody edits one."""

    def add(self) -> None:
        """Add the list and its export."""
        see = self.record.permission("view")
        self._route("list", "", self.index, see)
        self._route("export", "/export.csv", self.export, see)
        self._route("save_list", "/saved", self.save_list, see, "POST")
        self._route("drop_list", "/saved/<int:entry_id>/remove", self.drop_list, see, "POST")
        self._route("", "/<int:id>", self.detail, see)

    def page(self, **options: Any) -> Any:
        """The list, with the way to an import for who may make one."""
        if queries.imports_for(actor.me()):
            options |= {"new_url": url_for("bulk.imports"), "new_label": "Import a file"}
        return super().page(**options)

    def detail(self, id: int) -> str:
        """One operation: its progress, what came of it, and what can be done with it now."""
        return show(self.find(id))


pages = OperationPages(blueprint, OPERATION, path="")
pages.add()


def show(operation: BulkOperation, form: Form | None = None) -> str:
    """The page of one operation."""
    me = actor.me()
    may_confirm = (
        operation.operation == "check"
        and operation.status in ("completed", "completed_with_errors")
        and operation.success > 0
        and allowed(me, IMPORT)
    )
    followers = queries.followers(operation)
    return render_template(
        "bulk/operation.html",
        record=OPERATION,
        row=operation,
        status=OPERATION.flow.status(operation.status),
        seen=runs.seen(operation),
        left=eta(operation),
        said=said(operation),
        counts=queries.counts(operation),
        refused=queries.items(operation, "refused", after=request.args.get("after", type=int)),
        warned=queries.warned(operation),
        before=queries.earlier(operation) if operation.source_sha256 else None,
        followers=followers,
        form=form or ConfirmForm(formdata=None) if may_confirm else None,
        may_undo=may_undo(operation, followers),
        has_source=queries.source(operation) is not None,
    )


def may_undo(operation: BulkOperation, followers: Any) -> bool:
    """Whether the signed-in person can take this operation back now."""
    if operation.operation in ("check", "undo") or operation.status not in services.UNDOABLE:
        return False
    if not operation.success or any(other.operation == "undo" for other in followers):
        return False
    try:
        what_was_done(operation, actor.me())
    except DomainError:
        return False
    return True


def eta(operation: BulkOperation) -> str:
    """How long it will still take, in words."""
    seconds = runs.seconds_left(operation, runs.seen(operation))
    if seconds is None:
        return ""
    return (
        "less than a minute left" if seconds < 60 else f"{span(seconds).removesuffix(' ago')} left"
    )


@blueprint.get("/<int:id>/progress")
@require(VIEW)
def progress(id: int) -> Response:
    """How far an operation is, for the bar that follows it."""
    operation = pages.find(id)
    return jsonify(
        done=runs.seen(operation),
        total=operation.total,
        errors=operation.failure,
        eta=eta(operation),
        state=operation.status,
    )


@blueprint.post("/<int:id>/stop")
@require(ACT)
def stop(id: int) -> ResponseReturnValue:
    """Ask an operation to stop; what it has committed stays."""
    runs.cancel(pages.find(id))
    commit()
    flash("It stops after the rows it is at.", "info")
    return redirect(url_for("bulk.operation", id=id))


@blueprint.post("/<int:id>/again")
@require(ACT)
def again(id: int) -> ResponseReturnValue:
    """Take an operation up again that failed or was stopped."""
    operation = pages.find(id)
    runs.again(operation)
    commit()
    flash("It goes on where it stopped.", "good")
    return redirect(url_for("bulk.operation", id=id))


@blueprint.post("/<int:id>/undo")
@require(ACT)
def undo(id: int) -> ResponseReturnValue:
    """Take back what an operation did."""
    operation = services.undo(pages.find(id), actor=actor.me())
    return _begin(operation, url_for("bulk.operation", id=id), "undone")


@blueprint.get("/<int:id>/failed.csv")
@require(IMPORT)
def failed(id: int) -> ResponseReturnValue:
    """The rows of a file that are wrong, as they stand there, each with what is wrong: to mend and send again."""
    operation = pages.find(id)
    stored = queries.source(operation)
    if stored is None or operation.operation not in ("check", "import"):
        raise Missing("There is no file with these rows.")
    response = Response(stream_with_context(_failed_lines(operation)), mimetype="text/csv")
    name = f"{operation.source_name.rpartition('.')[0] or operation.source_name}-to-mend.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _failed_lines(operation: BulkOperation) -> Iterator[bytes]:
    entry = queries.import_named(operation.act, actor.me())
    source = opened(operation, entry)
    if source is None:
        return
    headings = [safe_cell(heading) for heading in source.table.headings]
    yield b"\xef\xbb\xbf" + csv_line([*headings, "Row", "What is wrong"])
    wrong = queries.all_items(operation, "refused")
    item = next(wrong, None)
    for line, cells in source.table.rows():
        if item is None:
            return
        if line != item.number:
            continue
        words = "; ".join(
            f"{problem['column']}: {problem['message']}"
            if problem["column"]
            else problem["message"]
            for problem in item.problems or ()
            if problem["severity"] == "error"
        )
        plain = cells if isinstance(cells, list) else []
        shown = [safe_cell("" if cell is None else str(cell)) for cell in plain[: len(headings)]]
        shown += [""] * (len(headings) - len(shown))
        yield csv_line([*shown, line, safe_cell(words)])
        item = next(wrong, None)


# -- from a list ---------------------------------------------------------------------------------------


@blueprint.post("/do/<name>")
@require(ACT)
def choose(name: str) -> ResponseReturnValue:
    """Do something with the rows ticked in a list, or with all that match it."""
    me, record = actor.me(), access.record_named(name)
    if not allowed(me, record.permission("view")):
        raise Missing("There is no such list.")
    act = queries.act_named(name, request.form.get("action", ""), me)
    back = request.form.get("back") or url_for("bulk.operation_list")
    chosen: Any = selection.ticked(request.form)
    if request.form.get("all"):
        statuses = act.source if isinstance(act, Transition) else ()
        chosen = selection.matching(record, me, request.form, statuses=statuses)
    if isinstance(act, BulkAct) and act.page:
        ids = (
            chosen if isinstance(chosen, list) else list(db.session.scalars(chosen.limit(AT_ONCE)))
        )
        return redirect(url_for(act.page, id=ids))
    values: dict[str, Any] = {}
    if isinstance(act, BulkAct) and act.form:
        form = act.form() if "given" in request.form else act.form(formdata=None)
        form.prepare(me, None)
        if "given" not in request.form or not form.validate():
            return _ask(record, act, form, chosen, back)
        values = form.values()
    elif isinstance(act, Transition):
        known = (*(act.requires or ()), *act.takes)
        values = {key: request.form[key] for key in known if request.form.get(key)}
    try:
        operation = services.act_on(record, act, chosen, values, actor=me)
    except Invalid as error:
        db.session.rollback()
        for problem in error.problems:
            flash(problem.message, "warn")
        return drafts.back_to(back)
    return _begin(operation, back, act.done)


def _ask(record: Record, act: BulkAct, form: Form, chosen: Any, back: str) -> ResponseReturnValue:
    """The page that asks what all the chosen rows are to be given."""
    ids = chosen if isinstance(chosen, list) else chosen.order_by(None)
    rows = access.visible(record, actor.me()).where(record.model.id.in_(ids))
    count = db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
    if not count:
        flash("Nothing was ticked.", "warn")
        return drafts.back_to(back)
    sample = db.session.scalars(rows.options(*record.load).order_by(record.model.id).limit(10))
    page = render_template(
        "bulk/ask.html",
        record=record,
        act=act,
        form=form,
        count=count,
        sample=[record.title(row) for row in sample.unique()],
        chosen=chosen if isinstance(chosen, list) else [],
        back=back,
    )
    return page, 422 if form.errors else 200


def _begin(operation: BulkOperation, back: str, verb: str) -> ResponseReturnValue:
    """Do a small operation now and go back to the list; hand a large one to a worker and show its progress.

    `verb` says what was done: "approved".
    """
    operation_id = operation.id
    if operation.total > AT_ONCE:
        runs.start(operation)
        commit()
        return redirect(url_for("bulk.operation", id=operation_id))
    commit()
    runs.carry_on("bulk.operation", operation_id)
    done = pages.find(operation_id)
    link = Markup('<a href="{}">{}</a>').format(
        url_for("bulk.operation", id=operation_id),
        "Result and undo" if may_undo(done, ()) else "Result",
    )
    record = access.record_named(done.record_type)
    things = record.label if done.success == 1 else record.plural
    told = [f"{count} skipped: {reason}" for reason, count in queries.reasons(done)]
    words = " ".join([f"{done.success} {things} {verb}.", *told])
    flash(Markup("{} {}").format(words, link), "good" if done.success else "warn")
    return drafts.back_to(back)
