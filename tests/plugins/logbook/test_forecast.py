"""Will I make it: the arithmetic, its calibration on a known process, and the page it feeds."""

from datetime import timedelta
from random import Random

import pytest
import time_machine
from dateutil.relativedelta import relativedelta

from plugins.catalogue.models import Procedure, Target
from plugins.logbook.forecast import cohort, model
from plugins.logbook.forecast.outlooks import outlooks
from plugins.rotations.models import Department, Hospital, Rotation
from sims.clock import now, today
from sims.database import commit, db
from tests.conformance.figures import rows_behind
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_procedure, make_template

RATES = (0.4, 1.2, 2.5)
"""A week's number in each of three departments."""
SHAPE = 6.0


def poisson(rng: Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count += 1
        left += rng.expovariate(1.0)
    return count


def test_the_model_holds_what_really_comes_in_four_cases_of_five():
    """400 PGs with a known process: half a training is seen, the other half is forecast."""
    rng = Random(20261123)
    held = reached = promised = 0.0
    people = 400
    for _ in range(people):
        activity = rng.gammavariate(SHAPE, 1 / SHAPE)
        seen_weeks = [(rng.choice(RATES), rng.randrange(4, 13)) for _ in range(6)]
        ahead_weeks = [(rng.choice(RATES), rng.randrange(4, 13)) for _ in range(6)]
        seen = sum(poisson(rng, activity * rate * weeks) for rate, weeks in seen_weeks)
        came = sum(poisson(rng, activity * rate * weeks) for rate, weeks in ahead_weeks)
        coming = model.coming(
            shape=SHAPE,
            seen=seen,
            expected=sum(rate * weeks for rate, weeks in seen_weeks),
            ahead=sum(rate * weeks for rate, weeks in ahead_weeks),
        )
        held += coming.quantile(model.LOW) <= came <= coming.quantile(model.HIGH)
        target = 60
        promised += coming.at_least(target)
        reached += came >= target
    assert 0.70 <= held / people <= 0.90
    assert abs(promised - reached) / people < 0.05


def test_the_shape_of_activity_is_found_again():
    rng = Random(7)
    expected = [rng.uniform(20, 80) for _ in range(600)]
    seen = [poisson(rng, rng.gammavariate(SHAPE, 1 / SHAPE) * each) for each in expected]
    assert SHAPE * 0.75 < model.shape_of(model.spread_of(seen, expected)) < SHAPE * 1.35
    steady = [poisson(rng, each) for each in expected]
    assert model.shape_of(model.spread_of(steady, expected)) > 30


def test_probabilities_add_up_and_quantiles_are_those_of_the_distribution():
    for mean, shape in ((0.0, 2.0), (0.3, 1.5), (25.0, 6.0), (400.0, 40.0), (3000.0, 600.0)):
        coming = model.Coming(mean, shape)
        total = average = 0.0
        for place, probability in zip(range(5000), coming.probabilities(), strict=False):
            total += probability
            average += place * probability
        assert total == pytest.approx(1.0, abs=1e-6)
        assert average == pytest.approx(mean, abs=1e-3)
        low, high = coming.quantile(0.1), coming.quantile(0.9)
        assert low <= high
        assert coming.at_least(low) >= 0.9 - 1e-9 or low == 0
        assert coming.at_least(high + 1) <= 0.1 + 1e-9
    assert model.Coming(10, 5).at_least(0) == 1.0


@pytest.fixture
def trained(app_context):
    """A specialty with one target, two departments, 14 earlier PGs, and a PG half-way with planned rotations."""
    rng = Random(3)
    make_template()
    procedure = Procedure(
        name="Herniotomy", category="surgical", difficulty=2, minutes=45, cme_points=1
    )
    hospital = Hospital(name="Hillside", code="HH")
    db.session.add_all([procedure, hospital])
    db.session.flush()
    departments = [Department(hospital_id=hospital.id, name=name) for name in ("Busy", "Quiet")]
    db.session.add_all(departments)
    target = Target(
        specialty="general-surgery", edition=2020, label="Hernias", minimum=60, role="performed", by_year=1,
        procedure_id=procedure.id,
    )  # fmt: skip
    db.session.add(target)
    db.session.flush()
    rates = {departments[0].id: 2.0, departments[1].id: 0.5}
    day = today()
    supervisor = make_user("supervisor")

    def train(pg, weeks_back: int, weeks: int, department: Department, status: str) -> None:
        first = day - timedelta(weeks=weeks_back)
        rotation = Rotation(
            pg_id=pg.id, department_id=department.id, hospital_id=hospital.id, supervisor_id=supervisor.id,
            start_date=first, end_date=first + timedelta(days=7 * weeks - 1), status=status,
        )  # fmt: skip
        db.session.add(rotation)
        db.session.flush()
        for place in range(weeks if weeks_back > 0 else 0):
            for _ in range(poisson(rng, rates[department.id])):
                done = first + timedelta(days=7 * place + rng.randrange(7))
                make_entry(
                    pg, status="approved", date=done, created_at=now(), rotation_id=rotation.id,
                    procedures=[make_procedure("Herniotomy", procedure_id=procedure.id)],
                )  # fmt: skip

    for _ in range(14):
        other = make_user("pg", supervisor=supervisor, specialty="General Surgery", year=1)
        train(other, 24, 12, departments[0], "completed")
        train(other, 12, 12, departments[1], "completed")
    pg = make_user("pg", supervisor=supervisor, specialty="General Surgery", year=1)
    pg.training_start = day - relativedelta(years=1) + timedelta(weeks=12)
    train(pg, 12, 12, departments[1], "completed")
    train(pg, 0, 12, departments[0], "planned")
    commit()
    return pg, target


def test_planned_rotations_yield_what_others_logged_there(trained, sign_in, count_queries):
    pg, _ = trained
    with count_queries() as sent:
        [found] = outlooks(pg)
    assert len(sent) <= 12
    assert found.target == 60
    assert found.by == today() + timedelta(weeks=12) or abs((found.by - today()).days - 84) < 3
    [stay] = found.stays
    assert stay.label == "Busy"
    assert 1.4 < stay.expected / stay.weeks < 2.4
    assert found.low <= found.expected <= found.high
    assert found.done < found.expected
    assert 0 <= found.chance <= 1
    client = sign_in(pg)
    assert rows_behind(client, found.href) == found.done
    page = client.get("/analytics/forecast").text
    assert "Will I make it?" in page
    assert "Hernias" in page
    again = cohort.of("General Surgery", [])
    assert again.approved == 1.0


def test_who_will_not_make_it_is_told_until_when_a_change_still_helps(trained):
    pg, target = trained
    target.minimum = 2000
    commit()
    [found] = outlooks(pg)
    assert found.chance < 0.01
    assert found.act_by is None
    assert "arrange for more now" in found.note
    target.minimum = 1
    commit()
    [found] = outlooks(pg)
    assert (found.chance, found.act_by, found.note) == (1.0, None, "")


def test_a_target_whose_day_has_passed_says_so(trained):
    pg, target = trained
    target.minimum = 500
    pg.training_end = today() - timedelta(days=1)
    commit()
    [found] = outlooks(pg)
    assert "has passed" in found.note
    assert found.expected == pytest.approx(found.done, abs=0.5)


def test_a_forecast_is_for_who_sees_the_pg_and_only_pgs_have_one(trained, sign_in):
    pg, _ = trained
    assert (
        sign_in(make_user("supervisor")).get(f"/analytics/forecast?person={pg.id}").status_code
        == 404
    )
    admin = make_user("admin")
    client = sign_in(admin)
    assert client.get(f"/analytics/forecast?person={pg.id}").status_code == 200
    assert client.get(f"/analytics/forecast?person={admin.id}").status_code == 404
    assert client.get("/analytics/forecast").status_code == 200
    with time_machine.travel(now() + timedelta(days=1), tick=True):
        assert outlooks(pg)
