"""The shared vocabulary: what a plugin may list in `provides=(…)`, each with one example.

Everything here is a frozen, keyword-only description. The core and the cross-cutting plugins read
these shapes and never ask which module they came from; `docs/plugins.md` explains each at length.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sims.events import Event

if TYPE_CHECKING:
    import click
    import sqlalchemy as sa

    from sims.actor import Actor
    from sims.forms import Form
    from sims.imports import ImportRow
    from sims.runs import Run
    from sims.workflow import Workflow


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a record, in lists, exports and search results.

    `value` takes a row and gives what is shown (default: the attribute called `name`; dots reach into
    loaded relationships). `kind` is text, date, datetime, number, status or person. `sort` names the
    model's own, never-null attribute the list may be sorted by. `shown` is False for columns that only
    the export and the column picker offer.

    >>> Column(name="supervisor", label="Supervisor", value=lambda row: row.supervisor.name)
    """

    name: str
    label: str
    value: Callable[[Any], object] | None = None
    kind: str = "text"
    sort: str | None = None
    shown: bool = True


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One way to narrow a list; it lives in the address under `name`.

    `kind` is text, choice, from or to (dates), number, or id (a number other pages link with; no box is
    drawn for it). `where` turns the value into a condition;
    without it the model's attribute `column` (default: `name`) is compared. `choices` gives
    `(value, label)` pairs, or is a function of the actor that does.

    >>> Filter(name="status", label="Status", kind="choice", choices=STATUSES)
    """

    name: str
    label: str
    kind: str = "text"
    column: str | None = None
    choices: Sequence[tuple[str, str]] | Callable[["Actor"], Sequence[tuple[str, str]]] = ()
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
class Record:
    """A table of the domain: from this one declaration come lists, search, history, files and export.

    `name` is "<plugin>.<thing>" and starts the names of its permissions (`<name>.view`, `.create`, …).
    `endpoint` is the detail page; it takes `id`. `owner` names the attribute that holds whose record it
    is; None means everybody signed in may see it, if they hold `<name>.view`. `author` names who writes the
    row, where that is not the owner: they alone edit and submit it. `also_seen_by` takes a
    person's id and gives the further conditions under which a supervisor sees a row; `private` takes the
    actor and gives the condition on rows that only their author and an admin see; `anonymous` takes a row and
    a reader's id and says whether that reader must not learn who wrote it: history then names only statuses. `load` are the
    loader options a list needs, `light` the attributes it needs of the row itself (empty: all), `text` the attributes search reads, weightiest first. `defaults` takes the actor and gives what a new row starts with. `usual` takes a list's address (its arguments)
    and gives the conditions the list has unless that address says otherwise: who left is only listed when asked for.

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
    text: tuple[str, ...] = ()
    workflow: "Workflow | None" = None
    rules: tuple[Rule, ...] = ()
    parts: tuple[Part, ...] = ()
    form: "type[Form] | None" = None
    defaults: "Callable[[Actor], Mapping[str, Any]] | None" = None
    labels: Mapping[str, str] = field(default_factory=dict)
    attachments: bool = False
    empty: str = ""
    usual: "Callable[[Mapping[str, str]], Sequence[sa.ColumnElement[bool]]]" = lambda arguments: ()

    @property
    def plugin(self) -> str:
        """The plugin it belongs to: the first part of its name."""
        return self.name.partition(".")[0]

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


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A permission and the roles that hold it. The table of all of them is SIMS' whole access policy.

    >>> Permission(name="logbook.entry.submit", label="Submit logbook entries", roles=("pg",))
    """

    name: str
    label: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """An entry of the main menu, shown to who holds `permission`. `phone` puts it in the tab bar.

    `badge` takes the actor and gives a small number (0 hides it). `within` is a part of the path that marks
    this entry as the one the reader is at, wherever it occurs.

    >>> MenuItem(label="Logbook", endpoint="logbook.entries", icon="list", permission="logbook.entry.view")
    """

    label: str
    endpoint: str
    icon: str
    permission: str
    order: int = 50
    phone: bool = False
    badge: Callable[["Actor"], int] | None = None
    within: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A template in a named slot of another page.

    `data` takes the actor and the slot's context and gives the template's variables, or None to stay away.
    Slots: topbar, topbar.end, dashboard, dashboard.figures, person, record.

    >>> Panel(slot="dashboard", template="logbook/_todo.html", data=todo, permission="logbook.entry.view")
    """

    slot: str
    template: str
    data: Callable[["Actor", Mapping[str, Any]], Mapping[str, Any] | None]
    permission: str
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number on a dashboard, its reading, and the list behind it."""

    value: object
    note: str = ""
    href: str | None = None
    tone: str = "neutral"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number worth watching, per role: dashboards show it, analytics will draw it.

    `value` takes the actor and gives a `Figure`, whose link leads to exactly the rows counted, or None
    to leave it out. No `roles` means every role.

    >>> Metric(name="logbook.pending", label="Waiting for review", roles=("pg",), value=pending_of)
    """

    name: str
    label: str
    roles: tuple[str, ...] = ()
    value: Callable[["Actor"], Figure | None]
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """`handler` runs in the transaction of every event of this class or of a class below it.

    Work with thousands of rows publishes their events together (`publish_many`): `many` then gets them as one
    list, in one call; without it `handler` is called for each.

    >>> Subscriber(event=SupervisorChanged, handler=move_pending_entries)
    """

    event: type[Event]
    handler: Callable[[Any], None]
    many: Callable[[Sequence[Any]], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Who is told of an event, and in which words. `kind` is what people switch on and off.

    `recipients` gives people's ids, `subject` and `body` texts, `link` a path inside SIMS. `mail` is how who did not
    choose gets it by mail: at_once, digest (once a day with the others) or off. `roles` are those whom it may concern
    (none: everybody), so that nobody else is asked about it.

    >>> Notice(kind="catalogue.request", label="Procedure requests", event=ProcedureRequested,
    ...        recipients=admins, subject=lambda event: f"Asked for: {event.title}")
    """

    kind: str
    label: str
    event: type[Event]
    recipients: Callable[[Any], Iterable[int]]
    subject: Callable[[Any], str]
    body: Callable[[Any], str] = lambda event: ""
    link: Callable[[Any], str] = lambda event: ""
    mail: str = "digest"
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job that runs by the clock: `cron` is read in the hospital's time zone.

    `job` is a function of no arguments. However many schedulers run, it runs once for each time due.

    >>> Schedule(name="logbook-remind", cron="0 7 * * *", job=remind)
    """

    name: str
    cron: str
    job: Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class LongWork:
    """Work that takes longer than a request, as rows of `model` (a `sims.runs.Run`): an import, a report.

    `step` does the next part of a run inside one transaction, moves `run.position` on, and says whether more is
    left. `end` is called in the transaction that ends it, however it ends. Both get the run and are called as
    the person who started it. `title` says in words what it is, `endpoint` is its page.

    >>> LongWork(name="bulk.operation", label="bulk operations", model=BulkOperation, step=step, end=end,
    ...          title=lambda run: run.title, endpoint="bulk.operation")
    """

    name: str
    label: str
    model: "type[Run]"
    step: "Callable[[Any], bool]"
    end: "Callable[[Any], None]" = lambda run: None
    title: Callable[[Any], str]
    endpoint: str

    @property
    def plugin(self) -> str:
        """The plugin it belongs to: the first part of its name."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class ImportColumn:
    """One column of an import: `name` is its key in the values of a row, `label` what people call it.

    A heading of a file means this column if it is the name, the label or one of the `synonyms`; capitals, spaces
    and `_ - .` make no difference. `kind` is text, integer, decimal, date, yes_no or choice; `choices` are then
    value → label, and a cell may say either, in any case. `required`: the column must be there and no cell of it
    empty. `example` stands in the file people can download to fill in, `hint` beside the column's name.

    >>> ImportColumn(name="start_date", label="First day", kind="date", synonyms=("from", "start"), required=True)
    """

    name: str
    label: str
    synonyms: tuple[str, ...] = ()
    kind: str = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    example: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Import:
    """Rows of a record from a file. Reading, matching, dry run, progress and undo are the `bulk` plugin's.

    `save` gets some hundred rows of the file at once and the actor, and for each row either notes what is wrong
    with it or makes it (`sims.imports`); it looks things up for all of them together. `save` never commits.
    It runs for the dry run too, which is then rolled back. `one_of` lists groups of columns of which at least
    one must be there. `unique` names columns whose value stands once in a file. `turn` takes a row's values and
    says in which turn over the file it is saved: supervisors (0) before the PGs (1) who name them. `remove`
    undoes one row that was made (default: it is deleted, its history stays). `chunk` is how many rows are saved
    in one transaction. `independent` says that no row of a file needs another one: the dry run then goes chunk by
    chunk as well, and nobody waits for the end of it.

    >>> Import(name="rotations.hospital", label="Hospitals", record=HOSPITAL, permission="rotations.hospital.create",
    ...        columns=(ImportColumn(name="code", label="Code", synonyms=("hospital_code",), required=True),),
    ...        save=save_hospitals)
    """

    name: str
    label: str
    record: Record
    permission: str
    columns: tuple[ImportColumn, ...]
    save: "Callable[[Sequence[ImportRow], Actor], None]"
    one_of: tuple[tuple[str, ...], ...] = ()
    unique: tuple[str, ...] = ()
    turn: Callable[[Mapping[str, Any]], int] = lambda values: 0
    turns: int = 1
    remove: "Callable[[Any, Actor], None] | None" = None
    chunk: int = 200
    independent: bool = False
    demo: Callable[[Any, int], Iterable[Mapping[str, str]]] | None = None
    note: str = ""
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class BulkAct:
    """Something that can be done with many rows of a list at once, beside the transitions of its workflow.

    `record` is the record's name, `operation` what kind of bulk operation it is (assignment, archive).
    `act` does it to one row (loaded as the record's lists load it) with the form's values, as the actor, and
    returns what `undo` will need (JSON), or None where nothing had to change; it raises what a service raises.
    `form` asks for what all rows are given; it is prepared as any `Form`. `page` instead names an endpoint that
    takes the chosen ids as `id` in its address, and does the rest itself.

    >>> BulkAct(name="assign", record="users.user", label="Assign a supervisor", done="assigned",
    ...         icon="user-round-cog", permission="users.user.assign", form=AssignForm, act=assign, undo=assign_back)
    """

    name: str
    record: str
    label: str
    icon: str
    permission: str
    done: str = ""
    operation: str = "assignment"
    act: "Callable[[Any, Mapping[str, Any], Actor], Mapping[str, Any] | None] | None" = None
    undo: "Callable[[Any, Mapping[str, Any], Actor], None] | None" = None
    form: "type[Form] | None" = None
    page: str = ""
    requires: None = None


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """Does things with many rows: the plugin that provides it (`bulk`) takes what lists have ticked. Without it
    lists have no boxes. `url` gives the address to which a list of this record posts its selection,
    `import_url` the page that takes a file of it.

    >>> Bulk(
    ...     url=lambda record: url_for("bulk.choose", name=record.name),
    ...     import_url=lambda entry: url_for("bulk.import_new", name=entry.name),
    ... )
    """

    url: Callable[[Record], str]
    import_url: Callable[[Import], str]


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who sees what and who answers for whom: exactly one plugin (`users`) provides it.

    `find` gives the actor with an id, or None where they may no longer act. `sees` gives the condition
    on a record's rows. `answers_for` says whether the actor now supervises the person with this id.
    `names` gives the names of many people at once. `deputies` says who of these people is away on a day, and
    who stands in for each. `acts_for` gives the ids for whom the actor decides today: their own, and those of
    everybody whose deputy they are.
    """

    find: Callable[[int], "Actor | None"]
    sees: Callable[[Record, "Actor"], "sa.ColumnElement[bool]"]
    answers_for: Callable[["Actor", int], bool]
    names: Callable[[Iterable[int]], Mapping[int, str]]
    deputies: Callable[[Iterable[int], date], Mapping[int, int]]
    acts_for: Callable[["Actor"], frozenset[int]]


@dataclass(frozen=True, kw_only=True)
class Seed:
    """Rows every installation starts with. `load` adds what is missing, changes nothing that is there, and
    returns how many rows it added; `flask seed` runs all of them after every upgrade.

    >>> Seed(label="entry templates", load=load_templates)
    """

    label: str
    load: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Fills a plugin's tables with plausible rows. `fill` takes a `sims.demo.Scale`; runs in dependency order.

    >>> Demo(label="logbook entries", fill=fill)
    """

    label: str
    fill: Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of `flask`, only there while its plugin is on.

    >>> Command(command=create_admin)
    """

    command: "click.Command"
