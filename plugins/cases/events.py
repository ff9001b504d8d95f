"""What happens to cases beside their review, as others hear of it."""

from dataclasses import dataclass

from sims.events import Moved


@dataclass(frozen=True, kw_only=True)
class CaseFeatured(Moved):
    """The programme office put an approved case into the teaching library."""


@dataclass(frozen=True, kw_only=True)
class CaseUnfeatured(Moved):
    """A case left the teaching library: the office took it out, its PG no longer agrees, or it was reopened."""
