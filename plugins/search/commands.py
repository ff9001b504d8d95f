"""`flask search …`: make the documents anew, compare them with the rows."""

import click
from flask.cli import with_appcontext

from plugins.search import documents


@click.group()
def search() -> None:
    """What search holds of every row."""


@search.command()
@with_appcontext
def rebuild() -> None:
    """Make every document anew; SIMS may run on meanwhile."""
    for record, rows in documents.rebuild():
        click.echo(f"{record.plural}: {rows:,}")


@search.command()
@with_appcontext
def check() -> None:
    """Say whether every row has its document and no other is there; exit code 1 where not."""
    total = 0
    for found in documents.compare():
        total += found.total
        if found.total:
            click.echo(
                f"{found.record.plural}: {found.missing:,} missing, {found.stale:,} out of date,"
                f" {found.orphaned:,} of rows that are gone"
            )
    if total:
        raise click.ClickException(f"{total:,} documents differ. Mend them: flask search rebuild")
    click.echo("Every row is found by what it says.")
