"""The tabs above every page of rotations: each kind, and the calendar."""

from flask import url_for

from plugins.rotations.evaluations.records import EVALUATION
from plugins.rotations.records import DEPARTMENT, HOSPITAL, ROTATION


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """`(label, address, whether it is this one)`; `here` is an endpoint."""
    first, *rest = (
        (record.plural.capitalize(), f"{record.endpoint}_list")
        for record in (ROTATION, EVALUATION, HOSPITAL, DEPARTMENT)
    )
    return [
        (label, url_for(endpoint), endpoint == here)
        for label, endpoint in (first, ("Calendar", "rotations.calendar"), *rest)
    ]
