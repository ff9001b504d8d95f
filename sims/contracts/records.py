"""What a table of the domain is: from this come its lists, pages, history and exports."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlalchemy as sa

    from sims.actor import Actor
    from sims.forms import Form
    from sims.rows import Joined
    from sims.workflow import Workflow


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a record, in lists, exports and search results.

    `value` takes a row and gives what is shown (default: the attribute called `name`; dots reach into
    loaded relationships). `kind` is text, date, datetime, number, percent, status, person or yes_no. `sort` names the
    model's own, never-null attribute the list may be sorted by. `shown` is False for columns that only
    the export and the column picker offer. `sql` says the same as `value` as an expression, so that exports and
    reports of any size need no objects (`sims.rows.Joined` brings what it needs from other tables); a column
    without `value` is its attribute there too, and a status is its label.

    >>> Column(
    ...     name="supervisor",
    ...     label="Supervisor",
    ...     value=lambda row: row.supervisor.name,
    ...     sql=lambda joined: name_sql(joined(User, LogbookEntry.supervisor_id)),
    ... )
    """

    name: str
    label: str
    value: Callable[[Any], object] | None = None
    kind: str = "text"
    sort: str | None = None
    shown: bool = True
    sql: "Callable[[Joined], sa.ColumnElement[Any]] | None" = None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One way to narrow a list; it lives in the address under `name`.

    `kind` is text, choice, from or to (dates), number, or id (a number other pages link with; no box is
    drawn for it). `where` turns the value into a condition;
    without it the model's attribute `column` (default: `name`) is compared. `choices` gives
    `(value, label)` pairs, or is a function of the actor that does. `hidden` draws no box for it either: other
    pages link with it.

    >>> Filter(name="status", label="Status", kind="choice", choices=STATUSES)
    """

    name: str
    label: str
    kind: str = "text"
    column: str | None = None
    choices: Sequence[tuple[str, str]] | Callable[["Actor"], Sequence[tuple[str, str]]] = ()
    hidden: bool = False
    where: Callable[[Any], "sa.ColumnElement[bool]"] | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a valid record is, as an object: forms, imports, jobs and the API give the same `message`.

    `holds` takes the row and says whether it is fine. `fields` are what the message is about.
    `severity` "warning" lets the row be saved and says so. `stage` "submit" holds from the first
    submission on; drafts may still break it. `source` says who made the rule. `constraint` names the
    constraint by which the database keeps it too: whoever breaks that one is told the same words.

    >>> Rule(code="logbook.date_not_in_future", fields=("date",), source="domain.md, logbook",
    ...      message="The date is in the future. Enter the day it happened.",
    ...      holds=lambda entry: entry.date <= today())
    """

    code: str
    message: str
    fields: tuple[str, ...]
    holds: Callable[[Any], bool]
    severity: str = "error"
    stage: str = "save"
    source: str = ""
    constraint: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows that belong to a record's row and share its history: the procedures of an entry.

    `link` is their foreign key to the row, `show` says one of them in words (a current row or an old
    version of it alike), `name` is what the history calls the field.

    >>> Part(name="procedures", model=EntryProcedure, link="entry_id", show=describe)
    """

    name: str
    model: type[Any]
    link: str
    show: Callable[[Any], str]


@dataclass(frozen=True, kw_only=True)
class Dated:
    """By which date a record's rows fall into a period. `attribute` is a date or a moment of the model; `label` says
    in a word what happened then; `start` and `end` name the record's filters (kinds from and to) on it.

    >>> Dated(attribute="created_at", label="logged", start="logged_from", end="logged_to")
    """

    attribute: str
    label: str
    start: str = "from"
    end: str = "to"


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One way to divide a record's rows into groups: by department, status, procedure.

    `key` gives the group of a row as an expression that is never null: 0 (or "") stands for rows that have none.
    `filter` names the filter of the record that takes such a key (default: the dimension's `name`), 0 included: it
    leads to the list behind a group (`narrow` instead gives the filters of a key where one is not enough). `names` gives what people call each key; without it the choices of that
    filter do. `order` is the order of the keys where they have one (`by_key`: they sort by themselves); otherwise the largest group
    comes first. `many`
    says that a row may be in several groups, so that they add up to more than there are rows.

    >>> Dimension(name="department", label="Department", names=department_names,
    ...           key=lambda joined: coalesce(joined(Rotation, LogbookEntry.rotation_id).department_id, 0))
    """

    name: str
    label: str
    key: "Callable[[Joined], sa.ColumnElement[Any]]"
    filter: str = ""
    narrow: Callable[[Any], Mapping[str, str]] | None = None
    names: Callable[[Collection[Any]], Mapping[Any, str]] | None = None
    order: Sequence[Any] = ()
    by_key: bool = False
    many: bool = False


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What of a record's rows can be searched for. Each name is a column's (its `sql`) or an attribute of the model.

    `title` are the words a row is known by, weightiest; `codes` are what identifies it: a registration number, a
    username, an ICD code; `body` is all else worth finding. `through` names the foreign keys whose rows lend their
    words (a rotation is found by its department's name) or say who sees it (an entry's rotation has a supervisor): when
    such a row changes, the rows that point to it are read anew.

    >>> Searched(title=("title",), body=("diagnosis", "learning_points"))
    """

    title: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    through: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, weightiest first."""
        return (*self.title, *self.codes, *self.body)


