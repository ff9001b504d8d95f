"""Plausible cases: what PGs of each specialty write up, how long it waits, what comes back, what others learn from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.cases import demo_words as words
from plugins.cases.events import CaseFeatured
from plugins.cases.models import CaseProcedure, CaseReview, Category, ClinicalCase
from plugins.cases.records import CASE
from plugins.catalogue.models import Diagnosis, Procedure
from plugins.rotations.models import Rotation
from plugins.users.models import User
from sims.database import db
from sims.demo import Act, Scale, chunks, progress
from sims.review import Approved, Rejected, Returned, Submitted

COUNTS = {"s": (4, 365), "m": (19.2, 700), "l": (172, 700), "xl": (80, 700)}
"""Cases of a PG who was there all those days, by size: 120, 20,000, 225,000 and a million in all."""

OUTCOMES = {"approved": Approved, "returned": Returned, "rejected": Rejected}
AGREED = 0.4
CHOSEN = {"s": 0.5, "m": 0.15, "l": 0.03, "xl": 0.007}
"""How many cases their PGs lend for teaching, and how many of these the office has chosen once approved."""

Round = tuple[datetime, datetime | None, str]
"""One submission: when, reviewed when, with which outcome (empty: it waits)."""


@dataclass
class Made:
    """One case: its columns as they are today, its procedures, its submissions."""

    row: dict[str, Any]
    procedures: Sequence[str]
    rounds: list[Round]


@dataclass
class Known:
    """The ids of what cases point at, by name: categories, diagnoses, procedures; a PG's rotations; the office."""

    categories: Mapping[str, int]
    diagnoses: Mapping[str, int]
    procedures: Mapping[str, int]
    rotations: Mapping[int, list[Any]]
    office: int


def fill(scale: Scale) -> None:
    """Cases of every PG with their procedures, reviews and history, some of them in the teaching library."""
    people = db.session.execute(
        sa.select(User.id, User.username, User.specialty, User.supervisor_id, User.created_at)
        .where(User.role == "pg")
        .order_by(User.id)
    ).all()
    known = _known()
    made = (case for pg in people for case in _cases(scale, pg, known))
    count = int(COUNTS[scale.size][0] * len(people))
    for part in chunks(progress(made, "clinical cases", count)):
        _store(scale, part, known)


def _known() -> Known:
    def ids(model: Any) -> dict[str, int]:
        rows = db.session.execute(sa.select(model.name, model.id).order_by(model.id.desc()))
        return {row.name: row.id for row in rows}

    query = sa.select(Rotation.id, Rotation.pg_id, Rotation.start_date, Rotation.end_date)
    rotations: dict[int, list[Any]] = {}
    for row in db.session.execute(
        query.where(Rotation.status.in_(("ongoing", "completed"))).order_by(Rotation.start_date)
    ):
        rotations.setdefault(row.pg_id, []).append(row)
    office = db.session.scalar(sa.select(sa.func.min(User.id)).where(User.role == "admin")) or 0
    return Known(ids(Category), ids(Diagnosis), ids(Procedure), rotations, office)


