"""Versions of one row out of the archive, for its history."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy_continuum import version_class

from plugins.audit.archive import files
from plugins.audit.archive.models import Archive
from plugins.audit.archive.tables import named
from sims.contracts import Record
from sims.database import db


def covers(record: Record, row_id: int) -> bool:
    """Whether the archive may have versions of this row or of its parts. One query."""
    models = (record.model, *(part.model for part in record.parts))
    tables = [version_class(model).__table__.name for model in models]
    return bool(db.session.scalar(sa.select(_holding(tables, row_id).exists())))


def read(model: type[Any], link: str, row_id: int) -> list[Any]:
    """The archived versions of `model` whose `link` is `row_id`, oldest first, as instances of its version class.

    Reads the files that hold rows of that number. Raises `Damaged`.
    """
    version = version_class(model)
    versions = named(version.__table__.name)
    found: dict[tuple[int, int], Any] = {}
    for archive in db.session.scalars(_holding([versions.name], row_id).order_by(Archive.id)):
        archive.check()
        columns = files.manifest(archive.name)["columns"]
        place = columns.index(link)
        for line in files.lines(archive.name):
            values = versions.row(line, columns)
            number = values.get(columns[place])
            if number == row_id:
                found[values["id"], values["transaction_id"]] = version(
                    **versions.understood(values)
                )
            elif number is not None and number > row_id and link == versions.key.name:
                break
    return [found[key] for key in sorted(found, key=lambda key: (key[1], key[0]))]


def _holding(tables: list[str], row_id: int) -> sa.Select[Any]:
    return sa.select(Archive).where(
        Archive.table.in_(tables),
        Archive.first_id <= row_id,
        Archive.last_id >= row_id,
        Archive.state == "archived",
    )
