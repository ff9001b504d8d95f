"""What every record declares for reports and analytics: columns that say the same in SQL, groups that have their list."""

import pytest
from werkzeug.datastructures import MultiDict

from sims import actor, figures, rows
from sims.contracts import Record
from sims.database import commit
from sims.lists import ListPage
from sims.plugin import provided
from tests.conformance.figures import rows_behind
from tests.conformance.rows import ROWS
from tests.factories import make_user


@pytest.fixture
def admin(app_context):
    """An admin, among one or two rows of every record."""
    supervisor = make_user("supervisor")
    for _ in range(2):
        pg = make_user("pg", supervisor=supervisor)
        for record in provided(Record):
            if record.owner:
                ROWS[record.name](pg, supervisor)
    for record in provided(Record):
        if not record.owner:
            ROWS[record.name](pg, supervisor)
    found = make_user("admin")
    commit()
    return found


def test_every_column_says_the_same_in_sql_as_of_an_object(admin):
    checked = 0
    for record in provided(Record):
        columns = [column for column in record.columns if rows.has_sql(record, column)]
        page = ListPage(record, admin, MultiDict())
        with actor.acting_as(admin.id):
            by_sql = [list(row) for row in rows.values(page, columns)]
            by_object = [list(row) for row in rows._loaded(page, columns)]
        assert by_sql == by_object, record.name
        assert b"".join(rows.csv_lines(page, columns)) == b"".join(map(rows.csv_line, by_sql))
        checked += len(by_sql)
    assert checked > 20


def test_every_group_of_every_record_leads_to_as_many_rows_as_it_counts(admin, sign_in):
    client, checked = sign_in(admin), 0
    for record in provided(Record):
        page = ListPage(record, admin, MultiDict())
        months = [figures.month(record)] if record.dated else []
        for dimension in (*record.dimensions, *months):
            found = figures.groups(page, [dimension])
            assert found, (record.name, dimension.name)
            for group in found:
                where = (record.name, dimension.name, group)
                assert rows_behind(client, group.href) == group.count, where
                assert group.labels[0] != str(group.keys[0]) or group.keys[0] in (
                    "",
                    *group.labels,
                ), where
            if not dimension.many:
                total = sum(group.count for group in found)
                assert total == page.count(), (record.name, dimension.name)
            checked += len(found)
    assert checked > 40
