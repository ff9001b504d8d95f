"""Every kind of value of every version table comes back from the archive as the database held it."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from plugins.audit.archive import storing
from plugins.audit.archive.models import Archive
from plugins.audit.archive.tables import every
from sims.clock import now
from sims.database import UTCDateTime, commit, db
from sims.versioning import transaction_model

TEXTS = (
    "",
    " ",
    "NULL",
    "null",
    "0012",
    '{"a":1}',
    "\\'\"",
    "\u2028\x85\x7f",
    "اردو",
    "e\u0301",
    "😀",
)
VALUES = {
    bool: (True, False),
    int: (0, -1, 2**31 - 1),
    date: (date.min, date(2024, 2, 29), date.max),
    datetime: (datetime(1, 1, 1, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, 59, 999999, UTC)),
    Decimal: (Decimal("0.1"), Decimal("-0.10"), Decimal(0)),
    float: (0.1, -0.0, 1e300, 5e-324),
}
JSONS = ([], {}, "", 0, False, ["", "اردو", None, 0.1, {"b": 1, "a": [True]}], sa.JSON.NULL)


def values_of(column):
    """Nasty values for a column, without end; NULL among them where it may be."""
    kind = column.type
    if isinstance(kind, sa.JSON):
        chosen = JSONS
    elif isinstance(kind, UTCDateTime):
        chosen = VALUES[datetime]
    elif kind.python_type is str:
        chosen = tuple(text for text in TEXTS if len(text) <= (kind.length or 99))
    elif isinstance(kind, sa.BigInteger):
        chosen = (2**53 + 1, -(2**62), 0)
    else:
        chosen = VALUES[kind.python_type]
    return itertools.cycle((*chosen, sa.null()) if column.nullable else chosen)


def as_held():
    """Every version row as the database itself spells it."""
    sqlite = db.engine.dialect.name == "sqlite"
    spell = sa.func.quote if sqlite else lambda column: sa.cast(column, sa.Text)
    return {
        versions.name: sorted(
            db.session.execute(sa.select(*map(spell, versions.table.columns))).all(), key=repr
        )
        for versions in every()
    }


@pytest.fixture
def nasty(app_context, app, tmp_path):
    """A dozen old versions in every version table."""
    app.config["AUDIT_ARCHIVE_DIR"] = str(tmp_path / "archive")
    begun, ended = transaction_model()(), transaction_model()()
    db.session.add_all([begun, ended])
    db.session.flush()
    for versions in every():
        fixed = {
            "id": itertools.count(1),
            versions.key.name: itertools.count(1),
            "transaction_id": itertools.repeat(begun.id),
            "end_transaction_id": itertools.repeat(ended.id),
            "operation_type": itertools.repeat(1),
        }
        columns = {
            column.name: fixed.get(column.name) or values_of(column)
            for column in versions.table.columns
        }
        for _ in range(12):
            row = {name: next(values) for name, values in columns.items()}
            db.session.execute(sa.insert(versions.table).values(row))
    commit()


def test_all_values_come_back_as_the_database_held_them(nasty):
    before = as_held()
    put = list(storing.archive(now()))
    assert sum(each.rows for each in put) == sum(map(len, before.values())) > 300
    assert not any(as_held().values())
    for one in list(db.session.scalars(sa.select(Archive).order_by(Archive.id))):
        assert storing.restore(one) == one.rows
    assert as_held() == before
