"""The records of certificates and their types, declared once."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.certificates import dividing, queries
from plugins.certificates.events import CertificateExpired
from plugins.certificates.forms import CertificateForm, TypeForm
from plugins.certificates.models import CATEGORIES, Certificate, CertificateReview, Type
from plugins.certificates.rules import CERTIFICATE_RULES, TYPE_RULES
from plugins.users.models import User
from plugins.users.queries import NAMES, called, name_sql
from sims.contracts import Column, Dated, Filter, Record, Searched
from sims.database import named
from sims.review import review_workflow, seen_by_reviewers
from sims.workflow import Status, Transition, Workflow

NAME = "certificates.certificate"
PENDING = Status(name="pending", label="With the PG", icon="file-pen-line", tone="neutral")
UNDER_REVIEW = Status(name="under_review", label="Under review", icon="clock", tone="info")
APPROVED = Status(name="approved", label="Approved", icon="circle-check", tone="good")
REJECTED = Status(name="rejected", label="Rejected", icon="circle-x", tone="bad")
EXPIRED = Status(name="expired", label="Expired", icon="calendar-x", tone="warn")
CLARIFY = Status(
    name="needs_clarification", label="Needs clarification", icon="undo-2", tone="warn"
)
"""No status of a certificate, but what a review says that sent one back."""

OUTCOMES = {status.name: status for status in (APPROVED, REJECTED, CLARIFY)}

EXPIRE = Transition(
    name="expire", label="Expire", done="expired", icon="calendar-x", source=("approved",), target="expired",
    permission=f"{NAME}.expire", by_clock=True, event=CertificateExpired,
)  # fmt: skip
"""Nobody's to make: no role holds its permission, only the daily job moves what is past its last day."""


def _workflow() -> Workflow:
    """The review workflow with its own words and statuses; what has expired can be reopened as well."""
    flow = review_workflow(
        NAME,
        CertificateReview,
        "certificate_id",
        statuses=(PENDING, UNDER_REVIEW, APPROVED, REJECTED, EXPIRED),
        start="pending",
        waiting="under_review",
        back="pending",
        sent_back=CLARIFY.name,
        more=(EXPIRE,),
    )
    changes: dict[str, dict[str, Any]] = {
        "return": {"label": "Ask for clarification", "done": "sent back"},
        "reopen": {"source": ("approved", "rejected", "expired")},
    }
    return replace(
        flow,
        transitions=tuple(replace(step, **changes.get(step.name, {})) for step in flow.transitions),
    )


WORKFLOW = _workflow()


def _of_category(category: str) -> sa.ColumnElement[bool]:
    return Certificate.type_id.in_(sa.select(Type.id).where(Type.category == category))


