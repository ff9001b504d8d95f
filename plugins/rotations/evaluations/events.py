"""What happens to evaluations. `reviewer_id` is who is asked to review."""

from dataclasses import dataclass

from sims.events import Moved
from sims.review import Submitted


@dataclass(frozen=True, kw_only=True)
class EvaluationSubmitted(Submitted):
    """An evaluation waits to be reviewed."""


@dataclass(frozen=True, kw_only=True)
class EvaluationReturned(Moved):
    """An evaluation went back to who wrote it, with words."""


@dataclass(frozen=True, kw_only=True)
class EvaluationReviewed(Moved):
    """An evaluation waits for the programme office to approve it."""


@dataclass(frozen=True, kw_only=True)
class EvaluationApproved(Moved):
    """An evaluation counts, and the PG reads it."""
