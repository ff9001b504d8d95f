"""What a report is before it becomes a file: a cover, and parts with tables that are read once, in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sims.tables import Table


@dataclass(kw_only=True)
class Part:
    """One chapter; a plain report has a single one without a title. `tables` may be a generator."""

    title: str
    tables: Iterable[Table]
    note: str = ""


@dataclass(kw_only=True)
class Document:
    """A paper to be written.

    `parameters` say in words what it was asked for, `facts` are the few numbers of its cover, `as_of` is the moment
    whose data it shows. `code` and `address` are those of its proof, where anybody may check it. `main` names the one
    table a CSV file has (default: the last).
    """

    title: str
    about: str
    parts: Iterable[Part]
    parameters: Sequence[tuple[str, str]]
    made_for: str
    as_of: datetime
    site: str
    facts: Sequence[tuple[str, str]] = ()
    paper: str = "a4"
    code: str = ""
    address: str = ""
    main: str = ""
