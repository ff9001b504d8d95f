"""Every declared number leads to its rows and agrees with them: metrics, measures, learning curves, reports; each role; after a write."""

import csv
import io
from datetime import timedelta

import pytest

from plugins.analytics import measuring, overview, periods
from plugins.analytics.measuring import Scope
from plugins.catalogue.models import Procedure
from plugins.logbook.records import ENTRY
from plugins.reports import documents
from sims import records
from sims.clock import now, today
from sims.contracts import LearningCurve, Metric, Record
from sims.database import commit, db
from sims.plugin import provided
from tests.conformance.figures import rows_behind
from tests.conformance.rows import ROWS
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_procedure, make_review, make_template

ROLES = ("admin", "supervisor", "pg")


@pytest.fixture
def people(app_context):
    """One person of each role among rows of every record, some of other people's."""
    make_template()
    supervisor, other = make_user("supervisor"), make_user("supervisor")
    pg, stranger = make_user("pg", supervisor=supervisor), make_user("pg", supervisor=other)
    for record in provided(Record):
        if record.owner:
            ROWS[record.name](pg, supervisor)
            ROWS[record.name](stranger, other)
    for place, status in enumerate(
        ("draft", "pending", "approved", "returned", "rejected", "approved")
    ):
        for whose, by in ((pg, supervisor), (stranger, other)):
            long_ago = now() - timedelta(days=20 * place)
            entry = make_entry(
                whose,
                status=status,
                created_at=long_ago,
                date=long_ago.date(),
                procedures=[make_procedure(), make_procedure(key_steps="assisted")],
            )
            if status not in ("draft", "pending"):
                entry.submitted_at, entry.reviewed_at = (
                    long_ago,
                    long_ago + timedelta(days=place + 1),
                )
                make_review(entry, by, status)
    found = {"admin": make_user("admin"), "supervisor": supervisor, "pg": pg}
    commit()
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_figure_of_a_dashboard_counts_the_rows_of_its_list(
    people, sign_in, app_context, role
):
    person, checked = people[role], 0
    client = sign_in(person)
    with app_context.test_request_context():
        found = [
            (metric, metric.value(person))
            for metric in provided(Metric)
            if not metric.roles or role in metric.roles
        ]
    for metric, figure in found:
        if (
            figure is None
            or not figure.href
            or not isinstance(figure.value, int)
            or metric.name == "core.queue"
        ):
            continue
        if figure.href.partition("?")[0] not in LISTS:
            continue
        assert rows_behind(client, figure.href) == figure.value, metric.name
        checked += 1
    assert checked or role == "supervisor"  # theirs is the queue alone


LISTS = {
    "/logbook/entries",
    "/cases",
    "/certificates",
    "/rotations",
    "/rotations/evaluations",
    "/people",
}


@pytest.mark.parametrize("role", ROLES)
def test_every_point_of_every_measure_counts_the_rows_of_its_list(people, sign_in, role):
    person = people[role]
    client, checked = sign_in(person), 0
    period = periods.read({"period": "90"})
    year = periods.read({})
    for measure in overview.measures_for(person):
        scope = Scope(measure, person, year)
        whole = measuring.total(scope)
        steps = measuring.by_step(scope)
        assert sum(point.n for point in steps) == whole.n, measure.name
        href = whole.whole_href or whole.href
        assert rows_behind(client, href) == whole.n, measure.name
        days = measuring.by_step(Scope(measure, person, period))
        for point in [*(p for p in steps if p.n), *(p for p in days if p.n)][:2]:
            assert rows_behind(client, point.whole_href or point.href) == point.n, (
                measure.name,
                point,
            )
            if measure.of is not None:
                assert rows_behind(client, point.href) == round(point.value * point.n), measure.name
            checked += 1
        for name in measure.by:
            dimension = measure.record.dimension(name)
            groups = measuring.by_group(scope, dimension)
            if not dimension.many:
                assert sum(point.n for point in groups) == whole.n, (measure.name, name)
            for point in groups[:1]:
                assert rows_behind(client, point.whole_href or point.href) == point.n, (
                    measure.name,
                    name,
                )
    assert checked > 10


@pytest.mark.parametrize("role", ROLES)
def test_every_report_agrees_with_the_lists_behind_it(people, sign_in, role):
    person = people[role]
    client, checked = sign_in(person), 0
    kinds = [report.name for report in documents.kinds_for(person)]
    kinds += [f"{documents.ROWS}{record.name}" for record in documents.records_for(person)]
    for kind in kinds:
        options = {"person": people["pg"].id} if documents.report_named(kind, person).person else {}
        for part in documents.order(kind, options, person).document.parts:
            for table in part.tables:
                rows = [list(row) for row in table.rows]
                assert all(len(row) == len(table.columns) for row in rows), (kind, table.name)
                if table.counts is None or not table.href:
                    continue
                place = next(
                    (at for at, c in enumerate(table.columns) if c.name == table.counts), None
                )
                counted = len(rows) if place is None else sum(row[place] for row in rows)
                assert rows_behind(client, table.href) == counted, (kind, table.name)
                checked += 1
    assert checked > 8


def test_a_report_and_a_measure_say_what_was_written_just_now(people, sign_in):
    pg = people["pg"]
    client = sign_in(pg)
    measure = next(m for m in overview.measures_for(pg) if m.name == "logbook.entry.logged")

    def shown() -> tuple[int, int]:
        page = client.get("/analytics/measures/logbook.entry.logged?format=csv&draw=bars&by=status")
        counts = [
            int(row[1]) for row in list(csv.reader(io.StringIO(page.data.decode("utf-8-sig"))))[1:]
        ]
        made = client.post(
            "/reports/make/rows:logbook.entry", data={"group": "status", "format": "csv"}
        )
        rows = list(csv.reader(io.StringIO(made.data.decode("utf-8-sig"))))[1:]
        return sum(counts), sum(int(row[1]) for row in rows)

    before = shown()
    records.create(ENTRY, {"title": "New", "date": today(), "location": "Ward 1"}, actor=pg)
    commit()
    after = shown()
    assert after == (before[0] + 1, before[1] + 1)
    assert measuring.total(Scope(measure, pg, periods.read({}))).n == after[0]


def test_a_learning_curve_rests_on_the_rows_of_its_list(people, sign_in):

    procedure = Procedure(
        name="Herniotomy", category="surgical", difficulty=2, minutes=45, cme_points=1
    )
    db.session.add(procedure)
    db.session.flush()
    pg = people["pg"]
    for place in range(12):
        make_entry(
            pg,
            status="approved",
            date=today() - timedelta(days=30 - place),
            procedures=[
                make_procedure(
                    "Herniotomy",
                    procedure_id=procedure.id,
                    key_steps="assisted" if place < 5 else "me",
                )
            ],
        )
    commit()
    for role in ROLES:
        client = sign_in(people[role])
        [curve] = provided(LearningCurve)
        assert (str(procedure.id), "Herniotomy") in curve.choices(people[role])
        drawn = curve.draw(people[role], str(procedure.id), None)
        assert [(p.label, p.n, p.value) for p in drawn.points] == [
            ("1–5", 5, 0.0),
            ("6–10", 5, 1.0),
            ("11–20", 2, 1.0),
        ]
        assert rows_behind(client, drawn.href) == 12
