"""The rows somebody has chosen from a list: those ticked, or all that match what the list was narrowed to."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from sims import queues
from sims.actor import Actor
from sims.contracts import Record
from sims.lists import ListPage

NUMBER = re.compile("[0-9]{1,18}")


def ticked(form: MultiDict[str, str]) -> list[int]:
    """The ids of the rows that were ticked, each once, as the browser sent them: nobody has checked them yet."""
    return list(dict.fromkeys(int(text) for text in form.getlist("id") if NUMBER.fullmatch(text)))


def matching(
    record: Record, actor: Actor, form: Mapping[str, str], *, statuses: tuple[str, ...] = ()
) -> sa.Select:
    """The ids of all rows `actor` sees that match the list's address (`query`), as the list itself has them.

    `scope` names the page they were chosen from where it is not the record's list; `statuses` are those in which
    a row can be what is to be done to it.
    """
    narrow = [queues.waiting(record, actor)] if form.get("scope") == queues.SCOPE else None
    arguments = MultiDict(parse_qsl(form.get("query", "")))
    query = ListPage(record, actor, arguments, narrow=narrow).query()
    if statuses:
        query = query.where(record.model.status.in_(statuses))
    return query.with_only_columns(record.model.id).order_by(record.model.id)
