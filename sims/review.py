"""Review: the transition table and the tables' shape that every reviewed record shares.

A record's owner submits it, the reviewer who answers for them approves it, or sends it back with words;
what is approved changes only after an administrator reopened it with a reason (domain.md, logbook).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from sims import access
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Permission
from sims.database import Stamped, db, person
from sims.events import Moved
from sims.workflow import Status, Transition, Workflow

DRAFT = Status(name="draft", label="Draft", icon="file-pen-line", tone="neutral")
PENDING = Status(name="pending", label="Waiting for review", icon="clock", tone="info")
APPROVED = Status(name="approved", label="Approved", icon="circle-check", tone="good")
RETURNED = Status(name="returned", label="Returned", icon="undo-2", tone="warn")
REJECTED = Status(name="rejected", label="Rejected", icon="circle-x", tone="bad")
ARCHIVED = Status(name="archived", label="Archived", icon="archive", tone="neutral")
STATUSES = (DRAFT, PENDING, APPROVED, RETURNED, REJECTED, ARCHIVED)
OUTCOMES = ("approved", "returned", "rejected")


@dataclass(frozen=True, kw_only=True)
class Submitted(Moved):
    """A record waits for its reviewer."""


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Moved):
    """Its owner took it back before anybody decided."""


@dataclass(frozen=True, kw_only=True)
class Approved(Moved):
    """The reviewer approved it."""


@dataclass(frozen=True, kw_only=True)
class Returned(Moved):
    """The reviewer sent it back to be mended."""


@dataclass(frozen=True, kw_only=True)
class Rejected(Moved):
    """The reviewer refused it for good."""


@dataclass(frozen=True, kw_only=True)
class Reopened(Moved):
    """An administrator made an approved or rejected record editable again, with a reason."""


class Reviewed:
    """Mixin of a reviewed record: whose it is, who reviews it, where it stands and since when.

    `round` counts the submissions; a review belongs to one of them.
    """

    status: Mapped[str] = mapped_column(sa.String(20), default="draft")
    round: Mapped[int] = mapped_column(sa.Integer, default=0)
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]

    @declared_attr
    def pg_id(cls) -> Mapped[int]:
        """Whose record it is."""
        return person()

    @declared_attr
    def supervisor_id(cls) -> Mapped[int | None]:
        """Who is asked to review it."""
        return person(nullable=True)

    @declared_attr
    def verified_by_id(cls) -> Mapped[int | None]:
        """Who approved it."""
        return person(nullable=True)


class Review(Stamped):
    """Mixin of a table of reviews: who decided what about which submission, in which words."""

    round: Mapped[int] = mapped_column(sa.Integer)
    outcome: Mapped[str] = mapped_column(sa.String(20))
    feedback: Mapped[str] = mapped_column(default="")

    @declared_attr
    def reviewer_id(cls) -> Mapped[int]:
        """Who decided."""
        return person(index=True)


def reviewed_by(model: type[Any], link: str, person_id: int) -> sa.ColumnElement[bool]:
    """The condition "this person once reviewed the row"; `link` names the review's foreign key."""
    return model.reviewer_id == person_id


def may_review(row: Any, actor: Actor) -> str | None:
    """The guard of every decision: the row's reviewer or somebody who answers for its owner, never the owner."""
    if actor.id == row.pg_id:
        return "Nobody reviews their own record."
    if actor.id == row.supervisor_id or access.rule().answers_for(actor, row.pg_id):
        return None
    return "Only the supervisor named in it, or one who supervises this PG now, decides."


def is_owner(row: Any, actor: Actor) -> str | None:
    """The guard of what only the owner does."""
    return None if actor.id == row.pg_id else "Only the PG whose record it is does this."


def review_permissions(
    name: str, *, owners: tuple[str, ...], reviewers: tuple[str, ...], office: tuple[str, ...]
) -> tuple[Permission, ...]:
    """The permissions of a reviewed record called `name`: which roles own, review, and oversee its rows."""
    everybody = (*owners, *reviewers, *office)
    acts = {
        "view": ("See", everybody),
        "create": ("Make", owners),
        "edit": ("Change one's own", owners),
        "submit": ("Submit", owners),
        "review": ("Review", reviewers),
        "reopen": ("Reopen what was decided:", office),
        "archive": ("Archive", office),
    }
    thing = name.replace(".", " ")
    return tuple(
        Permission(name=f"{name}.{act}", label=f"{words} {thing}", roles=roles)
        for act, (words, roles) in acts.items()
    )


def review_workflow(
    name: str,
    review: type[Any],
    link: str,
    *,
    scores: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
) -> Workflow:
    """The workflow of a reviewed record called `name`, whose reviews live in `review` (joined by `link`).

    `scores` and `extra` name the further columns of a review that a decision may fill. The permissions it
    uses are `<name>.submit`, `.review`, `.reopen` and `.archive`.
    """

    def submit(row: Any, actor: Actor, data: Mapping[str, Any]) -> None:
        row.round += 1
        row.submitted_at = now()
        row.reviewed_at = None

    def decide(row: Any, actor: Actor, data: Mapping[str, Any]) -> None:
        moment = now()
        row.reviewed_at = moment
        if row.status == "approved":
            row.verified_at, row.verified_by_id = moment, actor.id
        given = {key: data[key] for key in ("feedback", *scores, *extra) if key in data}
        db.session.add(
            review(
                **{link: row.id}, reviewer_id=actor.id, round=row.round, outcome=row.status, **given
            )
        )

    def reopen(row: Any, actor: Actor, data: Mapping[str, Any]) -> None:
        row.verified_at = row.verified_by_id = None

    words = {"feedback": "Write what has to change, so that the PG can mend it."}
    reason = {"feedback": "Write the reason; it stays in the history."}
    review_permission = f"{name}.review"
    return Workflow(
        statuses=STATUSES,
        editable=("draft", "returned"),
        deletable=("draft",),
        transitions=(
            Transition(
                name="submit", label="Submit for review", done="submitted", icon="send",
                source=("draft", "returned"), target="pending", permission=f"{name}.submit",
                guard=is_owner, stage="submit", effect=submit, event=Submitted, style="primary", bulk=True,
            ),
            Transition(
                name="withdraw", label="Take back", done="taken back", icon="undo-2",
                source=("pending",), target="draft", permission=f"{name}.submit",
                guard=is_owner, event=Withdrawn,
            ),
            Transition(
                name="approve", label="Approve", done="approved", icon="check", key="a",
                source=("pending",), target="approved", permission=review_permission,
                guard=may_review, effect=decide, event=Approved, style="primary", bulk=True,
            ),
            Transition(
                name="return", label="Return", done="returned", icon="undo-2", key="r",
                source=("pending",), target="returned", permission=review_permission,
                guard=may_review, requires=words, effect=decide, event=Returned, bulk=True,
            ),
            Transition(
                name="reject", label="Reject", done="rejected", icon="circle-x",
                source=("pending",), target="rejected", permission=review_permission,
                guard=may_review, requires=words, effect=decide, event=Rejected, style="danger",
            ),
            Transition(
                name="reopen", label="Reopen", done="reopened", icon="lock-open",
                source=("approved", "rejected"), target="returned", permission=f"{name}.reopen",
                requires=reason, effect=reopen, event=Reopened,
            ),
            Transition(
                name="archive", label="Archive", done="archived", icon="archive",
                source=("approved",), target="archived", permission=f"{name}.archive",
            ),
        ),
    )  # fmt: skip