@dataclass(frozen=True, kw_only=True)
class Synonyms:
    """Other names of the same thing. `lookup` takes phrases (lower case, no accents or punctuation) and gives, for
    those it knows, every name of what they mean.

    >>> Synonyms(lookup=lambda phrases: {"lap chole": ("Laparoscopic cholecystectomy",)})
    """

    lookup: Callable[[Collection[str]], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Record:
    """A table of the domain: from this one declaration come lists, search, history, files and export.

    `name` is "<plugin>.<thing>" and starts the names of its permissions (`<name>.view`, `.create`, …).
    `endpoint` is the detail page; it takes `id`. `owner` names the attribute that holds whose record it
    is; None means everybody signed in may see it, if they hold `<name>.view`. `author` names who writes the
    row, where that is not the owner: they alone edit and submit it. `also_seen_by` takes a
    person's id and gives the further conditions under which a supervisor sees a row; `private` takes the
    actor and gives the condition on rows that only their author and an admin see; `anonymous` takes a row and
    a reader's id and says whether that reader must not learn who wrote it: history then names only statuses. `load` are the
    loader options a list needs, `light` the attributes it needs of the row itself (empty: all), `searched` what search finds them by (None: they are in no search). `defaults` takes the actor and gives what a new row starts with. `usual` takes a list's address (its arguments)
    and gives the conditions the list has unless that address says otherwise: who left is only listed when asked for.
    `sensitive` says that whoever looks at a row that is not about them is written down. `dated` is the date by which its rows fall into periods, `dimensions` how they can be divided: reports and
    analytics count by them. `unguarded` are texts that no `Guard` looks at: numbers of papers.

    >>> Record(name="logbook.entry", model=LogbookEntry, label="entry", plural="logbook entries",
    ...        title=lambda entry: entry.title, endpoint="logbook.entry", owner="pg_id",
    ...        columns=(Column(name="title", label="Procedure"),), order="-date")
    """

    name: str
    model: type[Any]
    label: str
    plural: str
    title: Callable[[Any], str]
    endpoint: str
    icon: str = "file-text"
    owner: str | None = None
    author: str | None = None
    also_seen_by: Callable[[int], Sequence["sa.ColumnElement[bool]"]] | None = None
    private: "Callable[[Actor], sa.ColumnElement[bool]] | None" = None
    anonymous: Callable[[Any, int | None], bool] | None = None
    columns: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: str = "-id"
    load: tuple[Any, ...] = ()
    light: tuple[Any, ...] = ()
    searched: Searched | None = None
    workflow: "Workflow | None" = None
    rules: tuple[Rule, ...] = ()
    parts: tuple[Part, ...] = ()
    form: "type[Form] | None" = None
    defaults: "Callable[[Actor], Mapping[str, Any]] | None" = None
    labels: Mapping[str, str] = field(default_factory=dict)
    attachments: bool = False
    sensitive: bool = False
    unguarded: tuple[str, ...] = ()
    empty: str = ""
    dated: Dated | None = None
    dimensions: tuple[Dimension, ...] = ()
    usual: "Callable[[Mapping[str, str]], Sequence[sa.ColumnElement[bool]]]" = lambda arguments: ()

    @property
    def plugin(self) -> str:
        """The plugin it belongs to: the first part of its name."""
        return self.name.partition(".")[0]

    def dimension(self, name: str) -> Dimension:
        """Its dimension called `name`. Raises `LookupError`."""
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        raise LookupError(f"{self.name} has no dimension called {name}")

    @property
    def list_endpoint(self) -> str:
        """The page with its list."""
        return f"{self.endpoint}_list"

    @property
    def flow(self) -> "Workflow":
        """Its workflow. Raises `LookupError` for a record that has none."""
        if self.workflow is None:
            raise LookupError(f"{self.name} has no workflow")
        return self.workflow

    @property
    def table(self) -> str:
        """Its table's name."""
        return str(self.model.__tablename__)

    def permission(self, act: str) -> str:
        """The permission to `act` on it, as in `logbook.entry.view`."""
        return f"{self.name}.{act}"

    def label_of(self, attribute: str) -> str:
        """What people call one of its attributes."""
        if attribute in self.labels:
            return self.labels[attribute]
        for column in self.columns:
            if column.name == attribute:
                return column.label
        return attribute.removesuffix("_id").replace("_", " ").capitalize()
