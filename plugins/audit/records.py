"""The activity log as a record: its list, export and what reports are drawn from."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.audit.models import ActivityLog
from plugins.users.models import User
from plugins.users.queries import NAMES, called, name_sql
from sims import access
from sims.contracts import Column, Dated, Dimension, Filter, Record
from sims.database import db

BY_ITSELF = "SIMS"


def words(action: str) -> str:
    """An action as people read it."""
    return action.replace("_", " ").capitalize()


def actions(actor: Any) -> list[tuple[str, str]]:
    """Every action there is an entry of, for a filter. Walks the index from one to the next."""
    found: list[str] = []
    while True:
        after = ActivityLog.action > found[-1] if found else sa.true()
        following = db.session.scalar(sa.select(sa.func.min(ActivityLog.action)).where(after))
        if following is None:
            return [(action, words(action)) for action in found]
        found.append(following)


def kinds(actor: Any) -> list[tuple[str, str]]:
    """Every kind of row that an entry can be about, for a filter."""
    from sims.plugin import provided

    return [(record.table, record.label.capitalize()) for record in provided(Record)]


def _people(keys: Collection[Any]) -> Mapping[Any, str]:
    return {0: BY_ITSELF, **access.rule().names([key for key in keys if key])}


ENTRY = Record(
    name="audit.entry",
    model=ActivityLog,
    label="activity",
    plural="activities",
    icon="scroll-text",
    title=lambda entry: f"{words(entry.action)}: {entry.target_text or entry.verb}",
    endpoint="audit.entry",
    columns=(
        Column(name="created_at", label="When", kind="datetime", sort="created_at"),
        Column(
            name="action",
            label="What",
            value=lambda entry: words(entry.action),
            sql=lambda joined: (
                sa.func.upper(sa.func.substr(ActivityLog.action, 1, 1), type_=sa.Text())
                + sa.func.replace(sa.func.substr(ActivityLog.action, 2), "_", " ", type_=sa.Text())
            ),
        ),
        Column(name="verb", label="More exactly"),
        Column(name="target_text", label="About"),
        Column(
            name="user",
            label="By",
            kind="person",
            value=lambda entry: entry.user.name if entry.user else BY_ITSELF,
            sql=lambda joined: sa.func.coalesce(
                name_sql(joined(User, ActivityLog.user_id)), BY_ITSELF
            ),
        ),
        Column(name="ip", label="From", shown=False),
        Column(name="request_id", label="Request", shown=False),
        Column(name="is_sensitive", label="Sensitive", kind="yes_no", shown=False),
        Column(name="target_table", label="Table", shown=False),
        Column(name="target_id", label="Row", kind="number", shown=False),
    ),
    filters=(
        Filter(name="action", label="What", kind="choice", choices=actions),
        Filter(name="by", label="By", where=lambda text: ActivityLog.user_id.in_(called(text))),
        Filter(name="about", label="About", kind="choice", column="target_table", choices=kinds),
        Filter(name="from", label="From", kind="from", column="created_at"),
        Filter(name="to", label="To", kind="to", column="created_at"),
        Filter(name="row", label="Row", kind="id", column="target_id"),
        Filter(
            name="person",
            label="By",
            kind="id",
            where=lambda key: ActivityLog.user_id == key if key else ActivityLog.user_id.is_(None),
        ),
        Filter(name="request", label="Request", column="request_id", hidden=True),
        Filter(name="table", label="Kind", column="target_table", hidden=True),
        Filter(
            name="sensitive",
            label="Sensitive",
            kind="id",
            where=lambda yes: ActivityLog.is_sensitive.is_(bool(yes)),
        ),
    ),
    order="-created_at",
    load=(joinedload(ActivityLog.user).options(NAMES),),
    labels={"details": "Details"},
    dated=Dated(attribute="created_at", label="done"),
    dimensions=(
        Dimension(
            name="action",
            label="What",
            key=lambda joined: ActivityLog.action,
            names=lambda keys: {key: words(key) for key in keys},
        ),
        Dimension(
            name="person",
            label="By",
            key=lambda joined: sa.func.coalesce(ActivityLog.user_id, 0),
            names=_people,
        ),
    ),
    empty="Everything people do from now on stands here.",
)
