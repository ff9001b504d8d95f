"""Compliance as a report, and what certificates add to a PG's portfolio."""

from collections.abc import Iterator, Sequence
from typing import Any

from plugins.certificates import compliance
from plugins.certificates.compliance import STANDINGS, Held
from plugins.certificates.models import Type
from plugins.certificates.records import CERTIFICATE
from plugins.users.models import User
from plugins.users.records import USER
from sims.contracts import Chapter, Column, Report
from sims.database import db
from sims.lists import CHUNK, address_of
from sims.tables import Asked, Table, grouped, listing

VIEW = "certificates.certificate.view"


def tables(asked: Asked) -> Iterator[Table]:
    """How many stand how with each required type; then everybody with each type they need."""
    people = asked.page(USER, asked.arguments, compliance.PRESENT)
    ids = people.query().with_only_columns(User.id, maintain_column_froms=True)
    asked.page(CERTIFICATE, {}, CERTIFICATE.model.pg_id.in_(ids))
    types = list(compliance.required_types())
    standing = list(_standings(people, types))
    href = address_of(USER, {**people.arguments, "role": "pg"})
    yield Table(
        name="types",
        title="By type",
        columns=(
            Column(name="type", label="Type"),
            *(Column(name=each.name, label=each.label, kind="number") for each in STANDINGS),
            Column(name="needed", label="Needed by", kind="number"),
            Column(name="share", label="Met", kind="percent"),
        ),
        rows=[
            _of_type(kind, [found[kind.id] for _, found in standing if kind.id in found])
            for kind in types
        ],
        note="Met: approved and not expired today.",
    )
    yield Table(
        name="people",
        title="PG by PG",
        columns=(
            Column(name="pg", label="PG", kind="person"),
            Column(name="specialty", label="Specialty"),
            Column(name="year", label="Year", kind="number"),
            Column(name="met", label="Met", kind="number"),
            Column(name="needed", label="Needed", kind="number"),
            Column(name="share", label="Compliance", kind="percent"),
            Column(name="lacking", label="Missing or expired"),
        ),
        rows=[_of_person(pg, found, types) for pg, found in standing],
        href=href,
        counts="",
    )


def _standings(people: Any, types: Sequence[Type]) -> Iterator[tuple[Any, dict[int, Held]]]:
    """Each PG with how they stand with each type they need. A query for each thousand PGs."""
    query = people.query().with_only_columns(
        User.id, User.first_name, User.last_name, User.username, User.specialty, User.year,
        maintain_column_froms=True,
    )  # fmt: skip
    found = db.session.execute(query.order_by(User.last_name, User.first_name, User.id)).all()
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        held = compliance.held([pg.id for pg in part], types)
        for pg in part:
            yield (
                pg,
                {
                    kind.id: held.get((pg.id, kind.id), compliance.NOTHING)
                    for kind in types
                    if compliance.applies(kind, pg)
                },
            )


def _of_type(kind: Type, held: Sequence[Held]) -> tuple[Any, ...]:
    counts = [sum(each.standing is standing for each in held) for standing in STANDINGS]
    met = sum(each.meets for each in held)
    return (kind.name, *counts, len(held), met / len(held) if held else 1.0)


def _of_person(pg: Any, found: dict[int, Held], types: Sequence[Type]) -> tuple[Any, ...]:
    met = sum(each.meets for each in found.values())
    lacking = [
        kind.name
        for kind in types
        if kind.id in found and found[kind.id].standing.rank <= compliance.EXPIRED.rank
    ]
    name = f"{pg.first_name} {pg.last_name}".strip() or pg.username
    share = met / len(found) if found else 1.0
    return (name, pg.specialty, pg.year, met, len(found), share, "; ".join(lacking))


def chapter(pg: Any, asked: Asked) -> Iterator[Table]:
    """A PG's certificates, how they stand with what they need, and each of them."""
    page = asked.page(CERTIFICATE, {"person": pg.id})
    yield Table(
        name="required",
        title="What is required",
        columns=(
            Column(name="type", label="Type"),
            Column(name="standing", label="Stands"),
            Column(name="until", label="Until", kind="date"),
        ),
        rows=[
            (kind.name, held.standing.label, held.expiry_date) for kind, held in compliance.of(pg)
        ],
    )
    yield grouped(page, [CERTIFICATE.dimension("status")], title="By status")
    columns = {column.name: column for column in CERTIFICATE.columns}
    names = ("title", "type", "organisation", "issue_date", "expiry_date", "status")
    yield listing(
        page, [columns[name] for name in names], name="certificates", title="Certificates"
    )


def facts(pg: Any, asked: Asked) -> list[tuple[str, str]]:
    """How many certificates are approved."""
    count = asked.page(CERTIFICATE, {"person": pg.id, "counted": "1"}).count()
    return [("Certificates approved", f"{count:,}")]


REPORTS = (
    Report(
        name="certificates.compliance",
        label="Certificate compliance",
        about="How every PG stands with every certificate they need, and who lacks what.",
        record=USER,
        permission=VIEW,
        tables=tables,
        icon="badge-check",
        order=55,
    ),
)
CHAPTERS = (
    Chapter(name="certificates.certificates", title="Certificates", permission=VIEW, tables=chapter, facts=facts, order=60),
)  # fmt: skip
