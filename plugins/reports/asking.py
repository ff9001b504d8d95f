"""What a report is asked for, as it stands in an address or a form: filters by their own names, questions behind `ask-`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from plugins.reports.documents import columns_of, dimensions_of
from plugins.reports.models import FORMATS, PAPERS
from plugins.users.models import User
from plugins.users.queries import NAMES, called
from sims import access
from sims.actor import Actor
from sims.contracts import Report
from sims.database import db
from sims.errors import Invalid, Problem

ASK = "ask-"
MOST_SUGGESTED = 10
NOT_ASKED = ("csrf_token", "save_as", "shared_with")
"""Fields of the form that are not of the report itself."""


@dataclass(frozen=True)
class Wanted:
    """A report as an address asks for it: its options, its format and paper."""

    options: dict[str, Any]
    format: str
    paper: str


def read(report: Report, arguments: MultiDict[str, str]) -> Wanted:
    """What the address asks for; whatever it does not know is left out. Raises `Invalid` for an unknown format."""
    known = {entry.name for entry in report.record.filters} if report.filtered else ()
    options: dict[str, Any] = {
        "filters": {name: value for name, value in arguments.items() if name in known and value},
        "ask": {
            name.removeprefix(ASK): value
            for name, value in arguments.items()
            if name.startswith(ASK)
        },
    }
    if report.person and arguments.get("about", "").isdigit():
        options["person"] = int(arguments["about"])
    for name in ("columns", "group"):
        if chosen := [value for value in arguments.getlist(name) if value]:
            options[name] = chosen
    if sort := arguments.get("sort"):
        options["sort"] = sort
    format, paper = (
        arguments.get("format") or report.formats[0],
        arguments.get("paper") or PAPERS[0],
    )
    if format not in report.formats or format not in FORMATS or paper not in PAPERS:
        raise Invalid(
            [
                Problem(
                    code="report.format",
                    message="This report does not come in this format.",
                    fields=("format",),
                )
            ]
        )
    return Wanted(options, format, paper)


def posted(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """What a form asks for, without what was left empty."""
    pairs = form.items(multi=True)
    return MultiDict([(name, text) for name, text in pairs if name not in NOT_ASKED and text])


def about_whom(
    report: Report, arguments: MultiDict[str, str], actor: Actor
) -> tuple[MultiDict[str, str], list[User]]:
    """The PG whom `who` names in place of any other, where it is one alone; and all whom it may mean."""
    who = arguments.get("who", "").strip()
    if not report.person or not who:
        return arguments, []
    people = people_called(who, actor)
    rest = [pair for pair in arguments.items(multi=True) if pair[0] != "about"]
    if len(people) == 1:
        rest.append(("about", str(people[0].id)))
    return MultiDict(rest), people


def address(options: Mapping[str, Any], format: str = "", paper: str = "") -> str:
    """The same as a query of an address: what `read` reads."""
    pairs = [(name, str(value)) for name, value in (options.get("filters") or {}).items()]
    pairs += [
        (f"{ASK}{name}", str(value))
        for name, value in (options.get("ask") or {}).items()
        if value not in (None, "")
    ]
    if options.get("person"):
        pairs.append(("about", str(options["person"])))
    for name in ("columns", "group"):
        pairs += [(name, value) for value in options.get(name) or ()]
    pairs += [
        (name, value)
        for name, value in (("sort", options.get("sort")), ("format", format), ("paper", paper))
        if value
    ]
    return urlencode(pairs)


def people_called(text: str, actor: Actor) -> list[User]:
    """The PGs whose name has `text` in it, among those the actor sees; the first few by name."""
    query = access.visible(access.record_named("users.user"), actor).where(
        User.role == "pg", sa.or_(User.id.in_(called(text)), User.username == text)
    )
    ordered = query.order_by(User.last_name, User.first_name, User.id).options(NAMES)
    return list(db.session.scalars(ordered.limit(MOST_SUGGESTED)))


def choices(report: Report, wanted: Wanted) -> dict[str, Any]:
    """What a built report can be made of, each with whether it is chosen: columns, groups, sorts."""
    record, options = report.record, wanted.options
    columns = columns_of(record)
    chosen = options.get("columns") or [column.name for column in columns if column.shown]
    sort = options.get("sort", record.order)
    sorts = [column for column in record.columns if column.sort]
    return {
        "columns": [(column.name, column.label, column.name in chosen) for column in columns],
        "groups": [
            (dimension.name, dimension.label, dimension.name in (options.get("group") or ()))
            for dimension in dimensions_of(record)
        ],
        "sorts": [
            (f"{sign}{column.name}", f"{column.label}, {words}", sort == f"{sign}{column.name}")
            for column in sorts
            for sign, words in (("", "first to last"), ("-", "last to first"))
        ],
    }
