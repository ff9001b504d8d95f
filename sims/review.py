"""Review: the transition table and the tables' shape that every reviewed record shares.

A record's owner submits it, the reviewer who answers for them approves it, or sends it back with words;
what is approved changes only after an administrator reopened it with a reason (domain.md, logbook).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from sims import access
from sims.actor import Actor
from sims.clock import now
from sims.contracts import Permission, Record, Rule
from sims.database import Stamped, db, person
from sims.events import Moved
from sims.records import about
from sims.versioning import record_history
from sims.workflow import Status, Transition, Workflow

DRAFT = Status(name="draft", label="Draft", icon="file-pen-line", tone="neutral")
PENDING = Status(name="pending", label="Waiting for review", icon="clock", tone="info")
APPROVED = Status(name="approved", label="Approved", icon="circle-check", tone="good")
RETURNED = Status(name="returned", label="Returned", icon="undo-2", tone="warn")
REJECTED = Status(name="rejected", label="Rejected", icon="circle-x", tone="bad")
ARCHIVED = Status(name="archived", label="Archived", icon="archive", tone="neutral")
STATUSES = (DRAFT, PENDING, APPROVED, RETURNED, REJECTED, ARCHIVED)
COUNTED = ("approved", "archived")
"""The statuses in which a record counts towards anything."""
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

    @property
    def scores(self) -> list[tuple[str, int]]:
        """The scores that were given, as `(what, score)`, the overall one first."""
        columns = (column.key for column in sa.inspect(type(self)).columns)
        names = [name for name in columns if name.endswith("_score")]
        given = [(name.removesuffix("_score"), getattr(self, name)) for name in names]
        return sorted((pair for pair in given if pair[1]), key=lambda pair: pair[0] != "overall")


def seen_by_reviewers(
    model: type[Any], review: type[Any], link: str
) -> Callable[[int], tuple[sa.ColumnElement[bool], ...]]:
    """For `Record.also_seen_by`: rows that name the person as supervisor, and rows they once reviewed
    (domain.md, who sees what). `link` is the review's foreign key to the row."""

    def conditions(person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
        decided = sa.select(getattr(review, link)).where(review.reviewer_id == person_id)
        return (model.supervisor_id == person_id, model.id.in_(decided))

    return conditions


def hand_over(
    model: type[Any], *, owner_id: int, old_id: int, new_id: int, statuses: tuple[str, ...]
) -> int:
    """The owner's rows in these statuses that name the old supervisor name the new one from here on.

    History is written, versions are counted; returns how many rows. Called in the transaction of the change.
    """
    chosen = sa.select(model.id).where(
        model.pg_id == owner_id, model.supervisor_id == old_id, model.status.in_(statuses)
    )
    ids = db.session.scalars(chosen).all()
    if ids:
        db.session.execute(
            sa.update(model)
            .where(model.id.in_(ids))
            .values(supervisor_id=new_id, version=model.version + 1, updated_at=now())
        )
        record_history(model, ids)
    return len(ids)


def submitted(record: Record, row: Any, actor: Actor) -> Submitted:
    """The event of a row that was submitted as it was made, in an import."""
    return Submitted(
        **about(record, row, actor),
        source=record.flow.statuses[0].name,
        target=row.status,
        reviewer_id=row.supervisor_id,
    )


def reviewer_rules(name: str, label: str) -> tuple[Rule, Rule]:
    """The two rules on the reviewer of any record called `name` (domain.md, logbook)."""
    return (
        Rule(
            code=f"{name}.supervisor_not_self",
            message=f"Nobody reviews their own {label}. Choose another supervisor.",
            fields=("supervisor_id",),
            holds=lambda row: row.supervisor_id is None or row.supervisor_id != row.pg_id,
            source="domain.md, logbook: the reviewer is never the author",
        ),
        Rule(
            code=f"{name}.supervisor_to_submit",
            message="Choose the supervisor who is to review it.",
            fields=("supervisor_id",),
            holds=lambda row: row.supervisor_id is not None,
            stage="submit",
            source="domain.md, logbook: submitting needs a supervisor",
        ),
    )


def self_score_rule(name: str) -> Rule:
    """The rule on the score that PGs give themselves in a record called `name`."""
    return Rule(
        code=f"{name}.self_score",
        message="The score must be between 1 and 10.",
        fields=("self_score",),
        holds=lambda row: row.self_score is None or 1 <= row.self_score <= 10,
        source="domain.md, conventions: scores are integers 1–10",
    )


def counts_by_status(model: type[Any], pg_id: int) -> dict[str, int]:
    """How many rows of this PG stand in each status."""
    query = (
        sa.select(model.status, sa.func.count()).where(model.pg_id == pg_id).group_by(model.status)
    )
    return dict(db.session.execute(query).all())


def may_review(row: Any, actor: Actor) -> str | None:
    """The guard of every decision: the row's reviewer, their deputy, or somebody who answers for its owner; never
    the owner."""
    if actor.id == row.pg_id:
        return "Nobody reviews their own record."
    rule = access.rule()
    if row.supervisor_id in rule.acts_for(actor) or rule.answers_for(actor, row.pg_id):
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
    statuses: tuple[Status, ...] = STATUSES,
    start: str = "draft",
    waiting: str = "pending",
    back: str = "returned",
    sent_back: str = "returned",
    copies: Mapping[str, str] | None = None,
    more: tuple[Transition, ...] = (),
) -> Workflow:
    """The workflow of a reviewed record called `name`, whose reviews live in `review` (joined by `link`).

    `scores` and `extra` name the further columns of a review that a decision may fill. Where a record has
    other `statuses` than the usual six: `start` is where a new row stands, `waiting` where it waits for its
    reviewer, `back` where a returned or reopened one goes, `sent_back` what the review calls that outcome.
    `archived` may be missing. `copies` says which attributes of the row hold what the last decision said
    (attribute → score or word of the review). `more` are further transitions. The permissions it uses are
    `<name>.submit`, `.review`, `.reopen` and `.archive`.
    """

    def submit(row: Any, actor: Actor, data: Mapping[str, Any]) -> None:
        row.round += 1
        row.submitted_at = now()
        row.reviewed_at = None

    def withdraw(row: Any, actor: Actor, data: Mapping[str, Any]) -> None:
        row.round -= 1
        row.submitted_at = None

    def deciding(outcome: str) -> Callable[[Any, Actor, Mapping[str, Any]], None]:
        def decide(row: Any, actor: Actor, data: Mapping[str, Any]) -> None:
            moment = now()
            row.reviewed_at = moment
            if outcome == "approved":
                row.verified_at, row.verified_by_id = moment, actor.id
            given = {key: data[key] for key in ("feedback", *scores, *extra) if key in data}
            for attribute, key in (copies or {}).items():
                setattr(row, attribute, given.get(key, None if key in scores else ""))
            person = {"reviewer_id": actor.id, "round": row.round}
            db.session.add(review(**{link: row.id}, **person, outcome=outcome, **given))

        return decide

    def reopen(row: Any, actor: Actor, data: Mapping[str, Any]) -> None:
        row.verified_at = row.verified_by_id = None
        for attribute, key in (copies or {}).items():
            setattr(row, attribute, None if key in scores else "")

    def undecide(row: Any, actor: Actor) -> None:
        reopen(row, actor, {})
        row.reviewed_at = None
        said = sa.select(review).where(getattr(review, link) == row.id, review.round == row.round)
        for decision in db.session.scalars(said):
            db.session.delete(decision)

    words = {"feedback": "Write what has to change, so that the PG can mend it."}
    reason = {"feedback": "Write the reason; it stays in the history."}
    review_permission = f"{name}.review"
    mendable = tuple(dict.fromkeys((start, back)))
    archive = Transition(
        name="archive", label="Archive", done="archived", icon="archive",
        source=("approved",), target="archived", permission=f"{name}.archive", bulk=True,
        undo=lambda row, actor: None,
    )  # fmt: skip
    return Workflow(
        statuses=statuses,
        editable=mendable,
        deletable=(start,),
        waiting=waiting,
        transitions=(
            Transition(
                name="submit", label="Submit for review", done="submitted", icon="send",
                source=mendable, target=waiting, permission=f"{name}.submit",
                guard=is_owner, stage="submit", effect=submit, event=Submitted, style="primary", bulk=True,
                undo=lambda row, actor: withdraw(row, actor, {}),
            ),
            Transition(
                name="withdraw", label="Take back", done="taken back", icon="undo-2",
                source=(waiting,), target=start, permission=f"{name}.submit",
                guard=is_owner, effect=withdraw, event=Withdrawn,
            ),
            Transition(
                name="approve", label="Approve", done="approved", icon="check", key="a",
                source=(waiting,), target="approved", permission=review_permission,
                guard=may_review, effect=deciding("approved"), event=Approved, style="primary", bulk=True,
                undo=undecide,
            ),
            Transition(
                name="return", label="Return", done="returned", icon="undo-2", key="r",
                source=(waiting,), target=back, permission=review_permission,
                guard=may_review, requires=words, effect=deciding(sent_back), event=Returned, bulk=True,
                undo=undecide,
            ),
            Transition(
                name="reject", label="Reject", done="rejected", icon="circle-x",
                source=(waiting,), target="rejected", permission=review_permission,
                guard=may_review, requires=words, effect=deciding("rejected"), event=Rejected, style="danger",
            ),
            Transition(
                name="reopen", label="Reopen", done="reopened", icon="lock-open",
                source=("approved", "rejected"), target=back, permission=f"{name}.reopen",
                requires=reason, effect=reopen, event=Reopened,
            ),
            *([archive] if ARCHIVED in statuses else []),
            *more,
        ),
    )  # fmt: skip
