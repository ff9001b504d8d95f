"""The pages of bulk assignment: choose PGs, write the plan, look at what comes of it, save.

Nothing is kept between the steps but what the form itself carries.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.rotations import placing
from plugins.rotations.placing_forms import PlanForm
from plugins.users.models import YEARS, User
from plugins.users.queries import MAY_ACT, NAMES, called, specialties_of_pgs, supervisors_with_pgs
from sims import actor, selection
from sims.database import commit, db
from sims.errors import Conflict, Invalid, Problem
from sims.permissions import require

FILTERS = ("q", "specialty", "year", "supervisor")


@require(placing.PLAN)
def choose() -> str:
    """The PGs to choose from, narrowed by the address."""
    people = _pgs(request.args, placing.MOST_PGS + 1)
    return render_template(
        "rotations/place_choose.html",
        people=people[: placing.MOST_PGS],
        is_cut=len(people) > placing.MOST_PGS,
        most=placing.MOST_PGS,
        supervisors=supervisors_with_pgs(),
        years=[(year, year) for year in YEARS],
        specialties=[(name, name) for name in specialties_of_pgs()],
        given=request.args,
        kept={name: request.args[name] for name in FILTERS if request.args.get(name)},
    )


@require(placing.PLAN)
def plan() -> ResponseReturnValue:
    """Write the plan; see what would come of it; save it."""
    form = PlanForm(request.form if request.method == "POST" else None)
    pg_ids = _chosen()
    if not pg_ids:
        flash("Choose at least one PG.", "warn")
        return redirect(url_for("rotations.place"))
    if request.method == "GET" or request.form.get("act") == "change":
        return _write(form, pg_ids)
    if rows := request.form.get("add_row"):
        form.add_row(rows)
        return _write(form, pg_ids)
    steps = form.read()
    if steps is None:
        return _write(form, pg_ids, 422)
    me, rotate = actor.me(), form.rotate.data
    problems: tuple[Problem, ...] = ()
    status = 200
    try:
        found = placing.preview(pg_ids, steps, rotate=rotate, actor=me)
    except Invalid as error:
        form.take_invalid(error)
        return _write(form, pg_ids, 422)
    if (act := request.form.get("act")) in ("all", "fitting"):
        db.session.rollback()  # look again only once the calendars are ours
        try:
            count = placing.save(
                pg_ids, steps, rotate=rotate, actor=me, seal=request.form.get("seal", ""),
                partly=act == "fitting",
            )  # fmt: skip
            commit()
        except (Conflict, Invalid) as error:
            db.session.rollback()
            found = placing.preview(pg_ids, steps, rotate=rotate, actor=actor.me())
            problems, status = (Problem(code="stale", message=str(error)),), error.status
        else:
            flash(f"{count} {'rotation' if count == 1 else 'rotations'} planned.", "good")
            year = min(step.start_date for step in steps).year
            return redirect(url_for("rotations.calendar", view="year", of=year))
    page = render_template(
        "rotations/place_preview.html",
        found=found,
        problems=problems,
        kept=_kept(),
        pg_count=len(pg_ids),
    )
    return page, status


def _write(form: PlanForm, pg_ids: list[int], status: int = 200) -> ResponseReturnValue:
    query = sa.select(User).where(User.id.in_(pg_ids), User.role == "pg").options(NAMES)
    people = db.session.scalars(query.order_by(User.last_name, User.first_name, User.id)).all()
    page = render_template("rotations/place_plan.html", form=form, people=people, pg_ids=pg_ids)
    return page, status


def _chosen() -> list[int]:
    """The PGs ticked, or all that match the filters where that was asked for, by name.

    The list of people sends the ids of those ticked there (`id`): whoever is no PG who can act is left out.
    """
    if ids := selection.ticked(request.args):
        query = sa.select(User.id).where(User.id.in_(ids), User.role == "pg", MAY_ACT)
        found = db.session.scalars(query.order_by(User.last_name, User.first_name, User.id)).all()
        if len(found) < len(ids):
            flash(
                f"{len(ids) - len(found)} of those chosen are no PGs in training; they are left out.",
                "warn",
            )
        return list(found)
    if request.method == "GET" and request.args.get("all"):
        return [person.id for person in _pgs(request.args, placing.MOST_PGS)]
    given = request.values.getlist("pg")
    ids = (int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19)
    return list(dict.fromkeys(ids))[: placing.MOST_PGS + 1]


def _kept() -> list[tuple[str, str]]:
    """What the preview sends along unchanged: the form as it was typed."""
    own = ("csrf_token", "act", "seal", "add_row")
    return [(name, value) for name, value in request.form.items(multi=True) if name not in own]


def _pgs(given: Mapping[str, str], most: int) -> list[User]:
    """The PGs who can act and match, by name."""
    query = sa.select(User).where(User.role == "pg", MAY_ACT)
    if text := given.get("q", "").strip():
        query = query.where(User.id.in_(called(text)))
    if specialty := given.get("specialty", ""):
        query = query.where(User.specialty == specialty.replace("\x00", ""))
    for name, column in (("year", User.year), ("supervisor", User.supervisor_id)):
        text = given.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 19:
            query = query.where(sa.cast(column, sa.BigInteger) == int(text))
    order = (User.last_name, User.first_name, User.id)
    return list(db.session.scalars(query.order_by(*order).limit(most)))
