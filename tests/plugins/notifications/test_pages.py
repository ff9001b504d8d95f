"""The bell and the page behind it, by real requests."""

import re

import pytest
import sqlalchemy as sa

from plugins.logbook.models import LogbookEntry
from plugins.notifications.models import Notification
from sims.database import db
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry


def notify(person, count=1, **given):
    start = db.session.scalar(sa.select(sa.func.count()).select_from(Notification))
    rows = [
        Notification(
            **{
                "recipient_id": person.id,
                "kind": "k",
                "verb": "v",
                "title": f"Notice {start + number}",
                "dedupe": str(start + number),
            }
            | given
        )
        for number in range(count)
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def bell(client):
    page = client.get("/notifications").text
    return re.search(r'class="bar-button"[^>]*aria-label="([^"]+)"', page)[1]


@pytest.fixture
def pg(app_context):
    return make_user()


def test_the_bell_counts_what_is_unread_in_words(pg, sign_in):
    client = sign_in(pg)
    assert bell(client) == "Notifications, none unread"
    notify(pg)
    notify(make_user(), 5)
    notify(pg, is_read=True)
    notify(pg, channel="email")
    assert bell(client) == "1 unread notification"
    notify(pg, 2)
    assert bell(client) == "3 unread notifications"
    notify(pg, 150)
    assert bell(client) == "Over 99 unread notifications"


def test_the_bell_rings_on_every_page_for_one_query(pg, sign_in, count_queries):
    notify(pg, 3)
    client = sign_in(pg)
    client.get("/catalogue/skills")
    with count_queries() as sent:
        page = client.get("/catalogue/skills").text
    assert "3 unread notifications" in page
    assert len([statement for statement in sent if "notifications_notification" in statement]) == 1


@pytest.mark.database("postgresql")
def test_the_count_walks_the_index_of_unread_ones(pg):
    notify(pg, 3)
    notify(pg, 300)
    db.session.execute(sa.text("UPDATE notifications_notification SET is_read = (id % 50 <> 0)"))
    db.session.execute(sa.text("ANALYZE notifications_notification"))
    db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    plan = db.session.execute(
        sa.text(
            "EXPLAIN SELECT 1 FROM notifications_notification WHERE recipient_id = :pg"
            " AND channel = 'in_app' AND NOT is_read LIMIT 100"
        ),
        {"pg": pg.id},
    )
    assert "idx_notifications_unread" in "\n".join(plan.scalars())


def test_opening_marks_read_and_leads_to_the_record(pg, sign_in):
    entry = make_entry(pg)
    [row] = notify(pg, table=LogbookEntry.__tablename__, row_id=entry.id)
    client = sign_in(pg)
    answer = client.post(f"/notifications/{row.id}/open")
    assert answer.location == f"/logbook/entries/{entry.id}"
    assert row.is_read
    assert row.read_at is not None
    assert client.get(answer.location).status_code == 200


def test_a_declared_link_wins_and_a_plugin_that_is_off_leads_nowhere(pg, sign_in):
    [linked] = notify(pg, link="/catalogue")
    [orphan] = notify(pg, table="research_project", row_id=7)
    client = sign_in(pg)
    assert client.post(f"/notifications/{linked.id}/open").location == "/catalogue"
    page = client.get("/notifications").text
    assert orphan.title in page
    assert f"/notifications/{orphan.id}/open" not in page
    assert client.post(f"/notifications/{orphan.id}/open").location == "/notifications"


def test_unread_and_all_are_two_lists(pg, sign_in):
    [read] = notify(pg, is_read=True)
    [unread] = notify(pg)
    client = sign_in(pg)
    page = client.get("/notifications").text
    assert unread.title in page
    assert read.title not in page
    page = client.get("/notifications?show=all").text
    assert unread.title in page
    assert read.title in page


def test_the_list_is_narrowed_by_kind_and_person_and_the_address_says_so(pg, sign_in):
    other = make_user("supervisor")
    [wanted] = notify(pg, kind="review.approved", actor_id=other.id)
    [kind] = notify(pg, kind="review.returned", actor_id=other.id)
    [person] = notify(pg, kind="review.approved", actor_id=pg.supervisor_id)
    client = sign_in(pg)
    here = f"kind=review.approved&who={other.id}"
    page = client.get(f"/notifications?{here}").text
    assert wanted.title in page
    assert kind.title not in page
    assert person.title not in page
    assert f'<option value="{other.id}" selected>{other.name}</option>' in page
    answer = client.post(
        f"/notifications/{wanted.id}/read", data={"kind": "review.approved", "who": str(other.id)}
    )
    assert answer.location == f"/notifications?{here}"
    assert "Nothing matches" in client.get(f"/notifications?{here}").text
    assert wanted.title in client.get(f"/notifications?show=all&{here}").text


@pytest.mark.parametrize(
    "query", ["who=x", "who=99999999999999999999", "who=-1", "kind=%00", "kind=none"]
)
def test_a_filter_that_makes_no_sense_is_no_fault(pg, sign_in, query):
    notify(pg)
    assert sign_in(pg).get(f"/notifications?{query}").status_code == 200


def test_what_an_act_still_gathers_is_neither_shown_nor_counted_nor_marked(pg, sign_in):
    [held] = notify(pg, gathering="bulk-1")
    client = sign_in(pg)
    assert bell(client) == "Notifications, none unread"
    assert held.title not in client.get("/notifications?show=all").text
    assert client.post(f"/notifications/{held.id}/read").status_code == 404
    client.post("/notifications/read")
    assert not held.is_read


def test_marking_one_goes_back_to_the_list_it_came_from(pg, sign_in):
    [row] = notify(pg)
    client = sign_in(pg)
    answer = client.post(f"/notifications/{row.id}/read", data={"show": "all"})
    assert answer.location == "/notifications?show=all"
    assert row.is_read
    assert client.post(f"/notifications/{row.id}/unread").location == "/notifications"
    assert (row.is_read, row.read_at) == (False, None)


def test_mark_all_read_can_be_taken_back(pg, sign_in):
    earlier, *rows = notify(pg, 3)
    client = sign_in(pg)
    client.post(f"/notifications/{earlier.id}/read")
    answer = client.post("/notifications/read")
    assert all(row.is_read for row in rows)
    page = client.get(answer.location).text
    assert "2 notifications are marked read." in page
    moment = re.search(r'name="moment" value="([^"]+)"', page)[1]
    client.post("/notifications/undo", data={"moment": moment})
    assert earlier.is_read
    assert not any(row.is_read for row in rows)


@pytest.mark.parametrize("moment", ["", "nonsense", "2026-01-01"])
def test_an_undo_that_makes_no_sense_changes_nothing(pg, sign_in, moment):
    [row] = notify(pg, is_read=True)
    assert sign_in(pg).post("/notifications/undo", data={"moment": moment}).status_code == 302
    assert row.is_read


def test_nobody_opens_marks_or_sees_anothers_not_even_an_administrator(pg, sign_in):
    [row] = notify(pg)
    for stranger in (make_user(), make_user("supervisor"), make_user("admin")):
        client = sign_in(stranger)
        for act in ("open", "read", "unread"):
            assert client.post(f"/notifications/{row.id}/{act}").status_code == 404
        client.post("/notifications/read")
        assert row.title not in client.get("/notifications?show=all").text
    assert not row.is_read


def test_a_visitor_has_no_notifications(client):
    assert client.get("/notifications").status_code in (302, 401)


def test_pages_follow_one_another_without_gaps(pg, sign_in):
    notify(pg, 65)
    client, address, seen = sign_in(pg), "/notifications", []
    while address:
        page = client.get(address).text
        seen += re.findall(r"Notice \d+", page)
        found = re.search(r'href="([^"]*before=\d+)"', page)
        address = found and found[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 65
    assert client.get("/notifications?before=nonsense").status_code == 200


def test_the_list_costs_the_same_for_ten_and_for_many(pg, sign_in, count_queries):
    client, costs = sign_in(pg), []
    others = [make_user() for _ in range(3)]
    for count in (10, 60):
        for number in range(count):
            notify(pg, actor_id=others[number % 3].id)
        client.get("/notifications")
        with count_queries() as sent:
            assert client.get("/notifications").status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 10


def test_what_somebody_wrote_is_shown_as_text(pg, sign_in):
    notify(pg, title="<b>x</b>", body="<script>alert(1)</script>")
    page = sign_in(pg).get("/notifications").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