def _cases(scale: Scale, pg: Any, known: Known) -> Iterator[Made]:
    """One PG's cases, the oldest first."""
    rng = scale.rng
    stories = [story for story in words.STORIES if story.specialty == pg.specialty]
    days = _days(scale, pg)
    for place, (number, day) in enumerate(
        zip(scale.ids(ClinicalCase, len(days)), days, strict=True)
    ):
        written = scale.moment(day, rng.randrange(15, 23), rng.randrange(60))
        written += timedelta(days=min(20.0, rng.lognormvariate(0.6, 1.0)))
        written = min(written, scale.present - timedelta(minutes=rng.randrange(5, 300)))
        rounds, status = _reviews(scale, written)
        if pg.username == "pg" and place == len(days) - 2:
            half = written + (scale.present - written) / 2
            rounds, status = [(written, half, "returned")], "returned"
        if pg.username == "pg" and place == len(days) - 1:
            rounds, status = [(written, None, "")], "pending"
        submitted, reviewed = (rounds[-1][0], rounds[-1][1]) if rounds else (None, None)
        approved = status == "approved"
        story = rng.choice(stories)
        agreed = rng.random() < AGREED
        chosen = approved and agreed and rng.random() < CHOSEN[scale.size]
        featured = _featured(scale, reviewed) if chosen and reviewed else None
        row = {
            "id": number, "created_at": written, "updated_at": featured or reviewed or submitted or written,
            "version": 2 * len(rounds) + (1 if reviewed or not rounds else 0) + (1 if featured else 0),
            "created_by_id": pg.id, "pg_id": pg.id, "supervisor_id": pg.supervisor_id, "status": status,
            "round": len(rounds), "submitted_at": submitted, "reviewed_at": reviewed,
            "verified_at": reviewed if approved else None, "verified_by_id": pg.supervisor_id if approved else None,
            "title": rng.choice(story.titles), "category_id": known.categories.get(story.category),
            "date_encountered": day,
            "rotation_id": next((r.id for r in known.rotations.get(pg.id, ()) if r.start_date <= day <= r.end_date), None),
            "patient_age": rng.randint(*story.ages), "patient_sex": story.sex or rng.choice("MF"),
            "complexity": story.complexity, "chief_complaint": story.complaint, "history": story.history,
            "examination": story.examination, "investigations": story.investigations, "diagnosis": story.diagnosis,
            "primary_diagnosis_id": known.diagnoses.get(story.diagnosis), "secondary_diagnoses": story.secondary,
            "management": story.management, "reasoning": story.reasoning if rng.random() < 0.8 else "",
            "learning_points": rng.choice(story.lessons), "outcome": story.outcome,
            "follow_up": rng.choice(words.FOLLOW_UPS), "self_score": rng.randrange(5, 10),
            "supervisor_score": rng.randrange(5, 11) if approved else None, "teaching_consent": agreed,
            "featured": featured is not None, "featured_at": featured,
            "featured_by_id": known.office if featured else None,
            "library_key": f"{rng.getrandbits(72):018x}" if featured else None,
        }  # fmt: skip
        yield Made(row, story.procedures, rounds)


def _featured(scale: Scale, reviewed: datetime) -> datetime | None:
    """When the office chose it: days after its approval, or not yet."""
    when = reviewed + timedelta(days=scale.rng.uniform(1, 30))
    return when if when < scale.present else None


def _days(scale: Scale, pg: Any) -> list[date]:
    """The days one PG met the patients they write up."""
    rng, (mean, days) = scale.rng, COUNTS[scale.size]
    there = min(days, (scale.anchor - pg.created_at.date()).days - 1)
    count = max(2, round(mean * there / days * rng.gauss(1, 0.25) + rng.random() - 0.5))
    if pg.username == "pg":
        count = max(count, 8)
    return sorted(
        scale.anchor - timedelta(days=1 + int((there - 1) * rng.random())) for _ in range(count)
    )


def _reviews(scale: Scale, written: datetime) -> tuple[list[Round], str]:
    """The submissions of one case, and where it stands today: a week in the middle, one in five comes back."""
    rng, present = scale.rng, scale.present
    if rng.random() < 0.05:
        return [], "draft"
    rounds: list[Round] = []
    submitted = written
    while True:
        reviewed = submitted + timedelta(days=rng.lognormvariate(1.8, 0.8))
        if reviewed > present:
            return [*rounds, (submitted, None, "")], "pending"
        [outcome] = rng.choices(tuple(OUTCOMES), (96, 4, 0) if rounds else (80, 18, 2))
        rounds.append((submitted, reviewed, outcome))
        if outcome != "returned":
            return rounds, outcome
        submitted = reviewed + timedelta(days=rng.lognormvariate(1.2, 0.8))
        if submitted > present or rng.random() < 0.04:
            return rounds, "returned"


