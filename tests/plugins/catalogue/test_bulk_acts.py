"""Archiving many rows of the catalogue at once, and bringing them back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.factories import make_user
from tests.plugins.catalogue.factories import (
    make_diagnosis,
    make_procedure,
    make_skill,
    make_target,
)

ROWS: dict[str, Callable[[], Any]] = {
    "catalogue.procedure": lambda: make_procedure(synonyms=["appy"]),
    "catalogue.diagnosis": lambda: make_diagnosis("Hernia"),
    "catalogue.skill": lambda: make_skill("Suturing"),
    "catalogue.target": make_target,
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_archived_in_bulk_is_no_longer_offered_and_can_be_brought_back(
    app_context: Flask, sign_in: Callable[[Any], Any], name: str
) -> None:
    row = ROWS[name]()
    client = sign_in(make_user("admin"))
    for action, state in (("archive", True), ("bring_back", False)):
        client.post(f"/bulk/do/{name}", data={"action": action, "id": row.id})
        assert row.is_archived is state
