"""The calendar's page: a month or a year, of one PG, of a department, or of everybody one may see."""

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for

from plugins.rotations import calendar, queries, roster
from plugins.rotations.records import WORKFLOW
from plugins.rotations.tabs import tabs
from sims import actor
from sims.clock import today
from sims.permissions import require

VIEW = "rotations.rotation.view"
GRID_MOST = 8
"""PGs up to whom a department's month is drawn week by week; beyond, each has a row."""


@require(VIEW)
def show() -> str:
    """The calendar as the address asks for it: `?view=year&of=2026&pg=7&department=3&q=khan&cancelled=1`."""
    me, given = actor.me(), request.args
    asked = roster.Asked(
        pg_id=me.id if me.role == "pg" and not given.get("pg") else _number("pg"),
        department_id=_number("department"),
        name=given.get("q", "").replace("\x00", "").strip()[:100],
        cancelled=given.get("cancelled") == "1",
        after=_number("after"),
        before=_number("before"),
    )
    pg = roster.find_pg(me, asked.pg_id) if asked.pg_id is not None else None
    place = roster.find_department(asked.department_id) if asked.department_id is not None else None
    period = calendar.period(given.get("view", "month"), given.get("of", ""))
    first, last = period.first, period.last
    if period.view == "month":
        first, last = period.weeks[0], period.weeks[-1] + 6 * calendar.DAY
    found = roster.roster(me, asked, first, last)
    by_week = period.view == "month" and (
        pg is not None or (place is not None and 0 < len(found.rows) <= GRID_MOST)
    )
    return render_template(
        "rotations/calendar.html",
        period=period,
        pg=pg,
        place=place,
        asked=asked,
        views=[
            (label, _address(view=name, of=_kept(period, name)), name == period.view)
            for name, label in calendar.VIEWS
        ],
        tabs=tabs("rotations.calendar"),
        weeks=calendar.weeks(found.rotations, period) if by_week else [],
        rows=[] if by_week else _rows(found, period),
        heads=calendar.heads(period),
        dates=calendar.dates,
        found=found,
        statuses=WORKFLOW.statuses,
        status=WORKFLOW.status,
        departments=queries.department_choices(asked.department_id) if me.role != "pg" else [],
        address=_address,
        today=today(),
    )


def _rows(found: roster.Roster, period: calendar.Period) -> list[tuple[Any, Any]]:
    """Each PG with the lanes of their rotations over the period."""
    marked = calendar.marks(period)
    return [
        (person, calendar.lanes(theirs, period.first, period.last, marked))
        for person, theirs in found.rows
    ]


def _kept(period: calendar.Period, view: str) -> str:
    """Where another view begins: at today where the period holds it, else at its own beginning."""
    here = today() if period.holds(today()) else period.first
    return calendar.covering(view, here).of


def _number(name: str) -> int | None:
    """A number of the address; None where there is none that could be an id."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _address(**changes: Any) -> str:
    """This page's address with something else in it; a page of PGs begins anew unless it is asked for."""
    kept = {key: value for key, value in request.args.items() if key not in ("after", "before")}
    changed = {**kept, **changes}
    pairs = {key: value for key, value in changed.items() if value not in (None, "")}
    return f"{url_for('rotations.calendar')}?{urlencode(pairs)}"
