"""How people move rows: one from its page, and one after the other from the review queue."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for

from sims import actor, afterwards, queues
from sims.database import commit, db
from sims.errors import Conflict, Invalid
from sims.forms import asking
from sims.pages.base import answer
from sims.pages.lists import ListPages


class ReviewPages(ListPages):
    """Status changes and the review queue."""

    def move(self, id: int, name: str) -> Any:
        """Change the status of one row, from its detail page."""
        row = self.find(id)
        try:
            warnings = self._settle(row, self._move(row, name, self._words(name)))
            title = self.record.title(row)
            commit()
        except Invalid as error:
            db.session.rollback()
            context = self.shown(self.find(id))
            context |= {"problems": error.problems, "problem_of": name}
            return self.render("detail", question=asking(error, answer()), **context), 422
        self._said(warnings, title, self.record.flow.transition(name).done)
        return redirect(self.url("", id=id))

    def _words(self, name: str) -> dict[str, str]:
        """What the transition asks for or takes, from the form; nothing else a browser may send reaches the row."""
        if name not in self._move_names:
            return {}
        transition = self.record.flow.transition(name)
        known = (*(transition.requires or ()), *transition.takes)
        return {key: request.form[key] for key in known if key in request.form}

    @cached_property
    def _move_names(self) -> set[str]:
        return {transition.name for transition in self.record.flow.transitions}

    def queue(self) -> Any:
        """Everything that waits for the signed-in reviewer, oldest first."""
        me = actor.me()
        page = self.page(
            title="Waiting for your review",
            tabs=queues.tabs(me, self.record),
            narrow=[queues.waiting(self.record, me)],
            scope=queues.SCOPE,
            order="submitted_at",
            endpoint=f"{self.blueprint.name}.{self.thing}_review",
            new_url="",
            save_url="",
            nothing=("Nothing waits for you", "New submissions stand here, the oldest first."),
        )
        page.export_url = ""
        page.record = replace(self.record, columns=queues.columns(self.record, me))
        return self.render("queue", page=page)

    def review(self, id: int) -> Any:
        """One waiting row and the decision on it; a decision leads straight to the next."""
        row = self.find(id)
        form = self.review_form(request.form if request.method == "POST" else None)
        if request.method == "POST":
            name = request.form.get("decision", "")
            following = self._neighbours(row)["next"]
            try:
                if not form.validate():
                    raise Invalid([])
                warnings = self._settle(row, self._move(row, name, form.values()))
                title = self.record.title(row)
                commit()
            except Invalid as error:
                db.session.rollback()
                form.take_invalid(error)
                form.question(error, answer())
                row = self.find(id)
            except Conflict as error:
                db.session.rollback()
                flash(str(error), "warn")
                return redirect(self.url("", id=id))
            else:
                self._said(warnings, title, self.record.flow.transition(name).done)
                if following is None:
                    return redirect(url_for("core.review"))
                return redirect(self.url("review", id=following))
        status = 422 if request.method == "POST" else 200
        around = self._neighbours(row)
        if request.method == "GET":
            afterwards.viewed(self.record, row, "review")
        return self.render("review", form=form, around=around, **self.shown(row)), status

    def _neighbours(self, row: Any) -> dict[str, Any]:
        """The row's place in the queue: previous and next id, its number, how many wait."""
        model = self.record.model
        key = sa.tuple_(model.submitted_at, model.id)
        here = sa.tuple_(sa.literal(row.submitted_at or datetime.min), sa.literal(row.id))
        waiting = queues.waiting(self.record, actor.me())
        ordered = sa.select(model.id).where(waiting)
        before = (
            ordered.where(key < here).order_by(model.submitted_at.desc(), model.id.desc()).limit(1)
        )
        after = ordered.where(key > here).order_by(model.submitted_at, model.id).limit(1)
        total = sa.select(sa.func.count()).where(waiting)
        first = ordered.order_by(model.submitted_at, model.id).where(model.id != row.id).limit(1)
        asked = (before, after, first, total, total.where(key < here))
        previous, following, wrapped, count, earlier = db.session.execute(
            sa.select(*(query.scalar_subquery() for query in asked))
        ).one()
        return {
            "previous": previous,
            "next": following or wrapped,
            "number": earlier + 1,
            "total": count,
        }
