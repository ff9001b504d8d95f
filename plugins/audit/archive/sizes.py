"""How large tables and their history are, how they grow, and what that comes to."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from plugins.audit.archive.models import Archive
from plugins.audit.archive.tables import every
from sims.clock import now
from sims.database import db
from sims.sizes import of_tables
from sims.versioning import transaction_model

MONTHS = (12, 24)


@dataclass(frozen=True)
class Size:
    """A table and its history, in bytes with their indexes; None where this database does not tell."""

    table: str
    bytes: int | None
    history: int | None


@dataclass(frozen=True)
class Outlook:
    """What history comes to in so many months: if nothing is archived, and if what is old always is."""

    months: int
    kept: int
    archived: int


def sizes() -> list[Size]:
    """Every table with history, the largest history first."""
    told = {name: size.total for name, size in of_tables(db.session.connection()).items()}
    found = []
    for versions in every():
        table = versions.name.removesuffix("_version")
        found.append(Size(table, told.get(table), told.get(versions.name)))
    return sorted(found, key=lambda size: -(size.history or 0))


def archived() -> tuple[int, int, int]:
    """How many files the archive has, with how many rows and bytes."""
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(Archive.rows), 0),
        sa.func.coalesce(sa.func.sum(Archive.size), 0),
    ).where(Archive.state == "archived")
    number, rows, size = db.session.execute(query).one()
    return number, int(rows), int(size)


def outlook(history: int) -> list[Outlook]:
    """What `history` bytes become: each act adds as many as the acts so far did, at the pace of the last year."""
    transaction = transaction_model()
    acts = sa.select(sa.func.count()).select_from(transaction)
    total = db.session.scalar(acts) or 0
    first = db.session.scalar(sa.select(sa.func.min(transaction.issued_at)))
    if not total or first is None:
        return []
    year = now() - timedelta(days=365)
    recent = db.session.scalar(acts.where(transaction.issued_at >= year)) or 0
    months = max(1.0, min(12.0, (now() - first).days / 30.4))
    each = history / total
    monthly = recent / months * each
    keeps = current_app.config["AUDIT_KEEP_HISTORY_DAYS"] / 30.4 * monthly
    return [
        Outlook(
            number,
            round(history + number * monthly),
            round(min(history + number * monthly, keeps or history)),
        )
        for number in MONTHS
    ]
