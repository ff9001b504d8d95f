"""For each record a function that makes one row of it for a PG and their supervisor."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from plugins.audit.models import ActivityLog
from plugins.bulk.models import BulkOperation
from plugins.catalogue.models import Diagnosis, Group, Procedure, Request, Skill, Target
from plugins.reports.models import ReportRun
from plugins.rotations.evaluations.models import Evaluation
from plugins.rotations.models import Department, Discipline, Hospital, Rotation
from sims.clock import today
from sims.database import commit, db
from sims.events import Exported, publish
from tests.plugins.cases.factories import make_case, make_category
from tests.plugins.certificates.factories import make_certificate, make_type
from tests.plugins.logbook.factories import make_entry, make_template


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def _department() -> Department:
    hospital = _kept(
        Hospital(name="Hillside Hospital", code=f"H{db.session.query(Hospital).count()}")
    )
    return _kept(Department(hospital_id=hospital.id, name="Surgery"))


def _rotation(pg: Any, supervisor: Any) -> Rotation:
    department = _department()
    return _kept(
        Rotation(
            pg_id=pg.id,
            supervisor_id=supervisor.id,
            department_id=department.id,
            hospital_id=department.hospital_id,
            start_date=today(),
            end_date=today() + timedelta(days=30),
        )
    )


def _evaluation(pg: Any, supervisor: Any) -> Evaluation:
    """An approved one: only those does the PG see."""
    return _kept(
        Evaluation(
            rotation_id=_rotation(pg, supervisor).id,
            pg_id=pg.id,
            evaluator_id=supervisor.id,
            type="supervisor",
            score=70,
            status="approved",
        )
    )


def _logged(pg: Any) -> ActivityLog:
    publish(Exported(actor_id=pg.id, title="Logbook entries", format="csv"))
    commit()
    return db.session.scalars(sa.select(ActivityLog).order_by(ActivityLog.id.desc())).first()


ROWS: dict[str, Callable[[Any, Any], Any]] = {
    "users.user": lambda pg, supervisor: pg,
    "bulk.operation": lambda pg, supervisor: _kept(
        BulkOperation(
            user_id=pg.id,
            operation="review",
            record_type="logbook.entry",
            act="submit",
            title="Submit for review: 3 entries",
            status="completed",
        )
    ),
    "reports.run": lambda pg, supervisor: _kept(
        ReportRun(user_id=pg.id, kind="logbook.summary", title="Logbook summary", format="pdf")
    ),
    "audit.entry": lambda pg, supervisor: _logged(pg),
    "catalogue.procedure": lambda pg, supervisor: _kept(
        Procedure(name="Herniotomy", category="surgical", difficulty=2, minutes=45, cme_points=1)
    ),
    "catalogue.diagnosis": lambda pg, supervisor: _kept(
        Diagnosis(name="Hernia", category="surgical")
    ),
    "catalogue.skill": lambda pg, supervisor: _kept(
        Skill(name="Suturing", category="technical", level="basic")
    ),
    "catalogue.group": lambda pg, supervisor: _kept(Group(slug="hernia", name="Hernia")),
    "catalogue.target": lambda pg, supervisor: _kept(
        Target(
            specialty="general-surgery",
            edition=2026,
            label="All",
            minimum=5,
            role="assisted",
            by_year=5,
        )
    ),
    "catalogue.request": lambda pg, supervisor: _kept(Request(name="Sleeve", asked_by_id=pg.id)),
    "rotations.hospital": lambda pg, supervisor: (
        _department() and db.session.query(Hospital).first()
    ),
    "rotations.discipline": lambda pg, supervisor: _kept(Discipline(code="MED", name="Medicine")),
    "rotations.department": lambda pg, supervisor: _department(),
    "rotations.rotation": _rotation,
    "rotations.evaluation": _evaluation,
    "logbook.entry": lambda pg, supervisor: make_entry(pg),
    "logbook.template": lambda pg, supervisor: make_template(name="Another"),
    "cases.case": lambda pg, supervisor: make_case(pg),
    "cases.category": lambda pg, supervisor: make_category(),
    "certificates.certificate": lambda pg, supervisor: make_certificate(pg),
    "certificates.type": lambda pg, supervisor: make_type(),
}
