"""The pages of reports: choosing one, asking for it, looking at it first, making it; those saved and those made."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import (
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from plugins.reports import access as reading
from plugins.reports import asking, documents, running, saving
from plugins.reports.blueprint import blueprint
from plugins.reports.models import PAPERS, ReportRun
from plugins.reports.permissions import MAKE, VIEW
from plugins.reports.records import FORMAT_NAMES, RUN
from plugins.reports.schedules import queries as schedules
from plugins.reports.schedules import views as schedule_views  # noqa: F401 - on the blueprint
from plugins.reports.writing import main_table
from plugins.users.models import ROLE_LABELS
from sims import actor, afterwards, files, lists, replica, runs
from sims.contracts import Report
from sims.database import commit, db, snapshot
from sims.errors import Invalid, Missing
from sims.pages import RecordPages
from sims.permissions import require
from sims.tables import csv_of
from sims.web.core_pages import FILE_POLICY
from sims.web.templating import span

PREVIEWED = 20
"""Rows of each table that are shown before a report is made."""


class RunPages(RecordPages):
    """The list of reports that were made; nobody edits one."""

    def add(self) -> None:
        """Add the list and its export, and the page of one."""
        see = self.record.permission("view")
        self._route("list", "", self.index, see)
        self._route("export", "/export.csv", self.export, see)
        self._route("save_list", "/saved", self.save_list, see, "POST")
        self._route("drop_list", "/saved/<int:entry_id>/remove", self.drop_list, see, "POST")
        self._route("", "/<int:id>", self.detail, see)

    def detail(self, id: int) -> str:
        """One run: how far it is, the paper, and why one may not have it where that is so."""
        run = find_run(id)
        return render_template(
            "reports/run.html",
            row=run,
            status=RUN.flow.status(run.status),
            seen=runs.seen(run),
            left=_left(run),
            refusal=None if run.is_open or not run.token else reading.refusal(run, actor.me()),
            mine=run.user_id == actor.me().id,
            format_name=FORMAT_NAMES[run.format],
            keep_days=current_app.config["REPORTS_KEEP_DAYS"],
        )


pages = RunPages(blueprint, RUN, path="/made")
pages.add()


def find_run(run_id: int) -> ReportRun:
    """The run, where the reader has anything to do with it. Raises `Missing`."""
    run = db.session.get(ReportRun, run_id, options=RUN.load)
    if run is None or not reading.may_find(run, actor.me()):
        raise Missing("There is no report with this number that you may see.")
    return run


@blueprint.get("")
@require(MAKE)
def reports() -> str:
    """All reports one may make, those one has saved, and the newest that were made."""
    me = actor.me()
    made = lists.ListPage(RUN, me, MultiDict())
    query = made.ordered().options(*RUN.load).limit(5)
    return render_template(
        "reports/reports.html",
        kinds=documents.kinds_for(me),
        records=documents.records_for(me),
        saved=saving.of(me),
        made=db.session.scalars(query).all(),
        workflow=RUN.flow,
        scheduled=schedules.count(me),
        rows=documents.ROWS,
        me=me,
        roles=ROLE_LABELS,
    )


@blueprint.get("/new/<kind>")
@require(MAKE)
def new(kind: str) -> ResponseReturnValue:
    """One report: what it is to be narrowed to, and how it will look."""
    report = documents.report_named(kind, actor.me())
    return _ask(report, request.args)


@blueprint.post("/show/<kind>")
@require(MAKE)
def show(kind: str) -> ResponseReturnValue:
    """The address of what the form asks for: one may keep it, and send it to somebody."""
    documents.report_named(kind, actor.me())
    pairs = asking.posted(request.form).items(multi=True)
    return redirect(f"{url_for('reports.new', kind=kind)}?{urlencode(list(pairs))}", 303)


def _ask(
    report: Report, arguments: MultiDict[str, str], error: Invalid | None = None
) -> ResponseReturnValue:
    me = actor.me()
    built = report.name.startswith(documents.ROWS)
    arguments, people = asking.about_whom(report, arguments, me)
    form = (
        report.ask(formdata=_questions(arguments), prefix=asking.ASK, meta={"csrf": False})
        if report.ask
        else None
    )
    look, wanted = None, None
    try:
        wanted = asking.read(report, arguments)
        if not report.person or wanted.options.get("person") or me.role == "pg":
            with replica.reading(), snapshot():
                look = _look(report, wanted)
    except Invalid as refused:
        error = error or refused
    wanted = wanted or asking.Wanted({}, report.formats[0], PAPERS[0])
    page = render_template(
        "reports/ask.html",
        report=report,
        built=built,
        filters=lists.ListPage(report.record, me, arguments).filters if report.filtered else None,
        form=form,
        wanted=wanted,
        choices=asking.choices(report, wanted) if built else {},
        look=look,
        people=people,
        who=arguments.get("who", ""),
        about=arguments.get("about", ""),
        problems=error.problems if error else (),
        formats={name: FORMAT_NAMES[name] for name in report.formats},
        most_in_pdf=current_app.config["REPORTS_PDF_ROWS"],
        previewed=PREVIEWED,
        roles=ROLE_LABELS,
    )
    return page, 422 if error else 200


def _questions(arguments: MultiDict[str, str]) -> MultiDict[str, str] | None:
    """The answers to a report's own questions, or None where none was given yet: its defaults stand then."""
    given = [
        (name, value) for name, value in arguments.items(multi=True) if name.startswith(asking.ASK)
    ]
    return MultiDict(given) if given else None


