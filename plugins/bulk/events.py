"""What happens to bulk operations."""

from dataclasses import dataclass

from sims.events import Event


@dataclass(frozen=True, kw_only=True)
class OperationEnded(Event):
    """An operation that went on in the background has ended; `user_id` had started it."""

    operation_id: int
    user_id: int
    title: str
    status: str
    said: str
