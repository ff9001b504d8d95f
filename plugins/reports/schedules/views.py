"""The pages of schedules: their list, one with what it has made, a new one from a saved report."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.reports import saving
from plugins.reports.blueprint import blueprint
from plugins.reports.permissions import MAKE
from plugins.reports.records import RUN
from plugins.reports.schedules import due, queries, services
from plugins.reports.schedules.cron import PRESETS, in_words
from plugins.reports.schedules.forms import OWN, ScheduleForm
from sims import actor
from sims.database import commit, db
from sims.errors import Invalid
from sims.permissions import require


@blueprint.get("/schedules")
@require(MAKE)
def schedule_list() -> str:
    """All schedules one sees, those due next first."""
    return render_template(
        "reports/schedules.html", schedules=queries.of(actor.me()), in_words=in_words, me=actor.me()
    )


@blueprint.route("/schedules/new", methods=["GET", "POST"])
@require(MAKE)
def schedule_new() -> ResponseReturnValue:
    """A schedule of a saved report."""
    me = actor.me()
    if "config" not in request.args:
        flash("Save a report under a name first, then press Schedule beside it.", "info")
        return redirect(url_for("reports.reports"))
    config = saving.find(request.args.get("config", 0, type=int), me)
    form = ScheduleForm()
    form.prepare(me, None)
    if request.method == "GET":
        form.recipients.data = getattr(me, "username", "")
    elif form.validate():
        try:
            schedule = services.create(
                config, form.text, form.timezone.data, form.recipients.data or "", actor=me
            )
            commit()
            flash(f"It is made {in_words(schedule.cron, schedule.timezone)}.", "good")
            return redirect(url_for("reports.schedule", schedule_id=schedule.id))
        except Invalid as error:
            db.session.rollback()
            form.take_invalid(error)
    page = render_template("reports/schedule_form.html", form=form, config=config, schedule=None)
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.route("/schedules/<int:schedule_id>/edit", methods=["GET", "POST"])
@require(MAKE)
def schedule_edit(schedule_id: int) -> ResponseReturnValue:
    """Other times, another zone, other people."""
    me = actor.me()
    schedule = queries.find(schedule_id, me, own=True)
    form = ScheduleForm()
    form.prepare(me, schedule)
    if request.method == "GET":
        form.preset.data = schedule.cron if schedule.cron in PRESETS else OWN
        form.cron.data = schedule.cron
        form.timezone.data = schedule.timezone
        form.recipients.data = "\n".join(each.person.username for each in schedule.recipients)
    elif form.validate():
        try:
            services.change(schedule, form.text, form.timezone.data, form.recipients.data or "")
            commit()
            flash("The schedule is changed.", "good")
            return redirect(url_for("reports.schedule", schedule_id=schedule_id))
        except Invalid as error:
            db.session.rollback()
            schedule = queries.find(schedule_id, me, own=True)
            form.take_invalid(error)
    page = render_template(
        "reports/schedule_form.html", form=form, config=schedule.config, schedule=schedule
    )
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.get("/schedules/<int:schedule_id>")
@require(MAKE)
def schedule(schedule_id: int) -> str:
    """One schedule: when it runs, who is told, what it has made."""
    found = queries.find(schedule_id, actor.me())
    return render_template(
        "reports/schedule.html",
        schedule=found,
        words=in_words(found.cron, found.timezone),
        runs=queries.runs_of(found),
        workflow=RUN.flow,
        mine=found.owner_id == actor.me().id,
    )


@blueprint.post("/schedules/<int:schedule_id>/pause")
@require(MAKE)
def schedule_pause(schedule_id: int) -> ResponseReturnValue:
    """Let it stand still; its owner may, and the office."""
    services.pause(queries.find(schedule_id, actor.me()))
    commit()
    flash("It stands still until it is resumed.", "info")
    return redirect(url_for("reports.schedule", schedule_id=schedule_id))


@blueprint.post("/schedules/<int:schedule_id>/resume")
@require(MAKE)
def schedule_resume(schedule_id: int) -> ResponseReturnValue:
    """Let it run again."""
    services.resume(queries.find(schedule_id, actor.me(), own=True))
    commit()
    flash("It runs again.", "good")
    return redirect(url_for("reports.schedule", schedule_id=schedule_id))


@blueprint.post("/schedules/<int:schedule_id>/run")
@require(MAKE)
def schedule_run(schedule_id: int) -> ResponseReturnValue:
    """Make its report now, besides its times."""
    found = queries.find(schedule_id, actor.me(), own=True)
    run = due.begin(found)
    words = found.last_words
    commit()
    if run is None:
        flash(words, "bad")
        return redirect(url_for("reports.schedule", schedule_id=schedule_id))
    return redirect(url_for("reports.run", id=run.id))


@blueprint.post("/schedules/<int:schedule_id>/remove")
@require(MAKE)
def schedule_remove(schedule_id: int) -> ResponseReturnValue:
    """Forget it."""
    services.remove(queries.find(schedule_id, actor.me(), own=True))
    commit()
    flash("The schedule is removed; what it has made stays.", "good")
    return redirect(url_for("reports.schedule_list"))
