"""The pages of jobs and of mails that were not sent, for the programme office."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from sims import access, job_acts, job_desk, mail_desk, runs
from sims.database import commit
from sims.errors import Conflict
from sims.permissions import require
from sims.web.core_pages import pages

MANAGE = "core.jobs.manage"


@pages.get("/jobs", endpoint="jobs")
@require(MANAGE)
def show() -> str:
    """Queues, workers, what runs, waits and failed; also while Redis does not answer."""
    desk = job_desk.look()
    open_runs = runs.open_runs()
    lines = [*desk.running, *desk.waiting, *desk.put_off, *desk.failed] if desk else []
    people = {entry.asked_by for entry in lines if entry.asked_by}
    return render_template(
        "jobs.html",
        desk=desk,
        few=job_desk.FEW,
        runs=[
            (work, run, runs.seen(run) if desk else run.success + run.failure)
            for work, run in open_runs
        ],
        names=access.rule().names(people | {run.user_id for _, run in open_runs}),
        schedules=job_desk.schedules(desk.ran if desk else {}),
        tabs=_tabs("core.jobs"),
    )


@pages.get("/jobs/mail", endpoint="jobs_mail")
@require(MANAGE)
def mail() -> str:
    """Mails that were not sent: given up, and to be tried again."""
    return render_template(
        "jobs_mail.html",
        given_up=mail_desk.unsent(given_up=True),
        waiting=mail_desk.unsent(given_up=False),
        waiting_count=mail_desk.count(given_up=False),
        few=mail_desk.FEW,
        tabs=_tabs("core.jobs_mail"),
    )


def _tabs(here: str) -> list[tuple[Any, ...]]:
    """The two pages, with how many mails were given up."""
    lost = mail_desk.count(given_up=True)
    return [
        ("Jobs", url_for("core.jobs"), here == "core.jobs"),
        ("Mails not sent", url_for("core.jobs_mail"), here == "core.jobs_mail", lost or None),
    ]


@pages.post("/jobs/<job_id>/<any(run, cancel):act>", endpoint="jobs_act")
@require(MANAGE)
def act(job_id: str, act: str) -> ResponseReturnValue:
    """Run a job again, stop or discard it."""
    try:
        flash({"run": job_acts.run_again, "cancel": job_acts.cancel}[act](job_id), "good")
    except Conflict as error:
        flash(str(error), "warn")
    return redirect(url_for("core.jobs"))


@pages.post("/jobs/schedules/<name>", endpoint="jobs_run")
@require(MANAGE)
def run(name: str) -> ResponseReturnValue:
    """Run a scheduled job now."""
    try:
        job_acts.run_now(name)
        flash(f"{name} is queued.", "good")
    except Conflict as error:
        flash(str(error), "warn")
    return redirect(url_for("core.jobs"))


@pages.post("/jobs/mail/again", defaults={"mail_id": None}, endpoint="jobs_mail_all")
@pages.post("/jobs/mail/<int:mail_id>/again", endpoint="jobs_mail_again")
@require(MANAGE)
def again(mail_id: int | None) -> ResponseReturnValue:
    """Try one mail again, or all that were given up."""
    try:
        count = mail_desk.send_again(mail_id)
        commit()
        flash(f"{count} {'mail is' if count == 1 else 'mails are'} tried again.", "good")
    except Conflict as error:
        flash(str(error), "warn")
    return redirect(url_for("core.jobs_mail"))
