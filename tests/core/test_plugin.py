"""Loading plugins: what is refused, in which words, and in which order they come."""

from importlib.metadata import EntryPoint

import pytest

from sims import plugin as plugins
from sims.contracts import Setting
from sims.plugin import Plugin, PluginError, load


@pytest.fixture
def offer(monkeypatch):
    """A function that makes these manifests the installed plugins."""

    def make(*manifests, names=()):
        points = {}
        for manifest, name in zip(manifests, names or [m.name for m in manifests], strict=True):
            points[name] = EntryPoint(name, f"{__name__}:{name}", plugins.GROUP)
            monkeypatch.setitem(globals(), name, manifest)
        monkeypatch.setattr(plugins, "installed", lambda: points)

    return make


def test_requirements_come_first_whatever_the_order_in_config(offer):
    offer(
        Plugin(name="top", label="Top", requires=("mid", "base")),
        Plugin(name="base", label="Base"),
        Plugin(name="mid", label="Mid", requires=("base",)),
    )
    for order in (("top", "mid", "base"), ("base", "top", "mid")):
        assert [plugin.name for plugin in load(order)] == ["base", "mid", "top"]


def test_a_typo_names_what_is_installed(offer):
    offer(Plugin(name="logbook", label="Logbook"))
    with pytest.raises(PluginError, match=r"'logbok', which is not installed\. Installed: logbook"):
        load(["logbok"])


def test_a_missing_requirement_names_the_remedy(offer):
    offer(Plugin(name="top", label="Top", requires=("base",)), Plugin(name="base", label="Base"))
    with pytest.raises(PluginError, match=r"needs 'base'\. Add 'base' to PLUGINS"):
        load(["top"])


def test_a_circle_is_drawn(offer):
    offer(
        Plugin(name="aa", label="A", requires=("bb",)),
        Plugin(name="bb", label="B", requires=("aa",)),
    )
    with pytest.raises(PluginError, match="aa → bb → aa"):
        load(["aa", "bb"])


def test_a_fault_in_a_plugin_names_it(monkeypatch):
    broken = EntryPoint("broken", "no.such.module:plugin", plugins.GROUP)
    monkeypatch.setattr(plugins, "installed", lambda: {"broken": broken})
    with pytest.raises(PluginError, match=r"Plugin 'broken' \(no.such.module:plugin\)"):
        load(["broken"])


def test_the_entry_point_and_the_name_are_one(offer):
    offer(Plugin(name="other", label="Other"), names=("named",))
    with pytest.raises(PluginError, match="named as its entry point 'named'"):
        load(["named"])


def test_settings_carry_the_plugins_name(offer):
    offer(Plugin(name="logbook", label="Logbook", settings={"PAGE": Setting(5, "Rows.")}))
    with pytest.raises(PluginError, match="must start with LOGBOOK_"):
        load(["logbook"])


def test_something_else_than_a_manifest_is_refused(offer):
    offer("not a plugin", names=("odd",))
    with pytest.raises(PluginError, match=r"is no sims\.plugin\.Plugin"):
        load(["odd"])
