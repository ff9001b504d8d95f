"""Long work that survives its worker: a row says what is to be done and how far it is, a job carries it on.

A run is claimed by an UPDATE, done in steps with a commit each, and its claim is a lease that every step renews.
Whoever finds the lease over (the worker was killed, the machine went down) takes the run up where its last
commit left it. A sweep finds such runs, and those whose job never reached Redis. What a step wrote and how far it
came are one transaction, so that no row is done twice.
"""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app, has_request_context
from redis.exceptions import RedisError
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from sims import actor, jobs
from sims.clock import now
from sims.contracts import LongWork
from sims.database import Stamped, affected, after_commit, commit, db, person
from sims.errors import Conflict, DomainError
from sims.plugin import provided

log = logging.getLogger(__name__)

OPEN = ("pending", "running")
STATUSES = (*OPEN, "completed", "completed_with_errors", "failed", "cancelled", "undone")
MOST_STALLS = 5
"""A run that was taken up this often without getting one step further is given up."""

FORGOTTEN = timedelta(seconds=30)
"""A run that has waited this long without anybody at it may have lost its job."""

SHOWN_FOR = timedelta(hours=1)
"""How long Redis keeps what is only for show: how far a step is that has not been committed."""

QUEUED_FOR = timedelta(minutes=10)
"""A job of a run that has not begun after this is taken for lost, and another is put into the queue."""


class Run(Stamped):
    """Mixin of a table of long work. `position` says how far the committed steps are, in the work's own count;
    `total` how many rows there are, `success` and `failure` what became of those done. `retry_count` counts how
    often it was taken up again, `stalls` how often since it last got further.
    """

    status: Mapped[str] = mapped_column(sa.String(30), default="pending")
    position: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    success: Mapped[int] = mapped_column(default=0)
    failure: Mapped[int] = mapped_column(default=0)
    retry_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    stalls: Mapped[int] = mapped_column(sa.Integer, default=0)
    claimed_by: Mapped[str | None] = mapped_column(sa.String(32))
    claimed_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @declared_attr
    def user_id(cls) -> Mapped[int]:
        """Who started it, and as whom it is done."""
        return person()

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self.status in OPEN


class Cancelled(Exception):
    """Somebody asked the run to stop: what its step has not committed is not kept."""


class Lost(Exception):
    """Somebody else has taken the run up; nothing more may be written for it here."""


@dataclass(frozen=True)
class Claim:
    """The right to carry one run on. `until` is when the lease ends unless it is renewed."""

    work: LongWork
    run_id: int
    token: str

    def renewed(self) -> sa.Update:
        """The statement that makes the lease last again; it touches no row where it is somebody else's by now."""
        model = self.work.model
        return (
            sa.update(model)
            .where(model.id == self.run_id, model.claimed_by == self.token)
            .values(claimed_until=now() + lease())
            .execution_options(synchronize_session=False)
        )


def lease() -> timedelta:
    """How long a claim holds without being renewed (`RUN_LEASE`)."""
    return timedelta(seconds=current_app.config["RUN_LEASE"])


def work_named(name: str) -> LongWork:
    """The long work called `name`. Raises `JobRefused` where its plugin is off."""
    for work in provided(LongWork):
        if work.name == name:
            return work
    raise jobs.JobRefused(f"No enabled plugin does {name}. Add its plugin to PLUGINS.")


def work_of(run: Run) -> LongWork:
    """What kind of work a run is."""
    return next(work for work in provided(LongWork) if isinstance(run, work.model))


def start(run: Run) -> None:
    """Have a new run (flushed) carried on by a worker once this transaction is committed."""
    name, run_id = work_of(run).name, run.id
    after_commit(lambda: _queue(name, run_id))


def cancel(run: Run) -> None:
    """Ask a run to stop: at once where nobody is at it yet, else after the step that is being done.

    Raises `Conflict` for one that has ended.
    """
    if not run.is_open:
        raise Conflict("This has ended already; there is nothing to stop.")
    try:
        jobs.connection().set(_key(run, "cancel"), "1", ex=SHOWN_FOR)
    except RedisError as error:
        log.warning("run %s: the worker learns of the stop from the row only: %s", run.id, error)
    model = type(run)
    untouched = affected(
        sa.update(model)
        .where(model.id == run.id, model.status == "pending", model.claimed_by.is_(None))
        .values(cancel_asked=True, claimed_by="cancel", claimed_until=now() + lease())
    )
    if untouched:
        db.session.refresh(run)
        _end(work_of(run), run, "cancelled")
    else:
        db.session.execute(sa.update(model).where(model.id == run.id).values(cancel_asked=True))


