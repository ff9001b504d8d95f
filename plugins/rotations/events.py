"""What happens to rotations."""

from dataclasses import dataclass

from sims.events import Moved


@dataclass(frozen=True, kw_only=True)
class RotationPlanned(Moved):
    """A rotation stands in a PG's calendar now. `reviewer_id` is its supervisor."""


@dataclass(frozen=True, kw_only=True)
class RotationCancelled(Moved):
    """A rotation won't take place."""
