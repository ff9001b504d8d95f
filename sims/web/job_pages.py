"""The pages of jobs and of mails that were not sent, for the programme office."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from sims import access, job_desk, runs
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
    lines = [*desk.running, *desk.waiting, *desk.scheduled, *desk.failed] if desk else []
    people = {line.asked_by for line in lines if line.asked_by}
    return render_template(
        "jobs.html",
        desk=desk,
        runs=[
            (work, run, runs.seen(run) if desk else run.success + run.failure)
            for work, run in open_runs
        ],
        names=access.rule().names(people | {run.user_id for _, run in open_runs}),
        schedules=job_desk.schedules(answers=desk is not None),
        given_up=len(job_desk.mails(given_up=True)),
    )


@pages.get("/jobs/mail", endpoint="jobs_mail")
@require(MANAGE)
def mail() -> str:
    """Mails that were not sent: given up, and to be tried again."""
    return render_template(
        "jobs_mail.html",
        given_up=job_desk.mails(given_up=True),
        waiting=job_desk.mails(given_up=False),
    )


@pages.post("/jobs/<job_id>/<any(retry, cancel):act>", endpoint="jobs_act")
@require(MANAGE)
def act(job_id: str, act: str) -> ResponseReturnValue:
    """Run a job again, stop or discard it."""
    try:
        {"retry": job_desk.retry, "cancel": job_desk.cancel}[act](job_desk.find(job_id))
        flash("It is queued again." if act == "retry" else "It is stopped.", "good")
    except Conflict as error:
        flash(str(error), "warn")
    return redirect(url_for("core.jobs"))


@pages.post("/jobs/schedules/<name>", endpoint="jobs_run")
@require(MANAGE)
def run(name: str) -> ResponseReturnValue:
    """Run a scheduled job now."""
    try:
        job_desk.run_now(name)
        flash(f"{name} is queued.", "good")
    except Conflict as error:
        flash(str(error), "warn")
    return redirect(url_for("core.jobs"))


@pages.post("/jobs/mail/again", defaults={"mail_id": None}, endpoint="jobs_mail_all")
@pages.post("/jobs/mail/<int:mail_id>/again", endpoint="jobs_mail_again")
@require(MANAGE)
def again(mail_id: int | None) -> ResponseReturnValue:
    """Try one mail again, or all that were given up."""
    count = job_desk.send_again(mail_id)
    commit()
    flash(f"{count} {'mail is' if count == 1 else 'mails are'} tried again.", "good")
    return redirect(url_for("core.jobs_mail"))
