"""The pages of imports: choosing one, sending a file, matching its columns, saving what was checked."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.bulk import queries, services
from plugins.bulk.blueprint import blueprint
from plugins.bulk.forms import ConfirmForm, UploadForm
from plugins.bulk.permissions import IMPORT
from plugins.bulk.reading.matching import match
from plugins.bulk.views import pages, show
from plugins.bulk.writing import template_xlsx
from sims import actor
from sims.contracts import ImportColumn
from sims.database import commit, db
from sims.errors import Conflict, Invalid
from sims.permissions import require
from sims.rows import csv_line
from sims.web.uploads import takes_files

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/imports")
@require(IMPORT)
def imports() -> str:
    """What can be imported."""
    return render_template("bulk/imports.html", imports=queries.imports_for(actor.me()))


@blueprint.route("/imports/<name>", methods=["GET", "POST"])
@require(IMPORT)
def import_new(name: str) -> ResponseReturnValue:
    """Send a file. It is checked at once; nothing is saved before somebody has seen what came of that."""
    entry = queries.import_named(name, actor.me())
    form = UploadForm()
    if form.validate_on_submit():
        try:
            options = {"dates": form.dates.data, "sheet": form.sheet.data or ""}
            operation = services.upload(entry, form.file.data, options, actor=actor.me())
            commit()
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
        else:
            return redirect(url_for("bulk.operation", id=operation.id))
    status = 422 if request.method == "POST" else 200
    return render_template("bulk/upload.html", form=form, entry=entry), status


takes_files(import_new)


@blueprint.get("/imports/<name>/template.<any(csv, xlsx):kind>")
@require(IMPORT)
def template(name: str, kind: str) -> Response:
    """A file with the right headings, to fill in."""
    entry = queries.import_named(name, actor.me())
    if kind == "xlsx":
        response = Response(template_xlsx(entry), mimetype=WORKBOOK)
    else:
        lines = [
            csv_line([column.name for column in entry.columns]),
            csv_line([column.example for column in entry.columns]),
        ]
        response = Response(b"\xef\xbb\xbf" + b"".join(lines), mimetype="text/csv")
    filename = f"{entry.label.lower().replace(' ', '-')}.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


@blueprint.route("/<int:id>/columns", methods=["GET", "POST"])
@require(IMPORT)
def columns(id: int) -> ResponseReturnValue:
    """Say which heading of the file means what; remembered for the next file like it."""
    me = actor.me()
    operation = pages.find(id)
    entry = queries.import_named(operation.act, me)
    form = UploadForm(data={"dates": operation.options.get("dates")})
    problems: tuple[Any, ...] = ()
    chosen = dict(operation.options.get("columns") or {})
    if request.method == "POST":
        chosen = {
            column.name: request.form[f"column-{column.name}"]
            for column in entry.columns
            if request.form.get(f"column-{column.name}")
        }
        options = {"dates": form.dates.data, "sheet": form.sheet.data or ""}
        try:
            services.match_columns(operation, chosen, options, actor=me)
            commit()
        except Invalid as error:
            db.session.rollback()
            problems, operation = error.problems, pages.find(id)
        else:
            return redirect(url_for("bulk.operation", id=id))
    headings = list(operation.options.get("headings") or ())
    page = render_template(
        "bulk/columns.html",
        row=operation,
        entry=entry,
        form=form,
        headings=headings,
        chosen=chosen or guessed(entry.columns, headings),
        problems=problems,
    )
    return page, 422 if problems else 200


def guessed(columns: tuple[ImportColumn, ...], headings: list[str]) -> dict[str, str]:
    """Column → heading as names and synonyms have it: what is already chosen on the page."""
    found = match(tuple(headings), columns)
    return {name: headings[place] for name, place in found.by_column.items()}


@blueprint.post("/<int:id>/confirm")
@require(IMPORT)
def confirm(id: int) -> ResponseReturnValue:
    """Have a file that was checked saved."""
    check, form = pages.find(id), ConfirmForm()
    try:
        operation = services.confirm(
            check, mode=form.mode.data or "", again=bool(form.again.data), actor=actor.me()
        )
        operation_id = operation.id
        commit()
    except Conflict as error:
        db.session.rollback()
        flash(str(error), "warn")
        return redirect(url_for("bulk.operation", id=id))
    except Invalid as error:
        db.session.rollback()
        for problem in error.problems:
            form.form_errors.append(problem.message)
        return show(pages.find(id), form), 422
    return redirect(url_for("bulk.operation", id=operation_id))
