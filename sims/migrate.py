"""Migrations: one Alembic history with a branch per plugin, `flask db …`, and `flask revision <plugin>`.

The branch of a plugin bears its name and lies in its `migrations/` folder; the core's is called `core`.
How revisions are run (locks, retries, SQLite) is in `migrations/env.py`.
"""

import copy
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from alembic import command, util
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import render_op
from alembic.config import Config
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from flask import Flask
from flask.cli import with_appcontext
from flask_migrate import Migrate
from flask_migrate.cli import db as flask_migrate_commands

from sims import plugin
from sims.database import Base, db

CORE = "core"
FOLDER = Path(__file__).parent.parent / "migrations"
LONGEST_ID = 32
"""What Alembic's version table holds."""

NOT_OURS = ("init", "list-templates", "merge", "migrate", "multidb", "revision")
"""Commands of Flask-Migrate that would break the naming; `flask revision` takes their place."""

migrations = Migrate(directory=str(FOLDER))


def init_app(app: Flask) -> None:
    """Add `flask db …` and `flask revision …`."""
    migrations.init_app(app, db)
    app.cli.add_command(_commands(), "db")
    app.cli.add_command(revision)


def branches() -> tuple[str, ...]:
    """The branches whose models are loaded: the core's and those of the enabled plugins."""
    return (CORE, *(entry.name for entry in plugin.plugins()))


def branch_of(table: str) -> str:
    """The branch a table (or a revision) belongs to: its name begins with it."""
    return table.partition("_")[0]


def folders() -> dict[str, Path]:
    """Branch → the folder of its revisions, for the core and every installed plugin, imported or not.

    Plugins that are off are there too: a database that once had one could not be read otherwise. A
    plugin whose package is gone has no folder.
    """
    found = {CORE: FOLDER / "versions"}
    for name, point in plugin.installed().items():
        package = point.module.rpartition(".")[0] or point.module
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            found.setdefault(name, Path(place) / "migrations")
    return found


def upgrade(target: str = "heads", *, quiet: bool = False) -> None:
    """Bring the database to `target` (default: the newest of every installed plugin).

    Raises `alembic.util.CommandError`, whose message says what to do.
    """
    config = migrations.get_config()
    config.attributes["quiet"] = quiet
    command.upgrade(config, target)


@migrations.configure
def _find_revisions(config: Config) -> Config:
    places = [str(folder) for folder in folders().values() if folder.is_dir()]
    for option, value in (
        ("script_location", str(FOLDER)),
        ("version_locations", "\n".join(places)),
    ):
        config.set_main_option(option, value.replace("%", "%%"))
    return config


def _commands() -> click.Group:
    """Flask-Migrate's commands without those we replace; "the newest" means that of every branch."""
    kept = {}
    for name, original in flask_migrate_commands.commands.items():
        if name in NOT_OURS:
            continue
        kept[name] = copy.copy(original)
        kept[name].params = [copy.copy(parameter) for parameter in original.params]
        for parameter in kept[name].params:
            if parameter.name == "revision" and parameter.default == "head":
                parameter.default = "heads"
    group = copy.copy(flask_migrate_commands)
    group.commands = kept
    return group


@click.command()
@click.argument("branch")
@click.option("-m", "--message", required=True, help="What it does, as one sentence.")
@click.option("--empty", is_flag=True, help="Write no changes into it: for moving data.")
@with_appcontext
def revision(branch: str, message: str, empty: bool) -> None:
    """Write the next revision of one plugin (or of the core: "core").

    It holds what that plugin's models say and its revisions don't make yet. What they make is found out
    in a scratch database; yours is not touched.
    """
    try:
        path = write_revision(branch, message, empty=empty)
    except (util.CommandError, sa.exc.NoReferencedTableError) as error:
        raise click.ClickException(str(error)) from error
    if path is None:
        click.echo(
            f"Nothing to write: the revisions of '{branch}' already make what its models say."
        )
    else:
        click.echo(f"Wrote {path}. Read it before you run: flask db upgrade")


def write_revision(branch: str, message: str, *, empty: bool = False) -> Path | None:
    """Write the next revision of `branch` and return its file, or None where there is nothing to change.

    Raises `alembic.util.CommandError` for a branch that is off and for a foreign key to a table no
    revision makes yet, `NoReferencedTableError` for one to a table no enabled plugin has.
    """
    if branch not in branches():
        raise util.CommandError(
            f"There is no plugin '{branch}' in PLUGINS ({', '.join(branches())})."
        )
    folder = folders()[branch]
    folder.mkdir(exist_ok=True)
    config = migrations.get_config()
    config.attributes |= {"branch": branch, "quiet": True}
    script = ScriptDirectory.from_config(config)
    mine = [entry for entry in script.walk_revisions() if branch_of(entry.revision) == branch]
    name = f"{branch}_{len(mine) + 1:04d}"
    written: list[Path] = []

    def complete(
        context: MigrationContext, heads: object, found: list[ops.MigrationScript]
    ) -> None:
        up, down = found[0].upgrade_ops_list[0], found[0].downgrade_ops_list[0]
        _tidy(up, down)
        if not empty:
            _add_unseen_indexes(up, down, branch, mine)
        if not empty and up.is_empty():
            found.clear()
            return
        found[0].depends_on = _dependencies(up, branch, script) or None
        written.append(folder / f"{name}.py")

    with sa.create_engine("sqlite://").connect() as scratch:
        config.attributes["connection"] = scratch
        if mine:
            command.upgrade(config, f"{branch}@head")
        command.stamp(config, "heads")
        command.revision(
            config,
            message.rstrip("."),
            autogenerate=not empty,
            head=f"{branch}@head" if mine else "base",
            branch_label=None if mine else branch,
            version_path=str(folder),
            rev_id=name[:LONGEST_ID],
            process_revision_directives=complete,
        )
    if empty:
        written = [folder / f"{name}.py"]
    if not written:
        return None
    lines = written[0].read_text().splitlines(keepends=True)
    written[0].write_text("".join(line for line in lines if "# ###" not in line))
    if find_spec("ruff"):
        for way in (["check", "--fix-only", "-q", "--select=I,F401"], ["format", "-q"]):
            subprocess.run([sys.executable, "-m", "ruff", *way, str(written[0])], check=False)
    return written[0]


