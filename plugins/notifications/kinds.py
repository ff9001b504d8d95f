"""The kinds of notification people switch on and off: those of reviews, and those the plugins declare."""

from dataclasses import dataclass

from sims.actor import Actor
from sims.contracts import Notice
from sims.permissions import REVIEWS, allowed
from sims.plugin import provided

DIGEST = "digest"
"""What an unsubscribe link calls all daily digests together."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind: its name, what people call it, how it is mailed to who did not choose. `asks`: reviewers alone get it."""

    name: str
    label: str
    mail: str
    asks: bool = False
    roles: tuple[str, ...] = ()


REVIEWED = (
    Kind(
        name="review.submitted", label="Something waits for your review", mail="digest", asks=True
    ),
    Kind(name="review.approved", label="Something of yours is approved", mail="digest"),
    Kind(name="review.returned", label="Something of yours is returned", mail="at_once"),
    Kind(name="review.rejected", label="Something of yours is rejected", mail="at_once"),
    Kind(name="review.reopened", label="Something of yours is reopened", mail="at_once"),
)


def every() -> dict[str, Kind]:
    """All kinds there are, by name; several notices of one kind are one."""
    found = {kind.name: kind for kind in REVIEWED}
    for notice in provided(Notice):
        kind = Kind(name=notice.kind, label=notice.label, mail=notice.mail, roles=notice.roles)
        found.setdefault(notice.kind, kind)
    return found


def of(actor: Actor) -> list[Kind]:
    """The kinds that may ever concern `actor`."""
    return [
        kind
        for kind in every().values()
        if (not kind.roles or actor.role in kind.roles)
        and (not kind.asks or allowed(actor, REVIEWS))
    ]


def label_of(name: str) -> str:
    """What people call a kind; its bare name where its plugin is off."""
    kind = every().get(name)
    return kind.label if kind else name


def mode_of(name: str) -> str:
    """How a kind is mailed to who did not choose."""
    kind = every().get(name)
    return kind.mail if kind else "digest"
