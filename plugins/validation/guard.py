"""The guard that asks before words are saved which may say who a patient is."""

from flask import Flask, current_app

from plugins.validation.identifiers import found, patterns
from sims.contracts import Guard
from sims.settings import SettingsError

OURS = "validation.mrn"


def init_app(app: Flask) -> None:
    """Compile the site's own patterns. Raises `SettingsError` naming one that can't be used."""
    try:
        app.extensions[OURS] = patterns(str(app.config["VALIDATION_MRN_PATTERNS"]).split())
    except ValueError as error:
        raise SettingsError(f"SIMS_{error}") from None


def spans(text: str) -> list[tuple[int, int]]:
    """Where in `text` a patient may be named, by the general patterns and the site's own."""
    marks = found(text, mrn=current_app.extensions[OURS])
    return [(mark.start, mark.end) for mark in marks]


GUARD = Guard(
    code="validation.identifiers",
    message="this may say who a patient is. Leave it out.",
    assurance="These words identify no patient.",
    marks=spans,
)
