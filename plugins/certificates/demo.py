"""Plausible certificates: most valid, some about to end, some expired and renewed, some missing, some waiting.

Every certificate of the small demo has its paper, a PDF or a scan. The larger ones (m, l) are for measuring and go
without: thousands of equal files would only fill a disk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from plugins.certificates import compliance, demo_papers
from plugins.certificates.models import Certificate, CertificateReview, Type
from plugins.certificates.records import CERTIFICATE
from plugins.certificates.validity import after_months, expiry_of
from plugins.users.models import User
from sims.database import db
from sims.demo import Act, Scale, chunks, progress
from sims.review import Approved, Rejected, Returned, Submitted

FATES = {
    "valid": 71,
    "expiring": 8,
    "expired": 6,
    "missing": 8,
    "under_review": 4,
    "pending": 2,
    "rejected": 1,
}
"""How a required certificate stands, in per cent."""

KNOWN = {
    "Infection control": "expiring",
    "ATLS (advanced trauma life support)": "missing",
    "Research methodology workshop": "under_review",
}
"""The same for the PG of the printed login, who is to see something of everything."""

REGISTRATION = "Medical council registration"
OWN_END = {REGISTRATION: 36}
"""Types without a validity whose paper states its end, in months."""

OPTIONAL = {
    "Good clinical practice (GCP)": 0.25,
    "CME activity": 0.45,
    "Conference or course": 0.35,
}
"""What some have although nobody asks for it, and how likely."""

ISSUERS = {
    "skills": ("Resuscitation Centre", "Trauma Society", "College Skills Laboratory"),
    "professional": ("Medical Council",),
    "academic": ("College of Physicians and Surgeons", "Department of Medical Education"),
    "safety": ("Infection Control Committee", "Hospital Safety Office"),
    "cme": ("Department of Medical Education",),
    "other": ("Surgical Society", "Society of Internal Medicine"),
}  # fmt: skip
CLARIFY = (
    "The date can't be read. Please scan it again.",
    "This is the registration, not the certificate. Please add the certificate itself.",
    "The name on it is not complete. Is there a better copy?",
)
REFUSED = ("This is the invitation to the course, not a certificate.",)
EVENTS = {"approved": Approved, "needs_clarification": Returned, "rejected": Rejected}


@dataclass
class Made:
    """One certificate: its columns as they are today, and its submissions (when, decided when, outcome)."""

    row: dict[str, Any]
    rounds: list[tuple[datetime, datetime | None, str]]
    expired: datetime | None = None


def fill(scale: Scale) -> None:
    """Certificates of every PG with their reviews and history, and at size s their papers.

    Chance is drawn from a copy of the scale's, so that what comes after is the same with and without certificates.
    """
    chance = Random()
    chance.setstate(scale.rng.getstate())
    scale = replace(scale, rng=chance)
    types = {kind.name: kind for kind in db.session.scalars(sa.select(Type).order_by(Type.id))}
    query = sa.select(
        User.id, User.year, User.specialty, User.supervisor_id, User.created_at, User.username
    )
    people = db.session.execute(query.where(User.role == "pg").order_by(User.id)).all()
    known = next(pg.supervisor_id for pg in people if pg.username == "pg")
    made = (
        certificate
        for pg in progress(people, "certificates", len(people))
        for certificate in _of(scale, pg, types, known)
    )
    for part in chunks(made):
        _store(scale, part)


def _of(scale: Scale, pg: Any, types: dict[str, Type], known: int) -> Iterator[Made]:
    """One PG's certificates: what is required of them, what they once had, what nobody asked for.

    `known` is the supervisor of the printed login, whose queue has something to decide.
    """
    rng = scale.rng
    for kind in types.values():
        if kind.is_required and compliance.applies(kind, pg):
            [fate] = rng.choices(tuple(FATES), tuple(FATES.values()))
            if pg.username == "pg":
                fate = KNOWN.get(kind.name, "valid")
            elif pg.supervisor_id == known and rng.random() < 0.2:
                fate = "under_review"
            months = kind.validity_months or OWN_END.get(kind.name)
            if fate in ("expiring", "expired") and not months:
                fate = "valid"
            if (
                months
                and fate != "expired"
                and (pg.year or 1) * 12 > months + 3
                and rng.random() < 0.5
            ):
                yield _certificate(scale, pg, kind, "expired", months)
            if fate != "missing":
                yield _certificate(scale, pg, kind, fate, months)
        elif kind.name in OPTIONAL and rng.random() < OPTIONAL[kind.name]:
            yield _certificate(scale, pg, kind, "valid", kind.validity_months)


def _certificate(scale: Scale, pg: Any, kind: Type, fate: str, months: int | None) -> Made:
    """One certificate with this fate; handed in some days after it was issued, or after its owner joined."""
    rng = scale.rng
    issued = _issued(scale, fate, months)
    handed_in = max(scale.moment(issued, 12), pg.created_at) + timedelta(days=rng.uniform(1, 20))
    created = min(handed_in, scale.present - timedelta(hours=rng.uniform(2, 80)))
    rounds, status = _reviews(scale, fate, created)
    expiry = expiry_of(issued, months)
    expired = (
        scale.moment(expiry + timedelta(days=1), 5, 30) if expiry and fate == "expired" else None
    )
    if expired is not None:
        decided = rounds[-1][1] or created
        expired = max(expired, decided + timedelta(minutes=1))
        expired = min(expired, scale.present - timedelta(minutes=1))
    [number] = scale.ids(Certificate, 1)
    submitted, reviewed = rounds[-1][:2] if rounds else (None, None)
    approved = bool(rounds) and rounds[-1][2] == "approved"
    row = {
        "id": number, "created_at": created, "updated_at": expired or reviewed or submitted or created,
        "version": (2 * len(rounds) + bool(reviewed) if rounds else 1) + bool(expired), "created_by_id": pg.id, "pg_id": pg.id,
        "supervisor_id": pg.supervisor_id, "status": "expired" if expired else status, "round": len(rounds),
        "submitted_at": submitted, "reviewed_at": reviewed, "verified_at": reviewed if approved else None,
        "verified_by_id": pg.supervisor_id if approved else None, "type_id": kind.id, "title": kind.name,
        "number": f"{issued:%y}-{rng.randrange(10**5):05}-{number % 1000:03}",
        "organisation": rng.choice(ISSUERS.get(kind.category, ISSUERS["other"])), "issue_date": issued,
        "expiry_date": expiry, "description": "", "cme_points": kind.cme_points, "cpd_credits": kind.cpd_credits,
        "verification_url": "https://verify.example.org/" if kind.category == "skills" else "",
        "verification_code": f"{rng.getrandbits(32):08X}" if kind.category == "skills" else "",
    }  # fmt: skip
    return Made(row, rounds, expired)


def _issued(scale: Scale, fate: str, months: int | None) -> date:
    """When it was issued, so that it ends as its fate says; new ones lately, lasting ones at any time."""
    rng = scale.rng
    if fate in ("under_review", "pending", "rejected"):
        return scale.anchor - timedelta(days=rng.randrange(8, 40))
    if not months:
        return scale.anchor - timedelta(days=rng.randrange(30, 1200))
    days = {
        "valid": lambda: rng.randrange(95, max(96, months * 30 - 20)),
        "expiring": lambda: rng.randrange(3, 86),
        "expired": lambda: -rng.randrange(4, 320),
    }[fate]()
    return after_months(scale.anchor + timedelta(days=days), -months)


def _reviews(
    scale: Scale, fate: str, created: datetime
) -> tuple[list[tuple[datetime, datetime | None, str]], str]:
    """The submissions of one certificate, and where it stands: few are asked about, most are approved in days."""
    rng, last = scale.rng, scale.present - timedelta(minutes=2)

    def later(moment: datetime, middle: float) -> datetime:
        return min(moment + timedelta(days=rng.lognormvariate(middle, 0.7)), last)

    if fate == "under_review":
        return [(created, None, "")], "under_review"
    if fate == "pending":
        if rng.random() < 0.5:
            return [], "pending"
        return [(created, later(created, 1), "needs_clarification")], "pending"
    if fate == "rejected":
        return [(created, later(created, 1), "rejected")], "rejected"
    rounds: list[tuple[datetime, datetime | None, str]] = []
    if rng.random() < 0.06:
        asked = later(created, 0.2)
        rounds.append((created, asked, "needs_clarification"))
        created = later(asked, -1)
    return [*rounds, (created, later(created, 0.5), "approved")], "approved"


def _store(scale: Scale, part: list[Made]) -> None:
    """A chunk of certificates with their lives and reviews, and at size s their papers."""
    transactions = scale.store(Certificate, [_life(one) for one in part])
    reviews, decided = [], []
    for one, made in zip(part, transactions, strict=True):
        for place, (submitted, reviewed, outcome) in enumerate(one.rounds):
            _tell(scale, one.row, Submitted, submitted, one.row["pg_id"])
            if reviewed is not None:
                review = _review(scale, one.row, place + 1, reviewed, outcome)
                reviews.append(review)
                decided.append(made[2 * place + 1])
                who, said = review["reviewer_id"], review["feedback"]
                _tell(scale, one.row, EVENTS[outcome], reviewed, who, said)
    scale.store_once(CertificateReview, reviews, decided)
    if scale.size == "s":
        demo_papers.attach(scale, [(one.row, one.row["created_at"]) for one in part])


def _life(one: Made) -> list[Act]:
    """What a certificate was after each act: added and submitted in one press, decided, and expired by the clock."""
    row, pg, supervisor = one.row, one.row["pg_id"], one.row["supervisor_id"]
    if not one.rounds:
        return [(row["created_at"], pg, row)]
    state = {**row, "verified_at": None, "verified_by_id": None}
    life: list[Act] = []
    for place, (submitted, reviewed, outcome) in enumerate(one.rounds, start=1):
        state = {
            **state, "status": "under_review", "round": place, "version": 2 * place, "submitted_at": submitted,
            "reviewed_at": None, "updated_at": submitted,
        }  # fmt: skip
        life.append((submitted, pg, state))
        if reviewed is not None:
            status = "pending" if outcome == "needs_clarification" else outcome
            state = {
                **state, "status": status, "version": 2 * place + 1, "reviewed_at": reviewed, "updated_at": reviewed,
            }  # fmt: skip
            if outcome == "approved":
                state |= {"verified_at": reviewed, "verified_by_id": supervisor}
            life.append((reviewed, supervisor, state))
    if one.expired is not None:
        life.append((one.expired, None, row))
    when, who, _ = life[-1]
    return [*life[:-1], (when, who, row)]


def _review(
    scale: Scale, certificate: dict[str, Any], place: int, reviewed: datetime, outcome: str
) -> dict[str, Any]:
    words = {
        "needs_clarification": CLARIFY,
        "rejected": REFUSED,
        "approved": ("", "", "Thank you."),
    }
    [number] = scale.ids(CertificateReview, 1)
    return {
        "id": number, "created_at": reviewed, "updated_at": reviewed, "certificate_id": certificate["id"],
        "reviewer_id": certificate["supervisor_id"], "round": place, "outcome": outcome,
        "feedback": scale.rng.choice(words[outcome]),
    }  # fmt: skip


def _tell(
    scale: Scale,
    certificate: dict[str, Any],
    kind: Any,
    when: datetime,
    who: int,
    feedback: str = "",
) -> None:
    """News for whoever tells people: submitted, or decided."""
    scale.tell(
        when,
        lambda: kind(
            actor_id=who, record=CERTIFICATE.name, table=CERTIFICATE.table, row_id=certificate["id"],
            owner_id=certificate["pg_id"], title=certificate["title"], source="", target="",
            reviewer_id=certificate["supervisor_id"], feedback=feedback,
        ),
    )  # fmt: skip
