"""What happens to people, as others hear of it."""

from dataclasses import dataclass

from sims.events import Event


@dataclass(frozen=True, kw_only=True)
class SupervisorChanged(Event):
    """A PG's primary supervisor is now `new_id`, and was `old_id` (None: nobody)."""

    pg_id: int
    old_id: int | None
    new_id: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """Somebody has a new password; their other sessions have ended."""

    person_id: int
