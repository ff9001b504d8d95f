"""Counting the rows of lists: every group has an address, and the list there has exactly as many rows."""

from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from plugins.logbook.records import ENTRY
from sims import figures, rows
from sims.clock import today
from sims.lists import ListPage
from tests.conformance.figures import rows_behind
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_procedure, make_template


@pytest.fixture
def some(app_context):
    make_template()
    pg, other = make_user("pg"), make_user("pg")
    hernia = make_procedure("Herniotomy")
    for place in range(5):
        make_entry(
            pg,
            status="pending" if place % 2 else "draft",
            date=today() - timedelta(days=40 * place),
        )
    make_entry(other, title="=1+1")
    return pg, other, hernia


@pytest.mark.parametrize("name", [dimension.name for dimension in ENTRY.dimensions] + ["month"])
def test_every_group_leads_to_as_many_rows_as_it_counts(some, sign_in, name):
    admin = make_user("admin")
    page = ListPage(ENTRY, admin, MultiDict())
    dimension = figures.month(ENTRY) if name == "month" else ENTRY.dimension(name)
    found = figures.groups(page, [dimension])
    assert found
    client = sign_in(admin)
    for group in found:
        assert rows_behind(client, group.href) == group.count, group
    if not dimension.many:
        assert sum(group.count for group in found) == 6


def test_an_export_says_the_same_by_sql_and_by_objects(some):
    page = ListPage(ENTRY, make_user("admin"), MultiDict())
    by_objects = list(rows._loaded(page, ENTRY.columns))
    by_sql = [list(row) for row in rows.values(page, ENTRY.columns)]
    assert [list(row) for row in by_objects] == by_sql
    lines = b"".join(rows.csv_lines(page, ENTRY.columns))
    assert lines == b"".join(rows.csv_line(row) for row in by_sql)
