"""`flask audit archive`, `archives`, `restore`: old history into files, what there is, and back."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from plugins.audit.archive import storing
from plugins.audit.archive.models import Archive
from sims.database import db
from sims.errors import DomainError


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=0),
    help="Days; AUDIT_KEEP_HISTORY_DAYS if not given.",
)
@click.option("--dry-run", is_flag=True, help="Only say how many rows would go.")
@with_appcontext
def archive(days: int | None, dry_run: bool) -> None:
    """Put history that is long over into compressed files; what is valid now always stays."""
    before = storing.cut_off(days)
    total = 0
    if dry_run:
        for table, rows in storing.waiting(before):
            total += rows
            click.echo(f"{table}: {rows:,} rows")
        click.echo(f"{total:,} rows ended before {before:%Y-%m-%d}. Nothing was changed.")
        return
    try:
        for put in storing.archive(before):
            total += put.rows
            click.echo(f"{put.name}: {put.rows:,} rows, {put.size:,} bytes")
    except (DomainError, OSError) as error:
        raise click.ClickException(
            f"{error}\nWhat is listed above is archived; everything else is where it was. Mend it and run this again."
        ) from error
    click.echo(f"{total:,} rows that ended before {before:%Y-%m-%d} are archived.")


@click.command()
@click.option("--verify", is_flag=True, help="Read every file and compare its checksums.")
@with_appcontext
def archives(verify: bool) -> None:
    """List the files of the archive; with --verify, exit code 1 where one is damaged."""
    bad = 0
    for one in db.session.scalars(sa.select(Archive).order_by(Archive.id)):
        fault = storing.damaged(one) if verify else ""
        bad += bool(fault)
        click.echo(
            f"{one.name}: {one.rows:,} rows of {one.table}, {one.state}{f' - {fault}' if fault else ''}"
        )
    if bad:
        raise click.ClickException(f"{bad} files are damaged. Bring them back from a backup.")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--table", help="All files of this table.")
@with_appcontext
def restore(names: tuple[str, ...], table: str | None) -> None:
    """Put the rows of files (by NAMES, or all of a table) back; running it twice changes nothing."""
    if not names and not table:
        raise click.UsageError("Name files (see flask audit archives), or a table with --table.")
    chosen = sa.or_(Archive.name.in_(names), Archive.table == table if table else sa.false())
    found = list(db.session.scalars(sa.select(Archive).where(chosen).order_by(Archive.id)))
    unknown = set(names) - {one.name for one in found}
    if unknown:
        raise click.BadParameter(f"There is no file {', '.join(sorted(unknown))} in the archive.")
    for one in found:
        try:
            click.echo(f"{one.name}: {storing.restore(one):,} of {one.rows:,} rows put back")
        except (DomainError, LookupError) as error:
            db.session.rollback()
            raise click.ClickException(str(error)) from error
