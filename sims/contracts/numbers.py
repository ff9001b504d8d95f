"""Numbers and papers: what analytics draws, what reports print, what a PG's portfolio and forecast are made of."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sims.contracts.records import Dated, Record

if TYPE_CHECKING:
    from sims.actor import Actor
    from sims.figures import Curve, Outlook, Reason
    from sims.forms import Form
    from sims.proofs import Proof
    from sims.tables import Asked, Table


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure of a record's rows that can be followed over time and compared: how many, which share, or how long.

    The rows counted are those the reader sees that meet `given` (filter → value of the record's list), so every
    number has its list. With `of` it is a share: of the rows that meet `of`, those that also meet `given`. With `time`
    (two moments of the model) it is how long lay between them, in days: the rows of `given` must have both.
    `by` names the record's dimensions it can be divided by, the telling one first. `draws` are the drawings that
    make sense: trend, bars, shares, heat, boxes. `dated` is by which date its rows fall into a period, where that is
    not the record's own. `roles` are those it concerns (none: everybody who sees the record). `better` says which way
    is good: up, down, or neither.

    >>> Measure(name="logbook.review_time", label="Time to review", record=ENTRY, unit="days",
    ...         about="From submission to the decision.", given={"reviewed": "1"},
    ...         time=("submitted_at", "reviewed_at"), by=("supervisor", "department"), draws=("boxes", "trend", "bars"))
    """

    name: str
    label: str
    record: Record
    about: str
    unit: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, str] | None = None
    time: tuple[str, str] | None = None
    by: tuple[str, ...] = ()
    draws: tuple[str, ...] = ("trend", "bars")
    dated: Dated | None = None
    roles: tuple[str, ...] = ()
    better: str = ""
    order: int = 50

    @property
    def permission(self) -> str:
        """What it takes to see it: to see the rows."""
        return self.record.permission("view")

    @property
    def when(self) -> Dated:
        """By which date its rows fall into a period. Raises `LookupError` for a record that has none."""
        found = self.dated or self.record.dated
        if found is None:
            raise LookupError(f"{self.record.name} has no date to follow {self.name} by")
        return found


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """How people change with practice: the nth time somebody does a thing, in which role or with what score.

    `choices` gives what it can be drawn for (key and label) among what the actor sees; `draw` the curve of one of them,
    for the PG with an id or (None) for all the actor sees.

    >>> LearningCurve(name="logbook.autonomy", label="Growing independence", record=ENTRY, choices=procedures,
    ...               about="How much of a procedure PGs do themselves, by how often they have done it.", draw=autonomy)
    """

    name: str
    label: str
    record: Record
    about: str
    choices: "Callable[[Actor], Sequence[tuple[str, str]]]"
    draw: "Callable[[Actor, str, int | None], Curve]"
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Report:
    """A paper about many rows, as PDF, XLSX or CSV. Its pages, its jobs, its schedule are the `reports` plugin's.

    `record` is the list it is about: the report takes that list's filters, unless it is not `filtered`. `ask` are further
    questions (a period, a system of codes); `person` says that it is about one PG, who is then asked for. `tables` gives its
    tables, in order, from what was asked (`sims.tables`): whatever rows they are made of come from `asked.page`,
    which keeps to what the actor sees and remembers the rows, so that nobody downloads what they could not see.
    `main` is the one table a CSV file has (default: the last). `proof` gives, for a paper anybody may check at `/verify`,
    what that page says.

    >>> Report(name="logbook.summary", label="Logbook summary", record=ENTRY, permission="logbook.entry.view",
    ...        about="Entries by status, role and procedure, and every entry.", tables=summary)
    """

    name: str
    label: str
    about: str
    record: Record
    permission: str
    tables: "Callable[[Asked], Iterable[Table]]"
    ask: "type[Form] | None" = None
    person: bool = False
    filtered: bool = True
    main: str = ""
    formats: tuple[str, ...] = ("pdf", "xlsx", "csv")
    proof: "Callable[[Asked], Sequence[tuple[str, str]]] | None" = None
    icon: str = "file-chart-column"
    order: int = 50

    @property
    def plugin(self) -> str:
        """The plugin it belongs to: the first part of its name."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What a plugin adds to a PG's portfolio: a heading and its tables. It is there for who holds `permission`.

    `tables` takes the PG and what was asked. `facts` are the few numbers of the chapter for the cover and for the public
    check of the paper: nothing of a patient, nothing but counts.

    >>> Chapter(name="logbook.entries", title="Logbook", permission="logbook.entry.view", tables=chapter, facts=counts)
    """

    name: str
    title: str
    permission: str
    tables: "Callable[[Any, Asked], Iterable[Table]]"
    facts: "Callable[[Any, Asked], Sequence[tuple[str, str]]]" = lambda pg, asked: ()
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Why somebody ought to look at a PG now. `reasons` takes PGs' ids, all at once, and gives for those who need it
    one or more reasons, each with the list behind it.

    >>> Attention(name="logbook.silent", permission="logbook.entry.view", reasons=silent_pgs)
    """

    name: str
    permission: str
    reasons: "Callable[[Collection[int]], Mapping[int, Sequence[Reason]]]"
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Whether a PG will reach what is asked of them: `of` takes the PG and gives an outlook for every target.
    `method` explains in a few sentences how.

    >>> Forecast(name="logbook.targets", label="Targets", permission="logbook.entry.view", of=outlooks, method=METHOD)
    """

    name: str
    label: str
    permission: str
    of: "Callable[[Any], Sequence[Outlook]]"
    method: str
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class ProofCheck:
    """What `/verify` says of papers of one `kind` besides what stands on them: `state` takes the proof and gives pairs
    of label and words. Anybody may read them: counts, and nothing of a person beyond what the paper says.

    >>> ProofCheck(kind="report", state=lambda proof: [("The record since", "Unchanged since 22 Nov 2026")])
    """

    kind: str
    state: "Callable[[Proof], Sequence[tuple[str, str]]]"
