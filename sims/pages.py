"""The pages every record has: list, export, detail, new, edit, history, status changes, review queue, files.

`RecordPages(blueprint, record).add()` puts them all on a plugin's blueprint. What a plugin wants otherwise
it overrides by a template in its own folder, a form, or its own services.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from jinja2 import Template
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirect

from sims import access, actor, drafts, files, history, records, saved, workflow
from sims.contracts import Column, Record
from sims.database import commit, db
from sims.errors import Conflict, DomainError, Invalid, Problem
from sims.forms import FeedbackForm, Form
from sims.lists import ListPage, export_csv, value_of
from sims.permissions import allowed, require
from sims.versioning import is_versioned
from sims.web.templating import html_of, text_of

MOST_AT_ONCE = 200
"""Rows one bulk decision may touch within a request; more are left for the next press."""


class RecordPages:
    """The pages of one record on one blueprint.

    `create(values, actor=)` and `change(row, values, actor=, version=)` are the plugin's services (by
    default `sims.records`). `detail` gives the detail page's further variables. Templates are looked for
    in the plugin's folder first (`<plugin>/<thing>_detail.html`), then in `record/`.
    """

    def __init__(
        self,
        blueprint: Blueprint,
        record: Record,
        *,
        path: str,
        create: Callable[..., tuple[Any, tuple[Problem, ...]]] | None = None,
        change: Callable[..., tuple[Problem, ...]] | None = None,
        detail: Callable[[Any], Mapping[str, Any]] | None = None,
        form_context: Callable[[Any | None], Mapping[str, Any]] | None = None,
        review_form: type[Form] = FeedbackForm,
        detail_load: tuple[Any, ...] = (),
    ):
        self.blueprint, self.record, self.path = blueprint, record, path.rstrip("/")
        self.create = create or partial(records.create, record)
        self.change = change or partial(records.change, record)
        self.detail_context = detail or (lambda row: {})
        self.form_context = form_context or (lambda row: {})
        self.review_form = review_form
        self.detail_load = detail_load
        self.thing = record.endpoint.rpartition(".")[2]

    # -- routes --------------------------------------------------------------------------------------

    def add(self) -> None:
        """Add every route the record's declaration calls for."""
        see, write = self.record.permission("view"), self.record.permission("edit")
        add = self._route
        add("list", "", self.index, see)
        add("export", "/export.csv", self.export, see)
        add("", "/<int:id>", self.detail, see)
        add("history", "/<int:id>/history", self.history, see)
        add("save_list", "/saved", self.save_list, see, "POST")
        add("drop_list", "/saved/<int:entry_id>/remove", self.drop_list, see, "POST")
        if self.record.form:
            add("new", "/new", self.new, self.record.permission("create"), "GET", "POST")
            add("edit", "/<int:id>/edit", self.edit, write, "GET", "POST")
        if self.record.attachments:
            add("attach", "/<int:id>/files", self.attach, write, "POST")
            add("detach", "/<int:id>/files/<token>/remove", self.detach, write, "POST")
        if self.record.workflow:
            add("delete", "/<int:id>/delete", self.delete, write, "POST")
            add("move", "/<int:id>/do/<name>", self.move, see, "POST")
            add("bulk", "/bulk", self.bulk, see, "POST")
        if self.has_queue:
            add("queue", "/queue", self.queue, self.record.permission("review"))
            add(
                "review",
                "/queue/<int:id>",
                self.review,
                self.record.permission("review"),
                "GET",
                "POST",
            )

    def _route(
        self,
        name: str,
        path: str,
        view: Callable[..., Any],
        permission: str,
        *methods: str,
        rooted: bool = False,
    ) -> None:
        endpoint = f"{self.thing}_{name}" if name else self.thing

        def handle(**values: Any) -> Any:
            return view(**values)

        self.blueprint.add_url_rule(
            path if rooted else f"{self.path}{path}",
            endpoint,
            require(permission)(handle),
            methods=methods or ("GET",),
        )

    def add_new(self, path: str, page: str, form: type[Form]) -> None:
        """Another way to make a row: `form` at `path`, drawn by `<thing>_<page>.html`."""
        view = partial(self.new, form_class=form, page=page)
        self._route(page, path, view, self.record.permission("create"), "GET", "POST", rooted=True)

    def url(self, name: str, /, **values: Any) -> str:
        """The address of one of these pages: `url("edit", id=7)`."""
        endpoint = f"{self.thing}_{name}" if name else self.thing
        return url_for(f"{self.blueprint.name}.{endpoint}", **values)

    @cached_property
    def has_queue(self) -> bool:
        """Whether the record is reviewed by somebody."""
        flow = self.record.workflow
        if flow is None:
            return False
        return any(t.permission == self.record.permission("review") for t in flow.transitions)

    # -- lists ---------------------------------------------------------------------------------------

    def page(self, **options: Any) -> ListPage:
        """The list as the address asks for it."""
        me = actor.me()
        can_create = self.record.form and allowed(me, self.record.permission("create"))
        defaults: dict[str, Any] = {
            "new_url": self.url("new") if can_create else "",
            "new_label": f"New {self.record.label}",
            "bulk_url": self.url("bulk") if self.record.workflow else "",
            "save_url": self.url("save_list"),
            "saved": [
                (
                    entry.name,
                    f"{self.url('list')}?{entry.query}",
                    self.url("drop_list", entry_id=entry.id),
                )
                for entry in saved.of(self.record.name, me)
            ],
        }
        page = ListPage(self.record, me, request.args, **(defaults | options))
        page.export_url = f"{self.url('export')}?{page.query_string}"
        return page

    def index(self) -> str:
        """The list."""
        return self.render("list", page=self.page())

    def export(self) -> Response:
        """The whole list as CSV, streamed."""
        name = f"{self.record.plural.replace(' ', '-')}.csv"
        page = self.page()
        response = Response(stream_with_context(export_csv(page)), mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    def save_list(self) -> Redirect:
        """Keep the list's address under a name."""
        query = request.form.get("query", "")
        try:
            saved.save(self.record.name, request.form.get("name", ""), query, actor=actor.me())
            commit()
            flash("The list is saved.", "good")
        except Invalid as error:
            flash(str(error), "bad")
        return redirect(f"{self.url('list')}?{query}")

    def drop_list(self, entry_id: int) -> Redirect:
        """Forget a saved list."""
        saved.remove(entry_id, actor=actor.me())
        commit()
        return redirect(self.url("list"))

    # -- one row -------------------------------------------------------------------------------------

    def find(self, row_id: int) -> Any:
        """The row, loaded for its detail page. Raises `Missing` unless visible."""
        return access.find(self.record, actor.me(), row_id, *self.detail_load)

    def detail(self, id: int) -> str:
        """One row, with what may be done with it."""
        return self.render("detail", **self.shown(self.find(id)))

    def shown(self, row: Any) -> dict[str, Any]:
        """What a page about one row needs to know."""
        me = actor.me()
        moves = workflow.available(self.record, row, me)
        return {
            "row": row,
            "moves": moves,
            "keeps_history": is_versioned(self.record.model),
            "may_edit": bool(self.record.form)
            and records.edit_refusal(self.record, row, me) is None,
            "may_delete": bool(
                self.record.workflow
                and row.status in self.record.workflow.deletable
                and access.owner_id(self.record, row) == me.id
            ),
            "attached": files.of(self.record, row) if self.record.attachments else [],
            **self.detail_context(row),
        }

    def history(self, id: int) -> str:
        """Who changed what, when, field by field."""
        row = access.find(self.record, actor.me(), id)
        return self.render("history", row=row, changes=history.of(self.record, row))

    # -- writing -------------------------------------------------------------------------------------

    def new(self, form_class: type[Form] | None = None, page: str = "form") -> Any:
        """A new row: the form, and what comes of it."""
        me, name = actor.me(), self.record.name
        draft = None
        if request.method == "GET" and (token := request.args.get("draft")):
            draft = drafts.find(token, me)
        form = self._form(None, draft, form_class)
        if request.method == "GET":
            form.draft.data = draft.token if draft else drafts.new_token()
            waiting = None if draft else drafts.unfinished(name, me)
            return self._show_form(form, None, page, draft=draft, waiting=waiting)
        if rows := request.form.get("add_row"):
            form.add_row(rows)
            return self._show_form(form, None, page)
        if not form.validate():
            return self._show_form(form, None, page), 422
        token = form.draft.data or drafts.new_token()
        claimed = drafts.claim(token, name, me)
        if claimed is None:
            db.session.rollback()
            done = drafts.result(token, me)
            return redirect(self.url("", id=done) if done else self.url("list"))
        try:
            row, warnings = self.create(form.values(), actor=me)
            warnings += self._then(row)
            claimed.row_id = row_id = row.id
            title = self.record.title(row)
            commit()
        except DomainError as error:
            return self._refused(form, None, error, page)
        self._said(warnings, title, self._done())
        return redirect(self.url("", id=row_id))

    def edit(self, id: int) -> Any:
        """Change a row: the form, and what comes of it."""
        me, row = actor.me(), self.find(id)
        records.require_editable(self.record, row, me)
        draft = None
        if request.method == "GET" and request.args.get("draft") != "no":
            draft = drafts.unfinished(self.record.name, me, row.id)
        form = self._form(row, draft)
        if request.method == "GET":
            form.draft.data = draft.token if draft else drafts.new_token()
            if draft is None:
                form.version.data = getattr(row, "version", "")
            return self._show_form(form, row, draft=draft)
        if rows := request.form.get("add_row"):
            form.add_row(rows)
            return self._show_form(form, row)
        if not form.validate():
            return self._show_form(form, row), 422
        try:
            warnings = self.change(row, form.values(), actor=me, version=form.first_version)
            warnings += self._then(row)
            drafts.forget(self.record.name, me, id)
            title = self.record.title(row)
            commit()
        except DomainError as error:
            return self._refused(form, id, error)
        self._said(warnings, title, self._done())
        return redirect(self.url("", id=id))

    @property
    def _edit_form(self) -> type[Form]:
        if self.record.form is None:
            raise LookupError(f"{self.record.name} has no form")
        return self.record.form

    def _form(
        self, row: Any | None, draft: drafts.Draft | None, form_class: type[Form] | None = None
    ) -> Form:
        kind = form_class or self._edit_form
        form = kind(formdata=draft.as_formdata(), obj=row) if draft else kind(obj=row)
        form.prepare(actor.me(), row)
        return form

    def _then(self, row: Any) -> tuple[Problem, ...]:
        """ "Save and submit" is one press: the button names the transition that follows the save."""
        if not self.record.workflow or not (name := request.form.get("then")):
            return ()
        return self._move(row, name, {})

    def _done(self) -> str:
        """What to say was done: the transition's word, where one followed the save."""
        name = request.form.get("then")
        return self.record.flow.transition(name).done if name else "saved"

    def autosave(self, row: Any | None, draft: drafts.Draft | None) -> dict[str, Any]:
        """What the form macro needs to keep a draft of this form."""
        return {
            "form": self.record.name,
            "table": self.record.table,
            "row": row.id if row else None,
            "version": draft.version if draft else 0,
            "saved_at": draft.updated_at if draft else None,
        }

    def _show_form(self, form: Form, row: Any | None, page: str = "form", **more: Any) -> str:
        return self.render(page, form=form, row=row, **(dict(self.form_context(row)) | more))

    def _refused(
        self, form: Form, row_id: int | None, error: DomainError, page: str = "form"
    ) -> Any:
        """The form again, with everything typed still in it and the refusal where it belongs."""
        typed = form.values()
        db.session.rollback()
        row = self.find(row_id) if row_id is not None else None
        form.prepare(actor.me(), row)
        conflict: list[tuple[str, str, str]] = []
        if isinstance(error, Invalid):
            form.take_invalid(error)
        elif isinstance(error, Conflict) and row is not None:
            stored = self._edit_form(formdata=None, obj=row)
            stored.prepare(actor.me(), row)
            conflict = [
                (form[name].label.text, text_of(value), text_of(stored.values().get(name)))
                for name, value in typed.items()
                if text_of(value) != text_of(stored.values().get(name))
            ]
            form.form_errors.append(str(error))
            form.version.data = str(row.version)
        else:
            form.form_errors.append(str(error))
        return self._show_form(form, row, page, conflict=conflict), error.status

    def delete(self, id: int) -> Redirect:
        """Throw away a draft."""
        records.delete(self.record, self.find(id), actor=actor.me())
        commit()
        flash("The draft is deleted.", "good")
        return redirect(self.url("list"))

    def attach(self, id: int) -> Redirect:
        """Add files to a row that may still be changed."""
        row = self._editable(id)
        try:
            for upload in request.files.getlist("file"):
                files.attach(self.record, row, upload, actor=actor.me())
            commit()
            flash("The file is attached.", "good")
        except Invalid as error:
            db.session.rollback()
            flash(str(error), "bad")
        return redirect(self.url("", id=id))

    def detach(self, id: int, token: str) -> Redirect:
        """Take a file off a row that may still be changed."""
        row = self._editable(id)
        stored = files.find(token, actor.me())
        if stored.row_id == row.id and stored.table == self.record.table:
            files.remove(stored)
            commit()
            flash("The file is removed.", "good")
        return redirect(self.url("", id=id))

    def _editable(self, row_id: int) -> Any:
        row = self.find(row_id)
        records.require_editable(self.record, row, actor.me())
        return row

    # -- status --------------------------------------------------------------------------------------

    def _move(self, row: Any, name: str, data: Mapping[str, Any]) -> tuple[Problem, ...]:
        try:
            return workflow.move(self.record, row, name, actor=actor.me(), data=data)
        except KeyError:
            raise Invalid(
                [Problem(code="workflow.unknown", message=f"There is no way to '{name}' it.")]
            ) from None

    def move(self, id: int, name: str) -> Any:
        """Change the status of one row, from its detail page."""
        row = self.find(id)
        try:
            warnings = self._move(row, name, request.form.to_dict())
            title = self.record.title(row)
            commit()
        except Invalid as error:
            db.session.rollback()
            context = self.shown(self.find(id))
            return self.render("detail", problems=error.problems, problem_of=name, **context), 422
        self._said(warnings, title, self.record.flow.transition(name).done)
        return redirect(self.url("", id=id))

    def bulk(self) -> ResponseReturnValue:
        """Change the status of many rows: those ticked, or all that match the list's filters."""
        me, name = actor.me(), request.form.get("action", "")
        back = f"{self.url('list')}?{request.form.get('query', '')}"
        page = ListPage(self.record, me, _arguments(request.form.get("query", "")))
        query = page.query()
        if not request.form.get("all"):
            given = request.form.getlist("id")
            ids = [int(text) for text in given if re.fullmatch("[0-9]{1,18}", text)]
            query = query.where(self.record.model.id.in_(ids[: MOST_AT_ONCE + 1]))
        else:
            source = self.record.flow.transition(name).source if name in self._move_names else ()
            query = query.where(self.record.model.status.in_(source))
        order = self.record.model.id
        rows = list(
            db.session.scalars(
                query.options(*self.record.load)
                .order_by(order)
                .limit(MOST_AT_ONCE + 1)
                .with_for_update(of=self.record.model)  # who decides at the same moment waits
            )
        )
        done = 0
        refused: dict[str, list[str]] = {}
        for row in rows[:MOST_AT_ONCE]:
            try:
                self._move(row, name, request.form.to_dict())
                done += 1
            except DomainError as error:
                refused.setdefault(str(error), []).append(self.record.title(row))
        commit()
        if done:
            verb = self.record.flow.transition(name).done
            flash(
                f"{done} {self.record.label if done == 1 else self.record.plural} {verb}.", "good"
            )
        for reason, titles in refused.items():
            flash(f"{len(titles)} skipped: {reason}", "warn")
        if len(rows) > MOST_AT_ONCE:
            flash(f"These were the first {MOST_AT_ONCE}; the rest is still there.", "info")
        if not rows:
            flash("Nothing was ticked.", "warn")
        return drafts.back_to(request.form.get("back") or back)

    @cached_property
    def _move_names(self) -> set[str]:
        return {transition.name for transition in self.record.flow.transitions}

    # -- review queue --------------------------------------------------------------------------------

    def waiting(self) -> list[sa.ColumnElement[bool]]:
        """The condition "waits for this person": pending, and named as theirs."""
        model = self.record.model
        return [model.status == "pending", model.supervisor_id == actor.me().id]

    def queue(self) -> Any:
        """Everything that waits for the signed-in reviewer, oldest first."""
        page = self.page(
            title="Waiting for your review",
            narrow=self.waiting(),
            order="submitted_at",
            endpoint=f"{self.blueprint.name}.{self.thing}_review",
            new_url="",
            save_url="",
        )
        page.export_url = ""
        return self.render("queue", page=page)

    def review(self, id: int) -> Any:
        """One waiting row and the decision on it; a decision leads straight to the next."""
        row = self.find(id)
        form = self.review_form(request.form if request.method == "POST" else None)
        problems: tuple[Problem, ...] = ()
        if request.method == "POST":
            name = request.form.get("decision", "")
            following = self._neighbours(row)["next"]
            try:
                if not form.validate():
                    raise Invalid([])
                warnings = self._move(row, name, form.values())
                title = self.record.title(row)
                commit()
            except Invalid as error:
                db.session.rollback()
                problems = error.problems
                form.take(problems)
                row = self.find(id)
            except Conflict as error:
                db.session.rollback()
                flash(str(error), "warn")
                return redirect(self.url("", id=id))
            else:
                self._said(warnings, title, self.record.flow.transition(name).done)
                if following is None:
                    return redirect(self.url("queue"))
                return redirect(self.url("review", id=following))
        status = 422 if request.method == "POST" else 200
        around = self._neighbours(row)
        return self.render("review", form=form, around=around, **self.shown(row)), status

    def _neighbours(self, row: Any) -> dict[str, Any]:
        """The row's place in the queue: previous and next id, its number, how many wait."""
        model = self.record.model
        key = sa.tuple_(model.submitted_at, model.id)
        here = sa.tuple_(sa.literal(row.submitted_at or datetime.min), sa.literal(row.id))
        waiting = sa.and_(*self.waiting())
        ordered = sa.select(model.id).where(waiting)
        before = (
            ordered.where(key < here).order_by(model.submitted_at.desc(), model.id.desc()).limit(1)
        )
        after = ordered.where(key > here).order_by(model.submitted_at, model.id).limit(1)
        total = sa.select(sa.func.count()).where(waiting)
        first = ordered.order_by(model.submitted_at, model.id).where(model.id != row.id).limit(1)
        asked = (before, after, first, total, total.where(key < here))
        previous, following, wrapped, count, earlier = db.session.execute(
            sa.select(*(query.scalar_subquery() for query in asked))
        ).one()
        return {
            "previous": previous,
            "next": following or wrapped,
            "number": earlier + 1,
            "total": count,
        }

    # -- common --------------------------------------------------------------------------------------

    def render(self, template: str, **context: Any) -> str:
        """The page's template: the plugin's own `<thing>_<page>.html` where it has one, else the common one."""
        names: list[str | Template] = [
            f"{self.record.plugin}/{self.thing}_{template}.html",
            f"record/{template}.html",
        ]
        return render_template(names, record=self.record, pages=self, shown=shown, **context)

    def _said(self, warnings: tuple[Problem, ...], title: str, verb: str) -> None:
        """Say what was done to the row called `title` (asked before the commit, which forgets the row)."""
        flash(f"{title}: {verb}.", "good")
        for warning in warnings:
            flash(warning.message, "warn")


def shown(column: Column, row: Any) -> Markup:
    """What a page about `row` says in `column`."""
    return html_of(value_of(column, row))


def _arguments(query: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(query))
