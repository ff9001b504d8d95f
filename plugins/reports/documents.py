"""From what was asked for to a paper: the reports the plugins declare, and those people build from any record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import current_app
from werkzeug.datastructures import MultiDict

from plugins.reports.document import Document, Part
from sims import access, figures
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Column, Dimension, Record, Report
from sims.errors import Invalid, Missing, Problem
from sims.lists import ListPage
from sims.permissions import allowed
from sims.plugin import provided
from sims.rows import has_sql
from sims.tables import Asked, Table, grouped, listing

ROWS = "rows:"
"""Begins the kind of a report that somebody built from a record."""

MOST_GROUPS = 2


@dataclass(frozen=True)
class Order:
    """A report as one person asks for it: which, and the document with what it drew from."""

    report: Report
    asked: Asked
    document: Document


def kinds_for(actor: Actor) -> list[Report]:
    """The declared reports this person may make, in order."""
    found = [report for report in provided(Report) if allowed(actor, report.permission)]
    return sorted(found, key=lambda report: (report.order, report.label))


def records_for(actor: Actor) -> list[Record]:
    """The records this person may build a report from: those whose columns say themselves in SQL."""
    return sorted(
        (
            record
            for record in provided(Record)
            if allowed(actor, record.permission("view")) and len(columns_of(record)) > 1
        ),
        key=lambda record: record.plural,
    )


def columns_of(record: Record) -> list[Column]:
    """The columns a built report can have."""
    return [column for column in record.columns if has_sql(record, column)]


def dimensions_of(record: Record) -> list[Dimension]:
    """What a built report can be grouped by."""
    months = [figures.month(record)] if record.dated else []
    return [*record.dimensions, *months]


def report_named(kind: str, actor: Actor) -> Report:
    """The report called `kind`, declared or built. Raises `Missing`, in words, where it is off or not theirs."""
    if kind.startswith(ROWS):
        name = kind.removeprefix(ROWS)
        record = next((each for each in records_for(actor) if each.name == name), None)
        if record is None:
            raise Missing(
                f"There is no list called {name} to report from, or it is not yours to see."
            )
        return Report(
            name=kind,
            label=record.plural.capitalize(),
            about=f"Chosen columns of the {record.plural} one sees.",
            record=record,
            permission=record.permission("view"),
            tables=lambda asked: (),
        )
    found = next((report for report in provided(Report) if report.name == kind), None)
    if found is None:
        raise Missing(f"There is no report called {kind}. Its plugin may be switched off.")
    if not allowed(actor, found.permission):
        raise Missing("This report is not one that your role makes.")
    return found


def order(kind: str, options: Mapping[str, Any], actor: Actor, *, paper: str = "a4") -> Order:
    """The paper that was asked for, nothing of it read yet.

    `options` hold filters, ask, person, columns, group, sort. Raises `Missing` as `report_named`, `Invalid` naming what
    can't be read or is not there.
    """
    report = report_named(kind, actor)
    arguments = MultiDict(
        {
            name: str(value)
            for name, value in (options.get("filters") or {}).items()
            if value not in (None, "")
        }
    )
    if sort := options.get("sort"):
        arguments["sort"] = str(sort)
    asked = Asked(actor, report.record, arguments, values=_answers(report, options))
    _check_filters(report.record, asked)
    if report.person:
        asked.person = _person(options, actor)
    title = report.label + (f": {asked.person.name}" if asked.person else "")
    document = Document(
        title=title,
        about=report.about,
        parts=_parts(report, asked, options),
        parameters=[*asked.parameters, *_answers_said(report, asked.values)],
        facts=report.proof(asked) if report.proof else (),
        made_for=actor.name,
        as_of=now(),
        site=str(current_app.config["SITE_NAME"]),
        paper=paper,
        main=report.main,
    )
    return Order(report, asked, document)


def _parts(report: Report, asked: Asked, options: Mapping[str, Any]) -> Iterable[Part]:
    if report.name.startswith(ROWS):
        return [Part(title="", tables=[_built(report.record, asked, options)])]
    return (
        Part(title=title, tables=tables)
        for title, tables in groupby(report.tables(asked), key=lambda table: table.part)
    )


def _built(record: Record, asked: Asked, options: Mapping[str, Any]) -> Table:
    """The one table of a built report: groups where it is grouped, else the chosen columns."""
    by = {dimension.name: dimension for dimension in dimensions_of(record)}
    names = list(options.get("group") or ())
    if unknown := [name for name in names if name not in by]:
        raise _refused("group", f"{record.plural.capitalize()} can't be grouped by {unknown[0]}.")
    if len(names) > MOST_GROUPS:
        raise _refused("group", f"Group by {MOST_GROUPS} things at most.")
    if names:
        return grouped(asked.page(), [by[name] for name in names])
    there = {column.name: column for column in columns_of(record)}
    chosen = list(options.get("columns") or [c.name for c in there.values() if c.shown])
    if unknown := [name for name in chosen if name not in there]:
        raise _refused(
            "columns", f"{record.plural.capitalize()} have no column called {unknown[0]}."
        )
    return listing(asked.page(), [there[name] for name in chosen])


def _answers(report: Report, options: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the report's own questions, as its form reads them."""
    if report.ask is None:
        return {}
    given = {name: value for name, value in (options.get("ask") or {}).items() if value is not None}
    form = report.ask(formdata=MultiDict(given), meta={"csrf": False})
    if not form.validate():
        raise Invalid(
            Problem(
                code="report.question",
                message=f"{form[name].label.text}: {' '.join(map(str, said))}",
                fields=(name,),
            )
            for name, said in form.errors.items()
            if name
        )
    return form.values()


def _answers_said(report: Report, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers to the report's own questions in words, for its cover."""
    if report.ask is None:
        return []
    form = report.ask(formdata=None, meta={"csrf": False})
    said = []
    for name, value in values.items():
        labels = dict(getattr(form[name], "choices", None) or ())
        said.append((form[name].label.text, str(labels.get(value, value))))
    return said


def _check_filters(record: Record, asked: Asked) -> None:
    known = {entry.name for entry in record.filters} | {"sort"}
    if unknown := [name for name in asked.arguments if name not in known]:
        raise _refused(
            unknown[0], f"{record.plural.capitalize()} have no filter called {unknown[0]}."
        )
    page = ListPage(record, asked.actor, asked.arguments)
    if page.unreadable:
        raise Invalid(page.unreadable)


def _person(options: Mapping[str, Any], actor: Actor) -> Any:
    """The PG a report is about, as the actor may see them: one's own for a PG."""
    asked = options.get("person") or (actor.id if actor.role == "pg" else None)
    if not str(asked or "").isdigit():
        raise _refused("person", "Choose the PG the report is about.")
    found = access.find(access.record_named("users.user"), actor, int(asked))
    if found.role != "pg":
        raise _refused("person", f"{found.name} is no PG; this report is about one.")
    return found


def _refused(field: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"report.{field}", message=message, fields=(field,))])
