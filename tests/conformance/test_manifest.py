"""What every plugin is held to without running it: names, tables, imports, documentation."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from sims import contracts
from sims.access import provided
from sims.database import Base
from sims.permissions import PUBLIC, REVIEWS, SIGNED_IN, access_of
from sims.plugin import installed, load, plugins
from sims.versioning import LONGEST_NAME, is_versioned

ROOT = Path(__file__).parent.parent.parent
PLUGINS = load(installed())
BELOW = {plugin.name: plugin for plugin in PLUGINS}


def required(name: str) -> set[str]:
    """The plugin and everything it requires, however far down."""
    found = {name}
    for needed in BELOW[name].requires:
        found |= required(needed)
    return found


def imports(path: Path) -> set[str]:
    """The dotted names a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_imports_only_what_it_requires(plugin):
    folder = ROOT / "plugins" / plugin.name
    used = {
        name.split(".")[1]
        for path in folder.rglob("*.py")
        for name in imports(path)
        if name.startswith("plugins.")
    }
    assert used <= required(plugin.name)


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_from_another_plugin_only_its_lower_rooms_are_imported(plugin):
    closed = {"plugin", "views", "api", "forms", "jobs", "dashboard", "demo"}
    for path in (ROOT / "plugins" / plugin.name).rglob("*.py"):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "plugins" and len(parts) > 2 and parts[1] != plugin.name:
                assert parts[2] not in closed, f"{path} imports {name}"


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_foreign_keys_lead_only_to_required_tables_and_say_what_deleting_does(plugin, app):
    for table in Base.metadata.tables.values():
        if not table.name.startswith(f"{plugin.name}_"):
            continue
        for key in table.foreign_keys:
            owner = key.target_fullname.partition("_")[0]
            assert owner in required(plugin.name) | {"core"}, f"{table}.{key.parent.name}"
            assert key.ondelete, f"{table.name}.{key.parent.name} says no ondelete"


def test_every_table_carries_the_name_of_its_owner():
    owners = {*BELOW, "core", "alembic"}
    assert not [name for name in Base.metadata.tables if name.partition("_")[0] not in owners]


def test_names_of_versioned_tables_fit_postgresql():
    versioned = [m.class_ for m in Base.registry.mappers if is_versioned(m.class_)]
    assert versioned
    assert not [m.__tablename__ for m in versioned if len(m.__tablename__) > LONGEST_NAME]


def test_relationships_are_loaded_on_purpose_or_raise():
    for mapper in Base.registry.mappers:
        if mapper.class_.__name__.endswith("Version") or "_version" in str(mapper.local_table):
            continue
        for relation in mapper.relationships:
            if relation.key not in ("versions",):
                assert relation.lazy in ("raise", "raise_on_sql", "dynamic"), (
                    f"{mapper}.{relation.key}"
                )


def test_commit_stands_in_one_file():
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("sims", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if "session.commit(" in path.read_text()
    ]
    assert found == ["sims/database.py"]


def test_every_route_says_who_may_come_in(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[2] == "static":
            continue
        with app.app_context():
            needed = access_of(rule.endpoint)
        assert needed is not None, (
            f"{rule.endpoint} is neither @require(…) nor @public nor @signed_in"
        )


def test_every_permission_a_route_needs_is_declared(app):
    with app.app_context():
        names = {permission.name for permission in provided(contracts.Permission)} | {
            PUBLIC,
            SIGNED_IN,
            REVIEWS,
        }
        for rule in app.url_map.iter_rules():
            if rule.endpoint.rpartition(".")[2] != "static":
                assert access_of(rule.endpoint) in names, rule.endpoint


def test_permissions_begin_with_their_plugin(app):
    with app.app_context():
        for plugin in plugins():
            for thing in plugin.provides:
                if isinstance(thing, contracts.Permission | contracts.Record | contracts.Metric):
                    assert thing.name.startswith(f"{plugin.name}."), thing.name


def test_menus_lead_somewhere_and_panels_have_templates(app):
    with app.app_context():
        for item in provided(contracts.MenuItem):
            assert item.endpoint in app.view_functions
        for panel in provided(contracts.Panel):
            assert app.jinja_env.get_template(panel.template)
        for record in provided(contracts.Record):
            assert record.endpoint in app.view_functions


def test_rules_have_unique_codes_words_and_a_source(app):
    with app.app_context():
        rules = [rule for record in provided(contracts.Record) for rule in record.rules]
        assert len({rule.code for rule in rules}) == len(rules)
        assert all(rule.message and rule.source and rule.fields for rule in rules)


def test_every_kind_of_the_contract_is_documented_and_exemplified():
    text = (ROOT / "docs" / "plugins.md").read_text()
    kinds = [
        kind
        for _, kind in inspect.getmembers(contracts, inspect.isclass)
        if kind.__module__.startswith("sims.contracts.")
    ]
    for kind in kinds:
        assert f"## {kind.__name__}" in text, f"docs/plugins.md has no page for {kind.__name__}"
        if kind.__name__ not in ("Figure", "Access"):
            assert ">>>" in kind.__doc__, f"{kind.__name__} has no example"


def test_starting_makes_no_query():
    """In a process of its own, against a database that does not answer."""
    script = (
        "from sims.app import create_app; "
        "create_app({'DATABASE_URL': 'postgresql+psycopg://nobody@127.0.0.1:9/none', 'ENV': 'testing'})"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=60)


WITHOUT = """
import os, sys, traceback
from sims.app import create_app

def starts(name, rest):
    app = create_app({'PLUGINS': rest, 'ENV': 'testing'})
    assert not [module for module in sys.modules if module.startswith(f'plugins.{name}')]
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f'{name}.')]
    assert app.test_client().get('/healthz').status_code == 200

for name, rest in CASES:
    child = os.fork()
    if not child:
        try:
            starts(name, rest)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f'SIMS does not start without {name}')
"""


def test_sims_starts_without_any_one_of_them():
    """Each in a process of its own: what is imported once can't be taken back. They share what is no plugin."""
    cases = [
        (plugin.name, tuple(o.name for o in PLUGINS if plugin.name not in required(o.name)))
        for plugin in PLUGINS
    ]
    script = WITHOUT.replace("CASES", repr(cases))
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=120)


def test_every_queue_has_a_listener(app):
    """`enqueue(on=…)` names only queues the worker serves."""
    for folder in ("sims", "plugins"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "enqueue":
                    for keyword in node.keywords:
                        if keyword.arg == "on":
                            assert ast.literal_eval(keyword.value) in app.config["QUEUES"], path


def test_the_mapped_tables_are_what_the_notes_call_them():
    """Table and index names of the migration notes are fixed (domain.md)."""
    inspect_names = {
        index.name for table in Base.metadata.tables.values() for index in table.indexes
    }
    for name in ("idx_users_supervisor", "idx_rotations_dates", "idx_logbook_analytics",
                 "idx_logbook_title_text", "idx_notifications_unread"):  # fmt: skip
        assert name in inspect_names
    assert {"users_user", "users_supervision", "rotations_rotation", "logbook_logbookentry",
            "logbook_review", "notifications_notification",
            "notifications_notificationpreference"} <= set(Base.metadata.tables)  # fmt: skip
    assert isinstance(Base.metadata, sa.MetaData)
