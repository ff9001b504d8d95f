"""Certificates of a Django SIMS, with their types and reviews. Their files are taken along by hand (docs/operations.md)."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from plugins.certificates.models import CATEGORIES, Certificate, CertificateReview, Type
from sims.adopting.old import Old, carry, review_of, stamps
from sims.contracts import Adopted
from sims.database import db


def kind(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A type by its name."""
    category = row.get("category") if row.get("category") in CATEGORIES else "other"
    columns = ("name", "is_required", "validity_months", "cme_points", "cpd_credits")
    return dict(carry(row, *columns)) | {"category": category}


def _known(values: Mapping[str, Any]) -> int | None:
    return db.session.scalar(
        sa.select(Type.id).where(sa.func.lower(Type.name) == values["name"].lower())
    )


def certificate(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A certificate; every one was submitted once."""
    columns = (
        "pg_id", "title", "issue_date", "expiry_date", "description", "cme_points", "cpd_credits",
        "verification_url", "verification_code", "status", "verified_at", "verified_by_id",
    )  # fmt: skip
    return {
        **dict(carry(row, *columns)),
        "type_id": old.new_id("certificates_certificatetype", row["certificate_type_id"]),
        "number": row.get("certificate_number") or "",
        "organisation": row.get("issuing_organization") or "",
        "round": 1,
        **stamps(row),
    }


def review(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A review."""
    return review_of("certificate_id", row)


ADOPTED = (
    Adopted(source="certificates_certificatetype", model=Type, values=kind, same=_known),
    Adopted(
        source="certificates_certificate",
        model=Certificate,
        values=certificate,
        history="certificates_historicalcertificate",
    ),
    Adopted(source="certificates_certificatereview", model=CertificateReview, values=review),
)
