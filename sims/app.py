"""The application factory: settings, plugins, then each part of the core in its turn."""

import os
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import cast

import sqlalchemy as sa
from flask import Flask

from sims import (
    cache,
    cli,
    database,
    drafts,
    files,
    jobs,
    logs,
    mail,
    migrate,
    permissions,
    plugin,
    proofs,  # noqa: F401 - its table belongs to the core, as the next one's
    queues,
    runs,
    saved,  # noqa: F401
    settings,
    upgrading,
    versioning,
    web,
)
from sims.backup import making
from sims.contracts import MenuItem, Metric, Panel, Permission, Record, Schedule, Subscriber
from sims.events import Deleted, RecordEvent

CORE_PROVIDES = (
    MenuItem(
        label="Home",
        endpoint="core.dashboard",
        icon="house",
        permission=permissions.SIGNED_IN,
        order=0,
        phone=True,
    ),
    MenuItem(
        label="Review",
        endpoint="core.review",
        icon="clipboard-check",
        permission=permissions.REVIEWS,
        order=15,
        phone=True,
        badge=queues.total,
        within="/queue",
    ),
    Permission(name="core.jobs.manage", label="Look after jobs and mails", roles=("admin",)),
    MenuItem(
        label="Jobs", endpoint="core.jobs", icon="cog", permission="core.jobs.manage", order=95
    ),
    Metric(name="core.queue", label="Waiting for you", value=queues.figure, order=10),
    Panel(
        slot="dashboard",
        template="_queues.html",
        data=queues.panel,
        permission=permissions.REVIEWS,
        order=10,
    ),
    Schedule(name="core-backup", cron="0 0 * * *", job=making.nightly),
    Schedule(name="core-mail", cron="*/5 * * * *", job=mail.sweep),
    Schedule(name="core-runs", cron="* * * * *", job=runs.sweep),
    Schedule(name="core-drafts", cron="0 3 * * *", job=drafts.sweep),
    Schedule(name="core-files", cron="30 3 * * *", job=files.sweep),
    Subscriber(event=Deleted, handler=files.forget),
    Subscriber(event=RecordEvent, handler=cache.changed, many=cache.changed_many),
)


def create_app(overrides: Mapping[str, object] | None = None) -> Flask:
    """SIMS with the settings in force; `overrides` (setting → value) is for tests and embedding.

    Raises `SettingsError` or `PluginError`, whose message says what to mend. No query is made.
    """
    overrides = dict(overrides or {})
    values = settings.read(os.environ, overrides)
    enabled = plugin.load(cast("tuple[str, ...]", values["PLUGINS"]))
    settings.add_plugins(values, enabled, os.environ, overrides)
    settings.complete(values)

    app = Flask("sims", instance_path=str(values["INSTANCE"]))
    app.config.from_mapping(values)
    app.extensions["sims.plugins"] = enabled
    app.extensions["sims.settings"] = settings.declared(
        enabled, os.environ, str(values["ENV"]), overrides
    )
    app.extensions["sims.provided"] = {}
    app.extensions["sims.core_provides"] = CORE_PROVIDES
    app.extensions["sims.packages"] = _packages(enabled)

    sa.orm.configure_mappers()
    for record in (
        thing for entry in enabled for thing in entry.provides if isinstance(thing, Record)
    ):
        for part in record.parts:
            versioning.index_link(part.model, part.link)
    logs.init_app(app)
    database.init_app(app)
    jobs.init_app(app)
    migrate.init_app(app)
    upgrading.init_app(app)
    web.init_app(app)
    for entry in enabled:
        for blueprint in entry.blueprints:
            app.register_blueprint(blueprint)
        if entry.init_app:
            entry.init_app(app)
    permissions.init_app(app)
    cli.init_app(app)
    return app


def _packages(enabled: tuple[plugin.Plugin, ...]) -> tuple[str, ...]:
    points: dict[str, EntryPoint] = plugin.installed()
    return tuple(points[entry.name].module.rpartition(".")[0] for entry in enabled)
