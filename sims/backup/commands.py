"""`flask backup`, `backups` and `restore`."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from sims.backup import making, parts, restoring
from sims.database import commit
from sims.errors import DomainError


@click.command()
@with_appcontext
def backup() -> None:
    """Write the database as of now, and its files, into a new folder of BACKUP_DIR; delete all but the newest BACKUP_KEEP."""
    try:
        made = making.make()
    except (DomainError, OSError) as error:
        raise click.ClickException(
            f"{error}\nNo backup was made; earlier ones are as they were."
        ) from error
    click.echo(f"{made.folder}: {made.rows:,} rows, {made.files:,} files, {made.size:,} bytes")
    for token in made.missing:
        click.echo(
            f"File {token} was gone before: its row is in the backup, its bytes are not.", err=True
        )
    for folder in making.thin_out():
        click.echo(f"{folder.name} deleted")


@click.command()
@with_appcontext
def backups() -> None:
    """List the backups in BACKUP_DIR."""
    for folder in making.all_made():
        size = sum(entry.stat().st_size for entry in folder.iterdir())
        click.echo(f"{folder}  {size:,} bytes")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--rehearse", is_flag=True, help="Into a scratch database, compared row by row, and gone again."
)
@with_appcontext
def restore(folder: Path, rehearse: bool) -> None:
    """Read a backup into the database SIMS_DATABASE_URL names, which must be empty; exit code 1 where it is not whole."""
    try:
        done = restoring.rehearse(folder) if rehearse else restoring.restore(folder)
        commit()  # a rollback would take the files away again
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for fault in done.faults:
        click.echo(fault, err=True)
    if done.faults:
        raise click.ClickException(
            f"{len(done.faults)} differences to what {folder / parts.MANIFEST} says."
        )
    said = "can be restored: " if rehearse else "restored: "
    click.echo(f"{folder} {said}{done.rows:,} rows and {done.files:,} files, compared one by one")
