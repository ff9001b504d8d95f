"""`flask audit …`: whether the log is whole, and how far it has come."""

import json
from itertools import islice
from typing import IO

import click
from flask.cli import with_appcontext

from plugins.audit import verifying
from plugins.audit.archive.commands import archive, archives, restore

SHOWN = 20


@click.group()
def audit() -> None:
    """The activity log and the archive of history."""


for command in (archive, archives, restore):
    audit.add_command(command)


@audit.command()
@click.option(
    "--seal", type=click.File("r"), help="What `flask audit seal` printed on another day."
)
@with_appcontext
def verify(seal: IO[str] | None) -> None:
    """Say whether every entry is what SIMS wrote and none is missing; exit code 1 where not."""
    try:
        seals = verifying.seals_in(seal.read()) if seal else {}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--seal") from error
    found = list(islice(verifying.faults(seals), SHOWN))
    for fault in found:
        click.echo(f"{fault.kind}: {fault.words}")
    if found:
        more = f" The first {SHOWN} are shown." if len(found) == SHOWN else ""
        raise click.ClickException(f"The activity log is not what SIMS wrote.{more}")
    click.echo(f"All {verifying.number():,} entries are as SIMS wrote them, and none is missing.")


@audit.command()
@with_appcontext
def seal() -> None:
    """Print how far the log has come, as JSON. Keep it where nobody reaches who can write to the database."""
    click.echo(json.dumps(verifying.sealed(), sort_keys=True))
