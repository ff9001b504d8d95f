"""What certificates show on dashboards and on a PG's page: what is missing, what ends soon."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import g, url_for

from plugins.certificates import compliance
from plugins.certificates.compliance import GAP, VALID
from plugins.certificates.models import Type
from plugins.users.access import supervised
from plugins.users.models import User
from sims.actor import Actor
from sims.contracts import Figure
from sims.database import db

MANY = 8


def own(actor: Actor) -> Figure | None:
    """How many of the certificates the PG needs are valid."""
    standing = _own(actor)
    if not standing:
        return None
    met = sum(found.meets for _, found in standing)
    gaps = len(standing) - met
    return Figure(
        value=f"{met} of {len(standing)}",
        note=f"{gaps} not valid" if gaps else "All you need",
        href=url_for("certificates.mine"),
        tone="warn" if gaps else "good",
    )


def gaps(actor: Actor) -> Figure | None:
    """How many of the supervisor's PGs lack a certificate, or hold an expired one."""
    if not compliance.required_types():
        return None
    query = sa.select(sa.func.count()).where(*_theirs(actor), _in_gap())
    count = db.session.scalar(query) or 0
    return Figure(
        value=count,
        note="PGs with one missing or expired" if count else "Nobody lacks any",
        href=url_for("certificates.board", state=GAP),
        tone="warn" if count else "neutral",
    )


def share(actor: Actor) -> Figure | None:
    """How much of what all PGs need is valid; the board behind it shows who lacks something."""
    met, required = compliance.total(sa.true())
    if not required:
        return None
    return Figure(
        value=f"{met * 100 // required} %",
        note=f"{met:,} of {required:,} required are valid",
        href=url_for("certificates.board", state=GAP),
    )


def mine(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the PG has to see to: missing and expired ones first, then those that end soon."""
    if actor.role != "pg":
        return None
    standing = _own(actor)
    return {"standing": [pair for pair in standing if pair[1].standing != VALID], "any": standing}


def my_pgs(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The supervisor's PGs who lack something, those who lack most first."""
    if actor.role != "supervisor":
        return None
    query = sa.select(User.id, User.first_name, User.last_name, User.year)
    people = db.session.execute(
        query.where(*_theirs(actor), _in_gap()).order_by(User.last_name, User.id)
    ).all()
    shares = compliance.shares(User.id.in_([row.id for row in people])) if people else {}
    rows = [(row, *shares.get(row.id, (0, 0))) for row in people]
    rows.sort(key=lambda row: row[1] - row[2])
    return {"people": rows[:MANY], "more": max(0, len(rows) - MANY), "gap": GAP}


def person(actor: Actor, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """How a PG stands with what they need, on their own page."""
    pg = context["person"]
    return {"standing": compliance.of(pg)} if pg.role == "pg" else None


def _theirs(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    return (compliance.PRESENT, User.id.in_(supervised(actor)))


def _in_gap() -> sa.ColumnElement[bool]:
    return User.id.in_(compliance.with_standing([GAP]))


def _own(actor: Actor) -> list[tuple[Type, compliance.Held]]:
    """The PG's own standing, asked once a request."""
    if "certificates_own" not in g:
        g.certificates_own = compliance.of(actor)
    standing: list[tuple[Type, compliance.Held]] = g.certificates_own
    return standing
