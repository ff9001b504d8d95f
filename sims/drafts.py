"""Autosaved input: what somebody is typing, kept on the server apart from the record until they save it.

A draft survives a log-out, a closed tab and a killed server. Its version makes sure that a second tab
never overwrites silently, and its token makes a double-clicked form one submission.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import Response, jsonify, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import MultiDict

from sims.actor import Actor
from sims.clock import now
from sims.database import Base, affected, commit, db, person
from sims.errors import Conflict, Invalid, Missing, Problem
from sims.jobs import repeatable
from sims.web.requests import inside

LARGEST = 200_000
"""Characters one draft may hold."""

KEPT = timedelta(days=30)

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,48}")
FORM = re.compile(r"[a-z0-9_.]{1,64}")


class Draft(Base):
    """What one person has typed into one form. `row_id` is the row being edited, or the row it became."""

    __tablename__ = "core_draft"
    __table_args__ = (sa.Index("ix_core_draft_open", "actor_id", "form", "row_id"),)

    token: Mapped[str] = mapped_column(sa.String(48), primary_key=True)
    actor_id: Mapped[int] = person()
    form: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    data: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]

    def as_formdata(self) -> MultiDict[str, str]:
        """Its content as a form reads it."""
        return MultiDict([(name, value) for name, values in self.data.items() for value in values])


def new_token() -> str:
    """A token for a form just opened."""
    return secrets.token_urlsafe(18)


def unfinished(form: str, actor: Actor, row_id: int | None = None) -> Draft | None:
    """The newest draft of this form (and row) that `actor` has not saved yet."""
    query = sa.select(Draft).where(
        Draft.actor_id == actor.id,
        Draft.form == form,
        Draft.row_id.is_(None) if row_id is None else Draft.row_id == row_id,
        Draft.finished_at.is_(None),
    )
    return db.session.scalar(query.order_by(Draft.updated_at.desc()).limit(1))


def find(token: str, actor: Actor) -> Draft:
    """The draft behind `token`. Raises `Missing` unless it is the actor's own and unfinished."""
    draft = db.session.get(Draft, token)
    if draft is None or draft.actor_id != actor.id or draft.finished_at:
        raise Missing("That draft is not there any more.")
    return draft


def save(
    actor: Actor,
    *,
    token: str,
    form: str,
    version: int,
    data: Mapping[str, list[str]],
    row_id: int | None = None,
) -> Draft:
    """Keep `data`. `version` is what the tab last saw (0: nothing yet).

    Raises `Conflict` where another tab has saved since (its text is in `current`), `Invalid` where it is
    too large or misshapen, `Missing` where the token is somebody else's or already submitted.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in data.items()) > LARGEST:
        raise _refused("size", "This text is too long to keep as a draft.")
    if not TOKEN.fullmatch(token) or not FORM.fullmatch(form):
        raise _refused("shape", "This is no draft.")
    is_new = _open(token, form, actor, row_id)
    draft = db.session.get_one(Draft, token, with_for_update=True, populate_existing=True)
    if draft.actor_id != actor.id or draft.finished_at:
        raise Missing("That draft was saved or thrown away already.")
    if draft.version != version and not is_new:
        raise Conflict("Another tab has saved a different text.", current=draft)
    draft.data, draft.version, draft.updated_at = dict(data), draft.version + 1, now()
    db.session.flush()
    return draft


def answer(body: Any, actor: Actor) -> Response:
    """The autosave request, answered: 200 with the new version, or 409 with the other tab's text."""
    try:
        data = {_text(name): [*map(_text, values)] for name, values in _lists(body)}
        token, form, version = str(body["token"]), str(body["form"]), int(body["version"])
        row_id = int(body["row_id"]) if body.get("row_id") else None
        if not (0 <= version < 2**31 and 0 <= (row_id or 0) < 2**63):
            raise ValueError("a number no draft has")
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise _refused("shape", "This is no draft.") from None
    data.pop("csrf_token", None)
    try:
        draft = save(actor, token=token, form=form, version=version, data=data, row_id=row_id)
    except Conflict as conflict:
        stored = cast(Draft, conflict.current)
        return _state(stored, data=stored.data, status=409)
    state = _state(draft)
    commit()
    return state


def claim(token: str, form: str, actor: Actor) -> Draft | None:
    """Take the right to submit the form opened with `token`; None where that has been done already.

    The caller puts the new row's id into the draft it gets. Two requests at once queue here: the second
    finds the first one's row. Raises `Missing` for somebody else's token.
    """
    if not TOKEN.fullmatch(token):
        token = new_token()
    _open(token, form, actor)
    taken = affected(
        sa.update(Draft)
        .where(Draft.token == token, Draft.actor_id == actor.id, Draft.finished_at.is_(None))
        .values(finished_at=now(), data={})
    )
    draft = db.session.get_one(Draft, token, populate_existing=True)
    if draft.actor_id != actor.id:
        raise Missing("This form was opened by somebody else.")
    return draft if taken else None


def _open(token: str, form: str, actor: Actor, row_id: int | None = None) -> bool:
    """Make sure that there is a draft called `token`; say whether there was none. Of two at once, one makes it."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {"token": token, "actor_id": actor.id, "form": form, "row_id": row_id}
    statement = insert(Draft).values(**values, version=0, data={}, updated_at=now())
    made = db.session.scalar(statement.on_conflict_do_nothing().returning(Draft.token))
    return made is not None


def result(token: str, actor: Actor) -> int | None:
    """The id of the row that the form with `token` became; None where there is none."""
    return db.session.scalar(
        sa.select(Draft.row_id).where(Draft.token == token, Draft.actor_id == actor.id)
    )


def discard(token: str, actor: Actor) -> None:
    """Throw away an unfinished draft. Raises `Missing`."""
    db.session.delete(find(token, actor))


def forget(form: str, actor: Actor, row_id: int) -> None:
    """Drop what was autosaved for a row that has now been saved."""
    db.session.execute(
        sa.delete(Draft).where(
            Draft.actor_id == actor.id, Draft.form == form, Draft.row_id == row_id,
            Draft.finished_at.is_(None),
        )
    )  # fmt: skip


@repeatable
def sweep() -> int:
    """The scheduled job that forgets drafts untouched for 30 days. Returns how many."""
    gone = affected(sa.delete(Draft).where(Draft.updated_at < now() - KEPT))
    commit()
    return gone


def back_to(path: str) -> ResponseReturnValue:
    """A redirect to a path of this site; anything else leads to the start page."""
    return redirect(inside(path))


def _lists(body: Any) -> list[tuple[Any, list[Any]]]:
    """The fields of an autosave request. Raises `ValueError` where one is no list."""
    fields = list(body["data"].items())
    if not all(isinstance(values, list) for _, values in fields):
        raise ValueError("a field that is no list")
    return fields


def _text(value: object) -> str:
    """`value` as text that every database takes. Raises `ValueError` for half a character."""
    return str(value).replace("\x00", "").encode().decode()


def _refused(what: str, message: str) -> Invalid:
    return Invalid([Problem(code=f"drafts.{what}", message=message)])


def _state(draft: Draft, *, data: Mapping[str, Any] | None = None, status: int = 200) -> Response:
    body: dict[str, Any] = {"version": draft.version, "saved_at": draft.updated_at.isoformat()}
    if data is not None:
        body["data"] = data
    response = jsonify(body)
    response.status_code = status
    return response
