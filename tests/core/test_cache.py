"""What is kept in Redis: never older than the last change, nor than a minute; and nobody waits where Redis is away."""

from plugins.logbook.records import ENTRY
from sims import cache, jobs, records
from sims.clock import now
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_template


def counted(names: list[str], tables: tuple[str, ...] = ("logbook_logbookentry",)) -> cache.Kept:
    def work_out() -> int:
        names.append("asked")
        return len(names)

    return cache.kept("test", ("mine", 7), tables, work_out)


def test_what_was_worked_out_is_given_again_with_its_moment(app_context):
    asked: list[str] = []
    first = counted(asked)
    assert counted(asked) == first
    assert asked == ["asked"]
    assert (now() - first.as_of).total_seconds() < 60


def test_a_change_of_a_table_counts_once_it_is_committed(app_context):
    make_template()
    pg = make_user("pg")
    entry = make_entry(pg)
    commit()
    asked: list[str] = []
    counted(asked)
    records.change(ENTRY, entry, {"location": "Ward 9"}, actor=pg)
    assert counted(asked).value == 1
    commit()
    assert counted(asked).value == 2


def test_what_was_rolled_back_changes_nothing_and_what_comes_after_it_does(app_context):
    make_template()
    pg = make_user("pg")
    entry = make_entry(pg)
    commit()
    asked: list[str] = []
    counted(asked)
    records.change(ENTRY, entry, {"location": "Ward 9"}, actor=pg)
    db.session.rollback()
    commit()
    assert counted(asked).value == 1
    records.change(ENTRY, entry, {"location": "Ward 10"}, actor=pg)
    commit()
    assert counted(asked).value == 2


def test_another_table_or_other_parts_are_kept_apart(app_context):
    asked: list[str] = []
    counted(asked)
    assert counted(asked, ("cases_clinicalcase",)).value == 2
    assert (
        cache.kept("test", ("yours", 7), ("logbook_logbookentry",), lambda: "other").value
        == "other"
    )


def test_nothing_is_kept_longer_than_a_minute(app_context):
    counted([])
    [key] = jobs.connection().keys("sims:cache:test:*")
    assert 0 < jobs.connection().ttl(key) <= 60


def test_without_redis_everything_is_worked_out_each_time(make_app):
    app = make_app(REDIS_URL="redis://127.0.0.1:9/0")
    with app.app_context():
        asked: list[str] = []
        assert [counted(asked).value, counted(asked).value] == [1, 2]
