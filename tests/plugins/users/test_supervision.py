"""Who supervises whom: assigning one and many, co-supervisors, the history, and who is told."""

import pytest
import sqlalchemy as sa
import time_machine

from plugins.bulk.models import BulkItem, BulkOperation
from plugins.logbook.models import LogbookEntry
from plugins.notifications.models import Notification
from plugins.users import access
from plugins.users.models import Supervision
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry


@pytest.fixture
def cast(app_context, sign_in):
    old, new = make_user("supervisor"), make_user("supervisor")
    pg = make_user("pg", old)
    return sign_in(make_user("admin")), pg, old, new


def rows(pg) -> list[tuple[int, str, bool, str]]:
    found = db.session.scalars(
        sa.select(Supervision).where(Supervision.pg_id == pg.id).order_by(Supervision.id)
    )
    return [(row.supervisor_id, row.kind, row.until is None, row.reason) for row in found]


def last() -> int:
    return db.session.scalar(sa.select(sa.func.max(BulkOperation.id)))


def notices(person) -> list[str]:
    mine = sa.select(Notification.title).where(
        Notification.recipient_id == person.id, Notification.channel == "in_app"
    )
    return list(db.session.scalars(mine.order_by(Notification.id)))


def test_another_supervisor_closes_the_old_row_opens_a_new_one_and_all_three_are_told(cast):
    office, pg, old, new = cast
    answer = office.post(
        f"/people/{pg.id}/supervisor", data={"supervisor_id": new.id, "reason": " Moved ward "}
    )
    assert answer.location == f"/people/{pg.id}"
    assert pg.supervisor_id == new.id
    assert rows(pg) == [(old.id, "primary", False, ""), (new.id, "primary", True, "Moved ward")]
    words = f"{pg.name} is now supervised by {new.name}"
    assert notices(pg) == notices(old) == notices(new) == [words]


def test_nobody_is_led_to_a_page_they_may_no_longer_see(cast, sign_in):
    office, pg, old, new = cast
    office.post(f"/people/{pg.id}/supervisor", data={"supervisor_id": new.id})
    for person in (pg, old, new):
        link = db.session.scalar(
            sa.select(Notification.link).where(
                Notification.recipient_id == person.id, Notification.channel == "in_app"
            )
        )
        assert not link or sign_in(person).get(link).status_code == 200


def test_what_waits_for_review_moves_along_and_what_is_done_stays(cast):
    office, pg, old, new = cast
    waiting, done = make_entry(pg, old, status="pending"), make_entry(pg, old, status="approved")
    office.post(f"/people/{pg.id}/supervisor", data={"supervisor_id": new.id})
    found = dict(db.session.execute(sa.select(LogbookEntry.id, LogbookEntry.supervisor_id)).all())
    assert found == {waiting.id: new.id, done.id: old.id}


def test_the_old_supervisor_does_not_see_the_pg_any_more_the_new_one_does(cast, sign_in):
    office, pg, old, new = cast
    assert sign_in(old).get(f"/people/{pg.id}").status_code == 200
    assert sign_in(new).get(f"/people/{pg.id}").status_code == 404
    office.post(f"/people/{pg.id}/supervisor", data={"supervisor_id": new.id})
    assert sign_in(old).get(f"/people/{pg.id}").status_code == 404
    assert sign_in(new).get(f"/people/{pg.id}").status_code == 200


def test_the_edit_page_does_the_same(cast):
    office, pg, _, new = cast
    sent = {
        "first_name": pg.first_name, "last_name": pg.last_name, "username": pg.username, "email": pg.email,
        "role": "pg", "specialty": pg.specialty, "year": pg.year, "supervisor_id": new.id, "reason": "Asked for it",
    }  # fmt: skip
    assert office.post(f"/people/{pg.id}/edit", data=sent).status_code == 302
    assert rows(pg)[-1] == (new.id, "primary", True, "Asked for it")
    assert notices(new)


@pytest.mark.parametrize("chosen", ["", "0", "abc", "closed", "pg", "admin"])
def test_only_a_supervisor_who_is_there_can_be_assigned(cast, chosen):
    office, pg, old, _ = cast
    others = {
        "closed": make_user("supervisor", is_active=False), "pg": pg, "admin": make_user("admin"),
    }  # fmt: skip
    chosen = others[chosen].id if chosen in others else chosen
    answer = office.post(f"/people/{pg.id}/supervisor", data={"supervisor_id": chosen})
    assert answer.status_code == 422
    assert pg.supervisor_id == old.id
    assert len(rows(pg)) == 1


def test_an_admin_has_no_supervisor(cast):
    office, _, _, new = cast
    other = make_user("admin")
    answer = office.post(f"/people/{other.id}/supervisor", data={"supervisor_id": new.id})
    assert answer.status_code == 422
    assert other.supervisor_id is None


def test_one_may_change_twice_on_one_day(cast):
    office, pg, old, new = cast
    for supervisor in (new, old, new):
        office.post(f"/people/{pg.id}/supervisor", data={"supervisor_id": supervisor.id})
    assert [(row[0], row[2]) for row in rows(pg)] == [
        (old.id, False), (new.id, False), (old.id, False), (new.id, True),
    ]  # fmt: skip


