"""`flask catalogue …`: load what SIMS ships, import code maps."""

from typing import IO

import click
from flask.cli import with_appcontext

from plugins.catalogue import codes, shipped
from plugins.catalogue.models import SYSTEMS
from sims.database import commit
from sims.errors import Invalid


@click.group()
def catalogue() -> None:
    """Procedures, diagnoses, skills, targets, codes."""


@catalogue.command()
@click.option("--refresh", is_flag=True, help="Set changed rows to the shipped values again.")
@with_appcontext
def load(refresh: bool) -> None:
    """Add the shipped rows that are missing (`flask seed` does it too); your own are left alone."""
    added = shipped.load(refresh)
    commit()
    click.echo(f"{added} rows added{' and the others refreshed' if refresh else ''}.")


@catalogue.command("import-codes")
@click.argument("system", type=click.Choice(SYSTEMS, case_sensitive=False))
@click.argument("file", type=click.File("rb"))
@with_appcontext
def import_codes(system: str, file: IO[bytes]) -> None:
    """Add the codes of SYSTEM from a CSV FILE with the columns name, code and perhaps category."""
    try:
        added = codes.import_codes(system, file.read())
    except Invalid as error:
        listed = "\n".join(problem.message for problem in error.problems)
        raise click.ClickException(f"Nothing was imported.\n{listed}") from error
    commit()
    click.echo(f"{added} codes added.")
