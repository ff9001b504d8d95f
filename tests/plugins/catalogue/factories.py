"""Rows of the catalogue for tests: in the session, flushed."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from plugins.catalogue.models import (
    Diagnosis,
    Group,
    Procedure,
    ProcedureGroup,
    Request,
    Skill,
    Synonym,
    Target,
)
from sims.database import db

_numbers = count(1)


def _added(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def make_procedure(
    name: str = "", synonyms: Sequence[str] = (), groups: Sequence[Group] = (), **given: Any
) -> Procedure:
    """A procedure with these synonyms, counting to these groups."""
    defaults = {"category": "surgical", "difficulty": 2, "minutes": 60, "specialties": []}
    return _added(
        Procedure(
            name=name or f"Procedure {next(_numbers)}",
            synonyms=[Synonym(text=text) for text in synonyms],
            groups=[ProcedureGroup(group=group) for group in groups],
            skills=[],
            **defaults | given,
        )
    )


def make_diagnosis(name: str, category: str = "Abdomen", **given: Any) -> Diagnosis:
    """A diagnosis."""
    return _added(Diagnosis(name=name, category=category, **given))


def make_skill(name: str, **given: Any) -> Skill:
    """A skill."""
    return _added(Skill(**{"name": name, "category": "technical", "level": "basic"} | given))


def make_group(slug: str) -> Group:
    """A group of procedures."""
    return _added(Group(slug=slug, name=slug.capitalize()))


def make_target(edition: int = 2026, **given: Any) -> Target:
    """A target of all procedures, for general surgery."""
    defaults = {
        "specialty": "general-surgery",
        "label": f"Target {next(_numbers)}",
        "minimum": 10,
        "role": "performed",
        "by_year": 1,
    }
    return _added(Target(edition=edition, **defaults | given))


def make_request(asked_by: Any, name: str = "Frobnication of the spleen", **given: Any) -> Request:
    """A request that waits for an answer."""
    return _added(Request(name=name, asked_by_id=asked_by.id, **given))
