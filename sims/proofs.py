"""Proofs: what SIMS says, to anybody who holds the code, about a paper it has issued.

A certificate or a portfolio carries a code. Who types it at `/verify` reads what the paper must say, when it
was issued, and whether it still holds; they need no account, and see nothing that is not on the paper.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from sims.actor import Actor
from sims.addresses import path_to, site
from sims.clock import now
from sims.contracts import ProofCheck, Record
from sims.database import Base, db, person
from sims.errors import Missing
from sims.plugin import provided

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0 O, 1 I L and U: read from paper, or heard, they are taken for one another."""

LENGTH = 12
"""59 bits: guessing one of a million codes takes some 10^11 tries, and `/verify` allows a few in a minute."""


class Proof(Base):
    """One paper: its code, what it says (`facts` are pairs of label and value), and whether it still holds."""

    __tablename__ = "core_proof"
    __table_args__ = (sa.Index("ix_core_proof_row", "table", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(64))
    table: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    facts: Mapped[list[list[str]]] = mapped_column(sa.JSON)
    issued_at: Mapped[datetime] = mapped_column(default=now)
    issued_by_id: Mapped[int | None] = person(nullable=True)
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = person(nullable=True)
    reason: Mapped[str] = mapped_column(default="")

    @property
    def shown_code(self) -> str:
        """The code as it is printed."""
        return in_fours(self.code)

    @property
    def address(self) -> str:
        """Where anybody can check it, as a whole address."""
        return address_of(self.code)


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def in_fours(code: str) -> str:
    """A code as it is printed: groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def address_of(code: str) -> str:
    """Where anybody can check the paper with this code, as a whole address."""
    return site() + path_to("core.proof", code=in_fours(code))


def issue(
    record: Record,
    row: Any,
    *,
    kind: str,
    title: str,
    facts: Sequence[tuple[str, str]],
    actor: Actor | None,
    code: str = "",
) -> Proof:
    """A proof of a paper about `row`. `facts` are all that the public page will say: nothing of a patient, and
    of a person no more than the paper itself needs. An earlier paper of this kind about the row is revoked.
    `code` is one of `new_code`, where the paper had to be printed first."""
    for earlier in of(record, row, kind=kind):
        revoke(earlier, "A newer one was issued.", actor=actor)
    proof = Proof(
        code=code or new_code(),
        kind=kind,
        table=record.table,
        row_id=row.id,
        title=title,
        facts=[list(fact) for fact in facts],
        issued_by_id=actor.id if actor else None,
    )
    db.session.add(proof)
    db.session.flush()
    return proof


def revoke(proof: Proof, reason: str, *, actor: Actor | None) -> None:
    """From here on the public page says that the paper no longer holds, since when, and why."""
    if proof.revoked_at is None:
        proof.revoked_at, proof.reason = now(), reason
        proof.revoked_by_id = actor.id if actor else None


def of(record: Record, row: Any, *, kind: str) -> Sequence[Proof]:
    """The proofs of this kind about `row` that hold, the newest first."""
    return about(record.table, row.id, kind=kind)


def about(table: str, row_id: int, *, kind: str) -> Sequence[Proof]:
    """The same, of a row that only its table and id are known of, as events tell them."""
    query = sa.select(Proof).where(
        Proof.table == table,
        Proof.row_id == row_id,
        Proof.kind == kind,
        Proof.revoked_at.is_(None),
    )
    return db.session.scalars(query.order_by(Proof.id.desc())).all()


def state(proof: Proof) -> list[tuple[str, str]]:
    """What plugins say today of a paper of this kind, besides what stands on it."""
    checks = (check for check in provided(ProofCheck) if check.kind == proof.kind)
    return [pair for check in checks for pair in check.state(proof)]


def find(typed: str) -> Proof:
    """The proof with this code, as people type it: small letters, spaces and missing dashes are fine.

    Raises `Missing`.
    """
    code = "".join(character for character in typed.upper() if character in ALPHABET)
    proof = db.session.scalar(sa.select(Proof).where(Proof.code == code))
    if proof is None or len(typed) > 4 * LENGTH:
        raise Missing(
            "SIMS has issued nothing with this code. Compare it with the paper, sign by sign."
        )
    return proof