def _look(report: Report, wanted: asking.Wanted) -> dict[str, Any]:
    """How a paper will look: its title, how many rows its list has, and the first rows of each table."""
    paper = documents.order(report.name, wanted.options, actor.me())
    return {
        "title": paper.document.title,
        "count": running.rows_asked(paper),
        "tables": [
            {"part": part.title, "table": table, "rows": list(islice(table.rows, PREVIEWED + 1))}
            for part in paper.document.parts
            for table in part.tables
        ],
    }


@blueprint.post("/make/<kind>")
@require(MAKE)
def make(kind: str) -> ResponseReturnValue:
    """Make a report: a small one is sent at once, a long one is handed to a worker."""
    report = documents.report_named(kind, actor.me())
    arguments = _posted(report)
    try:
        return deliver(kind, asking.read(report, arguments))
    except Invalid as error:
        db.session.rollback()
        return _ask(report, arguments, error)


def deliver(
    kind: str, wanted: asking.Wanted, *, title: str = "", config_id: int | None = None
) -> ResponseReturnValue:
    """The paper itself where it is small, else the page of the run that makes it."""
    me = actor.me()
    paper = documents.order(kind, wanted.options, me, paper=wanted.paper)
    count = running.check_size(paper, wanted.format)
    most = current_app.config["REPORTS_AT_ONCE"]
    if paper.report.proof or (wanted.format != "csv" and count > most):
        run = running.begin(
            kind,
            wanted.options,
            wanted.format,
            actor=me,
            paper=wanted.paper,
            title=title,
            config_id=config_id,
        )
        commit()
        return redirect(url_for("reports.run", id=run.id))
    name = running.file_name(title or paper.document.title, wanted.format)
    afterwards.exported(f"Report: {kind}", wanted.format)
    if wanted.format == "csv":
        answer = Response(
            stream_with_context(csv_of(main_table(paper.document))), mimetype="text/csv"
        )
    else:
        with (
            replica.reading(),
            snapshot(),
            running.made(
                documents.order(kind, wanted.options, me, paper=wanted.paper), wanted.format
            ) as path,
        ):
            answer = Response(path.read_bytes(), mimetype=running.TYPES[wanted.format])
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@blueprint.post("/save/<kind>")
@require(MAKE)
def save(kind: str) -> ResponseReturnValue:
    """Keep a report under a name."""
    report = documents.report_named(kind, actor.me())
    arguments = _posted(report)
    try:
        wanted = asking.read(report, arguments)
        config = saving.save(
            request.form.get("save_as", ""),
            kind,
            wanted.options,
            format=wanted.format,
            paper=wanted.paper,
            shared_with=request.form.get("shared_with", ""),
            actor=actor.me(),
        )
    except Invalid as error:
        db.session.rollback()
        return _ask(report, arguments, error)
    name = config.name
    commit()
    flash(f"“{name}” is saved.", "good")
    return redirect(url_for("reports.reports"))


