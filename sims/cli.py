"""The commands of `flask`: what runs behind the scenes, and whatever the plugins add."""

from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from sims import jobs
from sims.adopting.commands import adopt
from sims.backup.commands import backup, backups, restore
from sims.contracts import Command, Seed
from sims.database import commit
from sims.demo import demo
from sims.plugin import provided
from sims.settings import Declared, as_markdown, said


def init_app(app: Flask) -> None:
    """Add the core's commands and those of the enabled plugins."""
    for command in (worker, scheduler, seed, settings, demo, backup, backups, restore, adopt):
        app.cli.add_command(command)
    with app.app_context():
        for entry in provided(Command):
            app.cli.add_command(entry.command)


def _app() -> Flask:
    """The application itself, not the proxy: it is handed to code that outlives this context."""
    return cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]


@click.command()
@click.option("--burst", is_flag=True, help="Stop when every queue is empty.")
@with_appcontext
def worker(burst: bool) -> None:
    """Serve the job queues; SIGTERM lets the running job finish."""
    jobs.work(_app(), burst=burst)


@click.command()
@click.option("--once", is_flag=True, help="Look once at what is due, then stop.")
@with_appcontext
def scheduler(once: bool) -> None:
    """Enqueue scheduled jobs when they are due."""
    jobs.schedule(_app(), once=once)


@click.command()
@with_appcontext
def seed() -> None:
    """Add the rows every installation starts with, where they are missing."""
    for entry in provided(Seed):
        added = entry.load()
        commit()
        click.echo(f"{entry.label}: {added} added")


@click.command()
@click.option(
    "--markdown", is_flag=True, help="As docs/feature-flags.md: what there is, not what is set."
)
@with_appcontext
def settings(markdown: bool) -> None:
    """Say every setting, what is in force, and where that comes from; secrets are masked."""
    declared: list[Declared] = current_app.extensions["sims.settings"]
    if markdown:
        click.echo(as_markdown(declared), nl=False)
        return
    for each in declared:
        value = said(current_app.config[each.name], each.setting)
        click.echo(f"{each.name} = {value}  ({each.source})")