def again(run: Run) -> None:
    """Take a run up again that failed or was stopped, where its last commit left it.

    Raises `Conflict` for any other.
    """
    if run.status not in ("failed", "cancelled"):
        raise Conflict("Only what failed or was stopped can be taken up again.")
    run.status, run.error, run.finished_at = "pending", "", None
    run.cancel_asked, run.stalls, run.retry_count = False, 0, run.retry_count + 1
    db.session.flush()
    start(run)


def carry_on(name: str, run_id: int) -> None:
    """The job: do a run's steps until it ends, its slice of time (`RUN_SLICE`) is over, or the worker is to stop.

    In the last two cases another job goes on. A step that fails ends the run, with the words of what it raised;
    where the database went away the run is left to the sweep.
    """
    work = work_named(name)
    _forget_queued(name, run_id)
    claim = _claim(work, run_id)
    if claim is None:
        return
    until = time.monotonic() + current_app.config["RUN_SLICE"]
    run = db.session.get_one(work.model, run_id)
    with actor.acting_as(run.user_id):
        while _step(claim):
            if jobs.stopping() or time.monotonic() > until:
                _let_go(claim)
                return


def beat(run: Run, seen: int) -> None:
    """Say from within a long step that it is being done: `seen` of the total, for who watches.

    Raises `Cancelled` where somebody asked to stop, `Lost` where the run is somebody else's by now. Costs one
    question to Redis; every third of a lease the claim is renewed by a connection of its own, since the step's
    transaction shows nothing before it ends. (On SQLite that transaction keeps everybody else out anyway.)
    """
    try:
        found = jobs.connection().mget(_key(run, "cancel"), _key(run, "beat"))
        if found[0]:
            raise Cancelled
        jobs.connection().set(_key(run, "seen"), seen, ex=SHOWN_FOR)
        if found[1]:
            return
        jobs.connection().set(_key(run, "beat"), "1", ex=lease() / 3)
    except RedisError:
        log.info("run %s: nobody can watch, Redis does not answer", run.id)
    if db.engine.dialect.name == "sqlite":
        return
    claim = Claim(work_of(run), run.id, run.claimed_by or "")
    with db.engine.begin() as connection:
        if not connection.execute(claim.renewed()).rowcount:
            raise Lost
        model = type(run)
        asked = sa.select(model.cancel_asked).where(model.id == run.id)
        if connection.scalar(asked):
            raise Cancelled


def seen(run: Run) -> int:
    """How many of `total` have been gone through, those of a step that is being done included."""
    done = run.success + run.failure
    if run.status != "running":
        return done
    try:
        return max(done, int(jobs.connection().get(_key(run, "seen")) or 0))
    except RedisError:
        return done


def seconds_left(run: Run, done: int) -> float | None:
    """How long it will still take at the rate so far, or None where nobody can say."""
    if run.status != "running" or not run.started_at or not done or done >= run.total:
        return None
    return (now() - run.started_at).total_seconds() / done * (run.total - done)


def open_runs(limit: int = 50) -> list[tuple[LongWork, Any]]:
    """The runs that have not ended, the oldest first; one query for each kind of work."""
    found = [
        (work, run)
        for work in provided(LongWork)
        for run in db.session.scalars(
            sa.select(work.model)
            .where(work.model.status.in_(OPEN))
            .order_by(work.model.id)
            .limit(limit)
        )
    ]
    return sorted(found, key=lambda pair: pair[1].created_at)


@jobs.repeatable
def sweep() -> int:
    """The scheduled job: queue again what nobody is at though it should be done. Returns how many."""
    moment, lost = now(), []
    for work in provided(LongWork):
        model = work.model
        forgotten = sa.and_(model.claimed_by.is_(None), model.updated_at < moment - FORGOTTEN)
        query = sa.select(model.id).where(
            model.status.in_(OPEN), sa.or_(model.claimed_until < moment, forgotten)
        )
        lost += [(work.name, run_id) for run_id in db.session.scalars(query.order_by(model.id))]
    db.session.rollback()
    for name, run_id in lost:
        _queue(name, run_id)
    return len(lost)