@blueprint.get("/saved/<int:config_id>")
@require(MAKE)
def saved(config_id: int) -> ResponseReturnValue:
    """A saved report as it is asked for: one may change it before making it."""
    config = saving.find(config_id, actor.me())
    query = asking.address(config.options, config.format, config.paper)
    return redirect(f"{url_for('reports.new', kind=config.kind)}?{query}")


@blueprint.post("/saved/<int:config_id>/make")
@require(MAKE)
def make_saved(config_id: int) -> ResponseReturnValue:
    """Make a saved report as it is."""
    config = saving.find(config_id, actor.me())
    wanted = asking.Wanted(dict(config.options), config.format, config.paper)
    return deliver(config.kind, wanted, title=config.name, config_id=config.id)


@blueprint.post("/saved/<int:config_id>/remove")
@require(MAKE)
def remove_saved(config_id: int) -> ResponseReturnValue:
    """Forget a saved report of one's own."""
    config = saving.find(config_id, actor.me(), own=True)
    name = config.name
    saving.remove(config)
    commit()
    flash(f"“{name}” is deleted.", "good")
    return redirect(url_for("reports.reports"))


@blueprint.get("/made/<int:id>/progress")
@require(VIEW)
def progress(id: int) -> Response:
    """How far a run is, for the bar that follows it."""
    run = find_run(id)
    return jsonify(done=runs.seen(run), total=run.total, errors=0, eta=_left(run), state=run.status)


@blueprint.post("/made/<int:id>/stop")
@require(VIEW)
def stop(id: int) -> ResponseReturnValue:
    """Ask one's own run to stop."""
    runs.cancel(_own(id))
    commit()
    flash("It stops; nothing of it is kept.", "info")
    return redirect(url_for("reports.run", id=id))


@blueprint.post("/made/<int:id>/again")
@require(VIEW)
def again(id: int) -> ResponseReturnValue:
    """Make one's own run anew that failed or was stopped."""
    runs.again(_own(id))
    commit()
    return redirect(url_for("reports.run", id=id))


@blueprint.get("/made/<int:id>/file")
@require(VIEW)
def file(id: int) -> Response:
    """The paper, to who may read it now: asked anew each time."""
    run = find_run(id)
    stored = files.by_token(run.token) if run.token else None
    if stored is None or reading.refusal(run, actor.me()):
        raise Missing("There is no paper here that you may read.")
    afterwards.exported(f"Report: {run.title}", run.format)
    response = Response(files.read(stored), mimetype=stored.content_type)
    response.content_length = stored.size
    response.headers["Content-Disposition"] = files.disposition("attachment", stored)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _own(run_id: int) -> ReportRun:
    run = find_run(run_id)
    if run.user_id != actor.me().id:
        raise Missing("Only who asked for it stops it or makes it anew.")
    return run


def _posted(report: Report) -> MultiDict[str, str]:
    """What the form asks for, with the PG whom it names."""
    return asking.about_whom(report, asking.posted(request.form), actor.me())[0]


def _left(run: ReportRun) -> str:
    seconds = runs.seconds_left(run, runs.seen(run))
    if seconds is None:
        return ""
    return (
        "less than a minute left" if seconds < 60 else f"{span(seconds).removesuffix(' ago')} left"
    )
