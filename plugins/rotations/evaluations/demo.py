"""Invented evaluations: of most rotations that are over a final one, of some what the PG and a colleague wrote."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.rotations.evaluations.models import Evaluation
from plugins.rotations.models import Rotation
from plugins.users.models import User
from sims.database import db
from sims.demo import Act, Scale, progress

GOOD = (
    "Runs the ward round alone and knows every patient. Consent is explained, not read out.",
    "Calm in theatre, prepared for every list. Juniors ask for their help.",
    "Sees the sick patient early and calls in time. Notes are short and complete.",
)
FAIR = (
    "Reliable on call. Assists well; ready for more steps of the operation.",
    "Good with families. Read about the operation the evening before.",
    "Works steadily. Handover was sometimes late, better in the last weeks.",
)
WEAK = (
    "Often late for the morning round. We spoke about it twice, and it has not changed enough.",
    "Examination findings were missing in several notes. Needs closer supervision on call.",
)
NEXT = (
    "Do the next ten hernias from skin to skin under supervision.",
    "Present one audit. Practise knots until they need no thought.",
    "Take the trauma course before the next on-call block.",
    "",
)
OWN = (
    "I manage the common emergencies until help comes. I want to do more of the operating.",
    "I learned to break bad news. My notes need to be faster.",
)
PEER = (
    "Shares the work fairly and helps without being asked.",
    "Good company on call. Could hand over earlier.",
)
SHARES = {"final": 0.7, "self": 0.3, "peer": 0.2}


def fill(scale: Scale) -> None:
    """Evaluations of rotations that are over, and of some that are nearly so."""
    office = db.session.scalar(sa.select(sa.func.min(User.id)).where(User.role == "admin"))
    query = (
        sa.select(Rotation, User.supervisor_id.label("own"))
        .join(User, User.id == Rotation.pg_id)
        .where(Rotation.status == "completed")
        .order_by(Rotation.id)
    )
    rows = [(row, own) for row, own in db.session.execute(query)]
    beside: dict[int, list[Rotation]] = defaultdict(list)
    for row, _ in rows:
        beside[row.department_id].append(row)
    lives = [
        life
        for row, own in progress(rows, "evaluations", len(rows))
        for life in _of(scale, row, own, beside[row.department_id], office)
    ]
    scale.store(Evaluation, lives)
    db.session.expunge_all()


def _of(
    scale: Scale, rotation: Rotation, own: int, others: Sequence[Rotation], office: int | None
) -> Iterator[list[Act]]:
    """The evaluations of one rotation."""
    together = [
        other.pg_id
        for other in others
        if other.pg_id != rotation.pg_id
        and other.start_date <= rotation.end_date
        and other.end_date >= rotation.start_date
    ]
    authors = {
        "final": rotation.supervisor_id,
        "self": rotation.pg_id,
        "peer": scale.rng.choice(together) if together else None,
    }
    for kind, author in authors.items():
        wanted = scale.rng.random() < SHARES[kind]
        if wanted and author is not None:
            day = rotation.end_date - timedelta(days=scale.rng.randrange(12))
            candidates = (rotation.supervisor_id, own)
            reviewer = next((person for person in candidates if person not in (None, author)), None)
            yield _life(scale, rotation, kind, author, reviewer, day, office)


def _life(
    scale: Scale,
    rotation: Rotation,
    kind: str,
    author: int,
    reviewer: int | None,
    day: date,
    office: int | None,
) -> list[Act]:
    """What happened to one evaluation: drafted, submitted, reviewed and approved, as far as it has come."""
    [number] = scale.ids(Evaluation, 1)
    score = min(98, max(41, round(scale.rng.gauss(75, 9))))
    words = GOOD if score >= 80 else FAIR if score >= 62 else WEAK
    words = {"self": OWN, "peer": PEER}.get(kind, words)
    drafted = scale.moment(day, 15, scale.rng.randrange(60))
    row: dict[str, Any] = {
        "id": number, "created_at": drafted, "updated_at": drafted, "version": 1, "created_by_id": author,
        "rotation_id": rotation.id, "pg_id": rotation.pg_id, "evaluator_id": author, "type": kind,
        "written_on": day, "score": score, "comments": scale.rng.choice(words),
        "recommendations": scale.rng.choice(NEXT) if kind == "final" else "", "feedback": "",
        "status": "draft", "round": 0, "supervisor_id": None, "submitted_at": None, "reviewed_at": None,
        "reviewed_by_id": None, "verified_at": None, "verified_by_id": None,
    }  # fmt: skip
    steps: list[Act] = [(drafted, author, dict(row))]
    moment = drafted + timedelta(minutes=20)
    sent = {"status": "submitted", "round": 1, "submitted_at": moment, "supervisor_id": reviewer}
    reviewed_at = moment + timedelta(days=scale.rng.randrange(1, 12))
    by = reviewer or office
    reviewed = {"status": "reviewed", "reviewed_at": reviewed_at, "reviewed_by_id": by}
    approved_at = reviewed_at + timedelta(days=scale.rng.randrange(1, 9))
    approved = {"status": "approved", "verified_at": approved_at, "verified_by_id": office}
    following = (
        (moment, author, sent),
        (reviewed_at, by, reviewed),
        (approved_at, office, approved),
    )
    for when, who, change in following:
        if when >= scale.present or scale.rng.random() < 0.03:
            break
        row |= change | {"version": row["version"] + 1, "updated_at": when}
        steps.append((when, who, dict(row)))
    return steps
