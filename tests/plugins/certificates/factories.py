"""Certificates for tests: in the session, flushed, as the services would have left them."""

import io
from datetime import date, timedelta
from itertools import count
from typing import Any

from werkzeug.datastructures import FileStorage

from plugins.certificates.models import Certificate, CertificateReview, Type
from plugins.certificates.records import CERTIFICATE
from sims import files
from sims.clock import now, today
from sims.database import db

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

_numbers = count(1)


def make_type(name: str = "", **given: Any) -> Type:
    """A type that is required of nobody and never expires, unless `given` says so."""
    kind = Type(**{"name": name or f"Course {next(_numbers)}", "category": "skills"} | given)
    return _kept(kind)


def make_certificate(
    pg: Any, kind: Type | None = None, *, status: str = "pending", **given: Any
) -> Certificate:
    """A certificate of `pg` in this status, issued a month ago; `left` gives its expiry in days from today."""
    kind = kind or make_type()
    defaults: dict[str, Any] = {
        "title": kind.name,
        "issue_date": today() - timedelta(days=30),
        "supervisor_id": pg.supervisor_id,
    }
    if "left" in given:
        defaults["expiry_date"] = today() + timedelta(days=given.pop("left"))
        defaults["issue_date"] = min(
            defaults["issue_date"], defaults["expiry_date"] - timedelta(days=1)
        )
    if status != "pending":
        defaults |= {"submitted_at": now(), "round": 1}
    if status in ("approved", "rejected", "expired"):
        defaults |= {"reviewed_at": now()}
    if status in ("approved", "expired"):
        defaults |= {"verified_at": now(), "verified_by_id": pg.supervisor_id}
    return _kept(
        Certificate(pg_id=pg.id, type=kind, type_id=kind.id, status=status, **defaults | given)
    )


def make_review(
    certificate: Certificate, reviewer: Any, outcome: str = "approved"
) -> CertificateReview:
    """A decision on the certificate's last submission."""
    return _kept(
        CertificateReview(
            certificate_id=certificate.id,
            reviewer_id=reviewer.id,
            round=certificate.round,
            outcome=outcome,
            feedback="The date can't be read.",
        )
    )


def with_paper(certificate: Certificate, pg: Any) -> Certificate:
    """The certificate with a PDF attached."""
    files.attach(CERTIFICATE, certificate, paper(), actor=pg)
    return certificate


def paper(name: str = "certificate.pdf", content: bytes = PDF) -> FileStorage:
    """A file as a browser uploads it."""
    return FileStorage(io.BytesIO(content), filename=name)


def form_of(kind: Type, issued: date | None = None, **given: Any) -> dict[str, Any]:
    """What a browser sends for a complete certificate, its paper included."""
    fields = {
        "type_id": str(kind.id),
        "issue_date": (issued or today()).isoformat(),
        "file": (io.BytesIO(PDF), "certificate.pdf"),
    }
    return fields | given


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row
