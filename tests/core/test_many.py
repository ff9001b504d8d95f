"""Many rows made at once leave what the session would have left for each."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy_continuum import version_class

from plugins.logbook.models import EntryProcedure, LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.logbook.services import create_entry
from sims import many
from sims.actor import acting_as
from sims.clock import today
from sims.contracts import Subscriber
from sims.database import commit, db
from sims.events import Created
from tests.factories import make_user

WHEN = {"created_at", "updated_at", "issued_at"}


def columns_of(model: type[Any], row: Any) -> dict[str, Any]:
    """A row without what is its own: ids and moments."""
    names = [column.key for column in sa.inspect(model).column_attrs]
    own = {"id", "entry_id", "transaction_id", "end_transaction_id", *WHEN}
    return {name: getattr(row, name) for name in names if name not in own}


def test_the_rows_their_history_and_their_events_are_as_of_one_made_alone(
    app_context: Flask,
) -> None:
    pg = make_user("pg")
    heard: list[Created] = []
    app_context.extensions["sims.provided"][Subscriber] = (
        Subscriber(event=Created, handler=heard.append),
    )
    procedure = {"name": "Appendicectomy", "key_steps": "me", "trainer": "scrubbed"}
    with acting_as(pg.id):
        alone, _ = create_entry(
            {"date": today(), "location": "Theatre", "patient_sex": "F", "procedures": [procedure]},
            actor=pg,
        )
        commit()
        values = {
            "pg_id": pg.id, "supervisor_id": pg.supervisor_id, "pg_year": pg.year, "date": today(),
            "location": "Theatre", "patient_sex": "F", "title": "Appendicectomy",
            "procedures": [many.draft(EntryProcedure, procedure)],
        }  # fmt: skip
        together = many.draft(LogbookEntry, values)
        assert many.create(ENTRY, [together], actor=pg) == [()]
        commit()
    app_context.extensions["sims.provided"].pop(Subscriber)
    for model, key in ((LogbookEntry, "id"), (EntryProcedure, "entry_id")):
        for kind in (model, version_class(model)):
            attribute = getattr(kind, key)
            one, other = (
                db.session.scalars(sa.select(kind).where(attribute == row_id)).one()
                for row_id in (alone.id, together.id)
            )
            assert columns_of(kind, one) == columns_of(kind, other)
    versions = [
        db.session.scalars(
            sa.select(version_class(model)).order_by(version_class(model).id.desc())
        ).first()
        for model in (LogbookEntry, EntryProcedure)
    ]
    assert versions[0].transaction_id == versions[1].transaction_id
    assert versions[0].transaction.actor_id == pg.id
    assert [(e.row_id, e.owner_id, e.title) for e in heard] == [
        (alone.id, pg.id, "Appendicectomy"),
        (together.id, pg.id, "Appendicectomy"),
    ]


def test_what_breaks_a_rule_is_left_out_and_the_next_row_gets_an_id_of_its_own(
    app_context: Flask,
) -> None:
    pg = make_user("pg")
    rows = [
        many.draft(
            LogbookEntry,
            {"pg_id": pg.id, "supervisor_id": pg.supervisor_id, "title": title, "date": day},
        )
        for title, day in (
            ("First", today()), ("Too early", today() + timedelta(days=1)), ("x" * 301, today()),
        )
    ]  # fmt: skip
    said = many.create(ENTRY, rows, actor=pg)
    assert [[problem.fields for problem in problems] for problems in said] == [
        [], [("date",)], [("title",)],
    ]  # fmt: skip
    commit()
    assert db.session.scalars(sa.select(LogbookEntry.title)).all() == ["First"]
    with acting_as(pg.id):
        entry, _ = create_entry({"title": "By hand", "date": today()}, actor=pg)
    commit()
    assert entry.id == rows[0].id + 1
