"""The types SIMS ships: a start, not a rule. Every installation changes them on "Types"; none is changed again.

Where a validity comes from is said beside it. Local rules differ (a hospital may ask for infection control every six
months, a college for other courses), so all of it is meant to be changed.
"""

from typing import Any

import sqlalchemy as sa

from plugins.certificates.models import Type
from sims.database import db

SURGICAL = ["General Surgery", "Gynaecology and Obstetrics", "Orthopaedic Surgery", "Urology"]
MEDICAL = ["Anaesthesia", "Emergency Medicine", "Internal Medicine", "Medicine"]

SHIPPED: tuple[dict[str, Any], ...] = (
    # The council prints the end on its own certificate, so none is computed.
    {"name": "Medical council registration", "category": "professional", "is_required": True},
    # American Heart Association: a provider card of BLS, ACLS or PALS is valid for two years.
    {"name": "BLS (basic life support)", "category": "skills", "is_required": True, "validity_months": 24},
    {
        "name": "ACLS (advanced cardiac life support)", "category": "skills", "is_required": True,
        "required_from_year": 2, "specialties": MEDICAL, "validity_months": 24,
    },
    {"name": "PALS (paediatric advanced life support)", "category": "skills", "specialties": ["Paediatrics"],
     "is_required": True, "required_from_year": 2, "validity_months": 24},
    # American College of Surgeons: a student course of ATLS is valid for four years.
    {
        "name": "ATLS (advanced trauma life support)", "category": "skills", "is_required": True,
        "required_from_year": 2, "specialties": SURGICAL, "validity_months": 48,
    },
    # Mandatory workshops of most colleges, taken once.
    {"name": "Research methodology workshop", "category": "academic", "is_required": True, "required_from_year": 2},
    {"name": "Communication skills workshop", "category": "professional", "is_required": True,
     "required_from_year": 2},
    # Sponsors and ethics boards commonly ask for a course no older than three years; ICH E6 itself names no term.
    {"name": "Good clinical practice (GCP)", "category": "academic", "validity_months": 36},
    # Yearly, as hospital accreditation (JCI and others) asks for mandatory training of all staff.
    {"name": "Infection control", "category": "safety", "is_required": True, "validity_months": 12},
    {"name": "Fire and radiation safety", "category": "safety", "validity_months": 12},
    {"name": "CME activity", "category": "cme"},
    {"name": "CPD activity", "category": "cpd"},
    {"name": "Conference or course", "category": "other"},
)  # fmt: skip


def load_types() -> int:
    """Add the shipped types whose name is missing; returns how many."""
    known = set(db.session.scalars(sa.select(sa.func.lower(Type.name))))
    missing = [Type(**given) for given in SHIPPED if given["name"].lower() not in known]
    db.session.add_all(missing)
    return len(missing)