# -- co-supervisors ----------------------------------------------------------------------------------


def test_a_co_supervisor_sees_the_pg_until_the_day_it_ends(cast, sign_in):
    office, pg, _, new = cast
    office.post(
        f"/people/{pg.id}/co-supervisors", data={"supervisor_id": new.id, "reason": "Thesis"}
    )
    assert rows(pg)[-1] == (new.id, "co", True, "Thesis")
    assert sign_in(new).get(f"/people/{pg.id}").status_code == 200
    assert access.answers_for(new, pg.id)
    row = db.session.scalar(sa.select(Supervision).where(Supervision.kind == "co"))
    with time_machine.travel("2027-01-05 09:00"):
        office = sign_in(make_user("admin"))
        office.post(f"/people/{pg.id}/co-supervisors/{row.id}/end")
    assert row.until is not None
    assert sign_in(new).get(f"/people/{pg.id}").status_code == 404
    assert not access.answers_for(new, pg.id)


def test_a_co_supervisor_is_somebody_else_and_only_once(cast):
    office, pg, old, new = cast
    office.post(f"/people/{pg.id}/co-supervisors", data={"supervisor_id": new.id})
    for again in (old, new):
        answer = office.post(f"/people/{pg.id}/co-supervisors", data={"supervisor_id": again.id})
        assert answer.status_code == 422
    assert len(rows(pg)) == 2


def test_a_co_supervisor_who_becomes_primary_is_co_no_more(cast):
    office, pg, old, new = cast
    office.post(f"/people/{pg.id}/co-supervisors", data={"supervisor_id": new.id})
    office.post(f"/people/{pg.id}/supervisor", data={"supervisor_id": new.id})
    assert {(row[0], row[1], row[2]) for row in rows(pg)} == {
        (old.id, "primary", False), (new.id, "co", False), (new.id, "primary", True),
    }  # fmt: skip


def test_the_row_of_another_pg_is_not_ended_from_this_ones_page(cast):
    office, pg, _, new = cast
    other = make_user("pg")
    office.post(f"/people/{other.id}/co-supervisors", data={"supervisor_id": new.id})
    row = db.session.scalar(sa.select(Supervision).where(Supervision.kind == "co"))
    office.post(f"/people/{pg.id}/co-supervisors/{row.id}/end")
    assert row.until is None


# -- many at once ------------------------------------------------------------------------------------


ASSIGN = "/bulk/do/users.user"


def test_many_are_ticked_shown_assigned_together_and_assigned_back(cast):
    office, pg, old, new = cast
    others = [make_user("pg", old) for _ in range(3)]
    left_out = make_user("pg", old)
    ids = [pg.id, *(person.id for person in others)]
    page = office.post(ASSIGN, data={"action": "assign", "id": ids}).text
    assert "Assign a supervisor" in page
    assert left_out.name not in page
    sent = {
        "action": "assign",
        "id": ids,
        "given": "1",
        "supervisor_id": new.id,
        "reason": "Retired",
    }
    office.post(ASSIGN, data=sent)
    assert {person.supervisor_id for person in (pg, *others)} == {new.id}
    assert rows(pg)[-1] == (new.id, "primary", True, "Retired")
    assert left_out.supervisor_id == old.id
    office.post(f"/bulk/{last()}/undo")
    assert {person.supervisor_id for person in (pg, *others)} == {old.id}


def test_who_has_this_supervisor_already_is_skipped_and_who_is_no_pg_is_refused(cast):
    office, pg, old, new = cast
    office.post(f"/people/{pg.id}/supervisor", data={"supervisor_id": new.id})
    ids = [pg.id, old.id, make_user("pg", old).id]
    sent = {"action": "assign", "id": ids, "given": "1", "supervisor_id": new.id}
    office.post(ASSIGN, data=sent)
    told = dict(
        db.session.execute(
            sa.select(BulkItem.row_id, BulkItem.status).where(BulkItem.operation_id == last())
        ).all()
    )
    assert told == {pg.id: "skipped", old.id: "refused", ids[2]: "done"}
    assert len(rows(pg)) == 2


def test_where_nobody_is_chosen_the_ticked_stay_ticked(cast):
    office, pg, old, _ = cast
    sent = {"action": "assign", "id": [pg.id], "given": "1", "supervisor_id": ""}
    answer = office.post(ASSIGN, data=sent)
    assert "Choose a supervisor." in answer.text
    assert f'name="id" value="{pg.id}"' in answer.text
    assert pg.supervisor_id == old.id


def test_the_database_allows_one_primary_supervisor_at_a_time(cast):
    _, pg, _, new = cast
    commit()
    db.session.add(
        Supervision(pg_id=pg.id, supervisor_id=new.id, kind="primary", since=pg.created_at.date())
    )
    with pytest.raises(Exception, match=r"(?i)unique"):
        db.session.flush()
    db.session.rollback()
