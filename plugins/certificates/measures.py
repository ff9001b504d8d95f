"""What analytics follow of certificates."""

from plugins.certificates.records import CERTIFICATE
from sims.contracts import Measure
from sims.review_measures import review_measures

MEASURES = (
    Measure(
        name="certificates.certificate.issued",
        label="Certificates issued",
        record=CERTIFICATE,
        about="Certificates by their date of issue.",
        by=("type", "category", "status", "supervisor", "person"),
        draws=("trend", "bars", "shares", "heat"),
        better="up",
        order=60,
    ),
    *review_measures(CERTIFICATE, by=("type", "supervisor", "category", "person"), order=65),
)
