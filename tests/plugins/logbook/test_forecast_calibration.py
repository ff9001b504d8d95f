"""The forecast against the truth: PGs log by a known process, are forecast half-way, and then log the other half."""

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from plugins.logbook.forecast.outlooks import outlooks
from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.users.models import User
from sims.clock import now, today
from sims.database import db
from tests.factories import make_user
from tests.plugins.catalogue.factories import make_procedure as make_known
from tests.plugins.catalogue.factories import make_target
from tests.plugins.rotations.factories import make_department, make_rotation

RATES = {"Hernia": (0.2, 0.8, 2.0), "Appendix": (0.7, 0.3, 0.1)}
"""A week's number of each procedure in three departments."""

PEOPLE, STAY, STAYS = 45, 8, 4
"""PGs; the weeks of a rotation; rotations in half of a training."""

SHAPE = 5.0


def number(rng: Random, mean: float) -> int:
    """How many come where `mean` are expected (Poisson)."""
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count


@pytest.fixture
def programme(app_context):
    """PGs half-way, with what is still to come for each procedure: no row of that is in the database."""
    rng = Random(20261123)
    known = {name: make_known(name) for name in RATES}
    for place, (name, procedure) in enumerate(known.items()):
        make_target(label=name, minimum=40 - 25 * place, procedure_id=procedure.id, by_year=2)
    departments = [make_department() for _ in range(3)]
    supervisor = make_user("supervisor")
    half = timedelta(weeks=STAY * STAYS)
    entries, came = [], {}
    for _ in range(PEOPLE):
        pg = make_user(
            "pg", supervisor=supervisor, year=1, training_start=today() - half, training_end=today() + half,
            password="x" * 12,
        )  # fmt: skip
        activity = {name: rng.gammavariate(SHAPE, 1 / SHAPE) for name in RATES}
        for place in range(-STAYS, STAYS):
            chosen = rng.randrange(3)
            stay = make_rotation(
                pg, starts=7 * STAY * place, days=7 * STAY, department=departments[chosen],
                status="completed" if place < 0 else "planned",
            )  # fmt: skip
            for name, rates in RATES.items():
                count = number(rng, activity[name] * rates[chosen] * STAY)
                if place >= 0:
                    came[pg.id, name] = came.get((pg.id, name), 0) + count
                    continue
                days = [stay.start_date + timedelta(rng.randrange(7 * STAY)) for _ in range(count)]
                entries += [(pg.id, stay.id, day, known[name]) for day in days]
    store(entries)
    return came


def store(entries):
    """Approved entries of one procedure each, in two statements."""
    made = db.session.scalars(
        sa.insert(LogbookEntry).returning(LogbookEntry.id, sort_by_parameter_order=True),
        [
            {"pg_id": pg, "rotation_id": stay, "date": day, "title": known.name, "status": "approved", "submitted_at": now()}
            for pg, stay, day, known in entries
        ],
    ).all()  # fmt: skip
    db.session.execute(
        sa.insert(EntryProcedure),
        [
            {"entry_id": entry, "position": 0, "procedure_id": known.id, "name": known.name, "key_steps": "me",
             "trainer": "scrubbed", "taught": False}
            for entry, (*_, known) in zip(made, entries, strict=True)
        ],
    )  # fmt: skip


def test_four_in_five_end_within_the_range_and_chances_are_kept(programme, count_queries):
    pgs = db.session.scalars(sa.select(User).where(User.role == "pg").order_by(User.id)).all()
    below = above = reached = 0
    promised = likely = truly = 0.0
    asked = []
    for pg in pgs:
        with count_queries() as sent:
            found = outlooks(pg)
        asked.append(len(sent))
        for outlook in found:
            end = outlook.done + programme[pg.id, outlook.label]
            below += end < outlook.low
            above += end > outlook.high
            likely, truly = likely + outlook.expected, truly + end
            promised, reached = promised + outlook.chance, reached + (end >= outlook.target)
    total = PEOPLE * len(RATES)
    assert len(programme) == total
    assert 0.70 <= 1 - (below + above) / total <= 0.90
    assert max(below, above) <= 0.2 * total
    assert abs(likely - truly) < 0.1 * truly
    assert abs(promised - reached) < 0.1 * total
    assert max(asked) <= 12
    assert len(set(asked[1:])) == 1
