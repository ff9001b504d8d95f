"""The pages every record has: list, export, detail, new, edit, history, status changes, review queue, files.

`RecordPages(blueprint, record).add()` puts them all on a plugin's blueprint. What a plugin wants otherwise
it overrides by a template in its own folder, a form, or its own services.
"""

from functools import partial

from sims.forms import Form
from sims.pages.base import shown
from sims.pages.review import ReviewPages
from sims.pages.rows import RowPages

__all__ = ["RecordPages", "shown"]


class RecordPages(RowPages, ReviewPages):
    """The pages of one record on one blueprint.

    `create(values, actor=)` and `change(row, values, actor=, version=)` are the plugin's services (by
    default `sims.records`). `detail` gives the detail page's further variables. Templates are looked for
    in the plugin's folder first (`<plugin>/<thing>_detail.html`), then in `record/`.
    """

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
            create = self.record.permission("create")
            add("new", "/new", self.new, create, "GET", "POST", brings_files=True)
            add("edit", "/<int:id>/edit", self.edit, write, "GET", "POST", brings_files=True)
        if self.record.attachments:
            add("attach", "/<int:id>/files", self.attach, write, "POST", brings_files=True)
            add("detach", "/<int:id>/files/<token>/remove", self.detach, write, "POST")
        if self.record.workflow:
            add("delete", "/<int:id>/delete", self.delete, write, "POST")
            add("move", "/<int:id>/do/<name>", self.move, see, "POST")
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

    def add_new(self, path: str, page: str, form: type[Form]) -> None:
        """Another way to make a row: `form` at `path`, drawn by `<thing>_<page>.html`."""
        view = partial(self.new, form_class=form, page=page)
        self._route(page, path, view, self.record.permission("create"), "GET", "POST", rooted=True)