def meant_for(item: object) -> tuple[str, ...]:
    """The kinds of database that an index with `ddl_if(dialect=…)` is meant for; empty where it is for all."""
    condition = getattr(item, "_ddl_if", None)
    if condition is None or condition.dialect is None:
        return ()
    return (condition.dialect,) if isinstance(condition.dialect, str) else tuple(condition.dialect)


def render_item(kind: str, item: Any, context: object) -> str | bool:
    """Revisions stand alone: one of our column types is written as the plain type behind it."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator):
        plain = item.impl_instance
        if type(plain).__module__ == "sqlalchemy.sql.sqltypes":
            return f"sa.{plain!r}"
    return False


def _tidy(up: ops.UpgradeOps, down: ops.DowngradeOps) -> None:
    """Index a new table in plain words, not by altering it; drop a table's indexes with the table."""
    created = _created(up)
    flat: list[ops.MigrateOperation] = []
    for op in up.ops:
        if isinstance(op, ops.ModifyTableOps) and op.table_name in created:
            flat.extend(op.ops)
        else:
            flat.append(op)
    up.ops = flat
    down.ops = [
        op
        for op in down.ops
        if not (isinstance(op, ops.ModifyTableOps) and op.table_name in created)
    ]


def _add_unseen_indexes(
    up: ops.UpgradeOps, down: ops.DowngradeOps, branch: str, written: list[Script]
) -> None:
    """Add the indexes Alembic can't compare in the scratch database, unless a revision names them already:
    those on an expression, and those meant for one kind of database only."""
    before = "".join(Path(entry.path).read_text() for entry in written)
    seen = {op.index_name for op in up.ops if isinstance(op, ops.CreateIndexOp)}
    for table in Base.metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            only = meant_for(index)
            compared = all(isinstance(part, sa.Column) for part in index.expressions) and not only
            if branch_of(table.name) != branch or compared or index.name in seen:
                continue
            if f'"{index.name}"' in before:
                continue
            found = ops.CreateIndexOp.from_index(index)
            create: ops.MigrateOperation = found
            drop: ops.MigrateOperation = found.reverse()
            if only:
                create, drop = OnlyOn(only, create), OnlyOn(only, drop)
            up.ops.append(create)
            if table.name not in _created(up):
                down.ops.insert(0, drop)


def _created(up: ops.UpgradeOps) -> set[str]:
    return {op.table_name for op in up.ops if isinstance(op, ops.CreateTableOp)}


class OnlyOn(ops.MigrateOperation):
    """An operation meant for some kinds of database only."""

    def __init__(self, dialects: tuple[str, ...], inner: ops.MigrateOperation):
        self.dialects, self.inner = dialects, inner

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """As the inner operation says it."""
        return self.inner.to_diff_tuple()


@renderers.dispatch_for(OnlyOn)
def _render_only_on(context: AutogenContext, op: OnlyOn) -> list[str]:
    lines = render_op(context, op.inner)
    return [f"if op.get_context().dialect.name in {op.dialects!r}:", *lines, ""]


def _dependencies(found: ops.UpgradeOps, branch: str, script: ScriptDirectory) -> list[str]:
    """The newest revisions of the branches whose tables these changes refer to."""
    others = sorted({branch_of(table) for table in _referred(found.ops)} - {branch})
    labels = {label for entry in script.walk_revisions() for label in entry.branch_labels}
    for other in others:
        if other not in labels:
            raise util.CommandError(
                f"'{branch}' refers to tables of '{other}', which has no revision yet. "
                f"Write that one first: flask revision {other} -m …"
            )
    return [script.get_revision(f"{other}@head").revision for other in others]


def _referred(found: Iterable[ops.MigrateOperation]) -> Iterator[str]:
    """The tables named by the foreign keys in these operations."""
    for op in found:
        if isinstance(op, ops.OpContainer):
            yield from _referred(op.ops)
        elif isinstance(op, ops.CreateForeignKeyOp):
            yield op.referent_table
        elif isinstance(op, ops.CreateTableOp):
            for key in op.to_table().foreign_keys:
                yield key.target_fullname.partition(".")[0]
        elif isinstance(op, ops.AddColumnOp):
            for key in op.column.foreign_keys:
                yield key.target_fullname.partition(".")[0]
