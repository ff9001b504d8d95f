"""A plausible logbook: what PGs of each year do in which role, how late they log it, how late it is reviewed.

The shares are those of facts.md: South African frequencies of procedures, roles that move from watching to
doing with the years, 2.8 procedures an operation at most, reviews that take days and sometimes never come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from plugins.catalogue.matching import slug_of
from plugins.catalogue.models import Procedure
from plugins.logbook import demo_words as words
from plugins.logbook.models import EntryProcedure, LogbookEntry, LogbookReview, Template
from plugins.logbook.records import ENTRY
from plugins.rotations.models import Rotation
from plugins.users.models import User
from sims.database import db
from sims.demo import Act, Scale, chunks, progress
from sims.review import Approved, Rejected, Returned, Submitted

COUNTS = {"s": (320, 365), "m": (196, 730), "l": (1765, 730), "xl": (910, 730)}
"""Entries of a PG who was there all those days, by size: 9,000, 200,000, 2.25 million and 10 million in all."""

FEW = (80, 16, 4)
PROCEDURES = {"s": FEW, "m": FEW, "l": (18, 30, 28, 15, 9), "xl": FEW}
"""How often an entry has one, two, … procedures, in per cent: 1.2 of them, at l 2.7 (6 million in all)."""

COMMON = {
    "General Surgery": {
        "Open inguinal hernia repair": 60, "Umbilical or epigastric hernia repair": 20, "Incisional hernia mesh repair": 8,
        "Laparoscopic inguinal hernia repair (TEP)": 4, "Laparoscopic inguinal hernia repair (TAPP)": 3,
        "Open appendicectomy": 50, "Laparoscopic appendicectomy": 41, "Emergency laparotomy": 70, "Exploratory laparotomy": 10,
        "Trauma laparotomy": 8, "Laparoscopic cholecystectomy": 80, "Gastroscopy": 80, "Colonoscopy": 61,
        "Right hemicolectomy": 20, "Left hemicolectomy": 10, "Sigmoid colectomy": 12, "Hartmann's procedure": 13,
        "Below-knee amputation": 22, "Above-knee amputation": 12, "Toe or ray amputation": 14, "Simple mastectomy": 15,
        "Modified radical mastectomy": 25, "Colostomy formation": 12, "Ileostomy formation": 9, "Closure of ileostomy": 6,
        "Closure of colostomy": 4, "Incision and drainage of abscess": 50, "Wound suturing": 45, "Wound debridement": 35,
        "Chest drain insertion": 25, "Central venous catheter insertion": 20, "Drainage of perianal abscess": 20,
        "Haemorrhoidectomy": 18, "Excision of lipoma": 15, "Excision of skin lesion": 15,
    },
    "Medicine": {
        "Arterial blood gas sampling": 70, "Lumbar puncture": 45, "Abdominal paracentesis": 45, "Thoracocentesis": 35,
        "Central venous catheter insertion": 40, "Peripheral intravenous cannulation": 30, "Nasogastric tube insertion": 25,
        "Urethral catheterisation": 25, "Cardiopulmonary resuscitation": 20, "Endotracheal intubation": 18,
        "Bone marrow aspiration and trephine biopsy": 15, "Knee joint aspiration": 12, "Gastroscopy": 8,
    },
}  # fmt: skip
"""How often a procedure is chosen (facts.md; a family such as hernia shares its number); all others by difficulty."""

RARE = {1: 6.0, 2: 4.0, 3: 2.0, 4: 1.0, 5: 0.5}

BESIDE = (
    "Urethral catheterisation", "Nasogastric tube insertion", "Peripheral intravenous cannulation", "Wound suturing",
    "Wound dressing", "Endotracheal intubation", "Arterial line insertion", "Arterial blood gas sampling",
)  # fmt: skip
"""What is done beside another procedure, if the specialty does it at all."""

ROLES = {
    1: (22, 38, 22, 18, 0), 2: (9, 29, 25, 36, 1), 3: (3, 18, 21, 56, 2), 4: (1, 10, 15, 70, 4), 5: (0, 6, 9, 77, 8),
}  # fmt: skip
"""Watched, assisted, supervised, unsupervised, taught, in per cent, by how far a PG is beyond a procedure."""

PLACES = (
    "Theatre 1", "Theatre 2", "Theatre 3", "Emergency theatre", "Endoscopy suite", "Emergency department", "Ward 7",
    "High dependency unit",
)  # fmt: skip

OUTCOMES = {"approved": Approved, "returned": Returned, "rejected": Rejected}
Round = tuple[datetime, datetime | None, str]
"""One submission: when, reviewed when, with which outcome (empty: it waits)."""


@dataclass
class Offer:
    """What PGs of one specialty do: their procedures with how often, and what is done beside them."""

    procedures: list[Any]
    weights: list[float]
    beside: list[Any]


@dataclass
class Made:
    """One entry: its columns as they are today, its procedures with their facts, its submissions."""

    row: dict[str, Any]
    procedures: list[tuple[Any, tuple[str, str, bool]]]
    rounds: list[Round]


def fill(scale: Scale) -> None:
    """Entries of every PG with their procedures, reviews and history."""
    people = db.session.execute(
        sa.select(
            User.id, User.username, User.year, User.specialty, User.supervisor_id, User.created_at
        )
        .where(User.role == "pg")
        .order_by(User.id)
    ).all()
    count = COUNTS[scale.size][0] * len(people)
    offers = {specialty: _offer(specialty) for specialty in sorted({pg.specialty for pg in people})}
    rotations = _rotations()
    template = db.session.scalar(
        sa.select(Template.id).where(Template.kind == "procedure").limit(1)
    )
    made = (
        entry
        for pg in people
        for entry in _entries(scale, pg, offers[pg.specialty], rotations.get(pg.id, []), template)
    )
    for part in chunks(progress(made, "logbook entries", count)):
        _store(scale, part)


def _offer(specialty: str) -> Offer:
    query = sa.select(Procedure.id, Procedure.name, Procedure.difficulty, Procedure.specialties)
    rows = [
        row
        for row in db.session.execute(query.order_by(Procedure.id))
        if slug_of(specialty) in row.specialties
    ]
    weights = [COMMON[specialty].get(row.name, RARE[row.difficulty]) for row in rows]
    return Offer(rows, weights, [row for row in rows if row.name in BESIDE])


def _rotations() -> dict[int, list[Any]]:
    """Every PG's rotations that have begun, the oldest first."""
    query = sa.select(Rotation.id, Rotation.pg_id, Rotation.start_date, Rotation.end_date)
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(
        query.where(Rotation.status.in_(("ongoing", "completed"))).order_by(Rotation.start_date)
    ):
        found.setdefault(row.pg_id, []).append(row)
    return found


