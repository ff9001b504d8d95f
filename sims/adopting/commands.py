"""`flask adopt`: a trial with a report of every row that breaks a rule, then the taking, then the comparison."""

import csv
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from sims.adopting import comparing, taking
from sims.adopting.old import Old
from sims.settings import with_driver


@click.command()
@click.argument("url")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Do it all and take it back; only say what would become of the rows.",
)
@click.option(
    "--report", type=click.Path(path_type=Path), help="A CSV file for every row with a fault."
)
@with_appcontext
def adopt(url: str, dry_run: bool, report: Path | None) -> None:
    """Read the Django SIMS at URL into this fresh one. Stopped, it goes on where it was when it is run again."""
    try:
        old = Old(with_driver(url))
    except (sa.exc.OperationalError, sa.exc.ArgumentError) as error:
        raise click.ClickException(f"That database can't be read: {error}") from error
    faults: list[taking.Fault] = []
    for done in taking.take(old, keep=not dry_run):
        mine = done.faults
        faults += mine
        left, broken = sum(each.left for each in mine), sum(not each.left for each in mine)
        click.echo(
            f"{done.source}: {done.there:,} there, {done.taken:,} taken, {done.before:,} here before, "
            f"{left:,} left behind, {broken:,} faults against a rule"
        )
    known = {name for kind in taking.adopted() for name in (kind.source, kind.history)}
    strangers = sorted(old.tables - known)
    click.echo(f"Not taken, as nothing here is their like: {', '.join(strangers) or 'nothing'}")
    if report:
        with report.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(("table", "id", "what", "left behind"))
            writer.writerows((f.table, f.id, f.says, "yes" if f.left else "") for f in faults)
        click.echo(f"{report}: {len(faults):,} rows with a fault")
    if dry_run:
        click.echo("This was a trial: nothing was changed.")
        return
    wrong = 0
    for each in comparing.compare(old):
        same = each.there == each.here and each.sums[0] == each.sums[1]
        wrong += not same
        click.echo(
            f"{'✓' if same else '✗'} {each.source}: {each.there:,} there, {each.here:,} here, {each.sums[0]} {each.sums[1]}"
        )
    if wrong:
        raise click.ClickException(
            f"{wrong} tables are not here as they are there; --report names the rows left behind."
        )
