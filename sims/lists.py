"""Every list: visible rows, filters and sort in the address, keyset pages, streamed export.

All that makes one list differ from another is in its `Record`.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import current_app, request, url_for
from sqlalchemy.orm import load_only
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, IntegerField, SelectField, StringField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from sims import access
from sims.actor import Actor
from sims.addresses import path_to
from sims.clock import day_begins
from sims.contracts import BulkAct, Column, Filter, Record
from sims.database import db
from sims.errors import Problem
from sims.permissions import allowed
from sims.plugin import provided
from sims.web.templating import html_of
from sims.workflow import Transition

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 1000
DAY = timedelta(days=1)
PAGING = ("after", "before")
ANY_NUMBER = NumberRange(-(2**31), 2**31 - 1, "This number is too large.")


@dataclass
class ListPage:
    """One page of a list, as `list.html` draws it.

    `narrow` are conditions the page itself adds instead of the record's `usual` ones, `scope` the name under which
    they are known where rows are chosen from this page (`sims.selection`), `order` another usual order than the
    record's, `endpoint` another page for a row than its own, `nothing` what to say (title and text) where there
    is no row at all.
    """

    record: Record
    actor: Actor
    arguments: MultiDict[str, str]
    title: str = ""
    order: str = ""
    endpoint: str = ""
    narrow: Sequence[sa.ColumnElement[bool]] | None = None
    scope: str = ""
    tabs: Sequence[tuple[str, str, bool]] = ()
    new_url: str = ""
    new_label: str = ""
    export_url: str = ""
    bulk_url: str = ""
    save_url: str = ""
    saved: Sequence[tuple[str, str]] = ()
    import_url: str = ""
    nothing: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        self.title = self.title or self.record.plural.capitalize()
        self.order = self.order or self.record.order
        self.endpoint = self.endpoint or self.record.endpoint
        if self.narrow is None:
            self.narrow = self.record.usual(self.arguments)

    # -- what is asked for ---------------------------------------------------------------------------

    @cached_property
    def filters(self) -> Form | None:
        """The filter form, filled from the address. A value that can't be read is an error at its field."""
        if not self.record.filters:
            return None
        fields = {entry.name: _field(entry, self.actor) for entry in self.record.filters}
        form = type("Filters", (Form,), fields)(self.arguments)
        form.validate()
        return form

    @cached_property
    def asked(self) -> Form:
        """The same form with only those filters that the address names: what each of them offers need not be read."""
        named = [entry for entry in self.record.filters if entry.name in self.arguments]
        fields = {entry.name: _field(entry, self.actor) for entry in named}
        form = type("Asked", (Form,), fields)(self.arguments)
        form.validate()
        return form

    @property
    def unreadable(self) -> list[Problem]:
        """What is wrong with the filters in the address, each with its label."""
        return [
            Problem(
                code="list.filter",
                message=f"{self.asked[name].label.text}: {' '.join(map(str, said))}",
                fields=(name,),
            )
            for name, said in self.asked.errors.items()
            if name
        ]

    @cached_property
    def values(self) -> dict[str, Any]:
        """The filters in force: name → value, without those left empty or unreadable."""
        return {
            name: field.data.strip() if isinstance(field.data, str) else field.data
            for name, field in self.asked._fields.items()
            if not field.errors and field.data not in (None, "", "None")
        }

    @cached_property
    def sort(self) -> str:
        """The column the list is sorted by."""
        asked = self.arguments.get("sort", "").removeprefix("-")
        sortable = {column.name for column in self.record.columns if column.sort}
        return asked if asked in sortable else self.order.removeprefix("-")

    @cached_property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        asked = self.arguments.get("sort", "")
        if asked.removeprefix("-") == self.sort:
            return asked.startswith("-")
        return self.order.startswith("-")

    @property
    def is_filtered(self) -> bool:
        """Whether the list is narrowed by its reader."""
        return bool(self.values)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns shown: those asked for, else the usual ones; the first is always there."""
        asked = self.arguments.getlist("columns")
        if not asked:
            return [column for column in self.record.columns if column.shown]
        first, *rest = self.record.columns
        return [first, *(column for column in rest if column.name in asked)]

    @property
    def column_choices(self) -> list[tuple[str, str, bool]]:
        """`(name, label, shown)` for the column picker."""
        shown = {column.name for column in self.columns}
        return [(column.name, column.label, column.name in shown) for column in self.record.columns]

    # -- the rows ------------------------------------------------------------------------------------

    def query(self) -> sa.Select:
        """Every row that is visible and matches, unsorted."""
        return access.visible(self.record, self.actor).where(*(self.narrow or ()), *self.conditions)

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What the filters in force ask of a row."""
        return [
            _condition(entry, self.record.model, self.values[entry.name])
            for entry in self.record.filters
            if entry.name in self.values
        ]

    def ordered(self) -> sa.Select:
        """Every row that is visible and matches, in the order of the list."""
        key, model = self._sort_column, self.record.model
        order = (key.desc(), model.id.desc()) if self.descending else (key, model.id)
        return self.query().order_by(*order)

    def count(self) -> int:
        """How many rows that is, on all pages together."""
        query = self.query().with_only_columns(sa.func.count(), maintain_column_froms=True)
        return db.session.scalar(query) or 0

    @cached_property
    def _page(self) -> tuple[list[Any], bool, bool]:
        """The rows of this page, whether any come before them, whether any come after."""
        size = current_app.config["PAGE_SIZE"]
        key = self._sort_column
        query = self.query().options(*loads(self.record))
        after, before = self._cursor("after"), self._cursor("before")
        backwards = before is not None
        down = self.descending != backwards
        edge = before if backwards else after
        if edge is not None:
            pair = sa.tuple_(key, self.record.model.id)
            bound = sa.tuple_(sa.literal(edge[0], key.type), sa.literal(edge[1], sa.BigInteger))
            query = query.where(pair < bound if down else pair > bound)
        order = (key.desc(), self.record.model.id.desc()) if down else (key, self.record.model.id)
        rows = list(db.session.scalars(query.order_by(*order).limit(size + 1)).unique())
        more = len(rows) > size
        rows = rows[:size]
        if backwards:
            return rows[::-1], more, True
        return rows, edge is not None, more

    @property
    def rows(self) -> list[Any]:
        """The rows of this page."""
        return self._page[0]

    @property
    def next_url(self) -> str:
        """The next page's address, or nothing."""
        return self._at("after", self.rows[-1]) if self._page[2] and self.rows else ""

    @property
    def previous_url(self) -> str:
        """The previous page's address, or nothing."""
        return self._at("before", self.rows[0]) if self._page[1] and self.rows else ""

    @property
    def summary(self) -> str:
        """How many rows there are, as far as this page knows."""
        count = len(self.rows)
        if self._page[1] or self._page[2]:
            return f"{count} {self.record.plural} on this page, {'more follow' if self._page[2] else 'the last ones'}"
        return f"{count} {self.record.label if count == 1 else self.record.plural}"

    # -- how a row looks -----------------------------------------------------------------------------

    def cell(self, row: Any, column: Column) -> Any:
        """What stands in one cell, ready for the page (the status as its `Status`)."""
        if column.kind == "status" and self.record.workflow:
            return self.record.workflow.status(row.status)
        return html_of(value_of(column, row))

    def url(self, row: Any) -> str:
        """The row's own page."""
        return url_for(self.endpoint, id=row.id)

    # -- addresses -----------------------------------------------------------------------------------

    def sort_url(self, column: Column) -> str:
        """The same list sorted by `column`; the other way round if it already is."""
        turned = (
            f"-{column.name}" if self.sort == column.name and not self.descending else column.name
        )
        return self._address(sort=turned)

    @property
    def clear_url(self) -> str:
        """The list without filters."""
        return request.path

    @property
    def query_string(self) -> str:
        """The filters, sort and columns in force, as they stand in the address."""
        return self._address().partition("?")[2]

    @property
    def bulk_actions(self) -> tuple[Transition | BulkAct, ...]:
        """What the actor may do with many rows at once: transitions of their role, and what plugins add."""
        return bulk_actions(self.record, self.actor) if self.bulk_url else ()

    @property
    def empty_title(self) -> str:
        """What to say where there is no row."""
        if self.is_filtered:
            return "Nothing matches"
        return self.nothing[0] if self.nothing else f"No {self.record.plural} yet"

    @property
    def empty_text(self) -> str:
        """What to do where there is no row."""
        if self.is_filtered:
            return "Change or clear the filters to see more."
        if self.nothing:
            return self.nothing[1]
        return self.record.empty or "They will stand here once there are any."

    @property
    def _sort_column(self) -> Any:
        column = next((c for c in self.record.columns if c.name == self.sort), None)
        return getattr(self.record.model, column.sort if column and column.sort else self.sort)

    def _address(self, **changes: str) -> str:
        kept = {k: v for k, v in self.arguments.lists() if k not in PAGING and any(v)}
        kept |= {name: [value] for name, value in changes.items()}
        pairs = MultiDict([(name, value) for name, values in kept.items() for value in values])
        return (
            f"{request.path}?{urlencode(list(pairs.items(multi=True)))}" if pairs else request.path
        )

    def _at(self, direction: str, row: Any) -> str:
        value = getattr(row, self._sort_column.key)
        text = value.isoformat() if isinstance(value, date) else value
        token = base64.urlsafe_b64encode(json.dumps([text, row.id]).encode()).decode().rstrip("=")
        return self._address(**{direction: token})

    def _cursor(self, direction: str) -> tuple[Any, int] | None:
        """The row an address points behind; None where there is none or it was tampered with."""
        token = self.arguments.get(direction, "")
        if not token:
            return None
        try:
            padded = token + "=" * (-len(token) % 4)
            text, row_id = json.loads(base64.urlsafe_b64decode(padded))
            kind = self._sort_column.type.python_type
            if kind is datetime:
                text = datetime.fromisoformat(text)
            elif kind is date:
                text = date.fromisoformat(text)
            return (kind(text) if kind in (int, str) else text), int(row_id)
        except (ValueError, TypeError, binascii.Error, UnicodeDecodeError):
            return None


