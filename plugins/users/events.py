"""What happens to people, as others hear of it."""

from dataclasses import dataclass
from datetime import date

from sims.events import Event, RecordEvent


@dataclass(frozen=True, kw_only=True)
class SupervisorChanged(Event):
    """A PG's primary supervisor is now `new_id`, and was `old_id` (None: nobody).

    Whoever keeps items that wait for a supervisor moves them when hearing this (domain.md, users).
    """

    pg_id: int
    old_id: int | None
    new_id: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AbsenceEvent(Event):
    """Somebody is away from `since` to `until`, both included; `deputy_id` stands in for them."""

    person_id: int
    deputy_id: int
    since: date
    until: date


@dataclass(frozen=True, kw_only=True)
class AbsencePlanned(AbsenceEvent):
    """It was written down."""


@dataclass(frozen=True, kw_only=True)
class AbsenceEnded(AbsenceEvent):
    """It ended before `until`, or was called off."""


@dataclass(frozen=True, kw_only=True)
class AccountEvent(RecordEvent):
    """Something happened to somebody's account, which is the row."""


@dataclass(frozen=True, kw_only=True)
class UserArchived(AccountEvent):
    """Somebody left; their record stays readable to those who could read it."""


@dataclass(frozen=True, kw_only=True)
class UserRestored(AccountEvent):
    """Somebody who had been archived is back."""


@dataclass(frozen=True, kw_only=True)
class UserDeactivated(AccountEvent):
    """Somebody can't sign in until further notice."""


@dataclass(frozen=True, kw_only=True)
class UserActivated(AccountEvent):
    """Somebody who had been deactivated can sign in again."""


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(AccountEvent):
    """Somebody has a new password; their other sessions have ended. `way` is changed, reset or given."""

    way: str


@dataclass(frozen=True, kw_only=True)
class LoggedIn(AccountEvent):
    """Somebody signed in."""


@dataclass(frozen=True, kw_only=True)
class LoggedOut(AccountEvent):
    """Somebody signed out."""


@dataclass(frozen=True, kw_only=True)
class LoginFailed(Event):
    """Somebody tried to sign in and could not. `person_id` is whose account it was, None for no known one.

    What was typed is not carried along: people type passwords into the wrong field.
    """

    person_id: int | None
    address: str
    reason: str