def _store(scale: Scale, cases: Sequence[Made], known: Known) -> None:
    """A chunk of cases, their procedures and reviews, each in the transaction that would have made it."""
    made = scale.store(ClinicalCase, [_life(one, known.office) for one in cases])
    procedures, begun, reviews, decided = [], [], [], []
    for one, transactions in zip(cases, made, strict=True):
        numbers = scale.ids(CaseProcedure, len(one.procedures))
        for place, (number, name) in enumerate(zip(numbers, one.procedures, strict=True)):
            linked = {"case_id": one.row["id"], "procedure_id": known.procedures.get(name)}
            procedures.append({"id": number, **linked, "position": place, "name": name})
            begun.append(transactions[0])
        for place, (submitted, reviewed, outcome) in enumerate(one.rounds):
            _tell(scale, one.row, Submitted, submitted, one.row["pg_id"])
            if reviewed is not None:
                review = _review(scale, one.row, place + 1, reviewed, outcome)
                reviews.append(review)
                decided.append(transactions[2 * place + 1])
                _tell(
                    scale,
                    one.row,
                    OUTCOMES[outcome],
                    reviewed,
                    review["reviewer_id"],
                    review["feedback"],
                )
        if one.row["featured"]:
            _tell(scale, one.row, CaseFeatured, one.row["featured_at"], known.office)
    scale.store_once(CaseProcedure, procedures, begun)
    scale.store_once(CaseReview, reviews, decided)


def _life(one: Made, office: int) -> list[Act]:
    """What a case was after each act: written and submitted in one press, decided, submitted again, chosen."""
    row, pg, supervisor = one.row, one.row["pg_id"], one.row["supervisor_id"]
    if not one.rounds:
        return [(row["created_at"], pg, row)]
    plain = {"featured": False, "featured_at": None, "featured_by_id": None, "library_key": None}
    state = {**row, **plain, "verified_at": None, "verified_by_id": None, "supervisor_score": None}
    life: list[Act] = []
    for place, (submitted, reviewed, outcome) in enumerate(one.rounds, start=1):
        waits = {
            "status": "pending",
            "round": place,
            "version": 2 * place,
            "submitted_at": submitted,
        }
        state = {**state, **waits, "reviewed_at": None, "updated_at": submitted}
        life.append((submitted, pg, state))
        if reviewed is not None:
            done = {"status": outcome, "reviewed_at": reviewed, "updated_at": reviewed}
            state = {**state, **done, "version": 2 * place + 1}
            if outcome == "approved":
                kept = ("verified_at", "verified_by_id", "supervisor_score")
                state |= {name: row[name] for name in kept}
            life.append((reviewed, supervisor, state))
    if row["featured"]:
        return [*life, (row["featured_at"], office, row)]
    when, who, _ = life[-1]
    return [*life[:-1], (when, who, row)]


def _review(
    scale: Scale, case: dict[str, Any], place: int, reviewed: datetime, outcome: str
) -> dict[str, Any]:
    rng = scale.rng
    [number] = scale.ids(CaseReview, 1)
    score = case["supervisor_score"] if outcome == "approved" else None
    texts = {"approved": words.PRAISE, "returned": words.RETURNS, "rejected": words.REJECTED}
    return {
        "id": number, "created_at": reviewed, "updated_at": reviewed, "case_id": case["id"],
        "reviewer_id": case["supervisor_id"], "round": place, "outcome": outcome,
        "feedback": rng.choice(texts[outcome]), "strengths": rng.choice(words.STRENGTHS) if score else "",
        "improvements": rng.choice(words.IMPROVEMENTS) if score else "", "recommendations": "",
        "needs_follow_up": False, "knowledge_score": score,
        "reasoning_score": min(10, score + rng.randrange(2)) if score else None,
        "documentation_score": max(1, score - rng.randrange(2)) if score else None, "overall_score": score,
    }  # fmt: skip


def _tell(
    scale: Scale, case: dict[str, Any], kind: Any, when: datetime, who: int, feedback: str = ""
) -> None:
    """News for whoever tells people: submitted, decided, or chosen for the library."""
    scale.tell(
        when,
        lambda: kind(
            actor_id=who, record=CASE.name, table=CASE.table, row_id=case["id"], owner_id=case["pg_id"],
            title=case["title"], source="", target="", reviewer_id=case["supervisor_id"], feedback=feedback,
        ),
    )  # fmt: skip
