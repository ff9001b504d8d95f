"""Before and after an upgrade: what is pending, what it would send, whether now is a good moment, whether it arrived."""

import json
import threading

import pytest
import sqlalchemy as sa

from sims import migrate, upgrading
from sims.database import db


@pytest.fixture
def empty(request, new_database, make_app):
    """An application on a database of its own without any table."""
    app = make_app(DATABASE_URL=new_database(getattr(request, "param", "postgresql")))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def run(app, *words):
    return app.test_cli_runner().invoke(args=["db", *words])


@pytest.mark.parametrize("empty", ["sqlite", "postgresql"], indirect=True)
def test_pending_names_every_revision_until_the_upgrade(empty):
    told = run(empty, "pending").output
    assert "core_0001" in told
    assert "performance_0001" in told
    migrate.upgrade("users_0001", quiet=True)
    told = run(empty, "pending").output
    assert "users_0001" not in told
    assert "users_0002" in told
    migrate.upgrade(quiet=True)
    assert run(empty, "pending").output == "Nothing to run.\n"
    assert run(empty, "verify").exit_code == 0


def test_plan_shows_the_sql_its_locks_and_how_much_it_works_through(empty):
    migrate.upgrade("certificates_0001", quiet=True)
    told = run(empty, "plan").output
    assert (
        "certificates_0002: SHARE UPDATE EXCLUSIVE (people go on) on certificates_certificate"
        in told
    )
    assert "CREATE INDEX CONCURRENTLY idx_certificates_analytics_new" in told
    assert "logbook_0001: none but on the tables it points to" in told
    only = run(empty, "plan", "--sql").output
    assert "-- certificates_0002" not in only
    assert "CREATE TABLE logbook_logbookentry" in only


def test_every_revision_can_be_shown_without_running(empty):
    steps = list(upgrading.plan(db.session.connection()))
    shown = {step.revision for step in steps}
    assert set(upgrading.pending(db.session.connection())) - shown <= {"performance_0001"}
    assert not [step.statement for step in steps if "can't be shown" in step.statement]


@pytest.mark.parametrize(
    ("statement", "lock"),
    [
        ("CREATE INDEX a ON b (c)", "SHARE (writers wait)"),
        ("CREATE UNIQUE INDEX CONCURRENTLY a ON b (c)", "SHARE UPDATE EXCLUSIVE (people go on)"),
        ("ALTER TABLE b ADD COLUMN c INTEGER", "ACCESS EXCLUSIVE (everybody waits)"),
        ("ALTER TABLE b VALIDATE CONSTRAINT c", "SHARE UPDATE EXCLUSIVE (people go on)"),
        ("UPDATE b SET c = 1", "ROW EXCLUSIVE (people go on)"),
        ("DROP TABLE b", "ACCESS EXCLUSIVE (everybody waits)"),
    ],
)
def test_locks_are_those_of_postgresqls_documentation(statement, lock):
    assert upgrading._lock_of(statement)[0] == lock
    assert upgrading._table_of(statement) == "b"


def test_a_newer_database_lacks_nothing_for_older_code(empty):
    """While hosts are upgraded one after the other, the old ones go on."""
    migrate.upgrade(quiet=True)
    db.session.execute(
        sa.text(
            "UPDATE alembic_version SET version_num = 'search_0099' WHERE version_num LIKE 'search_%'"
        )
    )
    db.session.commit()
    assert upgrading.fault() == ""


def test_preflight_wants_a_fresh_backup(empty, tmp_path):
    migrate.upgrade(quiet=True)
    told = run(empty, "preflight", "--backups", str(tmp_path))
    assert told.exit_code == 1
    assert "✗ backup: There is none" in told.output
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "manifest.json").write_text(json.dumps({}))
    told = run(empty, "preflight", "--backups", str(tmp_path))
    assert told.exit_code == 0, told.output
    for what in ("backup", "server", "disk", "transactions", "replica"):
        assert f"✓ {what}:" in told.output


def test_preflight_names_a_transaction_open_for_long(empty, tmp_path, monkeypatch):
    migrate.upgrade(quiet=True)
    monkeypatch.setattr(upgrading, "LONG", upgrading.timedelta(0))
    with sa.create_engine(db.engine.url, poolclass=sa.NullPool).connect() as other:
        other.exec_driver_sql("SELECT 'somebody went for lunch'")
        told = run(empty, "preflight", "--backups", str(tmp_path)).output
    assert "✗ transactions: Process" in told
    assert "went for lunch" in told


def test_an_index_left_unfinished_is_found_and_finished_by_the_next_upgrade(empty):
    """A unique index built concurrently over equal rows stays behind INVALID, as one does whose building was killed."""
    migrate.upgrade(quiet=True)
    with sa.create_engine(db.engine.url, isolation_level="AUTOCOMMIT").connect() as other:
        other.exec_driver_sql("DROP INDEX idx_logbook_analytics")
        other.exec_driver_sql("CREATE TABLE held (n int)")
        other.exec_driver_sql("INSERT INTO held VALUES (1), (1)")
        with pytest.raises(sa.exc.IntegrityError):
            other.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY ix_left ON held (n)")
        other.exec_driver_sql("DELETE FROM held")
    assert "✗ indexes: Unfinished: ix_left" in run(empty, "verify").output
    migrate.upgrade(quiet=True)
    assert run(empty, "verify").exit_code == 0


def test_a_killed_build_is_repaired_by_the_next_run(empty):
    migrate.upgrade(quiet=True)
    engine = sa.create_engine(db.engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    holder = sa.create_engine(db.engine.url, poolclass=sa.NullPool).connect()
    holder.exec_driver_sql(
        "UPDATE users_user SET version = version"
    )  # its end is what the build waits for
    builder = engine.connect()
    pid = builder.scalar(sa.text("SELECT pg_backend_pid()"))
    builder.exec_driver_sql("DROP INDEX CONCURRENTLY IF EXISTS idx_users_supervisor_new")
    killed = []

    def build():
        try:
            builder.exec_driver_sql(
                "CREATE INDEX CONCURRENTLY ix_users_left ON users_user (created_at)"
            )
        except sa.exc.OperationalError as error:
            killed.append(str(error))

    thread = threading.Thread(target=build)
    thread.start()
    with engine.connect() as other:
        waits = sa.text("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = :pid")
        while not other.scalar(waits, {"pid": pid}):
            pass
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
    thread.join()
    holder.rollback()
    holder.close()
    assert killed
    with db.engine.connect() as connection:
        assert migrate.invalid_indexes(connection) == ["ix_users_left"]
    migrate.upgrade(quiet=True)
    with db.engine.connect() as connection:
        assert migrate.invalid_indexes(connection) == []


def test_the_consolidated_indexes_come_back_and_running_twice_changes_nothing(empty):
    migrate.upgrade(quiet=True)
    names = sa.text(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'idx_%' ORDER BY 1"
    )
    before = db.session.execute(names).all()
    assert len(before) == 10
    migrate.migrations.get_config()
    for name, _ in before:
        db.session.execute(sa.text(f"DROP INDEX {name}"))
    db.session.commit()
    for _ in range(2):
        migrate.downgrade("performance@base")
        migrate.upgrade(quiet=True)
        assert db.session.execute(names).all() == before
        db.session.commit()
