"""Settings: where they come from, and everything that is refused before SIMS starts."""

from pathlib import Path

import pytest

from sims import settings
from sims.contracts import Setting
from sims.plugin import Plugin
from sims.settings import SettingsError

GOOD = {
    "SIMS_ENV": "production",
    "SIMS_EXTERNAL_URL": "https://sims.example.org",
    "SIMS_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "SIMS_DATABASE_URL": "postgresql://sims@db/sims",
    "SIMS_REDIS_URL": "redis://cache/0",
}


def start(tmp_path, environ, **overrides):
    values = settings.read(environ, {"INSTANCE": str(tmp_path), **overrides})
    settings.add_plugins(values, (), environ, overrides)
    settings.complete(values)
    return values


def test_the_environment_overrides_the_default_with_its_type(tmp_path):
    values = start(
        tmp_path, {"SIMS_PAGE_SIZE": "20", "SIMS_SMTP_STARTTLS": "yes", "SIMS_PLUGINS": "a, b"}
    )
    assert (values["PAGE_SIZE"], values["SMTP_STARTTLS"], values["PLUGINS"]) == (
        20,
        True,
        ("a", "b"),
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SIMS_PAGE_SIZE", "many", "must be a whole number"),
        ("SIMS_SMTP_STARTTLS", "perhaps", "must be true or false"),
        ("SIMS_ENV", "prod", "must be one of"),
        ("SIMS_TIMEZONE", "Karachi", "is no time zone"),
        ("SIMS_MAIL", "pigeon", "must be one of smtp"),
        ("SIMS_PAGESIZE", "5", "No such setting: SIMS_PAGESIZE"),
        ("SIMS_PAGE_SIZE", "0", "must be at least 1"),
        ("SIMS_LOG_LEVEL", "LOUD", "must be one of DEBUG"),
        ("SIMS_JOB_RETRIES", "10, soon", "must be a whole number"),
    ],
)
def test_a_wrong_value_is_refused_by_name(tmp_path, name, value, words):
    with pytest.raises(SettingsError, match=words) as refused:
        start(tmp_path, {name: value})
    assert name in str(refused.value)


def test_a_plugins_setting_is_known_only_with_the_plugin(tmp_path):
    plugin = Plugin(
        name="demo", label="Demo", settings={"DEMO_SIZE": Setting(3, "How many.", least=1)}
    )
    environ = {"SIMS_DEMO_SIZE": "4"}
    values = settings.read(environ, {"INSTANCE": str(tmp_path)})
    settings.add_plugins(values, (plugin,), environ, {})
    assert values["DEMO_SIZE"] == 4
    with pytest.raises(SettingsError, match="SIMS_DEMO_SIZE"):
        settings.add_plugins(settings.read(environ, {}), (), environ, {})


def test_production_starts_when_everything_is_right(tmp_path):
    values = start(tmp_path, GOOD)
    assert values["DATABASE_URL"] == "postgresql+psycopg://sims@db/sims"
    assert values["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SIMS_SECRET_KEY": ""}, "SIMS_SECRET_KEY must be set"),
        ({"SIMS_SECRET_KEY": "short"}, "SIMS_SECRET_KEY must be set"),
        ({"SIMS_SECRET_KEY": "a" * 64}, "SIMS_SECRET_KEY must be set"),
        ({"SIMS_SESSION_COOKIE_SECURE": "false"}, "plain http"),
        ({"SIMS_EXTERNAL_URL": ""}, "SIMS_EXTERNAL_URL must be"),
        ({"SIMS_EXTERNAL_URL": "http://sims.example.org"}, "SIMS_EXTERNAL_URL must be"),
        ({"SIMS_DATABASE_URL": ""}, "real servers"),
        ({"SIMS_REDIS_URL": ""}, "real servers"),
    ],
)
def test_production_refuses_what_is_unsafe(tmp_path, change, words):
    with pytest.raises(SettingsError, match=words):
        start(tmp_path, GOOD | change)


def test_production_refuses_debug_mode(tmp_path, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(SettingsError, match="unset FLASK_DEBUG"):
        start(tmp_path, GOOD)


def test_the_own_secret_is_made_once_and_private(tmp_path):
    first = start(tmp_path, {})["SECRET_KEY"]
    assert first == start(tmp_path, {})["SECRET_KEY"]
    assert len(first) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_folder_that_cant_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="can't be written"):
        start(tmp_path / "file" / "instance", {})


def test_a_long_instance_path_gets_a_short_socket(tmp_path):
    long = tmp_path / ("x" * 90)
    assert len(str(settings.redis_socket(long))) < 100


@pytest.mark.parametrize(
    "url", ["geheim", "mysql://a:geheim@b/c", "postgresql//geheim", "://geheim"]
)
def test_what_is_no_address_of_a_database_is_refused_without_repeating_it(tmp_path, url):
    with pytest.raises(SettingsError, match="SIMS_DATABASE_URL is no address") as refused:
        start(tmp_path, {"SIMS_DATABASE_URL": url})
    assert "geheim" not in str(refused.value)


def test_a_tuple_of_numbers_from_the_environment_holds_numbers(tmp_path):
    assert start(tmp_path, {"SIMS_JOB_RETRIES": "1,2"})["JOB_RETRIES"] == (1, 2)


def test_the_command_says_what_is_in_force_and_why_and_keeps_secrets(make_app, monkeypatch):
    monkeypatch.setenv("SIMS_PAGE_SIZE", "20")
    monkeypatch.setenv("SIMS_SMTP_PASSWORD", "geheim-geheim")
    app = make_app(DATABASE_URL="postgresql+psycopg://sims:geheim-geheim@db/sims")
    told = app.test_cli_runner().invoke(args=["settings"]).output
    assert "PAGE_SIZE = 20  (SIMS_PAGE_SIZE)" in told
    assert "STYLEGUIDE = true  (config/testing.py)" in told
    assert "SEARCH_HISTORY_DAYS = 365  (default)" in told
    assert "DATABASE_URL = postgresql+psycopg://sims:***@db/sims  (create_app)" in told
    assert "SMTP_PASSWORD = (set)" in told
    assert "geheim" not in told
    assert app.config["SECRET_KEY"] not in told


def test_every_setting_says_what_it_means_and_the_document_lists_all(make_app):
    app = make_app()
    for each in app.extensions["sims.settings"]:
        assert each.setting.meaning.endswith((".", "”")), each.name
        assert type(app.config[each.name]) is type(each.setting.default), each.name
    document = (Path(__file__).parents[2] / "docs" / "feature-flags.md").read_text()
    assert document == app.test_cli_runner().invoke(args=["settings", "--markdown"]).output
