"""The compliance board: PG × required type, one sign each, as a list like any other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from plugins.certificates import compliance
from plugins.certificates.compliance import GAP, NOTHING, STANDINGS, Held
from plugins.certificates.models import Type
from plugins.users.models import YEARS, User
from plugins.users.queries import called, specialties_of_pgs, supervisors_with_pgs
from sims import access
from sims.actor import Actor
from sims.contracts import Column, Filter
from sims.database import db
from sims.lists import CHUNK, ListPage, safe_cell
from sims.rows import csv_line
from sims.web.templating import icon, show_date

STATES = ((GAP, "Missing or expired"), *((each.name, each.label) for each in STANDINGS))

SIGN = Markup(
    '<a class="badge" data-tone="{}" href="{}">{}<span><span class="phone-only">{}: </span>{}</span></a>{}'
)
"""One cell. On a phone, where no heading stands above it, it says its type itself."""

NOWRAP = Markup('<span class="nowrap">{} of {}</span>')


class BoardPage(ListPage):
    """The PGs a person sees, with how each stands with what they need.

    The filters "state" and "type" belong together: who lacks BLS, or who lacks anything.
    """

    def __init__(self, actor: Actor, arguments: MultiDict[str, str]):
        people = access.record_named("users.user")
        specialties = specialties_of_pgs()
        self.types = _needed_in(specialties)
        columns = (
            Column(name="name", label="PG", sort="last_name"),
            Column(name="year", label="Year", kind="number"),
            Column(name="share", label="Valid", value=lambda pg: NOWRAP.format(*self.share(pg))),
            *(
                Column(
                    name=f"type_{kind.id}",
                    label=kind.short_name,
                    value=lambda pg, kind=kind: self.sign(pg, kind),
                )
                for kind in self.types
            ),
            Column(name="specialty", label="Specialty", shown=False),
        )
        board = replace(
            people, label="PG", plural="PGs", columns=columns,
            filters=_filters(self.types, specialties), workflow=None,
        )  # fmt: skip
        narrow = [User.role == "pg", ~User.is_archived]
        super().__init__(board, actor, arguments, title="Compliance", narrow=narrow)

    def query(self) -> sa.Select:
        """Every PG that is visible and matches; where no state is asked for, a type shows who needs it."""
        query = super().query()
        state, kind = self.values.get("state"), self.values.get("type")
        if state is None and kind is None:
            return query
        asked = (state,) if state else tuple(each.name for each in STANDINGS)
        wanted = compliance.with_standing(asked, int(kind) if kind else None)
        return query.where(User.id.in_(wanted))

    @cached_property
    def held(self) -> Mapping[tuple[int, int], Held]:
        """What counts for every PG of this page and every required type."""
        return compliance.held([pg.id for pg in self.rows], self.types)

    def standing(self, pg: User, kind: Type) -> Held | None:
        """How this PG stands with the type; None where they don't need it."""
        return self.held.get((pg.id, kind.id), NOTHING) if compliance.applies(kind, pg) else None

    def share(self, pg: User) -> tuple[int, int]:
        """`(met, required)` of a PG of this page."""
        standings = [self.standing(pg, kind) for kind in self.types]
        needed = [each for each in standings if each is not None]
        return sum(each.meets for each in needed), len(needed)

    def sign(self, pg: User, kind: Type) -> Markup | str:
        """One cell: icon and word, leading to the certificate, or to what the PG has of the type."""
        found = self.standing(pg, kind)
        if found is None:
            return ""
        if found.id is not None:
            address = url_for("certificates.certificate", id=found.id)
        else:
            address = url_for("certificates.certificate_list", person=pg.id, type=kind.id)
        until = found.expiry_date if found.standing.rank >= compliance.EXPIRING.rank else None
        return SIGN.format(
            found.standing.tone,
            address,
            icon(found.standing.icon, size=14),
            kind.short_name,
            found.standing.label,
            Markup(' <small class="wide-only">{}</small>').format(show_date(until))
            if until
            else "",
        )


def page(actor: Actor) -> BoardPage:
    """The board as the address asks for it."""
    found = BoardPage(actor, request.args)
    found.export_url = f"{url_for('certificates.board_export')}?{found.query_string}"
    return found


def export(board: BoardPage) -> Iterator[bytes]:
    """Every PG of the board (all pages) as CSV: how they stand with each type, and until when. Streamed."""
    types = board.types
    heads = [head for kind in types for head in (kind.name, f"{kind.name}: until")]
    first = ["id", "PG", "Specialty", "Year", "Supervisor", "Valid", "Required"]
    yield b"\xef\xbb\xbf" + csv_line([safe_cell(head) for head in (*first, *heads)])
    query = board.query().options(*board.record.load).order_by(User.last_name, User.id)
    for people in db.session.scalars(query.execution_options(yield_per=CHUNK)).partitions():
        board.held = compliance.held([pg.id for pg in people], types)
        for pg in people:
            yield csv_line(_exported(board, pg, types))


def _exported(board: BoardPage, pg: User, types: Sequence[Type]) -> list[Any]:
    cells: list[Any] = []
    for kind in types:
        found = board.standing(pg, kind)
        cells.append(found.standing.label if found else "")
        cells.append(found.expiry_date.isoformat() if found and found.expiry_date else "")
    supervisor = pg.supervisor.name if pg.supervisor else ""
    who = [safe_cell(text) for text in (pg.name, pg.specialty)]
    return [pg.id, *who, pg.year or "", safe_cell(supervisor), *board.share(pg), *cells]


def _needed_in(specialties: Sequence[str]) -> list[Type]:
    """The required types that concern anybody: those of all specialties, or of one there is."""
    known = {name.lower() for name in specialties}
    return [
        kind
        for kind in compliance.required_types()
        if not kind.specialties or known & {name.lower() for name in kind.specialties}
    ]


def _filters(types: Sequence[Type], specialties: Sequence[str]) -> tuple[Filter, ...]:
    return (
        Filter(name="pg", label="PG", where=lambda text: User.id.in_(called(text))),
        Filter(name="state", label="State", kind="choice", choices=STATES, where=_together),
        Filter(
            name="type",
            label="Type",
            kind="choice",
            choices=[(str(kind.id), kind.name) for kind in types],
            where=_together,
        ),
        Filter(
            name="specialty",
            label="Specialty",
            kind="choice",
            choices=[(name, name) for name in specialties],
        ),
        Filter(
            name="year",
            label="Year",
            kind="choice",
            choices=[(str(year), str(year)) for year in YEARS],
        ),
        Filter(
            name="supervisor",
            label="Supervisor",
            kind="choice",
            column="supervisor_id",
            choices=lambda actor: supervisors_with_pgs() if actor.role == "admin" else (),
        ),
    )


def _together(value: str) -> sa.ColumnElement[bool]:
    """State and type narrow the board together, in `BoardPage.query`."""
    return sa.true()
