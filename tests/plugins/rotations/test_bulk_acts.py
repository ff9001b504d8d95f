"""What the office does with many rows of a list at once, and takes back."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy_continuum import version_class

from plugins.bulk.models import BulkItem, BulkOperation
from plugins.rotations import services
from plugins.rotations.models import Department, Hospital
from sims.database import db
from sims.errors import Denied
from tests.factories import make_user
from tests.plugins.rotations.factories import (
    make_department,
    make_discipline,
    make_hospital,
    make_rotation,
)


def last_operation() -> BulkOperation:
    return db.session.scalars(sa.select(BulkOperation).order_by(BulkOperation.id.desc())).first()


def test_hospitals_are_put_out_of_use_together_with_history_and_put_back_by_undo(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    admin = make_user("admin")
    rows = [make_hospital(), make_hospital(), make_hospital(is_active=False)]
    ids = [row.id for row in rows]
    client = sign_in(admin)
    listed = client.get("/rotations/hospitals").text
    assert "Put out of use" in listed
    client.post("/bulk/do/rotations.hospital", data={"action": "no_use", "id": ids})
    states = sa.select(Hospital.is_active).order_by(Hospital.id)
    assert list(db.session.scalars(states)) == [False, False, False]
    history = version_class(Hospital)
    changed = sa.select(history).where(history.id == ids[0], history.is_active.is_(False))
    assert db.session.scalars(changed).one().transaction.actor_id == admin.id
    done = last_operation()
    found = sa.select(BulkItem.status).order_by(BulkItem.number)
    assert (done.operation, list(db.session.scalars(found))) == (
        "archive",
        ["done", "done", "skipped"],
    )
    client.post(f"/bulk/{done.id}/undo")
    assert list(db.session.scalars(states)) == [True, True, False]


@pytest.mark.parametrize("name", ["rotations.discipline", "rotations.department"])
def test_disciplines_and_departments_are_put_out_of_use_and_into_use(
    app_context: Flask, sign_in: Callable[[Any], Any], name: str
) -> None:
    row = make_discipline() if name == "rotations.discipline" else make_department()
    client = sign_in(make_user("admin"))
    for action, state in (("no_use", False), ("use", True)):
        client.post(f"/bulk/do/{name}", data={"action": action, "id": row.id})
        assert row.is_active is state


def test_who_may_not_change_departments_does_not_put_them_out_of_use(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    row = make_department()
    for role in ("pg", "supervisor"):
        client = sign_in(make_user(role))
        assert "Put out of use" not in client.get("/rotations/departments").text
        data = {"action": "no_use", "id": row.id}
        assert client.post("/bulk/do/rotations.department", data=data).status_code == 404
    assert db.session.scalars(sa.select(Department.is_active)).one() is True


def test_many_rotations_get_another_supervisor_with_a_reason_and_their_own_back(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    new = make_user("supervisor")
    first, second = make_rotation(make_user("pg")), make_rotation(make_user("pg"), notes="Nights")
    over = make_rotation(make_user("pg"), status="completed")
    before = [row.supervisor_id for row in (first, second, over)]
    client = sign_in(make_user("admin"))
    data = {"action": "supervisor", "id": [first.id, second.id, over.id]}
    asked = client.post("/bulk/do/rotations.rotation", data=data)
    assert (asked.status_code, 'name="reason"' in asked.text) == (200, True)
    given = {"given": "1", "supervisor_id": new.username, "reason": "Leave"}
    client.post("/bulk/do/rotations.rotation", data=data | given)
    assert [first.supervisor_id, second.supervisor_id] == [new.id, new.id]
    assert (over.supervisor_id, second.notes) == (before[2], "Nights\nAnother supervisor: Leave")
    done = last_operation()
    refused = sa.select(BulkItem.problems).where(BulkItem.status == "refused")
    words = db.session.scalars(refused).one()[0]["message"]
    assert words == "It is completed, so its supervisor stays."
    client.post(f"/bulk/{done.id}/undo")
    assert [row.supervisor_id for row in (first, second)] == before[:2]
    assert second.notes == "Nights"


def test_a_name_nobody_has_is_asked_again(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    row = make_rotation(make_user("pg"))
    data = {"action": "supervisor", "id": row.id, "given": "1", "supervisor_id": "nobody"}
    answer = sign_in(make_user("admin")).post("/bulk/do/rotations.rotation", data=data)
    assert answer.status_code == 422
    assert "No supervisor is called that" in answer.text


def test_a_supervisor_does_not_hand_their_rotations_to_another(app_context: Flask) -> None:
    row = make_rotation(make_user("pg"))
    with pytest.raises(Denied):
        services.change_supervisor(
            row, make_user("supervisor").id, actor=db.session.get(type(row.pg), row.supervisor_id)
        )


def test_people_ticked_in_their_list_are_placed_and_who_is_no_pg_is_left_out(
    app_context: Flask, sign_in: Callable[[Any], Any]
) -> None:
    first, second = make_user("pg"), make_user("pg")
    gone, supervisor = make_user("pg", is_active=False), make_user("supervisor")
    client = sign_in(make_user("admin"))
    ids = [person.id for person in (first, gone, supervisor, second)]
    data = {"action": "place", "id": ids}
    page = client.post("/bulk/do/users.user", data=data, follow_redirects=True)
    assert page.request.path == "/rotations/place/plan"
    assert "The plan for 2 PGs" in page.text
    assert "2 of those chosen are no PGs in training" in page.text
    assert f'name="pg" value="{supervisor.id}"' not in page.text
