"""Every rule as the page docs/rules.md, which a test keeps true: `flask rules > docs/rules.md`."""

from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from plugins.validation.checking import ruled


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield "# The rules"
    yield ""
    yield "What a valid record is, as every form, import and job asks it. Made by `flask rules > docs/rules.md`; the sources are in the plugins' `rules.py`."
    for record in ruled():
        yield ""
        yield f"## {record.plural.capitalize()}"
        yield ""
        yield "| code | message | fields | holds | severity | source |"
        yield "|---|---|---|---|---|---|"
        for rule in record.rules:
            when = "from the first submission on" if rule.stage == "submit" else "always"
            fields = ", ".join(rule.fields)
            yield f"| `{rule.code}` | {rule.message} | {fields} | {when} | {rule.severity} | {rule.source} |"


@click.command()
@with_appcontext
def rules() -> None:
    """Print every rule of the enabled plugins as a page."""
    for line in lines():
        click.echo(line)
