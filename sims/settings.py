"""Settings: defaults from `config/` and the plugins, overridden by `SIMS_*`, checked before anything starts."""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from sims.contracts import Setting
from sims.plugin import Plugin, installed

ENVIRONMENTS = ("development", "testing", "production")
NOT_SETTINGS = {
    "SIMS_ENV",
    "SIMS_INSTANCE",
    "SIMS_TEST_DATABASE_URL",
    "SIMS_REQUIRE_BROWSER",
    "SIMS_BENCH_SIZE",
}
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
SHORTEST_SECRET = 32


class SettingsError(RuntimeError):
    """A setting is unknown, ill-typed or unsafe. The message names it and says what to do."""


@dataclass(frozen=True)
class Declared:
    """A setting as it is in force: who declares it (a plugin's name, or "core"), and where its value comes from."""

    name: str
    setting: Setting
    owner: str
    source: str


def read(environ: Mapping[str, str], overrides: Mapping[str, object]) -> dict[str, object]:
    """The core's settings: `config/default.py`, then the environment's file, `SIMS_*`, then `overrides`.

    Settings of plugins are still missing (which plugins there are is itself a setting); `add_plugins`
    puts them in. Raises `SettingsError`.
    """
    environment = str(overrides.get("ENV") or environ.get("SIMS_ENV") or "development")
    if environment not in ENVIRONMENTS:
        raise SettingsError(
            f"SIMS_ENV is '{environment}'; it must be one of {', '.join(ENVIRONMENTS)}."
        )
    settings: dict[str, object] = {
        "ENV": environment,
        "INSTANCE": instance_folder(environ, overrides),
    }
    of_environment = _constants(f"config.{environment}")
    for name, setting in core().items():
        settings[name] = of_environment.pop(name, setting.default)
        if f"SIMS_{name}" in environ:
            settings[name] = typed(name, environ[f"SIMS_{name}"], setting)
    return {**settings, **of_environment, **overrides}


def core() -> dict[str, Setting]:
    """The core's settings, by name."""
    found = _constants("config.default")
    return {name: value for name, value in found.items() if isinstance(value, Setting)}


def add_plugins(
    settings: dict[str, object],
    plugins: tuple[Plugin, ...],
    environ: Mapping[str, str],
    overrides: Mapping[str, object],
) -> None:
    """Add the plugins' own settings in place, and refuse every `SIMS_*` variable nobody declared."""
    known = set(core())
    for plugin in plugins:
        for name, setting in plugin.settings.items():
            value = environ.get(f"SIMS_{name}")
            settings[name] = setting.default if value is None else typed(name, value, setting)
            known.add(name)
    settings.update(overrides)
    unknown = {name for name in environ if name.startswith("SIMS_")} - NOT_SETTINGS
    unknown -= {f"SIMS_{key}" for key in known}
    # A disabled plugin's settings may stay in the environment: it will be switched on again.
    off = tuple(f"SIMS_{name.upper()}_" for name in installed())
    unknown = {name for name in unknown if not name.startswith(off)}
    if unknown:
        raise SettingsError(
            f"No such setting: {', '.join(sorted(unknown))}. `flask settings` lists every one; "
            "take it out or mend its name."
        )


def declared(
    plugins: tuple[Plugin, ...],
    environ: Mapping[str, str],
    environment: str,
    overrides: Collection[str] = (),
) -> list[Declared]:
    """Every setting there is, the core's first, each with where its value comes from."""
    of_environment = _constants(f"config.{environment}")

    def source(name: str) -> str:
        if name in overrides:
            return "create_app"
        if f"SIMS_{name}" in environ:
            return f"SIMS_{name}"
        return f"config/{environment}.py" if name in of_environment else "default"

    owners = [("core", core()), *((plugin.name, plugin.settings) for plugin in plugins)]
    return [
        Declared(name, setting, owner, source(name))
        for owner, settings in owners
        for name, setting in settings.items()
    ]


def said(value: object, setting: Setting) -> str:
    """A value as a person reads it: a secret masked, of an address with a password only that part."""
    if setting.secret:
        address = urlsplit(str(value))
        if not address.hostname and not address.path.startswith("/"):
            return "(set)" if value else "(empty)"
        hidden = re.sub(r"(?<=:)[^:@/]*(?=@)", "***", str(value), count=1)
        return re.sub(r"(password|secret|key)=[^&]*", r"\1=***", hidden)
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_markdown(declared: Sequence[Declared]) -> str:
    """docs/feature-flags.md: every switch, then every other setting, by who declares them."""
    lines = [
        "# Feature flags and settings",
        "",
        "Made by `flask settings --markdown > docs/feature-flags.md` from what the core (`config/default.py`) and the plugins "
        "(`plugin.py`) declare; a test holds it to them.",
        "",
        "A whole module is switched on by its name in `SIMS_PLUGINS`, and off by taking it out: its pages, menu, search, reports and "
        "schedules vanish, its tables stay. Smaller things are switches below. `flask settings` says what is in force here and why.",
    ]
    for title, wanted in (("Switches", True), ("Other settings", False)):
        lines += [
            "",
            f"## {title}",
            "",
            "| setting | of | default | meaning |",
            "|---|---|---|---|",
        ]
        for each in declared:
            setting = each.setting
            if setting.is_switch == wanted:
                default = said(setting.default, replace(setting, secret=False))
                some = f" One of: {', '.join(setting.choices)}." if setting.choices else ""
                shown = f"`{default}`" if default else "empty"
                name = f"`SIMS_{each.name}`{' (secret)' if setting.secret else ''}"
                lines.append(f"| {name} | {each.owner} | {shown} | {setting.meaning}{some} |")
    return "\n".join(lines) + "\n"


