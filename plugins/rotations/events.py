"""What happens to rotations."""

from dataclasses import dataclass
from datetime import date

from sims.events import Event, Moved, RecordEvent


@dataclass(frozen=True, kw_only=True)
class RotationPlanned(Moved):
    """A rotation stands in a PG's calendar now. `reviewer_id` is its supervisor."""


@dataclass(frozen=True, kw_only=True)
class RotationCancelled(Moved):
    """A rotation won't take place."""


@dataclass(frozen=True, kw_only=True)
class RotationNear(RecordEvent):
    """A rotation begins, or ends, within days: on `day`. `supervisor_id` is its supervisor."""

    day: date
    supervisor_id: int | None


@dataclass(frozen=True, kw_only=True)
class RotationStarting(RotationNear):
    """A planned rotation begins on `day`."""


@dataclass(frozen=True, kw_only=True)
class RotationEnding(RotationNear):
    """An ongoing rotation ends on `day`."""


@dataclass(frozen=True, kw_only=True)
class RotationsPlaced(Event):
    """Several rotations were planned at once; `lines` name those that concern `recipient_id`."""

    recipient_id: int
    lines: tuple[str, ...]
    first_day: date
