"""Every write of certificates: making and changing one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from plugins.certificates.models import Certificate, Type
from plugins.certificates.records import CERTIFICATE
from plugins.certificates.validity import expiry_of
from plugins.users.models import User
from sims import records
from sims.actor import Actor
from sims.database import db
from sims.errors import Invalid, Problem
from sims.records import clean

FROM_TYPE = ("cme_points", "cpd_credits")


def create_certificate(
    values: Mapping[str, Any], *, actor: Actor
) -> tuple[Certificate, tuple[Problem, ...]]:
    """A new certificate, still with its PG: the actor, or the one `values` name as `pg_id`, for whom the office
    brings it (`certificates.certificate.import`). What `values` leave open follows from the type.

    Raises `Invalid`, `Denied`.
    """
    given = dict(values)
    pg, act = actor, "create"
    if given.get("pg_id") not in (None, actor.id):
        pg, act = _pg(given["pg_id"]), "import"
    given["supervisor_id"] = given.get("supervisor_id") or pg.supervisor_id
    kind = _type(given.get("type_id"))
    if kind is not None:
        given |= _following(given, kind, given.get("issue_date"))
        given["type"] = kind
    return records.create(CERTIFICATE, given, actor=actor, act=act)


def change_certificate(
    certificate: Certificate,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
) -> tuple[Problem, ...]:
    """Change a certificate that is with its PG. An expiry that followed from type and issue follows again.

    Raises `Denied`, `Conflict`, `Invalid`.
    """
    records.require_editable(CERTIFICATE, certificate, actor)
    given = dict(values)
    kind = _type(given.get("type_id", certificate.type_id))
    if kind is not None:
        before = expiry_of(certificate.issue_date, certificate.type.validity_months)
        untouched = given.get("expiry_date") == certificate.expiry_date == before
        moved = given.get("issue_date", certificate.issue_date) != certificate.issue_date
        if "expiry_date" in given and untouched and (moved or kind.id != certificate.type_id):
            given["expiry_date"] = None
        if (version is None or version == certificate.version) and kind.id != certificate.type_id:
            certificate.type = kind
        follows = _following(given, kind, given.get("issue_date", certificate.issue_date))
        given |= {name: value for name, value in follows.items() if name in given}
    return records.change(CERTIFICATE, certificate, given, actor=actor, version=version)


def _pg(person_id: int) -> User:
    person = db.session.get(User, person_id)
    if person is None or person.role != "pg":
        message = "Choose a PG; only a PG has certificates here."
        problem = Problem(code="certificates.certificate.pg", message=message, fields=("pg_id",))
        raise Invalid([problem])
    return person


def _type(type_id: int | None) -> Type | None:
    if type_id is None:
        return None
    kind = db.session.get(Type, type_id)
    if kind is None:
        raise Invalid(
            [
                Problem(
                    code="certificates.certificate.type",
                    message="Choose a type of certificate from the list.",
                    fields=("type_id",),
                )
            ]
        )
    return kind


def _following(given: Mapping[str, Any], kind: Type, issued: date | None) -> dict[str, Any]:
    """What follows from the type where `given` leaves it open: title, expiry, points."""
    follows: dict[str, Any] = {}
    if not clean(given.get("title") or ""):
        follows["title"] = kind.name
    if given.get("expiry_date") is None:
        follows["expiry_date"] = expiry_of(issued, kind.validity_months)
    follows |= {name: getattr(kind, name) for name in FROM_TYPE if given.get(name) is None}
    return follows
