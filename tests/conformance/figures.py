"""How many rows stand behind a number: the export of the list it leads to, counted."""

import csv
import io
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from plugins.audit.records import ENTRY
from plugins.users.models import User
from sims.database import db
from sims.lists import ListPage


def rows_behind(client: Any, href: str) -> int:
    """The rows of the list at `href`, on all its pages, as the signed-in client sees them."""
    path, _, query = href.partition("?")
    if path == "/audit/activity":  # an export would be one more row of it
        office = db.session.scalar(sa.select(User).where(User.role == "admin"))
        return ListPage(ENTRY, office, MultiDict(parse_qsl(query))).count()
    answer = client.get(f"{path}/export.csv?{query}")
    assert answer.status_code == 200, href
    return sum(1 for _ in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))) - 1
