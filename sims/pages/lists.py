"""A record's list: its page, its export, and the lists people keep under a name."""

from typing import Any

from flask import Response, flash, redirect, request, stream_with_context
from werkzeug.wrappers import Response as Redirect

from sims import actor, afterwards, saved
from sims.contracts import Bulk, Column, Import
from sims.database import commit
from sims.errors import Invalid
from sims.lists import ListPage
from sims.pages.base import PagesBase
from sims.permissions import allowed
from sims.plugin import provided
from sims.tables import csv_of, listing


class ListPages(PagesBase):
    """The pages of many rows."""

    def page(self, **options: Any) -> ListPage:
        """The list as the address asks for it."""
        me = actor.me()
        can_create = self.record.form and allowed(me, self.record.permission("create"))
        defaults: dict[str, Any] = {
            "new_url": self.url("new") if can_create else "",
            "new_label": f"New {self.record.label}",
            "bulk_url": next((bulk.url(self.record) for bulk in provided(Bulk)), ""),
            "import_url": self._import_url(),
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

    def _import_url(self) -> str:
        """Where rows of the record come from a file, for who may bring one and where a plugin takes it."""
        for bulk in provided(Bulk):
            for entry in provided(Import):
                if entry.record.name == self.record.name and allowed(actor.me(), entry.permission):
                    return bulk.import_url(entry)
        return ""

    def index(self) -> str:
        """The list."""
        return self.render("list", page=self.page())

    def export(self) -> Response:
        """The whole list as CSV, streamed."""
        name = f"{self.record.plural.replace(' ', '-')}.csv"
        page = self.page()
        columns = (Column(name="id", label="id", kind="number"), *self.record.columns)
        afterwards.exported(self.record.plural.capitalize(), "csv", self.record.name)
        lines = csv_of(listing(page, columns))
        response = Response(stream_with_context(lines), mimetype="text/csv")
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
