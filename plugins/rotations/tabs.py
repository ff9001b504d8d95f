"""The tabs above every page of rotations: each kind the reader may see, and the calendar."""

from flask import url_for

from plugins.rotations.evaluations.records import EVALUATION
from plugins.rotations.records import DEPARTMENT, DISCIPLINE, HOSPITAL, ROTATION
from sims import actor
from sims.permissions import allowed


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """`(label, address, whether it is this one)`; `here` is an endpoint."""
    me = actor.me()
    first, *rest = (
        (record.plural.capitalize(), f"{record.endpoint}_list")
        for record in (ROTATION, EVALUATION, HOSPITAL, DEPARTMENT, DISCIPLINE)
        if allowed(me, record.permission("view"))
    )
    return [
        (label, url_for(endpoint), endpoint == here)
        for label, endpoint in (first, ("Calendar", "rotations.calendar"), *rest)
    ]
