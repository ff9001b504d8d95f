"""Saved lists: one person's names for what they look at every week."""

import pytest
import sqlalchemy as sa

from sims import saved
from sims.database import commit, db
from sims.errors import Invalid, Missing
from sims.saved import SavedList
from tests.factories import make_user

ENTRIES = "logbook.entry"


def names(actor, record=ENTRIES):
    return [(entry.name, entry.query) for entry in saved.of(record, actor)]


@pytest.fixture
def pg(app_context):
    return make_user("pg")


def test_lists_are_kept_per_person_and_record_by_name(pg):
    saved.save(ENTRIES, "Returned", "status=returned", actor=pg)
    saved.save(ENTRIES, "Drafts", "status=draft", actor=pg)
    saved.save("rotations.rotation", "Mine", "", actor=pg)
    assert names(pg) == [("Drafts", "status=draft"), ("Returned", "status=returned")]
    assert names(make_user("pg")) == []


def test_the_same_name_again_replaces_the_list(pg):
    first = saved.save(ENTRIES, "Mine", "status=draft", actor=pg)
    commit()
    assert saved.save(ENTRIES, "  Mine ", "status=pending", actor=pg) is first
    assert names(pg) == [("Mine", "status=pending")]


def test_a_list_needs_a_name(pg):
    with pytest.raises(Invalid, match="Give the list a name"):
        saved.save(ENTRIES, " \n\x00 ", "", actor=pg)


def test_long_names_and_odd_letters_are_tamed(pg):
    saved.save(ENTRIES, "n\x00" * 200, "q\x00" * 3000, actor=pg)
    commit()
    assert names(pg) == [("n" * 80, "q" * 2000)]


def test_the_thirty_first_list_is_refused_but_an_old_one_may_change(pg):
    for number in range(saved.MOST):
        saved.save(ENTRIES, f"List {number}", "", actor=pg)
    with pytest.raises(Invalid, match="remove one first"):
        saved.save(ENTRIES, "One more", "", actor=pg)
    saved.save(ENTRIES, "List 7", "status=draft", actor=pg)
    assert len(names(pg)) == saved.MOST


def test_only_its_owner_removes_a_list(pg):
    entry = saved.save(ENTRIES, "Mine", "", actor=pg)
    db.session.flush()
    for entry_id in (entry.id, entry.id + 1):
        with pytest.raises(Missing):
            saved.remove(entry_id, actor=make_user("admin"))
    saved.remove(entry.id, actor=pg)
    assert db.session.scalars(sa.select(SavedList)).all() == []


def test_a_list_is_saved_opened_and_removed_by_hand(pg, sign_in):
    client = sign_in(pg)
    form = {"name": "Returned", "query": "status=returned"}
    answer = client.post("/logbook/entries/saved", data=form)
    assert answer.location == "/logbook/entries?status=returned"
    page = client.get(answer.location).text
    assert "Returned" in page
    [entry] = saved.of(ENTRIES, pg)
    address = f"/logbook/entries/saved/{entry.id}/remove"
    assert sign_in(make_user("pg")).post(address).status_code == 404
    client.post(address)
    assert names(pg) == []


def test_a_number_no_database_holds_is_not_there(pg, sign_in):
    address = f"/logbook/entries/saved/{10**30}/remove"
    assert sign_in(pg).post(address).status_code == 404
