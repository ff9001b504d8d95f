"""Hospitals, departments and rotations for tests: in the session, flushed."""

from datetime import timedelta
from itertools import count
from typing import Any

from plugins.rotations.evaluations.models import Evaluation
from plugins.rotations.models import Department, Discipline, Hospital, Rotation
from sims.clock import now, today
from sims.database import db

_numbers = count(1)


def _added(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def make_hospital(**given: Any) -> Hospital:
    """A hospital in use."""
    number = next(_numbers)
    return _added(Hospital(**{"name": f"Hospital {number}", "code": f"H{number}"} | given))


def make_discipline(**given: Any) -> Discipline:
    """A discipline in use."""
    number = next(_numbers)
    return _added(Discipline(**{"name": f"Discipline {number}", "code": f"D{number}"} | given))


def make_department(hospital: Hospital | None = None, **given: Any) -> Department:
    """A department in use, of a hospital of its own unless one is given."""
    hospital = hospital or make_hospital()
    defaults = {"name": f"Department {next(_numbers)}", "head": None, "discipline": None}
    return _added(Department(hospital=hospital, **defaults | given))


def make_rotation(
    pg: Any,
    *,
    starts: int = -10,
    days: int = 30,
    department: Department | None = None,
    **given: Any,
) -> Rotation:
    """A rotation that began ten days ago and lasts thirty, planned, under the PG's own supervisor."""
    department = department or make_department()
    start = today() + timedelta(days=starts)
    defaults = {
        "pg": pg,
        "department": department,
        "hospital": department.hospital,
        "supervisor_id": pg.supervisor_id,
        "start_date": start,
        "end_date": start + timedelta(days=days - 1),
        "status": "planned",
    }
    return _added(Rotation(**defaults | given))


def make_evaluation(
    rotation: Rotation, evaluator: Any, kind: str = "supervisor", **given: Any
) -> Evaluation:
    """An evaluation with score and words, a draft unless another status is given."""
    defaults = {"score": 72, "comments": "Careful hands.", "recommendations": "Read more."}
    if given.get("status", "draft") != "draft":
        defaults |= {"submitted_at": now(), "round": 1}
    row = Evaluation(
        rotation=rotation,
        pg_id=rotation.pg_id,
        evaluator_id=evaluator.id,
        type=kind,
        **defaults | given,
    )
    return _added(row)


def form_of(pg: Any, department: Department, **given: Any) -> dict[str, str]:
    """What a browser sends for a rotation of a month from today."""
    fields = {
        "pg_id": pg.username,
        "department_id": str(department.id),
        "start_date": today().isoformat(),
        "end_date": (today() + timedelta(days=30)).isoformat(),
    }
    return fields | given
