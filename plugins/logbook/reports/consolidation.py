"""Procedure numbers as another system counts them: procedures × role × period, in its codes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from wtforms import SelectField

from plugins.catalogue.models import Procedure
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.logbook.roles import KEY_STEPS, SYSTEMS, TRAINER, Code, codes_of
from sims.contracts import Column, Report
from sims.database import db
from sims.forms import Form
from sims.lists import address_of
from sims.tables import Asked, Table

PERIODS = {"month": "Month", "quarter": "Quarter", "year": "Year", "whole": "The whole period"}
COUNTING = {"counted": "Approved entries only", "submitted": "Everything that was submitted"}
CHIEF_YEAR = 5
"""The last year of training, which ACGME counts by itself."""


class ConsolidationForm(Form):
    """Whose codes, by which periods, and what counts."""

    system = SelectField("Codes of", choices=list(SYSTEMS.items()), default="uk")
    period = SelectField("By", choices=list(PERIODS.items()), default="year")
    counts = SelectField("What counts", choices=list(COUNTING.items()), default="counted")


def codes_in(system: str) -> list[Code]:
    """Every code of a system, in the order of responsibility, each once."""
    found = {}
    for key_steps in ("watched", "assisted", "me"):
        for taught in (False, True):
            for trainer in TRAINER:
                for chief in (False, True):
                    for code in codes_of(key_steps, trainer, taught, chief=chief):
                        if code.system == system:
                            found.setdefault(code.code, code)
    assert set(KEY_STEPS) == {"watched", "assisted", "me"}
    return list(found.values())


def tables(asked: Asked) -> Iterator[Table]:
    """The codes with their meanings and sums; then every procedure in every period."""
    system, counting = asked.values["system"], asked.values["counts"]
    more = {"counted": "1"} if counting == "counted" else {"submitted": "1"}
    arguments = {**asked.arguments, **more}
    page = asked.page(ENTRY, arguments)
    codes = codes_in(system)
    cells, sums = _counted(page.query(), system, asked.values["period"])
    href = address_of(ENTRY, arguments)
    yield Table(
        name="codes",
        title=f"By code of {SYSTEMS[system]}",
        columns=(
            Column(name="code", label="Code"),
            Column(name="meaning", label="Meaning"),
            Column(name="count", label="Procedures", kind="number"),
        ),
        rows=[(code.code, code.meaning, sums[code.code]) for code in codes],
        href=href,
        note=f"{COUNTING[counting]}. An entry may hold several procedures; each counts.",
    )
    yield Table(
        name="procedures",
        title="Procedure by procedure",
        columns=(
            Column(name="procedure", label="Procedure"),
            Column(name="period", label="Period"),
            *(Column(name=code.code, label=code.code, kind="number") for code in codes),
            Column(name="total", label="Total", kind="number"),
        ),
        rows=[
            (name, period, *(counts[code.code] for code in codes), counts.total())
            for (name, period), counts in sorted(cells.items())
        ],
        href=href,
        note="; ".join(f"{code.code}: {code.meaning}" for code in codes)
        + ". Periods go by the day it was done.",
    )


def _counted(
    visible: sa.Select[Any], system: str, period: str
) -> tuple[dict[Any, Counter[str]], Counter[str]]:
    """`(procedure, period)` → how many of each code, and the sums of the codes. One query."""
    entry = EntryProcedure
    chief = sa.func.coalesce(LogbookEntry.pg_year == CHIEF_YEAR, sa.false())
    query = (
        visible.with_only_columns(
            sa.func.coalesce(Procedure.name, entry.name).label("name"),
            _period(period).label("period"),
            entry.key_steps,
            entry.trainer,
            entry.taught,
            chief.label("chief"),
            sa.func.count().label("count"),
            maintain_column_froms=True,
        )
        .join(entry, entry.entry_id == LogbookEntry.id)
        .outerjoin(Procedure, Procedure.id == entry.procedure_id)
        .group_by(sa.text("1, 2, 3, 4, 5, 6"))
    )
    cells: dict[Any, Counter[str]] = defaultdict(Counter)
    sums: Counter[str] = Counter()
    for row in db.session.execute(query):
        codes = codes_of(row.key_steps, row.trainer, row.taught, chief=bool(row.chief))
        [code] = [each.code for each in codes if each.system == system]
        cells[row.name, row.period][code] += row.count
        sums[code] += row.count
    return cells, sums


def _period(period: str) -> sa.ColumnElement[str]:
    """The period of an entry's day in words that sort: 2026, 2026 Q3, 2026-09."""
    day = LogbookEntry.date
    year = sa.cast(sa.cast(sa.extract("year", day), sa.Integer), sa.String)
    month = sa.cast(sa.extract("month", day), sa.Integer)
    match period:
        case "year":
            return year
        case "quarter":
            quarter = sa.case((month <= 3, "1"), (month <= 6, "2"), (month <= 9, "3"), else_="4")
            return year + " Q" + quarter
        case "month":
            number = sa.cast(month, sa.String)
            return year + "-" + sa.case((month < 10, "0" + number), else_=number)
        case _:
            return sa.literal("All")


CONSOLIDATION = Report(
    name="logbook.consolidation",
    label="Consolidation",
    about="Procedures by role and period in the codes of UK eLogbook, ACGME, NMC or CPSP.",
    record=ENTRY,
    permission="logbook.entry.view",
    tables=tables,
    ask=ConsolidationForm,
    icon="table-2",
    order=30,
)
