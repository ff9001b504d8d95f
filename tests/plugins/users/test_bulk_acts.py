"""What the programme office does with many people at once: close and open accounts, invite, and take it back."""

import pytest
import sqlalchemy as sa

from plugins.bulk.models import BulkOperation
from plugins.users.models import User
from sims.database import db
from sims.mail import Mail
from tests.factories import make_user
from tests.plugins.bulk.factories import faults, fresh

DO = "/bulk/do/users.user"


@pytest.fixture
def office(app_context, sign_in):
    return sign_in(make_user("admin"))


def last() -> BulkOperation:
    return fresh(db.session.scalar(sa.select(sa.func.max(BulkOperation.id))))


@pytest.mark.parametrize(
    ("action", "attribute", "before"),
    [("archive", "is_archived", False), ("deactivate", "is_active", True), ("activate", "is_active", False)],
)  # fmt: skip
def test_accounts_are_closed_and_opened_together_and_it_is_undone(
    office, action, attribute, before
):
    pgs = [make_user("pg", **{attribute: before}) for _ in range(2)]
    already = make_user("pg", **{attribute: not before})
    ids = [person.id for person in (*pgs, already)]
    office.post(DO, data={"action": action, "id": ids})
    assert [getattr(person, attribute) for person in (*pgs, already)] == [not before] * 3
    done = last()
    assert (done.success, done.failure) == (2, 0)
    office.post(f"/bulk/{done.id}/undo")
    assert [getattr(person, attribute) for person in pgs] == [before] * 2
    assert getattr(already, attribute) is not before, "what was so before stays so"


def test_nobody_closes_their_own_account_or_leaves_pgs_without_a_supervisor(office):
    supervisor = make_user("supervisor")
    make_user("pg", supervisor)
    me = db.session.scalar(sa.select(User.id).where(User.role == "admin"))
    office.post(DO, data={"action": "archive", "id": [me, supervisor.id]})
    assert not supervisor.is_archived
    words = [message for _, _, message in faults(last())]
    assert len(words) == 2
    assert "Nobody closes their own account." in words[0]
    assert "PGs are assigned to this supervisor." in words[1]


def test_links_are_mailed_to_whom_has_no_password_yet(office):
    new, settled = make_user("pg", password_hash=""), make_user("pg")
    closed = make_user("pg", password_hash="", is_active=False)
    office.post(DO, data={"action": "invite", "id": [new.id, settled.id, closed.id]})
    assert db.session.scalars(sa.select(Mail.recipient)).all() == [new.email]
    assert [message for _, _, message in faults(last())] == [
        "This account is closed. Ask your programme office."
    ]


def test_archived_people_are_only_listed_and_taken_when_asked_for(office):
    gone = make_user("supervisor", is_archived=True)
    there = make_user("supervisor")
    assert gone.name not in office.get("/people").text
    assert gone.name in office.get("/people?state=archived").text
    sent = {"action": "deactivate", "all": "1", "query": "role=supervisor"}
    office.post(DO, data=sent)
    assert (gone.is_active, there.is_active) == (True, False)