CERTIFICATE = Record(
    name=NAME,
    model=Certificate,
    label="certificate",
    plural="certificates",
    icon="award",
    title=lambda certificate: certificate.title,
    endpoint=NAME,
    owner="pg_id",
    also_seen_by=seen_by_reviewers(Certificate, CertificateReview, "certificate_id"),
    columns=(
        Column(name="title", label="Certificate"),
        Column(name="status", label="Status", kind="status"),
        Column(
            name="type",
            label="Type",
            value=lambda row: row.type.name,
            shown=False,
            sql=lambda joined: joined(Type, Certificate.type_id).name,
        ),
        Column(name="organisation", label="Issued by"),
        Column(name="issue_date", label="Issued", kind="date", sort="issue_date"),
        Column(name="expiry_date", label="Expires", kind="date"),
        Column(
            name="pg",
            label="PG",
            kind="person",
            value=lambda row: row.pg.name,
            sql=lambda joined: name_sql(joined(User, Certificate.pg_id)),
        ),
        Column(
            name="supervisor",
            label="Supervisor",
            kind="person",
            value=lambda row: row.supervisor.name if row.supervisor else "",
            shown=False,
            sql=lambda joined: name_sql(joined(User, Certificate.supervisor_id)),
        ),
        Column(
            name="category",
            label="Category",
            value=lambda row: CATEGORIES[row.type.category],
            shown=False,
            sql=lambda joined: sa.case(
                CATEGORIES, value=joined(Type, Certificate.type_id).category
            ),
        ),
        Column(name="number", label="Number", shown=False),
        Column(
            name="cme_points",
            label="CME points",
            kind="number",
            value=lambda row: float(row.cme_points),
            shown=False,
            sql=lambda joined: sa.cast(Certificate.cme_points, sa.Float),
        ),
        Column(
            name="cpd_credits",
            label="CPD credits",
            kind="number",
            value=lambda row: float(row.cpd_credits),
            shown=False,
            sql=lambda joined: sa.cast(Certificate.cpd_credits, sa.Float),
        ),
        Column(name="submitted_at", label="Submitted", kind="datetime", shown=False),
        Column(name="verified_at", label="Verified", kind="datetime", shown=False),
    ),
    filters=(
        Filter(
            name="type",
            label="Type",
            kind="choice",
            column="type_id",
            choices=lambda actor: queries.all_types(),
        ),
        Filter(name="status", label="Status", kind="choice", choices=WORKFLOW.choices()),
        Filter(
            name="category",
            label="Category",
            kind="choice",
            choices=tuple(CATEGORIES.items()),
            where=_of_category,
        ),
        Filter(name="pg", label="PG", where=lambda text: Certificate.pg_id.in_(called(text))),
        Filter(
            name="expiring",
            label="Expires within days",
            kind="number",
            where=queries.expires_within,
        ),
        Filter(name="from", label="Issued from", kind="from", column="issue_date"),
        Filter(name="to", label="Issued to", kind="to", column="issue_date"),
        Filter(name="person", label="PG", kind="id", column="pg_id"),
        Filter(
            name="supervisor",
            label="Supervisor",
            kind="id",
            where=named(Certificate.supervisor_id),
        ),
        *dividing.FILTERS,
    ),
    order="-issue_date",
    dated=Dated(attribute="issue_date", label="issued"),
    dimensions=dividing.DIMENSIONS,
    load=(
        joinedload(Certificate.type).load_only(Type.name, Type.category, Type.validity_months),
        joinedload(Certificate.pg).options(NAMES),
        joinedload(Certificate.supervisor).options(NAMES),
    ),
    searched=Searched(
        title=("title",), codes=("number",), body=("type", "organisation"), through=("type_id",)
    ),
    workflow=WORKFLOW,
    rules=CERTIFICATE_RULES,
    form=CertificateForm,
    labels={
        "type_id": "Type",
        "pg_id": "PG",
        "supervisor_id": "Supervisor",
        "verification_url": "Verification address",
        "verified_by_id": "Verified by",
        "verified_at": "Verified",
        "cme_points": "CME points",
        "cpd_credits": "CPD credits",
    },
    attachments=True,
    unguarded=("number", "verification_code", "verification_url"),
    empty="A scan or a photo, its type and its date of issue are enough to add one.",
)

TYPE = Record(
    name="certificates.type",
    model=Type,
    label="type of certificate",
    plural="types of certificates",
    icon="badge-check",
    title=lambda kind: kind.name,
    endpoint="certificates.type",
    columns=(
        Column(name="name", label="Name", sort="name"),
        Column(name="category", label="Category", value=lambda row: CATEGORIES[row.category]),
        Column(name="validity", label="Valid for", value=lambda row: valid_for(row)),
        Column(name="required", label="Required", value=lambda row: required_of(row)),
        Column(
            name="cme_points",
            label="CME points",
            kind="number",
            value=lambda row: float(row.cme_points),
            shown=False,
        ),
        Column(
            name="cpd_credits",
            label="CPD credits",
            kind="number",
            value=lambda row: float(row.cpd_credits),
            shown=False,
        ),
        Column(
            name="state", label="State", value=lambda row: "" if row.is_active else "Not in use"
        ),
        Column(name="description", label="Description", shown=False),
    ),
    filters=(
        Filter(name="name", label="Name"),
        Filter(name="category", label="Category", kind="choice", choices=tuple(CATEGORIES.items())),
    ),
    order="name",
    rules=TYPE_RULES,
    form=TypeForm,
    labels={
        "cme_points": "CME points",
        "cpd_credits": "CPD credits",
        "validity_months": "Validity",
    },
    empty="Add the first one, so that PGs have something to choose.",
)


def valid_for(kind: Type) -> str:
    """How long certificates of this type are valid, in words."""
    if kind.validity_months is None:
        return "No end"
    return f"{kind.validity_months} month{'s' if kind.validity_months != 1 else ''}"


def required_of(kind: Type) -> str:
    """Who needs it, in words; empty where nobody does."""
    if not kind.is_required:
        return ""
    whom = ", ".join(kind.specialties) or "All PGs"
    year = kind.required_from_year or 1
    return f"{whom}, from year {year}" if year > 1 else whom
