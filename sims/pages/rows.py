"""The pages of one row: what it says, its history, the form that makes or changes it, its files."""

from functools import cached_property
from typing import Any

import wtforms
from flask import flash, redirect, request
from werkzeug.wrappers import Response as Redirect
from wtforms.validators import Optional

from sims import access, actor, afterwards, drafts, files, history, records
from sims.database import commit, db
from sims.errors import Conflict, DomainError, Invalid, Problem
from sims.forms import Form
from sims.pages.base import PagesBase, answer
from sims.pages.uploads import ACCEPTED, Attaching, hint, with_files
from sims.versioning import is_versioned
from sims.web.templating import text_of


class DayForm(wtforms.Form):
    """Which day the history is asked about."""

    on = wtforms.DateField("As it was on", validators=[Optional()])


class RowPages(PagesBase):
    """The pages of one row. `files_accepted` and `files_hint` are for the input on its detail page."""

    files_accepted = ACCEPTED
    files_hint = staticmethod(hint)

    def detail(self, id: int) -> str:
        """One row, with what may be done with it."""
        row = self.find(id)
        afterwards.viewed(self.record, row)
        return self.render("detail", **self.shown(row))

    def history(self, id: int) -> Any:
        """Who changed what, when, field by field; and how the row stood on the day `on`."""
        row = access.find(self.record, actor.me(), id)
        afterwards.viewed(self.record, row, "history")
        form = DayForm(request.args)
        fine = form.validate()
        day = form.on.data if fine else None
        then = (
            history.as_on(self.record, row, day)
            if day and is_versioned(self.record.model)
            else None
        )
        older = "older" in request.args
        page = self.render(
            "history",
            row=row,
            changes=history.of(self.record, row, older=older),
            form=form,
            day=day,
            then=then,
            more=not older and history.has_older(self.record, row),
        )
        return page, 200 if fine else 422

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
        try:
            contents = self._chosen(form)
        except Invalid as error:
            return self._refused(form, None, error, page)
        token = form.draft.data or drafts.new_token()
        claimed = drafts.claim(token, name, me)
        if claimed is None:
            db.session.rollback()
            done = drafts.result(token, me)
            return redirect(self.url("", id=done) if done else self.url("list"))
        try:
            row, warnings = self.create(form.values(), actor=me)
            files.add(self.record, row, contents, actor=me)
            warnings = self._settle(row, warnings) + self._then(row)
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
            if contents := self._chosen(form):
                row = self._editable(id)
            warnings = self.change(row, form.values(), actor=me, version=form.first_version)
            files.add(self.record, row, contents, actor=me)
            warnings = self._settle(row, warnings) + self._then(row)
            drafts.forget(self.record.name, me, id)
            title = self.record.title(row)
            commit()
        except DomainError as error:
            return self._refused(form, id, error)
        self._said(warnings, title, self._done())
        return redirect(self.url("", id=id))

    @cached_property
    def _edit_form(self) -> type[Form]:
        if self.record.form is None:
            raise LookupError(f"{self.record.name} has no form")
        return with_files(self.record.form) if self.record.attachments else self.record.form

    def _form(
        self, row: Any | None, draft: drafts.Draft | None, form_class: type[Form] | None = None
    ) -> Form:
        kind = form_class or self._edit_form
        form = kind(formdata=draft.as_formdata(), obj=row) if draft else kind(obj=row)
        form.prepare(actor.me(), row)
        return form

    def _chosen(self, form: Form) -> list[files.Content]:
        """The files chosen in the form, fit to keep. Raises `Invalid`; ends the transaction, where there are any.

        Nothing is written before, and others shall not wait while pictures are worked on: on SQLite a
        transaction locks the whole database.
        """
        uploads = form["file"].data if isinstance(form, Attaching) else ()
        if not uploads:
            return []
        db.session.rollback()
        return files.check(uploads)

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
        if form.asked is None:
            form.keep_answer(answer())
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
            form.question(error, answer())
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
        self._editable(id)
        db.session.rollback()  # see _chosen
        try:
            contents = files.check(request.files.getlist("file"))
            files.add(self.record, self._editable(id), contents, actor=actor.me())
            commit()
        except Invalid as error:
            db.session.rollback()
            for problem in error.problems:
                flash(problem.message, "bad")
        else:
            count = len(contents)
            said = f"{count} files are attached." if count > 1 else "The file is attached."
            flash(said if count else "Choose a file first.", "good" if count else "warn")
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