def address_of(record: Record, arguments: Mapping[str, object]) -> str:
    """The record's list, narrowed by these filters; those without a value are left out."""
    pairs = {name: str(value) for name, value in arguments.items() if value not in (None, "")}
    path = path_to(record.list_endpoint)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def bulk_actions(record: Record, actor: Actor) -> tuple[Transition | BulkAct, ...]:
    """What `actor` may do with many rows of `record` at once."""
    transitions = record.workflow.transitions if record.workflow else ()
    return (
        *(step for step in transitions if step.bulk and allowed(actor, step.permission)),
        *(
            act
            for act in provided(BulkAct)
            if act.record == record.name and allowed(actor, act.permission)
        ),
    )


def loads(record: Record) -> tuple[Any, ...]:
    """The loader options of a list: its relationships, and only the columns it shows where the record says which."""
    return (*record.load, load_only(*record.light)) if record.light else record.load


def value_of(column: Column, row: Any) -> Any:
    """What `column` says of `row`."""
    return column.value(row) if column.value else attrgetter(column.name)(row)


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _field(entry: Filter, actor: Actor) -> Any:
    unseen: Any = {"widget": HiddenInput()} if entry.hidden else {}
    match entry.kind:
        case "choice" if not entry.hidden:
            choices = entry.choices(actor) if callable(entry.choices) else entry.choices
            return SelectField(entry.label, choices=[("", "Any"), *choices], default="")
        case "from" | "to":
            return DateField(entry.label, validators=[Optional()], **unseen)
        case "number":
            return IntegerField(entry.label, validators=[Optional(), ANY_NUMBER])
        case "id":
            return IntegerField(
                entry.label, widget=HiddenInput(), validators=[Optional(), ANY_NUMBER]
            )
        case _:
            return StringField(entry.label, **unseen)


def _condition(entry: Filter, model: type[Any], value: Any) -> sa.ColumnElement[bool]:
    if entry.where:
        return entry.where(value)
    column = getattr(model, entry.column or entry.name)
    if entry.kind in ("from", "to") and not isinstance(column.type, sa.Date):
        return (
            column >= day_begins(value)
            if entry.kind == "from"
            else column < day_begins(value + DAY)
        )
    match entry.kind:
        case "text":
            return column.icontains(value.replace("\x00", ""), autoescape=True)
        case "from":
            return column >= value
        case "to":
            return column <= value
        case _:
            return column == column.type.python_type(value)
