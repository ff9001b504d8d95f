"""Making a paper: at once for a small one, as a run in a worker for a long one; from one moment's data, as one person."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from plugins.reports import drawn
from plugins.reports.documents import Order, order
from plugins.reports.events import ReportEnded
from plugins.reports.models import Drawn, ReportRun
from plugins.reports.records import RUN
from plugins.reports.writing import write
from sims import access, files, jobs, proofs, replica, runs
from sims.actor import Actor
from sims.clock import now
from sims.contracts import LongWork
from sims.database import commit, db, flush, snapshot
from sims.errors import Denied, Invalid, Problem
from sims.events import publish
from sims.files.names import tidy_name
from sims.lists import ListPage

PAPERS_TABLE = "reports_paper"
"""What the files of runs say they belong to: no record, so that nobody reaches one but through `access.may_read`."""

PROOF = "report"
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def file_name(title: str, format: str) -> str:
    """What the file of a paper is called."""
    return tidy_name(f"{title.replace(': ', ' ')}.{format}")


def rows_asked(paper: Order) -> int:
    """How many rows of its list a paper is about; 0 where it is about a person, or takes no list's filters."""
    if paper.report.person or not paper.report.filtered:
        return 0
    asked = paper.asked
    return ListPage(asked.record, asked.actor, asked.arguments).count()


def check_size(paper: Order, format: str) -> int:
    """How many rows of its list a paper has. Raises `Invalid` where they are too many for a PDF."""
    most = current_app.config["REPORTS_PDF_ROWS"]
    count = rows_asked(paper)
    if format == "pdf" and count > most:
        message = f"These are {count:,} rows; a PDF has {most:,} at most. Narrow the report, or take XLSX or CSV."
        raise Invalid([Problem(code="report.format", message=message, fields=("format",))])
    return count


def begin(
    kind: str, options: dict[str, Any], format: str, *, actor: Actor, paper: str = "a4", title: str = "",
    config_id: int | None = None, schedule_id: int | None = None,
) -> ReportRun:  # fmt: skip
    """A run of this report as `actor`, handed to a worker once this is committed.

    Raises what `order` and `check_size` raise: whoever asks learns at once what can't be made.
    """
    asked = order(kind, options, actor, paper=paper)
    run = ReportRun(
        user_id=actor.id,
        kind=kind,
        title=title or asked.document.title,
        options=options,
        format=format,
        paper=paper,
        config_id=config_id,
        schedule_id=schedule_id,
        total=check_size(asked, format),
    )
    db.session.add(run)
    flush()
    runs.start(run)
    return run


@contextmanager
def made(paper: Order, format: str) -> Iterator[Path]:
    """A small paper as a file that is gone after this block. Its rows are of one moment."""
    with tempfile.TemporaryDirectory(prefix="sims-report-") as folder:
        path = Path(folder) / f"paper.{format}"
        write(paper.document, format, path)
        yield path


def step(run: ReportRun) -> bool:
    """Make the paper of a run and store it: all of it, or nothing. It is never done by halves, so there is one step."""
    run_id, kind, options = run.id, run.kind, dict(run.options)
    format, size, title, user_id = run.format, run.paper, run.title, run.user_id
    db.session.expunge(run)

    def tick(count: int) -> None:
        runs.beat(run, count)

    with tempfile.TemporaryDirectory(prefix="sims-report-") as folder:
        path = Path(folder) / f"paper.{format}"
        with replica.reading(), snapshot():
            actor = access.rule().find(user_id)
            if actor is None:
                raise Denied("The account it was asked with is closed.")
            paper = order(kind, options, actor, paper=size)
            count = check_size(paper, format)
            code = proofs.new_code() if paper.report.proof else ""
            if code:
                paper.document.code = proofs.in_fours(code)
                paper.document.address = proofs.address_of(code)
            facts = list(paper.document.facts)
            write(paper.document, format, path, tick=tick)
            sources = drawn.packed(paper.asked.drawn)
            as_of = paper.document.as_of
        run = db.session.get_one(ReportRun, run_id)
        name = file_name(title, format)
        stored = files.hold(PAPERS_TABLE, run_id, path, name=name, content_type=TYPES[format])
    run.token, run.as_of = stored.token, as_of
    run.kept_until = now() + timedelta(days=current_app.config["REPORTS_KEEP_DAYS"])
    run.total = run.success = count or sum(source["count"] for source in sources)
    db.session.execute(sa.delete(Drawn).where(Drawn.run_id == run_id))
    db.session.add_all(Drawn(run_id=run_id, **source) for source in sources)
    if code:
        proofs.issue(RUN, run, kind=PROOF, title=title, facts=facts, actor=actor, code=code)
    return False


def end(run: ReportRun) -> None:
    """Whoever asked for it is told, and so is its schedule."""
    said = run.error or f"{run.total:,} rows, as {run.format.upper()}."
    publish(
        ReportEnded(
            run_id=run.id,
            user_id=run.user_id,
            schedule_id=run.schedule_id,
            title=run.title,
            status=run.status,
            said=said,
        )
    )


@jobs.repeatable
def forget() -> int:
    """The scheduled job that deletes papers after their time (`REPORTS_KEEP_DAYS`). Returns how many.

    What can be checked at `/verify` stays known: only the file goes, and what it was drawn from stays for the check.
    """
    query = sa.select(ReportRun).where(ReportRun.kept_until < now(), ReportRun.token != "")
    count = 0
    for run in db.session.scalars(query):
        stored = files.by_token(run.token)
        if stored is not None:
            files.remove(stored)
        run.token = ""
        count += 1
    commit()
    return count


WORK = LongWork(
    name="reports.run",
    label="reports",
    model=ReportRun,
    step=step,
    end=end,
    title=lambda run: run.title,
    endpoint="reports.run",
)
