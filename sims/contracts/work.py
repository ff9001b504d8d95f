"""Work on many rows: long runs, imports, acts on what a list has ticked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sims.contracts.records import Record

if TYPE_CHECKING:
    from sims.actor import Actor
    from sims.forms import Form
    from sims.imports import ImportRow
    from sims.runs import Run


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
