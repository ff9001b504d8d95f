"""The demo's rotations: eight for each PG, one of them today, none in the way of another."""

from collections import Counter
from itertools import pairwise

import pytest
import sqlalchemy as sa

from plugins.logbook import demo as logbook_demo
from plugins.rotations.models import STATUSES, Rotation
from plugins.users import demo as users_demo
from sims.database import db


@pytest.mark.database("sqlite")
def test_each_pg_has_eight_rotations_that_follow_one_another(app, monkeypatch):
    monkeypatch.setitem(users_demo.COUNTS, "s", (12, 2))
    monkeypatch.setitem(logbook_demo.COUNTS, "s", (1, 10))
    app.test_cli_runner().invoke(args=["demo"])
    with app.app_context():
        rows = db.session.scalars(sa.select(Rotation).order_by(Rotation.start_date)).all()
        by_pg: dict[int, list[Rotation]] = {}
        for row in rows:
            by_pg.setdefault(row.pg_id, []).append(row)
        assert len(by_pg) == 12
        for theirs in by_pg.values():
            assert len(theirs) == 8
            assert all(one.end_date < other.start_date for one, other in pairwise(theirs))
            assert [row.status for row in theirs].count("ongoing") == 1
        assert set(Counter(row.status for row in rows)) == set(STATUSES)
