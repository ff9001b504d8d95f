"""A plausible logbook: what PGs of each year do in which role, how late they log it, how late it is reviewed.

The shares are those of facts.md: South African frequencies of procedures, roles that move from watching to
doing with the years, 2.8 procedures an operation at most, reviews that take days and sometimes never come.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from plugins.catalogue.matching import slug_of
from plugins.catalogue.models import Procedure
from plugins.logbook.models import EntryProcedure, LogbookEntry, LogbookReview, Template
from plugins.users.models import User
from sims.clock import now
from sims.database import db
from sims.demo import CHUNK, Scale, chunks, moment, progress

COUNTS = {"s": (300, 365), "m": (167, 730), "l": (1500, 730)}
"""Entries a PG, and over how many days, by size: 9,000, 200,000 and 2.25 million in all."""

WEIGHTS = {
    "inguinal hernia": 95, "umbilical": 40, "appendicectomy": 91, "laparotomy": 88, "cholecystectomy": 80,
    "gastroscopy": 80, "colonoscopy": 61, "colectomy": 40, "amputation": 30, "mastectomy": 25, "ostomy": 20,
    "abscess": 60, "debridement": 45, "chest drain": 35, "suturing": 50, "lumbar puncture": 60, "central": 55,
    "intubation": 40, "catheter": 30, "paracentesis": 40, "ascitic": 40,
}  # fmt: skip
"""How often a procedure whose name holds the word is chosen, beside 5 for all others."""

BY_YEAR = {
    1: (0.35, 0.40, 0.22, 0.03, 0.00), 2: (0.18, 0.34, 0.38, 0.10, 0.00), 3: (0.08, 0.24, 0.42, 0.25, 0.01),
    4: (0.04, 0.16, 0.36, 0.40, 0.04), 5: (0.02, 0.10, 0.28, 0.50, 0.10),
}  # fmt: skip
"""Observed, assisted, supervised, unsupervised, taught: the share of each role by training year."""

FACTS = {
    0: ("watched", "scrubbed", False), 1: ("assisted", "scrubbed", False), 2: ("me", "scrubbed", False),
    3: ("me", "elsewhere", False), 4: ("me", "elsewhere", True),
}  # fmt: skip

PLACES = (
    "Theatre 1",
    "Theatre 2",
    "Theatre 3",
    "Emergency theatre",
    "Endoscopy suite",
    "Emergency department",
    "Ward 7",
    "High dependency unit",
)
COMPLAINTS = ("Pain in the right lower abdomen for two days", "Lump in the groin, larger on standing", "Upper abdominal pain after meals",
              "Vomiting and a distended abdomen", "Foot ulcer that does not heal", "Painless rectal bleeding", "Swelling of the breast",
              "Fever and a tender swelling", "Breathlessness since this morning", "Headache with neck stiffness")  # fmt: skip
DIAGNOSES = ("Acute appendicitis", "Inguinal hernia", "Symptomatic gallstones", "Intestinal obstruction", "Diabetic foot infection", "Haemorrhoids",
             "Carcinoma of the breast", "Soft-tissue abscess", "Pleural effusion", "Suspected meningitis")  # fmt: skip
LEARNED = ("Identify the critical view before clipping anything.", "Confirm the side with the patient awake, and again at time-out.",
           "Ask for help before the bleeding does.", "Tension-free closure matters more than speed.", "Check the anastomosis for colour, tension and leak.",
           "A second look at the images changed the plan.", "Explain the drain to the patient; it halves the calls at night.",
           "Count swabs aloud when the list is long.", "Positioning took ten minutes and saved thirty.", "")  # fmt: skip
MANAGED = ("Resuscitated, antibiotics given, operated within six hours.", "Elective repair with mesh under spinal anaesthesia.",
           "Day case, home the same evening with written advice.", "Drain left for two days, oral diet from the first.", "")  # fmt: skip
PRAISE = ("Good judgement and neat tissue handling.", "Well prepared. Take the lead on the next one.", "Clear account; write the indication next time.",
          "Agreed.", "", "", "")  # fmt: skip
RETURNS = ("Which approach was it, and who closed?", "Please add the indication and the findings.", "The role doesn't match what I remember; let us talk.",
           "Say what you would do differently.")  # fmt: skip


def fill(scale: Scale) -> None:
    """Entries of every PG with their procedures, reviews and history."""
    people = db.session.execute(
        sa.select(User.id, User.username, User.year, User.specialty, User.supervisor_id)
        .where(User.role == "pg")
        .order_by(User.id)
    ).all()
    count, days = COUNTS[scale.size]
    offers = {specialty: _offer(specialty) for specialty in {pg.specialty for pg in people}}
    template = db.session.scalar(
        sa.select(Template.id).where(Template.kind == "procedure").limit(1)
    )
    made = (
        entry
        for pg in people
        for entry in _entries(scale, pg, offers[pg.specialty], count, days, template)
    )
    for part in chunks(progress(made, "logbook entries", count * len(people)), CHUNK):
        _store(scale, part)


def _offer(specialty: str) -> tuple[list[Any], list[int]]:
    """The procedures of a specialty, and how often each is done."""
    rows = [
        row
        for row in db.session.execute(
            sa.select(Procedure.id, Procedure.name, Procedure.specialties)
        )
        if slug_of(specialty) in row.specialties
    ]
    weights = [
        max((weight for word, weight in WEIGHTS.items() if word in row.name.lower()), default=5)
        for row in rows
    ]
    return rows, weights


def _entries(
    scale: Scale,
    pg: Any,
    offer: tuple[list[Any], list[int]],
    count: int,
    days: int,
    template: int | None,
) -> Iterator[dict[str, Any]]:
    """One PG's entries, the oldest first, each with `procedures` and `rounds` beside its columns."""
    rng, present = scale.rng, now()
    dates = sorted(scale.anchor - timedelta(days=int(days * rng.random())) for _ in range(count))
    ids = scale.ids(LogbookEntry, count)
    for place, (number, day) in enumerate(zip(ids, dates, strict=True)):
        year = max(1, (pg.year or 1) - (scale.anchor - day).days // 365)
        done = rng.choices(*offer, k=rng.choices((1, 2, 3), (68, 24, 8))[0])
        logged = min(moment(day, rng.randrange(8, 20), rng.randrange(60)) + _late(scale), present)
        rounds, status = _reviews(scale, logged, present)
        if pg.username == "pg" and place in (count - 12, count - 9) and logged < present:
            rounds, status = [(logged, present - (present - logged) / 2, "returned")], "returned"
        submitted = rounds[-1][0] if rounds else None
        reviewed = rounds[-1][1] if rounds else None
        approved = status in ("approved", "archived")
        title = done[0].name + (f" and {len(done) - 1} more" if len(done) > 1 else "")
        words = rng.random() < 0.6
        yield {
            "id": number, "created_at": logged, "updated_at": reviewed or submitted or logged,
            "version": 1 + 2 * len(rounds), "created_by_id": pg.id, "pg_id": pg.id,
            "supervisor_id": pg.supervisor_id, "status": status, "round": len(rounds),
            "submitted_at": submitted, "reviewed_at": reviewed, "verified_at": reviewed if approved else None,
            "verified_by_id": pg.supervisor_id if approved else None, "title": title, "date": day,
            "location": rng.choice(PLACES), "topic": "", "pg_year": year, "rotation_id": None,
            "template_id": template, "case_reference": f"{day:%y}-{number % 100000:05}",
            "patient_age": min(96, max(1, int(rng.gauss(44, 19)))), "patient_sex": rng.choice("MF"),
            "chief_complaint": rng.choice(COMPLAINTS) if words else "", "history_summary": "",
            "primary_diagnosis": rng.choice(DIAGNOSES) if words else "", "secondary_diagnoses": "",
            "investigations": "", "management": rng.choice(MANAGED) if words else "", "reasoning": "",
            "learning_points": rng.choice(LEARNED), "challenges": "", "follow_up": "",
            "self_score": rng.randrange(5, 10) if words else None,
            "supervisor_score": None, "supervisor_feedback": "",
            "procedures": [(row, FACTS[rng.choices(range(5), BY_YEAR[min(year, 5)])[0]]) for row in done],
            "rounds": rounds,
        }  # fmt: skip


def _late(scale: Scale) -> timedelta:
    """How long after the operation it is logged: half within a day, a tail of weeks (facts.md)."""
    return timedelta(days=min(40.0, scale.rng.lognormvariate(-0.3, 1.3)))


def _delay(scale: Scale) -> timedelta:
    """How long a review takes: four days in the middle, one in 150 never comes."""
    if scale.rng.random() < 0.007:
        return timedelta(days=9999)
    return timedelta(days=scale.rng.lognormvariate(1.35, 0.9))


def _reviews(
    scale: Scale, logged: datetime, present: datetime
) -> tuple[list[tuple[datetime, datetime | None, str]], str]:
    """The submissions `(submitted, reviewed, outcome)` of one entry, and where it stands today."""
    rng = scale.rng
    if rng.random() < 0.02:
        return [], "draft"
    rounds: list[tuple[datetime, datetime | None, str]] = []
    submitted = logged
    while True:
        reviewed = submitted + _delay(scale)
        if reviewed > present:
            return [*rounds, (submitted, None, "")], "pending"
        outcome = (
            rng.choices(("approved", "returned", "rejected"), (91, 8, 1))[0]
            if not rounds
            else "approved"
        )
        rounds.append((submitted, reviewed, outcome))
        if outcome != "returned":
            return rounds, outcome
        submitted = reviewed + timedelta(days=rng.lognormvariate(0.9, 0.8))
        if submitted > present or rng.random() < 0.03:
            return rounds, "returned"


def _store(scale: Scale, entries: list[dict[str, Any]]) -> None:
    """A chunk of entries, their procedures and reviews, and the versions each of them went through."""
    procedures, reviews, states = [], [], []
    for entry in entries:
        rounds, listed = entry.pop("rounds"), entry.pop("procedures")
        for place, (row, (key_steps, trainer, taught)) in enumerate(listed):
            procedures.append(
                {"entry_id": entry["id"], "position": place, "procedure_id": row.id, "name": row.name,
                 "key_steps": key_steps, "trainer": trainer, "taught": taught, "when": entry["created_at"],
                 "who": entry["pg_id"]}
            )  # fmt: skip
        for place, (_, reviewed, outcome) in enumerate(rounds, start=1):
            if reviewed is not None:
                reviews.append(_review(scale, entry, place, reviewed, outcome))
        states.append(_states(entry, rounds))
    scale.insert(LogbookEntry, entries)
    _keep(scale, EntryProcedure, procedures)
    _keep(scale, LogbookReview, reviews)
    _versions(scale, states)


def _keep(scale: Scale, model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Rows that were made once and never changed; `when` and `who` made them."""
    made = scale.transactions([(row.pop("when"), row.pop("who")) for row in rows])
    rows = [
        {"id": number} | row for number, row in zip(scale.ids(model, len(rows)), rows, strict=True)
    ]
    scale.insert(model, rows)
    scale.history(model, rows, made)


def _review(
    scale: Scale, entry: dict[str, Any], place: int, reviewed: datetime, outcome: str
) -> dict[str, Any]:
    rng = scale.rng
    score = rng.randrange(5, 10) if rng.random() < 0.4 else None
    if outcome == "approved":
        entry["supervisor_score"] = score
    return {
        "created_at": reviewed, "updated_at": reviewed, "entry_id": entry["id"], "reviewer_id": entry["supervisor_id"],
        "round": place, "outcome": outcome, "feedback": rng.choice(PRAISE if outcome == "approved" else RETURNS),
        "strengths": "", "improvements": "", "recommendations": "", "needs_follow_up": False, "knowledge_score": score,
        "skills_score": score, "professionalism_score": None, "overall_score": score, "when": reviewed,
        "who": entry["supervisor_id"],
    }  # fmt: skip


def _states(
    entry: dict[str, Any], rounds: list[tuple[datetime, datetime | None, str]]
) -> list[tuple[datetime, int, dict[str, Any]]]:
    """What an entry looked like after each act, and who did it when: submitted, decided, submitted again."""
    blank = {
        **entry, "status": "draft", "round": 0, "version": 1, "submitted_at": None, "reviewed_at": None,
        "verified_at": None, "verified_by_id": None, "supervisor_score": None, "updated_at": entry["created_at"],
    }  # fmt: skip
    states, state = [(entry["created_at"], entry["pg_id"], blank)], blank
    for place, (submitted, reviewed, outcome) in enumerate(rounds, start=1):
        waiting = {
            "status": "pending",
            "round": place,
            "submitted_at": submitted,
            "reviewed_at": None,
        }
        state = {**state, **waiting, "version": 2 * place, "updated_at": submitted}
        if place == 1:
            states[0] = (submitted, entry["pg_id"], state)  # logged and submitted in one press
        else:
            states.append((submitted, entry["pg_id"], state))
        if reviewed is not None:
            state = {
                **state,
                "status": outcome,
                "reviewed_at": reviewed,
                "version": 2 * place + 1,
                "updated_at": reviewed,
            }
            states.append((reviewed, entry["supervisor_id"], state))
    when, who, _ = states[-1]
    states[-1] = (when, who, entry)
    return states


def _versions(scale: Scale, histories: list[list[tuple[datetime, int, dict[str, Any]]]]) -> None:
    flat = [(when, who) for states in histories for when, who, _ in states]
    ids = iter(scale.transactions(flat))
    first: tuple[list[Any], list[int], list[int | None]] = ([], [], [])
    later: tuple[list[Any], list[int], list[int | None]] = ([], [], [])
    for states in histories:
        numbers = [next(ids) for _ in states]
        ends = [*numbers[1:], None]
        for place, ((_, _, row), began, ended) in enumerate(
            zip(states, numbers, ends, strict=True)
        ):
            rows, made, until = later if place else first
            rows.append(row)
            made.append(began)
            until.append(ended)
    scale.history(LogbookEntry, *first)
    scale.history(LogbookEntry, *later, changed=True)