def complete(settings: dict[str, object]) -> None:
    """Fill what is derived from the instance folder, and refuse what is unsafe. Raises `SettingsError`."""
    instance = Path(str(settings["INSTANCE"]))
    production = settings["ENV"] == "production"
    if production:
        _refuse_unsafe(settings)
    try:
        ZoneInfo(str(settings["TIMEZONE"]))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            f"SIMS_TIMEZONE is '{settings['TIMEZONE']}', which is no time zone. "
            "Use a name such as Asia/Karachi or Europe/London."
        ) from error
    try:
        instance.mkdir(parents=True, exist_ok=True)
        settings["SECRET_KEY"] = settings["SECRET_KEY"] or _own_secret(instance)
    except OSError as error:
        raise SettingsError(
            f"The instance folder {instance} can't be written ({error.strerror}). "
            "Make it writable or name another with SIMS_INSTANCE."
        ) from error
    settings["DATABASE_URL"] = (
        with_driver(str(settings["DATABASE_URL"])) or f"sqlite:///{instance}/sims.db"
    )
    _address("DATABASE_URL", str(settings["DATABASE_URL"]))
    settings["REPLICA_URL"] = with_driver(str(settings["REPLICA_URL"]))
    if settings["REPLICA_URL"]:
        _address("REPLICA_URL", str(settings["REPLICA_URL"]))
    if settings["REPLICA_URL"] and not str(settings["DATABASE_URL"]).startswith("postgresql"):
        raise SettingsError(
            "SIMS_REPLICA_URL names a replica, but the database is no PostgreSQL. Take it out, or set SIMS_DATABASE_URL."
        )
    settings["REDIS_URL"] = settings["REDIS_URL"] or f"unix://{redis_socket(instance)}"
    settings["FILES_URL"] = settings["FILES_URL"] or str(instance / "files")


def instance_folder(environ: Mapping[str, str], overrides: Mapping[str, object]) -> str:
    """The folder for everything this installation writes: `SIMS_INSTANCE`, else `instance/` here."""
    named = overrides.get("INSTANCE") or environ.get("SIMS_INSTANCE")
    return str(Path(str(named)).resolve() if named else Path(__file__).parent.parent / "instance")


def redis_socket(instance: Path) -> Path:
    """Where the embedded server listens. A socket's path is limited to about 100 characters."""
    socket = instance / "valkey.sock"
    if len(str(socket)) <= 90:
        return socket
    digest = hashlib.sha256(str(instance).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"sims-{digest}" / "valkey.sock"


def _constants(module: str) -> dict[str, object]:
    return {key: value for key, value in vars(import_module(module)).items() if key.isupper()}


def typed(name: str, text: str, setting: Setting) -> object:
    """What `text` says of a setting, in the type of its default. Raises `SettingsError` naming the variable."""
    value = _typed(name, text, setting.default)
    if setting.choices and value not in setting.choices:
        raise SettingsError(
            f"SIMS_{name} is '{text}'; it must be one of {', '.join(setting.choices)}."
        )
    if isinstance(value, int) and not isinstance(value, bool) and value < setting.least:
        raise SettingsError(f"SIMS_{name} is {text}; it must be at least {setting.least}.")
    return value


def _typed(name: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        if text.lower() in TRUE | FALSE:
            return text.lower() in TRUE
        raise SettingsError(f"SIMS_{name} is '{text}'; it must be true or false.")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise SettingsError(f"SIMS_{name} is '{text}'; it must be a whole number.") from None
    if isinstance(default, tuple):
        words = (part.strip() for part in text.split(",") if part.strip())
        return tuple(_typed(name, word, default[0] if default else "") for word in words)
    return text


def _refuse_unsafe(settings: Mapping[str, object]) -> None:
    secret = str(settings["SECRET_KEY"])
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < 10:
        raise SettingsError(
            f"SIMS_SECRET_KEY must be set to at least {SHORTEST_SECRET} random characters in production, "
            "the same on every host. Make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    if settings.get("DEBUG") or os.environ.get("FLASK_DEBUG", "0").lower() not in FALSE:
        raise SettingsError(
            "Debug mode shows secrets to visitors; unset FLASK_DEBUG in production."
        )
    if not settings["SESSION_COOKIE_SECURE"]:
        raise SettingsError(
            "SIMS_SESSION_COOKIE_SECURE is off: cookies would travel over plain http. "
            "Take the variable out, and serve SIMS over https."
        )
    if not str(settings["EXTERNAL_URL"]).startswith("https://"):
        raise SettingsError(
            "SIMS_EXTERNAL_URL must be the https:// address under which people reach SIMS: links in mails "
            "(a new password) begin with it, and a visitor must not be able to choose it."
        )
    if not settings["DATABASE_URL"] or not settings["REDIS_URL"]:
        raise SettingsError(
            "Production needs real servers: set SIMS_DATABASE_URL and SIMS_REDIS_URL."
        )


def _own_secret(instance: Path) -> str:
    path = instance / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


def _address(name: str, url: str) -> None:
    """Refuse what is no address of a database, without repeating it: it may hold a password."""
    try:
        kind = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("postgresql", "sqlite"):
        raise SettingsError(
            f"SIMS_{name} is no address of a database SIMS knows. It reads postgresql://user:password@host/name, "
            "or sqlite:////folder/sims.db."
        )


def with_driver(url: str) -> str:
    """`url` with the one PostgreSQL driver SIMS ships (psycopg 3) named."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
