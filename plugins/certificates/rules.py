"""What a valid certificate and a valid type are (domain.md, certificates)."""

from decimal import Decimal
from urllib.parse import urlsplit

import sqlalchemy as sa

from plugins.certificates import queries
from plugins.certificates.models import CATEGORIES, Certificate, Type
from sims.clock import today
from sims.contracts import Rule
from sims.database import db
from sims.review import reviewer_rules

SOURCE = "domain.md, certificates"
MOST_POINTS = 999


def _in_order(certificate: Certificate) -> bool:
    if certificate.issue_date is None or certificate.expiry_date is None:
        return True
    return certificate.expiry_date > certificate.issue_date


def _is_link(certificate: Certificate) -> bool:
    if not certificate.verification_url:
        return True
    try:
        parts = urlsplit(certificate.verification_url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _fine(points: Decimal | int | None) -> bool:
    return points is None or 0 <= points <= MOST_POINTS


def _name_is_free(kind: Type) -> bool:
    query = sa.select(Type.id).where(
        sa.func.lower(Type.name) == sa.func.lower(sa.literal(kind.name or "")),
        Type.id != (kind.id or 0),
    )
    return db.session.scalar(query) is None


def _points(record: str, field: str, label: str) -> Rule:
    return Rule(
        code=f"{record}.{field}",
        message=f"Enter {label} from 0 to {MOST_POINTS}.",
        fields=(field,),
        holds=lambda row: _fine(getattr(row, field)),
        source=f"{SOURCE}: points and credits are never negative",
    )


CERTIFICATE_RULES = (
    Rule(
        code="certificates.certificate.type",
        message="Choose the type of certificate.",
        fields=("type_id",),
        holds=lambda row: row.type_id is not None,
        source=f"{SOURCE}: type",
    ),
    Rule(
        code="certificates.certificate.title",
        message="Enter what it is called.",
        fields=("title",),
        holds=lambda row: bool(row.title) or row.type_id is None,
        source=f"{SOURCE}: title",
    ),
    Rule(
        code="certificates.certificate.issue_date",
        message="Enter the date of issue.",
        fields=("issue_date",),
        holds=lambda row: row.issue_date is not None,
        source=f"{SOURCE}: issue date",
    ),
    Rule(
        code="certificates.certificate.issued_not_in_future",
        message="The date of issue is in the future. Enter the one on the certificate.",
        fields=("issue_date",),
        holds=lambda row: row.issue_date is None or row.issue_date <= today(),
        source=f"{SOURCE}: issue date not in the future, judged in the hospital's time zone",
    ),
    Rule(
        code="certificates.certificate.expires_after_issue",
        message="It can't end before it begins. Enter an expiry date after the date of issue.",
        fields=("expiry_date",),
        holds=_in_order,
        source=f"{SOURCE}: expiry after issue",
    ),
    Rule(
        code="certificates.certificate.has_ended",
        message="This certificate has already expired; it does not count towards what is required.",
        fields=("expiry_date",),
        holds=lambda row: (
            row.status not in ("pending", "under_review")
            or row.expiry_date is None
            or row.expiry_date >= today()
        ),
        severity="warning",
        source=f"{SOURCE}: compliance counts what is unexpired",
    ),
    Rule(
        code="certificates.certificate.number_once",
        message="There is another certificate of this type with the same number. "
        "Check that it is not entered twice.",
        fields=("number",),
        holds=lambda row: not queries.same_number(row),
        severity="warning",
        source=f"{SOURCE}: number",
    ),
    _points("certificates.certificate", "cme_points", "CME points"),
    _points("certificates.certificate", "cpd_credits", "CPD credits"),
    Rule(
        code="certificates.certificate.verification_url",
        message="Enter a web address that begins with https:// or http://, or leave it empty.",
        fields=("verification_url",),
        holds=_is_link,
        source=f"{SOURCE}: verification address",
    ),
    *reviewer_rules("certificates.certificate", "certificate"),
    Rule(
        code="certificates.certificate.file_to_submit",
        message="Add the certificate itself as a PDF, JPEG or PNG: a scan or a photo will do.",
        fields=("file",),
        holds=queries.has_file,
        stage="submit",
        source=f"{SOURCE}: file",
    ),
)

TYPE_RULES = (
    Rule(
        code="certificates.type.name",
        message="Enter the name.",
        fields=("name",),
        holds=lambda row: bool(row.name),
        source=f"{SOURCE}: name",
    ),
    Rule(
        code="certificates.type.name_unique",
        message="There is a type of this name already. Change that one instead.",
        fields=("name",),
        holds=_name_is_free,
        source=f"{SOURCE}: one type, one name",
    ),
    Rule(
        code="certificates.type.category",
        message="Choose a category.",
        fields=("category",),
        holds=lambda row: row.category in CATEGORIES,
        source=f"{SOURCE}: category",
    ),
    Rule(
        code="certificates.type.validity_months",
        message="Enter from 1 to 600 months, or leave it empty if it never expires.",
        fields=("validity_months",),
        holds=lambda row: row.validity_months is None or 1 <= row.validity_months <= 600,
        source=f"{SOURCE}: validity in months",
    ),
    Rule(
        code="certificates.type.required_from_year",
        message="Choose a training year from 1 to 6, or none.",
        fields=("required_from_year",),
        holds=lambda row: row.required_from_year is None or 1 <= row.required_from_year <= 6,
        source="domain.md, users: training year 1–6",
    ),
    _points("certificates.type", "cme_points", "CME points"),
    _points("certificates.type", "cpd_credits", "CPD credits"),
)
