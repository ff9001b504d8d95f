"""What all pages of a record stand on: their routes, addresses, templates, and the row they are about."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from jinja2 import Template
from markupsafe import Markup

from sims import access, actor, files, guards, records, workflow
from sims.contracts import Column, Record
from sims.errors import Invalid, Problem, Suspicion
from sims.forms import FeedbackForm, Form
from sims.lists import value_of
from sims.permissions import require
from sims.versioning import is_versioned
from sims.web.templating import html_of
from sims.web.uploads import takes_files


class PagesBase:
    """One record on one blueprint; see `RecordPages`."""

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

    def _route(
        self,
        name: str,
        path: str,
        view: Callable[..., Any],
        permission: str,
        *methods: str,
        rooted: bool = False,
        brings_files: bool = False,
    ) -> None:
        endpoint = f"{self.thing}_{name}" if name else self.thing

        def handle(**values: Any) -> Any:
            return view(**values)

        if brings_files and self.record.attachments:
            takes_files(handle)
        self.blueprint.add_url_rule(
            path if rooted else f"{self.path}{path}",
            endpoint,
            require(permission)(handle),
            methods=methods or ("GET",),
        )

    def url(self, name: str, /, **values: Any) -> str:
        """The address of one of these pages: `url("edit", id=7)`."""
        endpoint = f"{self.thing}_{name}" if name else self.thing
        return url_for(f"{self.blueprint.name}.{endpoint}", **values)

    @cached_property
    def has_queue(self) -> bool:
        """Whether the record is reviewed by somebody."""
        return bool(self.record.workflow and self.record.workflow.waiting)

    def find(self, row_id: int) -> Any:
        """The row, loaded for its detail page. Raises `Missing` unless visible."""
        return access.find(self.record, actor.me(), row_id, *self.detail_load)

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
            "may_delete": records.may_delete(self.record, row, me),
            "attached": files.of(self.record, row) if self.record.attachments else [],
            **self.detail_context(row),
        }

    def _move(self, row: Any, name: str, data: Mapping[str, Any]) -> tuple[Problem, ...]:
        try:
            return workflow.move(self.record, row, name, actor=actor.me(), data=data)
        except KeyError:
            raise Invalid(
                [Problem(code="workflow.unknown", message=f"There is no way to '{name}' it.")]
            ) from None

    def _settle(self, row: Any, warnings: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """The warnings without suspicions the writer answers for; raises `Invalid` with those they do not."""
        asked = [warning for warning in warnings if isinstance(warning, Suspicion)]
        if not asked:
            return warnings
        guards.settle(records.about(self.record, row, actor.me()), asked, answer())
        return tuple(warning for warning in warnings if not isinstance(warning, Suspicion))

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


def answer() -> guards.Answer:
    """What the form that was sent says of suspicious words."""
    return guards.Answer(
        codes=frozenset(request.form.getlist("overrule")),
        words=frozenset(request.form.getlist("overrule_word")),
        reason=records.clean(request.form.get("overrule_reason", ""))[:500],
    )


def shown(column: Column, row: Any) -> Markup:
    """What a page about `row` says in `column`."""
    return html_of(value_of(column, row))