def _entries(
    scale: Scale, pg: Any, offer: Offer, rotations: list[Any], template: int | None
) -> Iterator[Made]:
    """One PG's entries, the oldest first."""
    rng = scale.rng
    days = _days(scale, pg)
    ids = scale.ids(LogbookEntry, len(days))
    for place, (number, day) in enumerate(zip(ids, days, strict=True)):
        year = max(1, (pg.year or 1) - (scale.anchor - day).days // 365)
        done = _procedures(scale, offer)
        late = timedelta(days=min(40.0, rng.lognormvariate(-0.3, 1.3)))
        logged = scale.moment(day, rng.randrange(8, 20), rng.randrange(60)) + late
        logged = min(logged, scale.present - timedelta(minutes=rng.randrange(5, 300)))
        rounds, status = _reviews(scale, logged)
        if pg.username == "pg" and place in (len(days) - 12, len(days) - 9):
            half = logged + (scale.present - logged) / 2
            rounds, status = [(logged, half, "returned")], "returned"
        submitted, reviewed = (rounds[-1][0], rounds[-1][1]) if rounds else (None, None)
        approved = status == "approved"
        title = done[0].name + (f" and {len(done) - 1} more" if len(done) > 1 else "")
        complaint, diagnosis, management = rng.choice(words.case_for(done[0].name))
        age, sex = words.patient_for(rng, done[0].name)
        full, some = rng.random() < 0.6, rng.random() < 0.3
        row = {
            "id": number, "created_at": logged, "updated_at": reviewed or submitted or logged,
            "version": 2 * len(rounds) + (1 if reviewed or not rounds else 0), "created_by_id": pg.id, "pg_id": pg.id,
            "supervisor_id": pg.supervisor_id, "status": status, "round": len(rounds),
            "submitted_at": submitted, "reviewed_at": reviewed, "verified_at": reviewed if approved else None,
            "verified_by_id": pg.supervisor_id if approved else None, "title": title, "date": day,
            "location": rng.choice(PLACES), "topic": "", "pg_year": year,
            "rotation_id": next((r.id for r in rotations if r.start_date <= day <= r.end_date), None),
            "template_id": template, "case_reference": f"{day:%y}-{number % 100000:05}",
            "patient_age": age, "patient_sex": sex,
            "chief_complaint": complaint if full else "", "history_summary": rng.choice(words.HISTORIES) if some else "",
            "primary_diagnosis": diagnosis if full else "", "secondary_diagnoses": "", "investigations": "",
            "management": management if full else "", "reasoning": "",
            "learning_points": rng.choice(words.LEARNED) if full or some else "",
            "challenges": rng.choice(words.CHALLENGES) if some and full else "", "follow_up": "",
            "self_score": rng.randrange(5, 10) if full else None, "supervisor_score": None, "supervisor_feedback": "",
        }  # fmt: skip
        yield Made(row, [(each, _facts(rng, each, year)) for each in done], rounds)


def _days(scale: Scale, pg: Any) -> list[date]:
    """The days one PG logs something of: few on Sundays, and one PG in fourteen has stopped for weeks."""
    rng, (count, days) = scale.rng, COUNTS[scale.size]
    known = pg.username == "pg"
    there = min(days, (scale.anchor - pg.created_at.date()).days - 1)
    count = max(12, int(count * there / days * (1 if known else rng.gauss(1, 0.18))))
    silent = rng.randrange(31, 75) if not known and pg.id % 14 == 5 else 1
    found = []
    for _ in range(count):
        day = scale.anchor - timedelta(days=silent + int((there - silent) * rng.random()))
        if day.weekday() == 6 and rng.random() < 0.7:
            day -= timedelta(days=rng.randrange(1, 6))
        found.append(day)
    return sorted(found)


def _procedures(scale: Scale, offer: Offer) -> list[Any]:
    """What was done: the commonest most often, and beside it what goes with it."""
    rng, shares = scale.rng, PROCEDURES[scale.size]
    more = rng.choices(range(len(shares)), shares)[0]
    [first] = rng.choices(offer.procedures, offer.weights)
    return [first, *rng.sample([row for row in offer.beside if row.id != first.id], more)]


def _facts(rng: Random, procedure: Any, year: int) -> tuple[str, str, bool]:
    """Who did the key steps, where the trainer was, whether somebody was taught: harder ones come years later."""
    level = min(5, max(1, year + 3 - procedure.difficulty))
    role = rng.choices(range(5), ROLES[level])[0]
    if role < 2:
        return ("watched", "assisted")[role], "scrubbed", False
    if role == 2:
        return "me", "scrubbed" if rng.random() < 0.7 else "theatre", False
    return "me", "elsewhere", role == 4


def _reviews(scale: Scale, logged: datetime) -> tuple[list[Round], str]:
    """The submissions of one entry, and where it stands today: four days in the middle, one in 200 never comes."""
    rng, present = scale.rng, scale.present
    if rng.random() < 0.02:
        return [], "draft"
    rounds: list[Round] = []
    submitted = logged
    while True:
        days = 9999 if rng.random() < 0.005 else rng.lognormvariate(1.35, 0.9)
        reviewed = submitted + timedelta(days=days)
        if reviewed > present:
            return [*rounds, (submitted, None, "")], "pending"
        shares = (97, 3, 0) if rounds else (91, 8, 1)
        [outcome] = rng.choices(tuple(OUTCOMES), shares)
        rounds.append((submitted, reviewed, outcome))
        if outcome != "returned":
            return rounds, outcome
        submitted = reviewed + timedelta(days=rng.lognormvariate(0.9, 0.8))
        if submitted > present or rng.random() < 0.03:
            return rounds, "returned"


def _store(scale: Scale, entries: Sequence[Made]) -> None:
    """A chunk of entries, their procedures and reviews, each in the transaction that would have made it."""
    made = scale.store(LogbookEntry, [_life(one) for one in entries])
    procedures, begun, reviews, decided = [], [], [], []
    for one, transactions in zip(entries, made, strict=True):
        numbers = scale.ids(EntryProcedure, len(one.procedures))
        for place, (procedure, (key_steps, trainer, taught)) in enumerate(one.procedures):
            procedures.append(
                {"id": numbers[place], "entry_id": one.row["id"], "position": place, "procedure_id": procedure.id,
                 "name": procedure.name, "key_steps": key_steps, "trainer": trainer, "taught": taught}
            )  # fmt: skip
            begun.append(transactions[0])
        for place, (submitted, reviewed, outcome) in enumerate(one.rounds):
            _tell(scale, one.row, Submitted, submitted, one.row["pg_id"])
            if reviewed is not None:
                review = _review(scale, one.row, place + 1, reviewed, outcome)
                reviews.append(review)
                decided.append(transactions[2 * place + 1])
                who, said = review["reviewer_id"], review["feedback"]
                _tell(scale, one.row, OUTCOMES[outcome], reviewed, who, said)
    scale.store_once(EntryProcedure, procedures, begun)
    scale.store_once(LogbookReview, reviews, decided)


def _life(one: Made) -> list[Act]:
    """What an entry was after each act: logged and submitted in one press, decided, submitted again, decided."""
    row, pg, supervisor = one.row, one.row["pg_id"], one.row["supervisor_id"]
    if not one.rounds:
        return [(row["created_at"], pg, row)]
    state = {**row, "verified_at": None, "verified_by_id": None}
    life: list[Act] = []
    for place, (submitted, reviewed, outcome) in enumerate(one.rounds, start=1):
        state = {
            **state, "status": "pending", "round": place, "version": 2 * place, "submitted_at": submitted,
            "reviewed_at": None, "updated_at": submitted,
        }  # fmt: skip
        life.append((submitted, pg, state))
        if reviewed is not None:
            done = {"status": outcome, "reviewed_at": reviewed, "updated_at": reviewed}
            state = {**state, **done, "version": 2 * place + 1}
            life.append((reviewed, supervisor, state))
    when, who, _ = life[-1]
    return [*life[:-1], (when, who, row)]


def _review(
    scale: Scale, entry: dict[str, Any], place: int, reviewed: datetime, outcome: str
) -> dict[str, Any]:
    rng = scale.rng
    [number] = scale.ids(LogbookReview, 1)
    score = rng.randrange(5, 10) if rng.random() < 0.4 else None
    texts = {"approved": words.PRAISE, "returned": words.RETURNS, "rejected": words.REJECTED}
    return {
        "id": number, "created_at": reviewed, "updated_at": reviewed, "entry_id": entry["id"],
        "reviewer_id": entry["supervisor_id"], "round": place, "outcome": outcome,
        "feedback": rng.choice(texts[outcome]), "strengths": rng.choice(words.STRENGTHS) if score else "",
        "improvements": rng.choice(words.IMPROVEMENTS) if score else "", "recommendations": "",
        "needs_follow_up": False, "knowledge_score": score,
        "skills_score": min(10, score + rng.randrange(2)) if score else None, "professionalism_score": None,
        "overall_score": score,
    }  # fmt: skip


def _tell(
    scale: Scale, entry: dict[str, Any], kind: Any, when: datetime, who: int, feedback: str = ""
) -> None:
    """News for whoever tells people: submitted, or decided."""
    scale.tell(
        when,
        lambda: kind(
            actor_id=who, record=ENTRY.name, table=ENTRY.table, row_id=entry["id"], owner_id=entry["pg_id"],
            title=entry["title"], source="", target="", reviewer_id=entry["supervisor_id"], feedback=feedback,
        ),
    )  # fmt: skip
