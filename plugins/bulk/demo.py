"""Demo data of bulk operations: a large file is being checked when SIMS starts, so that its progress can be seen."""

from io import BytesIO

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from plugins.bulk import services
from plugins.users.models import User
from sims.contracts import Import
from sims.database import db
from sims.demo import Scale
from sims.plugin import provided
from sims.rows import csv_line

ROWS = 60_000


def fill(scale: Scale) -> None:
    """Send a file as the programme office; the first worker checks it. Only with the small data, which people look at."""
    if scale.size != "s" or "admin" not in scale.logins:
        return
    admin = db.session.scalars(
        sa.select(User).where(User.username == scale.logins["admin"][0])
    ).one()
    for entry in provided(Import):
        if entry.demo is None:
            continue
        rows = list(entry.demo(scale, ROWS))
        names = list(rows[0])
        lines = [csv_line(names), *(csv_line([row[name] for name in names]) for row in rows)]
        given = FileStorage(BytesIO(b"".join(lines)), filename="entries-of-the-old-system.csv")
        services.upload(entry, given, {"dates": "dmy"}, actor=admin)
