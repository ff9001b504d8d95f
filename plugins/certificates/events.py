"""What happens to certificates, as others hear of it."""

from dataclasses import dataclass
from datetime import date

from sims.events import Moved, RecordEvent


@dataclass(frozen=True, kw_only=True)
class CertificateExpiring(RecordEvent):
    """A certificate ends on `expiry_date`, in `days_left` days; `threshold` is the reminder that was due.

    `supervisor_id` is who is told as well, None where that is nobody (yet).
    """

    days_left: int
    threshold: int
    expiry_date: date
    supervisor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateExpired(Moved):
    """A certificate is past its last valid day."""