def _claim(work: LongWork, run_id: int) -> Claim | None:
    """Take the run up, unless somebody is at it or it has ended."""
    model, moment = work.model, now()
    claim = Claim(work, run_id, secrets.token_hex(16))
    again = sa.case((model.claimed_by.is_not(None), 1), else_=0)
    taken = affected(
        sa.update(model)
        .where(
            model.id == run_id,
            model.status.in_(OPEN),
            sa.or_(model.claimed_until.is_(None), model.claimed_until < moment),
        )
        .values(
            status="running",
            claimed_by=claim.token,
            claimed_until=moment + lease(),
            started_at=sa.func.coalesce(
                model.started_at, sa.literal(moment, model.started_at.type)
            ),
            retry_count=model.retry_count + again,
            stalls=model.stalls + again,
        )
        .execution_options(synchronize_session=False)
    )
    commit()
    return claim if taken else None


def _step(claim: Claim) -> bool:
    """Do the next step of the run and commit it; return whether more is left."""
    work = claim.work
    run = db.session.get_one(work.model, claim.run_id, populate_existing=True)
    ended = ""
    try:
        if run.stalls >= MOST_STALLS:
            raise Conflict(
                f"It was ended {run.stalls} times after {run.position:,} without getting further. "
                "Look at the worker's log; a row there may need more memory or time than there is."
            )
        if run.cancel_asked:
            raise Cancelled
        before = run.position
        more = work.step(run)
        run = db.session.get_one(work.model, claim.run_id)  # a long step may have let go of it
        if not more:
            ended = run.status if run.status not in OPEN else ""
            ended = ended or ("completed_with_errors" if run.failure else "completed")
        elif run.position > before:
            run.stalls = 0
    except Cancelled:
        run, ended = _afresh(claim), "cancelled"
    except DomainError as error:
        run, ended = _afresh(claim), "failed"
        run.error = str(error)
    except Lost:
        ended = ""
        db.session.rollback()
        return False
    except sa.exc.DBAPIError as error:
        db.session.rollback()
        if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
            log.warning("run %s: the database went away, it is taken up later: %s", run.id, error)
            return False
        _fail(claim, error)
        raise
    except (
        Exception
    ) as error:  # told in the run, then passed on: the job itself counts as failed too
        db.session.rollback()
        _fail(claim, error)
        raise
    if not affected(claim.renewed()):
        db.session.rollback()
        return False
    if ended:
        _end(work, run, ended)
    commit()
    if not has_request_context():
        db.session.expunge_all()  # or a worker would hold on to every row it ever had
    return not ended


def _afresh(claim: Claim) -> Any:
    """The run as its last commit left it."""
    db.session.rollback()
    return db.session.get_one(claim.work.model, claim.run_id, populate_existing=True)


def _fail(claim: Claim, error: Exception) -> None:
    run = _afresh(claim)
    run.error = f"SIMS failed ({type(error).__name__}). The programme office finds the cause on the jobs page."
    if affected(claim.renewed()):
        _end(claim.work, run, "failed")
        commit()


def _end(work: LongWork, run: Any, status: str) -> None:
    run.status, run.finished_at = status, now()
    run.claimed_by = run.claimed_until = None
    with actor.acting_as(run.user_id):
        work.end(run)
    try:
        jobs.connection().delete(_key(run, "cancel"), _key(run, "seen"), _key(run, "beat"))
    except RedisError:
        log.info("run %s: its marks in Redis end by themselves", run.id)


def _let_go(claim: Claim) -> None:
    """End the claim without ending the run; another job goes on with it."""
    model = claim.work.model
    affected(
        sa.update(model)
        .where(model.id == claim.run_id, model.claimed_by == claim.token)
        .values(claimed_by=None, claimed_until=None)
    )
    commit()
    _queue(claim.work.name, claim.run_id)


def _queue(name: str, run_id: int) -> None:
    """Put the job into its queue, unless one waits there; a server that is down is left to the sweep."""
    try:
        if jobs.connection().set(f"sims:run:{name}:{run_id}:queued", "1", nx=True, ex=QUEUED_FOR):
            jobs.put(carry_on, name, run_id, on="low", timeout=current_app.config["RUN_TIMEOUT"])
    except RedisError as error:
        log.warning("run %s %s is not queued yet: %s", name, run_id, error)


def _forget_queued(name: str, run_id: int) -> None:
    try:
        jobs.connection().delete(f"sims:run:{name}:{run_id}:queued")
    except RedisError:
        log.info("run %s: its mark in Redis ends by itself", run_id)


def _key(run: Run, what: str) -> str:
    return f"sims:run:{work_of(run).name}:{run.id}:{what}"
