"""What happens to requests for missing procedures."""

from dataclasses import dataclass

from sims.events import Moved, RecordEvent


@dataclass(frozen=True, kw_only=True)
class ProcedureRequested(RecordEvent):
    """Somebody misses a procedure; `reason` is what they wrote."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RequestDecided(Moved):
    """An administrator answered a request."""


@dataclass(frozen=True, kw_only=True)
class RequestAccepted(RequestDecided):
    """The procedure is in the catalogue now."""


@dataclass(frozen=True, kw_only=True)
class RequestMerged(RequestDecided):
    """The name leads to a procedure that was there already."""


@dataclass(frozen=True, kw_only=True)
class RequestDeclined(RequestDecided):
    """The procedure won't be added; `feedback` says why."""
